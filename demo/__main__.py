"""Start a stack of its own and tell the story: ``python -m demo`` (``make demo``).

With ``--einvoices`` and ``--receivables`` it does the same with real input.
"""

import argparse
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from demo import real, story
from demo.client import Agency, Clock, Failed, Hub, Refused, Scene
from demo.compare import read_books
from demo.inbox import open_inbox
from demo.progress import say
from local.agency import SandboxError
from local.build import ROOT, BuildError
from local.emulator import EmulatorError
from local.ports import PortInUseError
from local.stack import StateInUseError, start
from sandbox.agencies import SIMULATORS

_FOLDER = ROOT / ".local" / "demo"


@contextmanager
def own_stack(folder: Path, agency: str) -> Iterator[Scene]:
    """Run a stack on free ports, with nothing of an earlier one in its folder; one agency plays a part."""
    limits = httpx.Limits(max_keepalive_connections=4)
    with ExitStack() as closing:
        stack = closing.enter_context(start(folder, shown=True, emptied=True))
        headers = {"authorization": f"Bearer {stack.api_key}"}
        api = closing.enter_context(
            httpx.Client(base_url=stack.url, headers=headers, timeout=60, limits=limits, trust_env=False)
        )
        control = closing.enter_context(
            httpx.Client(base_url=stack.sandbox.url, timeout=60, limits=limits, trust_env=False)
        )
        say(f"The API answers on {stack.url}, the sandbox agencies on {stack.sandbox.url}.")
        hub = Hub(api)
        yield Scene(hub, Agency(control, agency), Clock(hub))


def main() -> int:
    """Play the demo; gives 0 when both sides' books are equal at the end."""
    parser = argparse.ArgumentParser(prog="make demo", description="Tell the story on a stack of its own.")
    parser.add_argument("--einvoices", type=Path, help="a folder of EHF or Peppol BIS Billing 3 files")
    parser.add_argument("--receivables", type=Path, help="a csv file of receivables")
    parser.add_argument("--agency", default="svea", choices=sorted(SIMULATORS), help="the agency")
    parser.add_argument(
        "--faults", action="store_true", help="let the agency and the network fail in turn (with receivables)"
    )
    parser.add_argument("--state", type=Path, default=_FOLDER, help="where its stack is kept; emptied first")
    options = parser.parse_args()
    if options.faults and options.receivables is None:
        parser.error("--faults needs --receivables")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        material = real.look_at(options.einvoices, options.receivables)
        with own_stack(options.state, options.agency) as scene:
            if material is not None:
                return real.play(scene, material, options.state, faults=options.faults)
            return _story(scene)
    except (Failed, PortInUseError, StateInUseError, BuildError, EmulatorError, SandboxError) as error:
        sys.stderr.write(f"\n{error}\n")
    except Refused as refusal:
        sys.stderr.write(f"\nThe hub refused a request of the demo ({refusal.status}): {refusal}\n")
    except KeyboardInterrupt:
        say("\nStopped.")
        return 130
    return 1


def _story(scene: Scene) -> int:
    with open_inbox() as inbox:
        client = story.Story(scene, inbox).tell()
    story.chapter("Both sides' books")
    return real.conclude(read_books(scene, [client]), None)


if __name__ == "__main__":
    sys.exit(main())

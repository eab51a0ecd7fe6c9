"""Tell a tenant's hub that its table has gone back in time: ``python -m fordring.edge.after_restore``.

Commands that were made before are then in doubt and looked up at the agencies before anything is sent again,
and the cursors of the hourly run go back by a window.
"""

import argparse
import sys
from collections.abc import Sequence

from fordring.edge.hub import hub
from fordring.usecases.restoring import raise_epoch as raise_epoch_in


def raise_epoch() -> int:
    """Raise the epoch in the table that the environment names; gives the new one."""
    return raise_epoch_in(hub().desk).number


def main(arguments: Sequence[str] | None = None) -> int:
    """Raise the epoch and say so."""
    argparse.ArgumentParser(description="Tell the hub that its table has gone back in time.").parse_args(
        arguments
    )
    sys.stdout.write(f"the epoch is now {raise_epoch()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

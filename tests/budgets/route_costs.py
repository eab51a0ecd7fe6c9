"""A pytest plugin that notes what each route reads and writes: ``-p tests.budgets.route_costs``.

Whoever runs tests with it gets, in the file that ``RECORD_ROUTES`` names, for each route the calls on the
table of its cheapest success. ``docs/data.md`` is written from it:

    RECORD_ROUTES=/tmp/routes.json python -m pytest -q tests/functions -p tests.budgets.route_costs
"""

import json
import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from fordring.store.items import KINDS
from fordring.store.keys import ref_of
from fordring.store.memory import MemoryEngine
from fordring.store.metering import Call, Touch

_here = threading.local()
_cheapest: dict[str, list[str]] = {}


def kind_of(touch: Touch) -> str:
    """Tell what kind of thing a key is of."""
    for kind in KINDS.values():
        try:
            ref_of(kind, touch.pk, touch.sk)
        except ValueError:
            continue
        return kind.name
    return touch.sk.partition("#")[0]


def spelt(call: Call) -> str:
    """Spell a call: what it does, on which kinds of things."""
    if call.operation == "Query":
        partition = call.touched[0].pk.partition("#")[0] if call.touched else ""
        prefix = call.touched[0].sk.partition("#")[0] if call.touched else ""
        return f"Query {call.index or 'table'} {partition} {prefix}".strip()
    verbs = Counter(f"{touch.action.removesuffix('Item').lower()} {kind_of(touch)}" for touch in call.touched)
    if call.operation == "BatchGetItem":
        return "read " + ", ".join(sorted(name.split(" ", 1)[1] for name in verbs))
    return "write " + ", ".join(sorted(verbs))


def pytest_configure(config: pytest.Config) -> None:
    """Listen to every table in memory and every gateway."""
    del config
    from tests.functions import caller

    made = MemoryEngine.__init__

    def listening(self: MemoryEngine, *, on_call: Any = None) -> None:
        def both(call: Call) -> None:
            if getattr(_here, "calls", None) is not None:
                _here.calls.append(call)
            if on_call is not None:
                on_call(call)

        made(self, on_call=both)

    connected = caller.Gateway.__init__

    def naming(self: caller.Gateway, *args: Any) -> None:
        connected(self, *args)
        for key, handler in self._handlers.items():
            self._handlers[key] = _noting(key, handler)

    MemoryEngine.__init__ = listening  # type: ignore[method-assign]
    caller.Gateway.__init__ = naming  # type: ignore[method-assign]


def _noting(key: str, handler: Any) -> Any:
    def noting(event: Any, context: Any) -> Any:
        _here.calls = []
        try:
            answer = handler(event, context)
            calls = [spelt(call) for call in _here.calls if not call.failed]
        finally:
            _here.calls = None
        changed = "Idempotent-Replayed" not in answer["headers"]
        if answer["statusCode"] < 300 and changed:
            best = _cheapest.get(key)
            wrote = any(call.startswith("write") for call in calls)
            if best is None or (wrote, -len(calls)) > (any(c.startswith("write") for c in best), -len(best)):
                _cheapest[key] = calls
        return answer

    return noting


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was noted."""
    del session
    Path(os.environ["RECORD_ROUTES"]).write_text(json.dumps(_cheapest, indent=1, sort_keys=True))

"""A pytest plugin that notes which function touches which partitions: ``-p tests.budgets.recording``.

Whoever runs tests with it gets, in the file that ``RECORD_ACCESS`` names, for each function the actions
with the beginnings of the partitions, and one partition as an example of each.
"""

import json
import os
import threading
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from fordring.store.memory import MemoryEngine
from fordring.store.metering import Call
from local.template import routes

WORKERS = {"outbox": "deliver_outbox", "clock": "hourly_sync"}
DONE_BY = {
    "banking.run_job": "hourly_sync",
    "delivering.deliver_lane": "deliver_outbox",
    "notifying.deliver": "deliver_outbox",
    "publishing.fan_out": "deliver_outbox",
    "synchronising.synchronise": "hourly_sync",
}
"""Use cases that tests call themselves, and whose work they are."""

_here = threading.local()
_seen: dict[tuple[str, str, str], str] = {}


def beginning(pk: str) -> str:
    """Give the part of a partition that a role can speak about."""
    return pk.partition("#")[0]


def within[**P, R](function: str, call: Callable[P, R]) -> Callable[P, R]:
    """Note what is touched during a call as the function's doing; calls may be within one another."""

    def noting(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = getattr(_here, "function", None)
        _here.function = function
        try:
            return call(*args, **kwargs)
        finally:
            _here.function = outer

    return noting


def note(call: Call) -> None:
    """Note a call on the table."""
    function = getattr(_here, "function", None)
    if function is not None:
        for touch in call.touched:
            _seen.setdefault((function, touch.action, beginning(touch.pk)), touch.pk)


def pytest_configure(config: pytest.Config) -> None:
    """Listen to every table in memory, every gateway and every worker."""
    del config
    from tests.functions import caller
    from tests.story import stage

    made = MemoryEngine.__init__

    def listening(self: MemoryEngine, *, on_call: Any = None) -> None:
        def both(call: Call) -> None:
            note(call)
            if on_call is not None:
                on_call(call)

        made(self, on_call=both)

    functions = routes()
    connected = caller.Gateway.__init__

    def naming(self: caller.Gateway, *args: Any) -> None:
        connected(self, *args)
        for key, handler in self._handlers.items():
            if key in functions:
                self._handlers[key] = within(functions[key], handler)

    hired = stage.Stage.worker

    def employing(self: stage.Stage, name: str) -> Any:
        worker = hired(self, name)
        worker.take = within(WORKERS[name], worker.take)
        return worker

    for path, function in DONE_BY.items():
        module, _, name = path.partition(".")
        usecase = import_module(f"fordring.usecases.{module}")
        setattr(usecase, name, within(function, getattr(usecase, name)))
    MemoryEngine.__init__ = listening  # type: ignore[method-assign]
    caller.Gateway.__init__ = naming  # type: ignore[method-assign]
    stage.Stage.worker = employing  # type: ignore[method-assign]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down what was noted."""
    del session
    rows = [[*key, example] for key, example in sorted(_seen.items())]
    Path(os.environ["RECORD_ACCESS"]).write_text(json.dumps(rows))

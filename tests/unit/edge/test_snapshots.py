"""What outlives a snapshot: modules, and nothing else."""

import sys
from types import SimpleNamespace

from fordring.edge import hub as hub_module
from fordring.edge.hub import Hub, SystemClock
from fordring.edge.settings import Settings
from fordring.edge.snapshots import warm_up
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository


class Runtime(SimpleNamespace):
    """Stands in for the runtime's module: keeps what is registered."""

    def __init__(self):
        super().__init__(before=[], after=[])
        self.register_before_snapshot = self.before.append
        self.register_after_restore = self.after.append


def a_hub():
    forgotten = []
    environment = Settings(table="fordring", tenant="demo", stage="development", mode="live")
    return Hub(
        environment, Repository(MemoryEngine()), SystemClock(), lambda: forgotten.append(True)
    ), forgotten


def test_the_hub_that_warmed_up_is_gone_before_the_snapshot_and_after_the_restore(monkeypatch):
    runtime = Runtime()
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", runtime)
    first, forgotten = a_hub()
    hub_module.use(first)
    try:
        warm_up()
        runtime.before[0]()
        assert forgotten == [True]
        second, again = a_hub()
        hub_module.use(second)
        assert hub_module.hub() is second
        runtime.after[0]()
        assert again == [True]
    finally:
        hub_module.use(None)


def test_elsewhere_nothing_is_registered(monkeypatch):
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
    warm_up()

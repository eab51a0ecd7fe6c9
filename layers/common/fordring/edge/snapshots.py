"""SnapStart: what is loaded before the snapshot, and what must not outlive it.

After a restore no connection, credential or opened secret may be older than the restore: so the hub that
warmed the process up is let go of before the snapshot is taken, and a new one is made at the first call.
"""

from collections.abc import Callable

from fordring.domain.values import complete_all
from fordring.edge.hub import hub, use
from fordring.store.items import warm


def warm_up(prepare: Callable[[], None] | None = None) -> None:
    """Register what happens around a snapshot; where the runtime takes none, nothing.

    Parameters
    ----------
    prepare
        Loads what this function would otherwise load at its first request.
    """
    try:
        from snapshot_restore_py import register_after_restore, register_before_snapshot
    except ModuleNotFoundError:
        return

    def before() -> None:
        if prepare is not None:
            prepare()
        complete_all()
        warm()
        let_go()

    register_before_snapshot(before)
    # The platform may have reused a process: let go again, so that nothing made in between survives.
    register_after_restore(let_go)


def let_go() -> None:
    """Make the process forget its hub, with all connections and secrets; the modules stay loaded."""
    hub().renew()
    use(None)

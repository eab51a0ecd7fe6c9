"""Function workers: shorter drain, a cap on their number, one unpacked copy of the layer, a warm start.

Three things are off in MiniStack 1.5.33. After each invocation it waits 50 ms for output of a function
that prints nothing. It starts a further process for every concurrent invocation, and a burst of sixteen
cold ones takes twenty seconds of two cores. And each process unpacks, and compiles, the layer for itself.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

__all__ = ["apply", "warm"]

_DRAIN_SECONDS = 0.0015
_KEPT_LAYERS = 3


def _shorten_drain() -> None:
    drain = lambda_runtime.Worker._drain_stderr_bounded

    def short(
        worker: Any,
        first_line_wait: float = _DRAIN_SECONDS,
        idle_confirm: float = 0.002,
        hard_cap: float = 0.25,
    ) -> Any:
        return drain(worker, first_line_wait, idle_confirm, hard_cap)

    lambda_runtime.Worker._drain_stderr_bounded = short


def _cap_workers(limit: int, may_run: threading.Event) -> None:
    """Let an invocation wait for one of `limit` processes instead of starting a further one.

    No function of this template invokes itself, so waiting cannot deadlock. Nothing runs before `may_run`.
    """
    acquire, release = lambda_runtime.acquire_worker, lambda_runtime.release_worker
    freed = threading.Condition()

    def waiting_acquire(
        name: str,
        config: dict[str, Any],
        code: bytes,
        qualifier: str = "$LATEST",
        max_concurrency: int | None = None,
    ) -> Any:
        may_run.wait()
        most = min(max_concurrency or limit, limit)
        with freed:
            while True:
                worker, reason = acquire(name, config, code, qualifier=qualifier, max_concurrency=most)
                if worker is not None:
                    return worker, reason
                freed.wait(1.0)  # a pool may also shrink without a release, when a worker is discarded

    def notifying_release(worker: Any) -> None:
        release(worker)
        with freed:
            freed.notify_all()

    for module in (lambda_runtime, lambda_svc):
        module.acquire_worker = waiting_acquire
        module.release_worker = notifying_release


class _SharedLayers(zipfile.ZipFile):
    """Unpack a layer once; each worker's folder for it is a link to the shared copy.

    The copy stays for the next start. Python then also compiles the layer's modules once, and not for each
    worker.
    """

    _unpacking = threading.Lock()  # of all instances; ZipFile has a `_lock` of its own

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        target = Path(path or ".")
        if not target.name.startswith("layer_") or any(target.iterdir()):
            super().extractall(path, members, pwd)
            return
        parts = "".join(f"{item.filename}\0{item.CRC}\0{item.file_size}\n" for item in self.infolist())
        shared = Path(os.environ["LOCAL_LAYERS"]) / hashlib.sha256(parts.encode()).hexdigest()[:24]
        with self._unpacking:
            if not shared.exists():
                unpacked = shared.with_suffix(".part")
                unpacked.mkdir(parents=True, exist_ok=True)
                super().extractall(unpacked, members, pwd)
                unpacked.rename(shared)
                _drop_oldest(shared.parent)
            shared.touch()
        target.rmdir()
        target.symlink_to(shared, target_is_directory=True)


def _drop_oldest(folder: Path) -> None:
    """Keep the newest copies, with room for a deployment that replaces one while the other still works."""
    for old in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)[:-_KEPT_LAYERS]:
        shutil.rmtree(old, ignore_errors=True)


def _share_layers() -> None:
    # only lambda_runtime sees the changed ZipFile; everything else in the module is the standard one
    lambda_runtime.zipfile = SimpleNamespace(**(vars(zipfile) | {"ZipFile": _SharedLayers}))


def _live_versions() -> list[dict[str, Any]]:
    """Find the version behind each alias, or the unpublished code where there is no alias."""
    found = []
    for function in list(lambda_svc._functions._data.values()):
        versions, aliases = function.get("versions", {}), function.get("aliases", {})
        live = [versions[a["FunctionVersion"]] for a in aliases.values() if a["FunctionVersion"] in versions]
        found += live or [function]
    return found


def warm() -> None:
    """Start one process for each function, two at a time, so that the first requests find them ready."""

    def start(version: dict[str, Any]) -> None:
        config = version["config"]
        qualifier = config.get("Version", "$LATEST")
        worker, _ = _acquire(config["FunctionName"], config, version["code_zip"], qualifier=qualifier)
        try:
            lambda_runtime.ensure_spawned(worker)
        except RuntimeError as error:
            raise RuntimeError(f"{config['FunctionName']} does not start: {error}") from error
        finally:
            lambda_runtime.release_worker(worker)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for started in [pool.submit(start, version) for version in _live_versions()]:
            started.result()


_acquire = lambda_runtime.acquire_worker


def apply(limit: int, may_run: threading.Event) -> None:
    """Apply the three cures, with at most `limit` processes for each function and none before `may_run`."""
    _shorten_drain()
    _cap_workers(limit, may_run)
    _share_layers()

"""Save the state while the emulator runs, so that a crash loses seconds and never consistency.

MiniStack 1.5.33 saves at a graceful stop only, one file after the other. Here a snapshot is a *generation*,
a folder with a file for each service, that becomes the current one by one atomic rename of a link. It is
written by a forked child: the fork happens on the event loop, between two requests, so that no half-applied
transaction is visible in it, and copy-on-write lets the parent go on at once.

``state/current`` is the link; a copy of ``state/`` is a complete snapshot.
"""

from __future__ import annotations

import asyncio
import copy
import gc
import json
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack import app as emulator
from ministack.core import persistence

__all__ = ["apply"]

_EVERY_SECONDS = 2.0
_REST = 3
"""How many times as long as the last snapshot took to wait before the next one, when the state is large."""
_CHILD_SECONDS = 60
_DATA = frozenset({"dynamodb", "sqs", "kms", "s3", "execute-api"})
"""Signing names of the services that change while the estate is used. Requests to any other one (a
deployment) change definitions, which are larger and saved only then."""
_DATA_FILES = frozenset({"dynamodb", "sqs", "kms", "s3", "lambda", "scheduler"})

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]


class Generations:
    """The folder of generations, and what has changed since the last one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.current = folder / "current"
        self.data_changed = False
        self.definitions_changed = False

    def load(self, service: str) -> Any:
        """Read a service's state from the current generation."""
        return self._within(self.current, persistence.load_state, service)

    def write(self, services: dict[str, Callable[[], Any]], *, definitions: bool) -> None:
        """Write a generation and make it current; what has not changed is linked from the previous one."""
        previous = self.current.resolve() if self.current.exists() else None
        name = f"generation-{time.time_ns():x}"
        target = self.folder / name
        target.mkdir(parents=True)
        wanted = {k: v for k, v in services.items() if definitions or k in _DATA_FILES}
        self._within(target, persistence.save_all, wanted)
        missing = [k for k in wanted if not (target / f"{k}.json").exists() and wanted[k]() is not None]
        if missing:
            shutil.rmtree(target)
            raise OSError(f"could not save {', '.join(missing)}")
        for file in sorted(previous.glob("*.json")) if previous else []:
            if not (target / file.name).exists():
                os.link(file, target / file.name)
        link = self.folder / f"{name}.link"
        link.symlink_to(name, target_is_directory=True)
        link.replace(self.current)
        for old in self.folder.glob("generation-*"):
            if old.is_dir() and not old.is_symlink() and old not in (target, previous):
                shutil.rmtree(old, ignore_errors=True)

    async def save(self) -> bool:
        """Fork a child that writes a generation; tell whether it did."""
        definitions = self.definitions_changed or not self.current.exists()
        self.data_changed = self.definitions_changed = False
        pid = os.fork()
        if pid == 0:
            self._write_and_exit(definitions)
        _, status = await asyncio.to_thread(os.waitpid, pid, 0)
        if status != 0:
            self.data_changed = True
            self.definitions_changed = self.definitions_changed or definitions
        return status == 0

    def _write_and_exit(self, definitions: bool) -> None:
        code = 1
        try:
            # a lock that another thread held at the fork is never released here: give up, and try again
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(_CHILD_SECONDS)
            os.nice(10)
            persistence.logger.disabled = True
            _write_faster()
            gc.disable()
            self.write(emulator._build_persistence_save_dict(), definitions=definitions)
            code = 0
        finally:
            os._exit(code)

    @staticmethod
    def _within(folder: Path, function: Callable[..., Any], *arguments: Any) -> Any:
        kept = persistence.STATE_DIR
        persistence.STATE_DIR = str(folder)
        try:
            return function(*arguments)
        finally:
            persistence.STATE_DIR = kept


def _write_faster() -> None:
    """Leave out, in the child, the copies that protect the state from what happens meanwhile: nothing does.

    And encode in one go: ``json.dump`` goes through Python for each value, ``json.dumps`` does not.
    """

    def same(value: Any, memo: Any = None) -> Any:  # noqa: ARG001  the replaced signature
        return value

    def dump(value: Any, file: Any, **options: Any) -> None:
        file.write(json.dumps(value, **options))

    copy.deepcopy = same  # type: ignore[assignment]
    persistence.json = SimpleNamespace(dump=dump)


def _signing_name(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"authorization":
            credential = value.decode("latin-1").partition("Credential=")[2].split(",")[0].split("/")
            return credential[3] if len(credential) > 3 else ""
    return ""


def apply() -> Callable[[], Awaitable[bool]]:
    """Redirect loading and saving to generations, and save every two seconds when something changed.

    Returns
    -------
    Callable
        Saves at once and tells whether that worked; a state in memory only has nothing to save.
    """
    if not persistence.PERSIST_STATE:
        return _nothing_to_save
    generations = Generations(Path(persistence.STATE_DIR))
    emulator.load_state = generations.load
    emulator.save_all = lambda services: generations.write(services, definitions=True)
    serve: Application = emulator.app
    running: list[asyncio.Task[None]] = []
    saving = asyncio.Lock()

    async def save_now() -> bool:
        async with saving:
            return await generations.save()

    async def save_regularly() -> None:
        took = 0.0
        while True:
            await asyncio.sleep(max(_EVERY_SECONDS, _REST * took))
            if generations.data_changed or generations.definitions_changed:
                began = time.monotonic()
                await save_now()
                took = time.monotonic() - began

    async def application(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            if not running:
                running.append(asyncio.get_running_loop().create_task(save_regularly()))
            if not scope["path"].startswith("/_ministack/"):
                name = _signing_name(scope)
                generations.data_changed = True
                generations.definitions_changed |= bool(name) and name not in _DATA
        await serve(scope, receive, send)

    emulator.app = application
    return save_now


async def _nothing_to_save() -> bool:
    return True

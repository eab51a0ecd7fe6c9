"""Stand-ins for what runs on AWS, with the same promises and in memory."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import timedelta

from fordring.domain.email import Letter
from fordring.domain.transport import TransportFailed
from fordring.usecases.ports import CannotOpen, FileMissing


class MemorySealer:
    """Binds what it seals to its context, and counts; it hides nothing."""

    def __init__(self) -> None:
        self.sealed = 0
        self.opened = 0

    def seal(self, plaintext: bytes, context: Mapping[str, str]) -> str:
        self.sealed += 1
        parts = [dict(context), b64encode(plaintext).decode()]
        return b64encode(json.dumps(parts, sort_keys=True).encode()).decode()

    def open(self, sealed: str, context: Mapping[str, str]) -> bytes:
        self.opened += 1
        try:
            bound, plaintext = json.loads(b64decode(sealed, validate=True))
        except ValueError:
            raise CannotOpen("it was changed") from None
        if bound != dict(context):
            raise CannotOpen("it was sealed for something else")
        return b64decode(plaintext)


class MemoryFiles:
    """Keeps files in ``kept``, with their content types."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[bytes, str]] = {}

    def put(self, name: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        self.kept[name] = (body, content_type)

    def get(self, name: str) -> bytes:
        if name not in self.kept:
            raise FileMissing("there is no such file")
        return self.kept[name][0]


class MemoryMail:
    """Keeps letters in ``sent``; ``fails`` holds what the next ones end in, ``None`` for one that is sent.

    A letter whose fate nobody knows is kept, too: it may have gone out.
    """

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.fails: list[Exception | None] = []

    def send(self, letter: Letter) -> None:
        failure = self.fails.pop(0) if self.fails else None
        if failure is None or (isinstance(failure, TransportFailed) and failure.sent == "maybe"):
            self.sent.append(letter)
        if failure is not None:
            raise failure


class MemoryQueue:
    """Keeps what was sent in ``sent``, each message with its delay."""

    def __init__(self) -> None:
        self.sent: list[tuple[dict[str, str], timedelta]] = []

    def send(self, messages: Iterable[Mapping[str, str]], *, after: timedelta = timedelta()) -> None:
        self.sent.extend((dict(message), after) for message in messages)

    @property
    def messages(self) -> list[dict[str, str]]:
        return [message for message, _ in self.sent]

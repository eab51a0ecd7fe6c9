"""What use cases ask of the outside, besides the store, the clock and the agencies.

``fordring.edge`` has what runs on AWS; ``tests/fakes.py`` has what tests use.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Protocol

from fordring.domain.email import Letter


class CannotOpen(Exception):
    """What was sealed cannot be opened: it was changed, or sealed for something else or by another key."""


class FileMissing(Exception):
    """There is no file under that name, or no longer."""


class Sealer(Protocol):
    """Encrypts what must not be readable in the table: agencies' credentials and webhook secrets."""

    def seal(self, plaintext: bytes, context: Mapping[str, str]) -> str:
        """Encrypt up to 4 kB, bound to a context without which it cannot be opened; gives base64.

        Parameters
        ----------
        plaintext
            What is secret.
        context
            What it belongs to: names and ids, which are no secrets themselves.

        Raises
        ------
        Unavailable
            When the key cannot be reached at present.
        """
        ...

    def open(self, sealed: str, context: Mapping[str, str]) -> bytes:
        """Decrypt what was sealed in the same context.

        Raises
        ------
        CannotOpen
            When it was not sealed so.
        Unavailable
            When the key cannot be reached at present.
        """
        ...


class Files(Protocol):
    """Keeps documents, received files and large callbacks, by name."""

    def put(self, name: str, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Keep a file; one of the same name is replaced.

        Parameters
        ----------
        name
            Begins with the folder, which decides how long it is kept: ``callbacks/``,
            ``documents/``, ``letters/`` or ``files/``.
        body
            Its bytes.
        content_type
            What they are.

        Raises
        ------
        Unavailable
            When it cannot be kept at present.
        """
        ...

    def get(self, name: str) -> bytes:
        """Read a file.

        Raises
        ------
        FileMissing
            When there is none.
        Unavailable
            When it cannot be read at present.
        """
        ...


class Mail(Protocol):
    """Sends e-mails. It recognises no repetition: what may have been sent is not sent again by itself."""

    def send(self, letter: Letter) -> None:
        """Send an e-mail.

        Raises
        ------
        LetterRefused
            When it was not sent, and a repetition would change nothing.
        TransportFailed
            When it was not sent this time (``sent`` is ``no``), or nobody knows (``maybe``).
        """
        ...


class Queue(Protocol):
    """Tells workers what to look at. A message holds ids only, and may arrive twice or not at all."""

    def send(self, messages: Iterable[Mapping[str, str]], *, after: timedelta = timedelta()) -> None:
        """Send messages, each an object of ids, to be received after at most 15 minutes.

        Raises
        ------
        Unavailable
            When some could not be sent; others may have been.
        """
        ...

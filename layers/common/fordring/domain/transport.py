"""What is said to the outside and what may have been heard: the vocabulary of one HTTP exchange."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, Protocol

from fordring.domain.values import dataclass

type Sent = Literal["no", "maybe"]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, with its body as the exact bytes that are signed and sent.

    ``timeout_seconds`` bounds the whole exchange, ``largest_answer`` the answer's body, in bytes.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    timeout_seconds: float = 10.0
    largest_answer: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportFailed(Exception):
    """No answer was had.

    Parameters
    ----------
    sent
        ``"no"`` when the request certainly never left (no connection, no name); ``"maybe"`` for
        everything else: the far side may already have acted.
    reason
        A short code, for example ``connect_timeout`` or ``read_timeout``; without the URL.
    """

    def __init__(self, sent: Sent, reason: str) -> None:
        super().__init__(f"{reason} (sent: {sent})")
        self.sent: Sent = sent
        self.reason = reason


class Http(Protocol):
    """The port through which the hub talks to agencies and to billing products."""

    def exchange(self, request: Request) -> Response:
        """Send a request and wait for its answer. A redirect is an answer, never followed.

        Raises
        ------
        TransportFailed
            When there is no answer.
        """
        ...

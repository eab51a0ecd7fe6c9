"""What every simulated agency has in common on the wire."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from sqlite3 import Row
from typing import Protocol

from sandbox.desk import Desk, Routine
from sandbox.faults import Fault
from sandbox.inputs import Input

type Intervention = Callable[[Desk, Input], dict[str, object]]
"""What the control interface makes happen: reads what was sent, gives the answer."""


@dataclass(frozen=True, slots=True)
class WireRequest:
    """One request. Header names are in lower case; ``path`` is within the agency, without the query."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """One answer; ``result`` is the agency's own word for it, for the list of requests."""

    status: int
    body: bytes
    result: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reception:
    """How a request is received: faults aimed at what happens after the answer.

    ``batch_fault`` is one of ``faults.ON_BATCHES``.
    """

    visible_at: datetime | None = None
    refused_for: tuple[str, ...] = ()
    batch_fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback ready to be signed: its exact body and what goes with every attempt."""

    delivery_id: str
    url: str
    body: bytes
    client_id: str
    secret: str


class Simulator(Protocol):
    """One agency's wire: its shapes, its signatures, its words. Ledger, faults and traffic are shared."""

    routine: Routine
    secret_headers: frozenset[str]
    """Header names whose values are never shown."""
    interventions: Mapping[str, Intervention]
    """What the control interface can make happen at this agency only, by the name in the URL."""

    def operation(self, request: WireRequest) -> str:
        """The operation of ``faults.OPERATIONS`` that is asked for, or ``other``."""
        ...

    def client(self, db: sqlite3.Connection, request: WireRequest, real_now: datetime) -> Row | None:
        """The client who signed, or ``None``."""
        ...

    def unauthorized(self) -> WireAnswer:
        """What somebody else is told."""
        ...

    def handle(self, desk: Desk, client: Row, request: WireRequest, reception: Reception) -> WireAnswer:
        """Carry out a request of a client."""
        ...

    def failure(self, status: int) -> WireAnswer:
        """What an error of the agency's own looks like."""
        ...

    def callback_body(self, delivery_id: str, client: Row, changes: Sequence[Row]) -> bytes:
        """The body of a callback; the same for every attempt."""
        ...

    def callback_headers(self, callback: Callback, real_now: datetime) -> dict[str, str]:
        """The headers of one attempt, signed now."""
        ...

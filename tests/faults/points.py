"""Where a process can be killed: before and after each call of each port, as the ports themselves say.

Nobody lists the points. They are the methods of the protocols; what a process does to the outside past
these methods is refused, so that a call without a kill point fails a test.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, get_protocol_members

from fordring.domain.refs import Ref
from fordring.domain.transport import Http
from fordring.usecases.ports import Files, Mail, Queue, Sealer
from fordring.usecases.store_port import Store

type Moment = Literal["before", "after"]


class Agenda(Protocol):
    """What the workers ask of the repository beside the port ``Store``: what is due."""

    def due(self, until: datetime, *, limit: int = 100) -> tuple[Ref[Any], ...]: ...

    def upcoming(self, *, limit: int = 100) -> tuple[tuple[datetime, Ref[Any]], ...]: ...


PORTS: dict[str, tuple[type, ...]] = {
    "store": (Store, Agenda),
    "http": (Http,),
    "sealer": (Sealer,),
    "files": (Files,),
    "queue": (Queue,),
    "mail": (Mail,),
}
"""The ports by the name that a point carries; whoever implements several is one thing."""


def methods_of(port: str) -> frozenset[str]:
    """Enumerate a port's methods."""
    return frozenset().union(*(get_protocol_members(protocol) for protocol in PORTS[port]))


def all_points() -> frozenset[str]:
    """Enumerate every point, as ``port.method``."""
    return frozenset(f"{port}.{method}" for port in PORTS for method in methods_of(port))


@dataclass(frozen=True)
class Kill:
    """Die at the call with this number, counted from 0, before it is made or after its answer."""

    call: int
    moment: Moment


@dataclass
class Blade:
    """Counts calls, writes each down at once, and kills this process at the one that was chosen."""

    kill: Kill | None
    trace: int
    made: int = 0

    def call(self, point: str, method: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Make a call, unless this is where it ends."""
        number, self.made = self.made, self.made + 1
        # Not buffered: what is written is there, whatever happens next.
        os.write(self.trace, f"{point}\n".encode())
        self._fall(number, "before")
        try:
            return method(*args, **named)
        finally:
            # An error is an answer, too.
            self._fall(number, "after")

    def _fall(self, number: int, moment: Moment) -> None:
        if self.kill == Kill(number, moment):
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Mortal:
    """A port's implementation, each method of which may be the last."""

    port: str
    real: Any
    blade: Blade
    methods: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.methods = methods_of(self.port)

    def __getattr__(self, name: str) -> Any:
        if name not in self.methods:
            raise AttributeError(f"{self.port}.{name} is in no port: it would be a call without a kill point")
        method = getattr(self.real, name)
        return lambda *args, **named: self.blade.call(f"{self.port}.{name}", method, *args, **named)

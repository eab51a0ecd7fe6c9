"""All simulated agencies together: their requests, their clock, their callbacks."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Final

from sandbox import agenda, clock, faults, traffic
from sandbox.changes import publish
from sandbox.deliveries import Deliverer, Tally
from sandbox.desk import Desk, Routine
from sandbox.faults import Fault
from sandbox.store import Store
from sandbox.wire import Reception, Simulator, WireAnswer, WireRequest

_TICK_SECONDS: Final = 0.25
_INVISIBLE_FOR: Final = 300
_RETRY_AFTER: Final = 30
_GARBAGE: Final = b'{"ResultCode": "Acc'


class Bureau:
    """The sandbox without its HTTP.

    Parameters
    ----------
    folder
        Where the ledger lives; what it holds is there again after a restart.
    simulators
        The agencies by name.
    callback_timeout_seconds
        How long a receiver of callbacks may take.
    """

    def __init__(
        self, folder: Path, simulators: Mapping[str, Simulator], callback_timeout_seconds: float = 30.0
    ) -> None:
        self.store = Store(folder)
        self.simulators = simulators
        self.routines: Mapping[str, Routine] = {name: one.routine for name, one in simulators.items()}
        self._deliverer = Deliverer(self.store, simulators, callback_timeout_seconds)
        self._woken = Event()
        self._ended = Event()
        self._worker = Thread(target=self._work, name="agencies", daemon=True)

    def start(self) -> None:
        """Let real time and callbacks run."""
        self._worker.start()

    def close(self) -> None:
        """Stop, after the attempts that are under way."""
        self._ended.set()
        self._woken.set()
        self._worker.join()
        self._deliverer.close()
        self.store.close()

    def wake(self) -> None:
        """There may be something to deliver."""
        self._woken.set()

    def exchange(self, agency: str, request: WireRequest) -> tuple[WireAnswer | None, Fault | None]:
        """One request to an agency, in one transaction. No answer: the connection is to be dropped."""
        simulator = self.simulators[agency]
        operation = simulator.operation(request)
        real = clock.real_now()
        with self.store.transaction() as db:
            desk = Desk(db, simulator.routine, clock.agency_now(db))
            fault = faults.take_for_request(db, agency, operation)
            client = None
            done: WireAnswer | None = None
            if _is_heard(fault):
                client = simulator.client(db, request, real)
                if client is None:
                    done = simulator.unauthorized()
                else:
                    done = simulator.handle(desk, client, request, _reception(desk, fault))
                publish(desk)
            traffic.record(
                db,
                agency,
                request,
                operation,
                None if client is None else client["number"],
                done,
                None if fault is None else fault.kind,
                hidden=simulator.secret_headers,
                at=real,
                agency_time=desk.now,
            )
        self.wake()
        return _answer(simulator, fault, done), fault

    def move_clock(self, now: datetime) -> tuple[bool, int]:
        """Move the agencies' clock, doing everything that becomes due; whether it moved, and how much."""
        with self.store.transaction() as db:
            moved = clock.set_clock(db, now)
            done = agenda.run_due(db, self.routines, clock.agency_now(db))
        return moved, done

    def deliver_due(self) -> Tally:
        """Attempt every callback that is due, once, and wait for it."""
        return self._deliverer.deliver_due()

    def _work(self) -> None:
        while not self._ended.is_set():
            self._woken.wait(_TICK_SECONDS)
            self._woken.clear()
            if self._ended.is_set():
                return
            with self.store.transaction() as db:
                # a clock that was set stands still, so that this finds nothing
                agenda.run_due(db, self.routines, clock.agency_now(db))
            self._deliverer.deliver_due()


def _is_heard(fault: Fault | None) -> bool:
    """Whether the agency carries the request out in spite of the fault."""
    match fault:
        case Fault(kind="timeout_before" | "error_429"):
            return False
        case Fault(kind="error_500"):
            # unless told otherwise, every second one has carried the request out
            return bool(fault.settings.get("processed", fault.turn % 2 == 0))
        case Fault(kind="malformed_answer"):
            return bool(fault.settings.get("processed", True))
        case _:
            return True


def _reception(desk: Desk, fault: Fault | None) -> Reception:
    match fault:
        case Fault(kind="received_but_invisible_for"):
            seconds = fault.settings.get("seconds", _INVISIBLE_FOR)
            assert isinstance(seconds, int)
            return Reception(visible_at=desk.now + timedelta(seconds=seconds))
        case Fault(kind="reject_case"):
            reasons = fault.settings.get("reasons", ["ClaimNotAccepted"])
            assert isinstance(reasons, list)
            return Reception(refused_for=tuple(str(reason) for reason in reasons))
        case Fault(kind=kind) if kind in faults.ON_BATCHES:
            return Reception(batch_fault=fault)
        case _:
            return Reception()


def _answer(simulator: Simulator, fault: Fault | None, done: WireAnswer | None) -> WireAnswer | None:
    match fault:
        case Fault(kind="timeout_before" | "timeout_after" | "received_but_invisible_for"):
            return None
        case Fault(kind="error_500"):
            return simulator.failure(500)
        case Fault(kind="error_429"):
            wait = str(fault.settings.get("retry_after", _RETRY_AFTER))
            failure = simulator.failure(429)
            return WireAnswer(429, failure.body, failure.result, {**failure.headers, "retry-after": wait})
        case Fault(kind="malformed_answer"):
            return WireAnswer(200, _GARBAGE, "malformed", {"content-type": "application/json"})
        case _:
            return done

"""Callbacks on their way: attempted when due, a few at a time, in order within a case."""

import http.client
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from sqlite3 import Connection, Row
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from sandbox import faults
from sandbox.clock import agency_now, real_now
from sandbox.instants import text_of
from sandbox.store import Store
from sandbox.wire import Callback, Simulator

RETRIES: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""What passes on the agency's clock between one attempt and the next; then it is given up."""

_HELD_BACK: Final = timedelta(minutes=10)
_AT_ONCE: Final = 4
_BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class Tally:
    """How many deliveries arrived, and how many attempts failed."""

    delivered: int = 0
    failed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.delivered + other.delivered, self.failed + other.failed)


class Deliverer:
    """Attempts what is due. Only one run at a time, so that no delivery is attempted twice at once.

    Parameters
    ----------
    store, simulators
        The ledger, and who writes the bodies.
    timeout_seconds
        How long a receiver may take to answer.
    """

    def __init__(self, store: Store, simulators: Mapping[str, Simulator], timeout_seconds: float) -> None:
        self._store = store
        self._simulators = simulators
        self._timeout = timeout_seconds
        self._turn = Lock()
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="callback")

    def close(self) -> None:
        """Wait for the attempts that are under way."""
        self._pool.shutdown()

    def deliver_due(self) -> Tally:
        """Attempt everything that is due once; a failed attempt is planned again for later."""
        total = Tally()
        with self._turn:
            while due := self._due():
                by_case: dict[tuple[str, int], list[int]] = {}
                for row in due:
                    by_case.setdefault((row["agency"], row["case_id"] or -row["id"]), []).append(row["id"])
                for tally in self._pool.map(self._attempt_all, by_case.values()):
                    total += tally
        return total

    def _due(self) -> list[Row]:
        with self._store.reading() as db:
            return db.execute(
                "select id, agency, case_id from deliveries where state = 'pending' and due_at <= ?"
                " order by due_at, id limit ?",
                (text_of(agency_now(db)), _BATCH),
            ).fetchall()

    def _attempt_all(self, deliveries: Sequence[int]) -> Tally:
        total = Tally()
        for delivery in deliveries:
            total += self._attempt(delivery)
        return total

    def _attempt(self, delivery: int) -> Tally:
        with self._store.transaction() as db:
            row = db.execute("select * from deliveries where id = ?", (delivery,)).fetchone()
            if row is None:
                # the agency was reset meanwhile
                return Tally()
            fault = faults.take_for_callback(db, row["agency"])
            kind = fault.kind if fault else None
            if kind == "drop_callback":
                _finish(db, delivery, "dropped", None)
                return Tally()
            if kind == "reorder_callbacks":
                # whatever happens next overtakes it
                due = text_of(agency_now(db) + _HELD_BACK)
                db.execute("update deliveries set due_at = ? where id = ?", (due, delivery))
                return Tally()
            callback = self._callback(db, row)
        if callback is None:
            with self._store.transaction() as db:
                _finish(db, delivery, "dropped", None)
            return Tally()
        simulator = self._simulators[row["agency"]]
        headers = simulator.callback_headers(callback, real_now())
        if kind == "bad_signature":
            spoilt = replace(callback, secret=callback.secret + "?")
            headers = simulator.callback_headers(spoilt, real_now())
        answer = _post(callback, headers, self._timeout)
        if kind == "duplicate_callback":
            _post(callback, headers, self._timeout)
        return self._settle(delivery, answer)

    def _callback(self, db: Connection, row: Row) -> Callback | None:
        client = db.execute(
            "select * from clients where agency = ? and number = ?", (row["agency"], row["client"])
        ).fetchone()
        if client is None or client["callback_url"] is None:
            return None
        sequences = json.loads(row["sequences"])
        changes = db.execute(
            f"select * from changes where sequence in ({', '.join('?' * len(sequences))})"  # noqa: S608
            " order by sequence",
            sequences,
        ).fetchall()
        name = delivery_id(row["id"])
        body = self._simulators[row["agency"]].callback_body(name, client, changes)
        return Callback(name, client["callback_url"], body, client["client_id"], client["secret"])

    def _settle(self, delivery: int, answer: str) -> Tally:
        arrived = answer.startswith("2")
        with self._store.transaction() as db:
            row = db.execute("select attempts from deliveries where id = ?", (delivery,)).fetchone()
            if row is None:
                return Tally()
            attempts = row["attempts"] + 1
            if arrived or attempts > len(RETRIES):
                _finish(db, delivery, "delivered" if arrived else "given_up", answer)
            else:
                due = text_of(agency_now(db) + RETRIES[attempts - 1])
                db.execute(
                    "update deliveries set attempts = ?, due_at = ?, answer = ? where id = ?",
                    (attempts, due, answer, delivery),
                )
        return Tally(delivered=1) if arrived else Tally(failed=1)


def delivery_id(number: int) -> str:
    """The id that the receiver sees, the same for every attempt."""
    return f"d-{number:09d}"


def _finish(db: Connection, delivery: int, state: str, answer: str | None) -> None:
    db.execute(
        "update deliveries set state = ?, answer = ?, attempts = attempts + 1 where id = ?",
        (state, answer, delivery),
    )


def _post(callback: Callback, headers: Mapping[str, str], timeout: float) -> str:
    """POST once; the status as text, or what went wrong."""
    url = urlsplit(callback.url)
    connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connect(url.hostname or "", url.port, timeout=timeout)
    try:
        connection.request(
            "POST", url.path + (f"?{url.query}" if url.query else ""), callback.body, dict(headers)
        )
        answer = connection.getresponse()
        answer.read()
        return str(answer.status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()

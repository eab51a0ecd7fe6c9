"""The sandbox's ledger in SQLite: one connection, one transaction per request, durable over kill -9."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, Final

_SCHEMA: Final = """
create table if not exists settings (name text primary key, value text not null) without rowid;
create table if not exists clients (
    agency text, number text, client_id text not null, secret text not null, callback_url text,
    commission_percent text not null default '0', primary key (agency, number), unique (agency, client_id)
) without rowid;
create table if not exists cases (
    id integer primary key autoincrement, agency text not null, client text not null,
    external_id text not null, number text, level text not null, currency text not null,
    status text not null, state text not null, closed_reason text, rejections text not null default '[]',
    due_date text not null, debtor text not null,
    accepted_at text not null, visible_at text not null, registered_at text, closed_at text,
    principal_original integer not null, principal integer not null,
    interest integer not null default 0, cost integer not null default 0
);
create unique index if not exists case_number on cases (agency, number) where number is not null;
create index if not exists case_external on cases (agency, client, external_id);
create index if not exists case_open on cases (agency, client, id) where state = 'open';
create table if not exists invoices (
    case_id integer not null, ordinal integer not null, agency text not null, client text not null,
    external_id text not null, document_number text not null, invoice_date text not null,
    due_date text not null, principal integer not null, remaining integer not null,
    payment_reference text, primary key (case_id, ordinal)
) without rowid;
create index if not exists invoice_document on invoices (agency, client, document_number);
create index if not exists invoice_reference on invoices (agency, payment_reference);
create table if not exists claims (
    case_id integer not null, invoice text not null, agency text not null, client text not null,
    owed integer not null, disputed integer not null default 0, withdrawn integer not null default 0,
    primary key (case_id, invoice)
) without rowid;
create table if not exists allocations (
    id integer primary key autoincrement, agency text not null, case_id integer not null,
    entry_id integer not null, invoice text not null, principal integer not null
);
create index if not exists allocation_entry on allocations (entry_id);
create index if not exists allocation_case on allocations (case_id);
create table if not exists disputes (
    agency text not null, client text not null, key text not null, case_id integer not null,
    invoice text not null, reason text not null, opened text not null, resolution text,
    primary key (agency, client, key)
) without rowid;
create index if not exists dispute_case on disputes (case_id);
create table if not exists entries (
    id integer primary key autoincrement, agency text not null, client text not null, case_id integer,
    kind text not null, key text not null, invoice text not null default '', day text, at text not null,
    principal integer not null default 0, interest integer not null default 0,
    cost integer not null default 0, surplus integer not null default 0,
    reference text, reverses integer, settlement text
);
create unique index if not exists entry_key on entries (agency, client, kind, key, invoice);
create index if not exists entry_case on entries (case_id);
create index if not exists entry_unsettled on entries (agency, client)
    where settlement is null and kind in ('payment', 'payment_reversal') and case_id is not null;
create table if not exists registrations (
    agency text, client text, external_id text, digest text not null,
    primary key (agency, client, external_id)
) without rowid;
create table if not exists tokens (
    agency text, token text, client text not null, expires_at text not null, primary key (agency, token)
) without rowid;
create table if not exists letters (
    id integer primary key autoincrement, case_id integer not null, dispatch_id text not null,
    kind text not null, channel text not null, sent text not null, deadline text, fee integer,
    pay_to text not null default 'agency'
);
create index if not exists letter_case on letters (case_id);
create table if not exists messages (
    id integer primary key autoincrement, agency text not null, client text not null,
    case_id integer not null, direction text not null, key text not null, text text not null,
    at text not null, seen_at text, unique (agency, client, direction, key)
);
create index if not exists message_case on messages (case_id);
create table if not exists rests (case_id integer primary key, agency text not null, until text);
create table if not exists questions (
    id integer primary key autoincrement, agency text not null, client text not null,
    case_id integer not null, question_id text not null, kind text not null, text text not null,
    deadline text, asked_at text not null, proceed integer, answer text, answered_at text,
    withdrawn_at text, unique (agency, question_id)
);
create index if not exists question_case on questions (case_id);
create table if not exists changes (
    sequence integer primary key autoincrement, agency text not null, client text not null,
    case_id integer, external_id text, number text, at text not null, type text not null,
    details text not null
);
create index if not exists change_client on changes (agency, client, sequence);
create table if not exists deliveries (
    id integer primary key autoincrement, agency text not null, client text not null, case_id integer,
    sequences text not null, state text not null, due_at text not null, attempts integer not null default 0,
    answer text
);
create index if not exists delivery_due on deliveries (due_at, id) where state = 'pending';
create table if not exists agenda (
    id integer primary key autoincrement, agency text not null, client text not null, case_id integer,
    due_at text not null, kind text not null, payload text not null default '{}'
);
create index if not exists agenda_due on agenda (due_at, id);
create index if not exists agenda_case on agenda (case_id);
create table if not exists records (
    agency text, kind text, key text, value text not null, primary key (agency, kind, key)
) without rowid;
create table if not exists faults (
    id integer primary key autoincrement, agency text not null, kind text not null, operation text,
    remaining integer not null, used integer not null default 0, settings text not null
);
create index if not exists fault_left on faults (agency, id) where remaining > 0;
create table if not exists requests (
    id integer primary key autoincrement, agency text not null, at text not null, agency_time text not null,
    method text not null, path text not null, operation text not null, client text, headers text not null,
    body text not null, status integer, result text, fault text
);
create index if not exists request_agency on requests (agency, id);
create index if not exists request_operation on requests (agency, operation, id);
"""


class StateInUse(OSError):
    """Another process has the ledger."""


class Store:
    """The one connection, guarded by a lock.

    Parameters
    ----------
    folder
        Where the state lives; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._claim = _claim(folder)
        self._lock = RLock()
        self._db = sqlite3.connect(folder / "sandbox.sqlite", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        # with a write-ahead log the operating system holds every commit: a killed process loses none
        self._db.execute("pragma journal_mode = wal")
        self._db.execute("pragma synchronous = normal")
        self._db.execute("pragma case_sensitive_like = on")
        self._db.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Everything within happens or nothing does."""
        with self._lock:
            self._db.execute("begin immediate")
            try:
                yield self._db
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read without a transaction of one's own; nobody writes meanwhile."""
        with self._lock:
            yield self._db

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
            os.close(self._claim)


def _claim(folder: Path) -> int:
    """Hold the folder as long as the process lives: two sandboxes on it would deliver everything twice."""
    claim = os.open(folder / "in-use", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(claim)
        raise StateInUse(f"another sandbox uses {folder}") from None
    return claim


def setting(db: sqlite3.Connection, name: str) -> str | None:
    """One stored setting."""
    row = db.execute("select value from settings where name = ?", (name,)).fetchone()
    return None if row is None else str(row["value"])


def put_setting(db: sqlite3.Connection, name: str, value: str) -> None:
    """Store a setting."""
    db.execute(
        "insert into settings (name, value) values (?, ?) on conflict (name) do update set value = ?2",
        (name, value),
    )


def record(db: sqlite3.Connection, agency: str, kind: str, key: str) -> dict[str, Any] | None:
    """What an agency keeps for itself under a key, besides the ledger that all share."""
    row = db.execute(
        "select value from records where agency = ? and kind = ? and key = ?", (agency, kind, key)
    ).fetchone()
    return None if row is None else json.loads(row["value"])


def put_record(db: sqlite3.Connection, agency: str, kind: str, key: str, value: Mapping[str, object]) -> None:
    """Keep something for one agency."""
    db.execute(
        "insert or replace into records (agency, kind, key, value) values (?, ?, ?, ?)",
        (agency, kind, key, json.dumps(value)),
    )


def next_number(db: sqlite3.Connection, name: str, first: int = 1) -> int:
    """The next number of a counter, which never goes back, not even over a reset."""
    number = int(setting(db, f"counter/{name}") or first - 1) + 1
    put_setting(db, f"counter/{name}", str(number))
    return number

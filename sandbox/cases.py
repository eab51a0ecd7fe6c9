"""A case at the agency: taken in, examined, moved along, ended."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from sqlite3 import Row
from typing import Final

from sandbox.changes import say
from sandbox.claims import open_claim
from sandbox.desk import Desk
from sandbox.instants import letter_run, text_of
from sandbox.store import next_number

_FIRST_NUMBER: Final = 700001


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One invoice of a registration; amounts in øre."""

    external_id: str
    document_number: str
    invoice_date: date
    due_date: date
    principal: int
    remaining: int
    payment_reference: str | None


@dataclass(frozen=True, slots=True)
class Registration:
    """A case as a client hands it over. ``level`` is ``reminder``, ``collection`` or ``administration``."""

    external_id: str
    level: str
    currency: str
    debtor: Mapping[str, object]
    invoices: Sequence[InvoiceLine]


def register(
    desk: Desk,
    client: str,
    registration: Registration,
    *,
    visible_at: datetime | None = None,
    refused_for: Sequence[str] = (),
) -> int:
    """Take a case in. The examination, which gives it a number or refuses it, comes later.

    ``visible_at`` is when it leaves the agency's inbox; until then nobody finds it.
    """
    visible = max(desk.now, visible_at or desk.now)
    remaining = sum(invoice.remaining for invoice in registration.invoices)
    due = max(invoice.due_date for invoice in registration.invoices)
    case_id = desk.db.execute(
        "insert into cases (agency, client, external_id, level, currency, status, state, due_date, debtor,"
        " accepted_at, visible_at, principal_original, principal)"
        " values (?, ?, ?, ?, ?, ?, 'open', ?, ?, ?, ?, ?, ?)",
        (
            desk.agency,
            client,
            registration.external_id,
            registration.level,
            registration.currency,
            desk.routine.statuses.received,
            due.isoformat(),
            json.dumps(registration.debtor),
            desk.at,
            text_of(visible),
            sum(invoice.principal for invoice in registration.invoices),
            remaining,
        ),
    ).lastrowid
    assert case_id is not None
    for ordinal, invoice in enumerate(registration.invoices, start=1):
        _keep_invoice(desk, client, case_id, ordinal, invoice)
    examined_at = max(desk.now + desk.routine.number_after, visible)
    desk.plan(examined_at, "examine", client, case_id, {"refused_for": list(refused_for)})
    return case_id


def _keep_invoice(desk: Desk, client: str, case_id: int, ordinal: int, invoice: InvoiceLine) -> None:
    desk.db.execute(
        "insert into invoices (case_id, ordinal, agency, client, external_id, document_number,"
        " invoice_date, due_date, principal, remaining, payment_reference)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            case_id,
            ordinal,
            desk.agency,
            client,
            invoice.external_id,
            invoice.document_number,
            invoice.invoice_date.isoformat(),
            invoice.due_date.isoformat(),
            invoice.principal,
            invoice.remaining,
            invoice.payment_reference,
        ),
    )
    open_claim(desk, client, case_id, invoice.external_id, invoice.remaining)


def add_invoice(desk: Desk, case: Row, invoice: InvoiceLine) -> None:
    """Take one more invoice into an open case."""
    ordinal = 1 + max(known["ordinal"] for known in invoices_of(desk, case["id"]))
    _keep_invoice(desk, case["client"], case["id"], ordinal, invoice)
    desk.db.execute(
        "update cases set principal_original = principal_original + ?, principal = principal + ?"
        " where id = ?",
        (invoice.principal, invoice.remaining, case["id"]),
    )


def examine(desk: Desk, case_id: int, refused_for: Sequence[str]) -> None:
    """The examination's result: a number and a first status, or a refusal."""
    case = desk.case(case_id)
    if refused_for:
        _refuse(desk, case, refused_for)
        return
    statuses = desk.routine.statuses
    due = date.fromisoformat(case["due_date"])
    today = desk.now.date()
    number = f"{desk.routine.number_prefix}{next_number(desk.db, f'{desk.agency}/case', _FIRST_NUMBER)}"
    status = statuses.overdue if today > due else statuses.sent
    if case["principal"] < case["principal_original"]:
        status = statuses.part_paid
    desk.db.execute(
        "update cases set number = ?, registered_at = ?, status = ? where id = ?",
        (number, desk.at, status, case_id),
    )
    case = desk.case(case_id)
    say(desk, "CaseRegistered", case["client"], case)
    say(desk, "StatusChanged", case["client"], case, status=status)
    day_after_due = due + timedelta(days=1)
    if today <= due:
        desk.plan(letter_run(day_after_due), "overdue", case["client"], case_id)
    first_letter = max(today, day_after_due) + timedelta(days=1)
    if case["level"] != "collection":
        first_letter = max(first_letter, due + desk.routine.first_reminder)
        desk.plan(letter_run(first_letter), "reminder", case["client"], case_id)
    else:
        desk.plan(letter_run(first_letter), "demand", case["client"], case_id)


def _refuse(desk: Desk, case: Row, codes: Sequence[str]) -> None:
    desk.db.execute(
        "update cases set status = ?, state = 'closed', closed_reason = 'rejected', rejections = ?,"
        " closed_at = ? where id = ?",
        (desk.routine.statuses.closed["cancelled"], json.dumps(list(codes)), desk.at, case["id"]),
    )
    desk.db.execute("delete from agenda where case_id = ?", (case["id"],))
    say(desk, "CaseRejected", case["client"], case, codes=list(codes))


def become_overdue(desk: Desk, case_id: int) -> None:
    """The due date has passed; a case that is part-paid says that instead."""
    if desk.case(case_id)["status"] == desk.routine.statuses.sent:
        set_status(desk, case_id, desk.routine.statuses.overdue)


def set_status(desk: Desk, case_id: int, status: str) -> None:
    """Give a case another status. Any word is possible: agencies invent new ones."""
    case = desk.case(case_id)
    if case["status"] == status:
        return
    desk.db.execute("update cases set status = ? where id = ?", (status, case_id))
    say(desk, "StatusChanged", case["client"], case, status=status)


def close(desk: Desk, case_id: int, reason: str) -> None:
    """End a case. What is left of the agency's cost and of interest is waived; principal stays."""
    case = desk.case(case_id)
    if case["state"] == "closed":
        return
    if case["cost"] or case["interest"]:
        desk.db.execute(
            "insert into entries (agency, client, case_id, kind, key, at, interest, cost)"
            " values (?, ?, ?, 'waiver', ?, ?, ?, ?)",
            (
                desk.agency,
                case["client"],
                case_id,
                str(case_id),
                desk.at,
                -case["interest"],
                -case["cost"],
            ),
        )
    status = desk.routine.statuses.closed[reason]
    desk.db.execute(
        "update cases set status = ?, state = 'closed', closed_reason = ?, closed_at = ?, cost = 0,"
        " interest = 0 where id = ?",
        (status, reason, desk.at, case_id),
    )
    # the handler still answers a message; everything else that was planned is off
    desk.db.execute("delete from agenda where case_id = ? and kind <> 'answer'", (case_id,))
    desk.db.execute("delete from rests where case_id = ?", (case_id,))
    say(desk, "CaseClosed", case["client"], case, status=status, reason=reason)


def named(desk: Desk, client: str, column: str, value: str) -> list[Row]:
    """The visible cases of a client with that number or external id, oldest first."""
    columns = {"number": "number", "external_id": "external_id"}
    return desk.db.execute(
        f"select * from cases where agency = ? and client = ? and {columns[column]} = ?"  # noqa: S608
        " and visible_at <= ? order by id",
        (desk.agency, client, value, desk.at),
    ).fetchall()


def with_document(desk: Desk, client: str, document_number: str) -> list[Row]:
    """The visible cases of a client that (still) hold an invoice with that number, oldest first."""
    return desk.db.execute(
        "select * from cases where id in (select case_id from invoices where agency = ? and client = ?"
        " and document_number = ? and not exists (select 1 from claims where withdrawn"
        " and claims.case_id = invoices.case_id and claims.invoice = invoices.external_id))"
        " and visible_at <= ? order by id",
        (desk.agency, client, document_number, desk.at),
    ).fetchall()


def open_ones(desk: Desk, client: str, after: int, limit: int) -> list[Row]:
    """The visible open cases of a client behind an id."""
    return desk.db.execute(
        "select * from cases where agency = ? and client = ? and state = 'open' and id > ?"
        " and visible_at <= ? order by id limit ?",
        (desk.agency, client, after, desk.at, limit),
    ).fetchall()


def invoices_of(desk: Desk, case_id: int) -> list[Row]:
    """The invoices of a case, in the order they were handed over."""
    return desk.db.execute("select * from invoices where case_id = ? order by ordinal", (case_id,)).fetchall()

"""Bookings on a case: what the creditor reports, takes back and corrects, and when the claim is satisfied."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from sqlite3 import Row

from sandbox import claims
from sandbox.cases import close, set_status
from sandbox.desk import Desk
from sandbox.mirrors import EARLIER

_REASONS = {"direct_payment": "paid", "credit": "credited", "write_off": "credit_loss"}
"""Why a case ends that a report has settled."""


class Booked(Enum):
    """What became of a booking with a natural key."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Report:
    """What the creditor reports: ``kind`` is ``direct_payment``, ``credit`` or ``write_off``; øre."""

    kind: str
    key: str
    invoice: str
    amount: int
    day: date
    settles: bool


def report(desk: Desk, case: Row, reported: Report) -> Booked:
    """Book a payment to the creditor, a credit note or a write-off, once."""
    known = entry_of(desk, case["client"], reported.kind, reported.key, reported.invoice)
    if known is not None:
        same = known["case_id"] == case["id"] and known["principal"] == -reported.amount
        return Booked.KNOWN if same else Booked.CONFLICT
    book(
        desk,
        case,
        reported.kind,
        reported.key,
        reported.invoice,
        reported.day,
        principal=-reported.amount,
    )
    reason = _REASONS[reported.kind]
    end_when_satisfied(desk, case["id"], reason=reason, settles=reported.settles)
    return Booked.NEW


def reverse_report(desk: Desk, case: Row, key: str, payment: Row, amount: int) -> Booked:
    """A payment to the creditor did not stand: its amount is owed again. A case that ended stays ended."""
    known = entry_of(desk, case["client"], "reversal", key, payment["invoice"])
    if known is not None:
        same = known["reverses"] == payment["id"] and known["principal"] == amount
        return Booked.KNOWN if same else Booked.CONFLICT
    book(
        desk,
        case,
        "reversal",
        key,
        payment["invoice"],
        desk.now.date(),
        principal=amount,
        reverses=payment["id"],
    )
    return Booked.NEW


def reported_payment(desk: Desk, case: Row, payment_id: str, invoice: str) -> Row | None:
    """A payment that the creditor reported, also one from before the case."""
    for kind in ("direct_payment", EARLIER["payment"]):
        found = entry_of(desk, case["client"], kind, payment_id, invoice)
        if found is not None and found["case_id"] == case["id"]:
            return found
    return None


def withdraw(desk: Desk, case: Row, claim: Row) -> None:
    """One invoice is taken back: the case goes on with what is left of the others, or ends with the last."""
    book(
        desk,
        case,
        "withdrawal",
        claim["invoice"],
        claim["invoice"],
        desk.now.date(),
        principal=-claim["owed"],
    )
    claims.withdraw(desk, case["id"], claim["invoice"])
    if all(each["withdrawn"] for each in claims.claims_of(desk, case["id"])):
        close(desk, case["id"], "withdrawn")
    else:
        end_when_satisfied(desk, case["id"], reason="withdrawn", settles=True)


def adjust(desk: Desk, case: Row, principal: int) -> None:
    """Change what is left of the principal and tell nobody: a difference for reconciliation to find."""
    count = desk.db.execute("select count(*) from entries where case_id = ?", (case["id"],)).fetchone()[0]
    book(
        desk,
        case,
        "adjustment",
        f"{case['id']}/{count}",
        "",
        desk.now.date(),
        principal=principal - case["principal"],
    )


def end_when_satisfied(desk: Desk, case_id: int, *, reason: str, settles: bool) -> None:
    """End the case when its claim is satisfied; otherwise say that a part has been paid."""
    case = desk.case(case_id)
    statuses = desk.routine.statuses
    if case["state"] == "closed":
        return
    if case["principal"] <= 0 and settles:
        # of a debtor who was only reminded nothing more is asked than the principal
        if case["level"] != "collection" or not (case["cost"] or case["interest"]):
            # with the invoices that are still owed withdrawn, the others have been paid
            close(desk, case_id, "paid" if reason == "withdrawn" else reason)
    elif reason == "paid" and case["status"] in {statuses.sent, statuses.overdue}:
        set_status(desk, case_id, statuses.part_paid)


def book(
    desk: Desk,
    case: Row,
    kind: str,
    key: str,
    invoice: str,
    day: date,
    *,
    principal: int = 0,
    interest: int = 0,
    cost: int = 0,
    surplus: int = 0,
    reference: str | None = None,
    reverses: int | None = None,
) -> None:
    """Write an entry on a case, and change what is left of its claims; amounts in øre, with their signs."""
    entry_id = desk.db.execute(
        "insert into entries (agency, client, case_id, kind, key, invoice, day, at, principal, interest,"
        " cost, surplus, reference, reverses) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            desk.agency,
            case["client"],
            case["id"],
            kind,
            key,
            invoice,
            day.isoformat(),
            desk.at,
            principal,
            interest,
            cost,
            surplus,
            reference,
            reverses,
        ),
    ).lastrowid
    assert entry_id is not None
    claimed = principal
    if reverses is None:
        claims.spread(desk, case["id"], entry_id, invoice, principal)
    else:
        claimed -= claims.take_back(desk, case["id"], entry_id, reverses)
    desk.db.execute(
        "update cases set principal = principal + ?, interest = interest + ?, cost = cost + ? where id = ?",
        (claimed, interest, cost, case["id"]),
    )


def entry_of(desk: Desk, client: str, kind: str, key: str, invoice: str) -> Row | None:
    """The entry with a natural key."""
    row: Row | None = desk.db.execute(
        "select * from entries where agency = ? and client = ? and kind = ? and key = ? and invoice = ?",
        (desk.agency, client, kind, key, invoice),
    ).fetchone()
    return row

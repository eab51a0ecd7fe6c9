"""Money on a case: what the debtor pays to either side, credits, reversals."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from sqlite3 import Row

from sandbox import claims
from sandbox.cases import close, invoices_of, set_status
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.instants import letter_run
from sandbox.mirrors import EARLIER
from sandbox.store import next_number

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
    known = _entry(desk, case["client"], reported.kind, reported.key, reported.invoice)
    if known is not None:
        same = known["case_id"] == case["id"] and known["principal"] == -reported.amount
        return Booked.KNOWN if same else Booked.CONFLICT
    _book(
        desk,
        case,
        reported.kind,
        reported.key,
        reported.invoice,
        reported.day,
        principal=-reported.amount,
    )
    reason = _REASONS[reported.kind]
    _afterwards(desk, case["id"], reason=reason, settles=reported.settles)
    return Booked.NEW


def reverse_report(desk: Desk, case: Row, key: str, payment: Row, amount: int) -> Booked:
    """A payment to the creditor did not stand: its amount is owed again. A case that ended stays ended."""
    known = _entry(desk, case["client"], "reversal", key, payment["invoice"])
    if known is not None:
        same = known["reverses"] == payment["id"] and known["principal"] == amount
        return Booked.KNOWN if same else Booked.CONFLICT
    _book(
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
        found = _entry(desk, case["client"], kind, payment_id, invoice)
        if found is not None and found["case_id"] == case["id"]:
            return found
    return None


def receive(
    desk: Desk, case: Row, amount: int, day: date, *, interest: int = 0, reference: str | None = None
) -> str:
    """The debtor pays the agency: principal, then cost; ``interest`` is claimed and paid with it.

    What is over on an open case is repaid to the debtor. A case that has ended has no claim left, so
    that all of it goes on to the creditor, as principal.
    """
    payment_id = f"P{next_number(desk.db, f'{desk.agency}/payment', 500001)}"
    if case["state"] == "closed":
        principal, cost, interest = amount, 0, 0
    else:
        interest = min(interest, amount)
        principal = min(amount - interest, max(case["principal"], 0))
        cost = min(amount - interest - principal, case["cost"])
    surplus = amount - interest - principal - cost
    invoices = invoices_of(desk, case["id"])
    fitting = [one for one in invoices if reference is not None and one["payment_reference"] == reference]
    one = fitting[0] if len(fitting) == 1 else invoices[0] if len(invoices) == 1 else None
    invoice = None if one is None else one["external_id"]
    if interest:
        # claimed and paid in the same moment, so that the balance of interest stays
        _book(desk, case, "interest", payment_id, invoice or "", day, interest=interest)
    _book(
        desk,
        case,
        "payment",
        payment_id,
        invoice or "",
        day,
        principal=-principal,
        interest=-interest,
        cost=-cost,
        surplus=surplus,
        reference=reference,
    )
    if kept := amount - surplus:
        say(
            desk,
            "PaymentReceived",
            case["client"],
            case,
            payment_id=payment_id,
            amount=kept,
            principal=principal,
            interest=interest,
            cost=cost,
            surplus=surplus,
            currency=case["currency"],
            day=day.isoformat(),
            reference=reference if one is None else one["payment_reference"],
            invoice=invoice,
        )
        _plan_settlement(desk, case["client"])
    _afterwards(desk, case["id"], reason="paid", settles=True)
    return payment_id


def receive_unknown(
    desk: Desk, client: str, amount: int, currency: str, day: date, reference: str | None
) -> str:
    """Money with a reference that no case has, or with none at all: told to the client as it is."""
    payment_id = f"P{next_number(desk.db, f'{desk.agency}/payment', 500001)}"
    desk.db.execute(
        "insert into entries (agency, client, kind, key, day, at, principal, reference)"
        " values (?, ?, 'payment', ?, ?, ?, ?, ?)",
        (desk.agency, client, payment_id, day.isoformat(), desk.at, -amount, reference),
    )
    say(
        desk,
        "PaymentReceived",
        client,
        payment_id=payment_id,
        amount=amount,
        principal=amount,
        interest=0,
        cost=0,
        surplus=0,
        currency=currency,
        day=day.isoformat(),
        reference=reference,
        invoice=None,
    )
    return payment_id


def reverse_receipt(desk: Desk, payment_id: str) -> bool:
    """A payment to the agency did not stand. ``False`` when there is none, or it was reversed before."""
    payment = desk.db.execute(
        "select * from entries where agency = ? and kind = 'payment' and key = ?", (desk.agency, payment_id)
    ).fetchone()
    reversal_id = f"{payment_id}-R"
    if payment is None or _entry(
        desk, payment["client"], "payment_reversal", reversal_id, payment["invoice"]
    ):
        return False
    case = None if payment["case_id"] is None else desk.case(payment["case_id"])
    if case is not None:
        ended = case["state"] == "closed"
        _book(
            desk,
            case,
            "payment_reversal",
            reversal_id,
            payment["invoice"],
            desk.now.date(),
            principal=-payment["principal"],
            # a case that has ended claims principal only
            interest=0 if ended else -payment["interest"],
            cost=0 if ended else -payment["cost"],
            reverses=payment["id"],
        )
        _plan_settlement(desk, case["client"])
    say(
        desk,
        "PaymentReversed",
        payment["client"],
        case,
        payment_id=payment_id,
        reversal_id=reversal_id,
    )
    return True


def withdraw(desk: Desk, case: Row, claim: Row) -> None:
    """One invoice is taken back: the case goes on with what is left of the others, or ends with the last."""
    _book(
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
        _afterwards(desk, case["id"], reason="withdrawn", settles=True)


def adjust(desk: Desk, case: Row, principal: int) -> None:
    """Change what is left of the principal and tell nobody: a difference for reconciliation to find."""
    count = desk.db.execute("select count(*) from entries where case_id = ?", (case["id"],)).fetchone()[0]
    _book(
        desk,
        case,
        "adjustment",
        f"{case['id']}/{count}",
        "",
        desk.now.date(),
        principal=principal - case["principal"],
    )


def _afterwards(desk: Desk, case_id: int, *, reason: str, settles: bool) -> None:
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


def _book(
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


def _entry(desk: Desk, client: str, kind: str, key: str, invoice: str) -> Row | None:
    row: Row | None = desk.db.execute(
        "select * from entries where agency = ? and client = ? and kind = ? and key = ? and invoice = ?",
        (desk.agency, client, kind, key, invoice),
    ).fetchone()
    return row


def _plan_settlement(desk: Desk, client: str) -> None:
    """Payments are settled on the next Monday, all of a client's at once."""
    planned = desk.db.execute(
        "select 1 from agenda where agency = ? and client = ? and kind = 'settle'", (desk.agency, client)
    ).fetchone()
    if planned is None:
        today = desk.now.date()
        monday = today + timedelta(days=7 - today.weekday())
        desk.plan(letter_run(monday) + timedelta(hours=1), "settle", client)

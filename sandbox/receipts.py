"""Money that an agency receives of debtors, and that does not stand: told to the client, and settled."""

from datetime import date, timedelta
from sqlite3 import Row

from sandbox.bookings import book, end_when_satisfied, entry_of
from sandbox.cases import invoices_of
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.instants import letter_run
from sandbox.store import next_number


def receive(
    desk: Desk,
    case: Row,
    amount: int,
    day: date,
    *,
    interest: int = 0,
    reference: str | None = None,
    told_principal: int | None = None,
) -> str:
    """The debtor pays the agency: principal, then cost; ``interest`` is claimed and paid with it.

    What is over on an open case is repaid to the debtor. A case that has ended has no claim left, so
    that all of it goes on to the creditor, as principal. ``told_principal`` is
    told instead of what was booked.
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
        book(desk, case, "interest", payment_id, invoice or "", day, interest=interest)
    book(
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
            principal=principal if told_principal is None else told_principal,
            interest=interest,
            cost=cost,
            surplus=surplus,
            currency=case["currency"],
            day=day.isoformat(),
            reference=reference if one is None else one["payment_reference"],
            invoice=invoice,
        )
        _plan_settlement(desk, case["client"])
    end_when_satisfied(desk, case["id"], reason="paid", settles=True)
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
    if payment is None or entry_of(
        desk, payment["client"], "payment_reversal", reversal_id, payment["invoice"]
    ):
        return False
    case = None if payment["case_id"] is None else desk.case(payment["case_id"])
    if case is not None:
        ended = case["state"] == "closed"
        book(
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


def _plan_settlement(desk: Desk, client: str) -> None:
    """Payments are settled on the next Monday, all of a client's at once."""
    planned = desk.db.execute(
        "select 1 from agenda where agency = ? and client = ? and kind = 'settle'", (desk.agency, client)
    ).fetchone()
    if planned is None:
        today = desk.now.date()
        monday = today + timedelta(days=7 - today.weekday())
        desk.plan(letter_run(monday) + timedelta(hours=1), "settle", client)

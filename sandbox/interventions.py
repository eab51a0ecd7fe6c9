"""What the control interface makes happen at an agency, as debtors and case handlers would."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from sqlite3 import Row
from typing import Final
from urllib.parse import urlsplit

from sandbox import bookings, cases, faults, messages, questions, receipts, rests
from sandbox.administering import ADMINISTERING
from sandbox.desk import Desk
from sandbox.inputs import ControlRefused, Input

type Answer = dict[str, object]

_REASONS: Final = frozenset({"paid", "credited", "withdrawn", "credit_loss", "cancelled", "other"})
_LEDGER: Final = (
    "agenda",
    "rests",
    "questions",
    "changes",
    "deliveries",
    "entries",
    "records",
    "claims",
    "allocations",
    "disputes",
    "requests",
    "faults",
    "messages",
    "invoices",
    "registrations",
    "cases",
)


def _case(desk: Desk, number: str) -> Row:
    row: Row | None = desk.db.execute(
        "select * from cases where agency = ? and number = ?", (desk.agency, number)
    ).fetchone()
    if row is None:
        raise ControlRefused(404, "there is no such case")
    return row


def _onboard(desk: Desk, given: Input) -> Answer:
    number, client_id = given.text("client_number"), given.text("client_id")
    url, percent = given.optional("callback_url"), given.optional("commission_percent") or "0"
    if url is not None and not _is_http(url):
        raise ControlRefused(400, "callback_url must be an HTTP URL")
    try:
        Decimal(percent)
    except InvalidOperation:
        raise ControlRefused(400, "commission_percent must be a decimal text") from None
    taken = desk.db.execute(
        "select 1 from clients where agency = ? and client_id = ? and number <> ?",
        (desk.agency, client_id, number),
    ).fetchone()
    if taken is not None:
        raise ControlRefused(409, "another client has that client_id")
    desk.db.execute(
        "insert or replace into clients (agency, number, client_id, secret, callback_url, commission_percent)"
        " values (?, ?, ?, ?, ?, ?)",
        (desk.agency, number, client_id, given.text("secret"), url, percent),
    )
    return {"client_number": number, "client_id": client_id, "callback_url": url}


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _pay(desk: Desk, given: Input) -> Answer:
    amount, currency = given.amount("amount"), given.currency()
    interest = given.amount("interest") if given.has("interest") else 0
    if amount <= 0 or not 0 <= interest <= amount:
        raise ControlRefused(400, "amount must be positive, interest not above it")
    day = given.day("date", desk.now.date())
    case, client, reference = _payee(desk, given)
    if case is None:
        payment_id = receipts.receive_unknown(desk, client, amount, currency, day, reference)
        return {"payment_id": payment_id, "case_number": None}
    if case["currency"] != currency:
        raise ControlRefused(409, f"the case is in {case['currency']}")
    told = given.amount("told_principal") if given.has("told_principal") else None
    payment_id = receipts.receive(
        desk, case, amount, day, interest=interest, reference=reference, told_principal=told
    )
    return {"payment_id": payment_id, "case_number": case["number"]}


def _payee(desk: Desk, given: Input) -> tuple[Row | None, str, str | None]:
    """The case that is paid, its client, and the reference that was given."""
    if given.has("case_number"):
        case = _case(desk, given.text("case_number"))
        return case, case["client"], given.optional("reference")
    reference, client = given.optional("reference"), given.optional("client_number")
    found = desk.db.execute(
        "select cases.* from cases where agency = ? and id in"
        " (select case_id from invoices where agency = ?1 and payment_reference = ?2)"
        " and (?3 is null or client = ?3) order by state = 'open' desc, id desc",
        (desk.agency, reference, client),
    ).fetchall()
    if len({row["client"] for row in found}) > 1:
        raise ControlRefused(409, "several clients have that reference: give client_number")
    if found:
        return found[0], found[0]["client"], reference
    clients = [
        row["number"]
        for row in desk.db.execute(
            "select number from clients where agency = ? and (?2 is null or number = ?2)",
            (desk.agency, client),
        )
    ]
    if len(clients) != 1:
        raise ControlRefused(409, "no case is named, and it is not clear whose it is: give client_number")
    return None, clients[0], reference


def reverse(desk: Desk, payment_id: str) -> Answer:
    """A payment to the agency did not stand."""
    if not receipts.reverse_receipt(desk, payment_id):
        raise ControlRefused(409, "there is no such payment, or it was reversed before")
    return {"payment_id": payment_id}


def _status(desk: Desk, given: Input) -> Answer:
    case, status = _case(desk, given.text("case_number")), given.text("status")
    # several reasons may share a word; the status alone says the agency's own one
    closed = desk.routine.statuses.closed
    reasons = [
        reason for reason in ("paid", "credited", "credit_loss", "cancelled") if closed[reason] == status
    ]
    if reasons:
        cases.close(desk, case["id"], reasons[0])
    else:
        cases.set_status(desk, case["id"], status)
    return {"case_number": case["number"], "status": desk.case(case["id"])["status"]}


def _message(desk: Desk, given: Input) -> Answer:
    case = _case(desk, given.text("case_number"))
    return {"message_id": messages.answer(desk, case["id"], given.text("text"))}


def _see(desk: Desk, given: Input) -> Answer:
    case, message_id = _case(desk, given.text("case_number")), given.text("message_id")
    return {"message_id": message_id, "new": messages.see(desk, case["id"], message_id)}


def _pause(desk: Desk, given: Input) -> Answer:
    case = _open_case(desk, given)
    until = given.day("until_date", desk.now.date()) if given.has("until_date") else None
    if until is not None and until <= desk.now.date():
        raise ControlRefused(400, "until_date must be a date to come")
    return {"case_number": case["number"], "new": rests.pause(desk, case, until)}


def _resume(desk: Desk, given: Input) -> Answer:
    case = _open_case(desk, given)
    return {"case_number": case["number"], "new": rests.resume(desk, case)}


def _ask(desk: Desk, given: Input) -> Answer:
    case, kind = _open_case(desk, given), given.one_of("kind", questions.KINDS)
    deadline = given.day("deadline_date", desk.now.date()) if given.has("deadline_date") else None
    return {"question_id": questions.ask(desk, case, kind, given.text("text"), deadline)}


def _withdraw_question(desk: Desk, given: Input) -> Answer:
    case, question_id = _case(desk, given.text("case_number")), given.text("question_id")
    if not questions.withdraw(desk, case, question_id):
        raise ControlRefused(409, "there is no such question without an answer")
    return {"question_id": question_id}


def _open_case(desk: Desk, given: Input) -> Row:
    case = _case(desk, given.text("case_number"))
    if case["state"] == "closed":
        raise ControlRefused(409, "the case has ended")
    return case


def _close(desk: Desk, given: Input) -> Answer:
    case = _case(desk, given.text("case_number"))
    cases.close(desk, case["id"], given.one_of("reason", _REASONS))
    return {"case_number": case["number"], "status": desk.case(case["id"])["status"]}


def _adjust(desk: Desk, given: Input) -> Answer:
    case = _case(desk, given.text("case_number"))
    bookings.adjust(desk, case, given.amount("principal"))
    return {"case_number": case["number"]}


def _fault(desk: Desk, given: Input) -> Answer:
    kind = given.one_of("kind", faults.KINDS)
    operation = given.optional("operation")
    if operation is not None and operation not in (*faults.OPERATIONS, "callback"):
        raise ControlRefused(400, f"operation must be one of {', '.join(faults.OPERATIONS)}, callback")
    if kind in faults.ON_BATCHES and not desk.routine.answers_later:
        raise ControlRefused(409, "this agency takes no batches")
    settings: Answer = {}
    for name in ("seconds", "retry_after", "hold_seconds", "entries"):
        if given.has(name):
            settings[name] = given.number(name, 0)
    if given.has("processed"):
        settings["processed"] = given.members["processed"] is True
    if given.has("reasons"):
        reasons = given.members["reasons"]
        if not isinstance(reasons, list) or not reasons or not all(isinstance(one, str) for one in reasons):
            raise ControlRefused(400, "reasons must be a list of codes")
        settings["reasons"] = reasons
    number = faults.add(desk.db, desk.agency, kind, given.number("count", 1, 1), operation, settings)
    return {"id": number, "kind": kind}


def _reset(desk: Desk, given: Input) -> Answer:
    """Forget the ledger; numbers go on where they were, so that nothing is ever called the same twice."""
    desk.db.execute(
        "delete from letters where case_id in (select id from cases where agency = ?)", (desk.agency,)
    )
    for table in _LEDGER:
        desk.db.execute(f"delete from {table} where agency = ?", (desk.agency,))  # noqa: S608
    if given.members.get("clients") is True:
        desk.db.execute("delete from clients where agency = ?", (desk.agency,))
    return {"reset": desk.agency}


INTERVENTIONS: Final[Mapping[str, Callable[[Desk, Input], Answer]]] = {
    "clients": _onboard,
    "payments": _pay,
    "status": _status,
    "messages": _message,
    "seen": _see,
    "pause": _pause,
    "resume": _resume,
    "questions": _ask,
    "withdraw-question": _withdraw_question,
    "close": _close,
    "adjust": _adjust,
    "faults": _fault,
    "reset": _reset,
    **ADMINISTERING,
}
"""By the name in the URL."""

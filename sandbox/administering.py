"""What the control interface makes happen to administered invoices."""

from collections.abc import Callable, Mapping
from sqlite3 import Row
from typing import Final

from sandbox import credit, distribution, sales
from sandbox.desk import Desk
from sandbox.inputs import ControlRefused, Input

type Answer = dict[str, object]


def _case(desk: Desk, given: Input) -> Row:
    row: Row | None = desk.db.execute(
        "select * from cases where agency = ? and number = ?", (desk.agency, given.text("case_number"))
    ).fetchone()
    if row is None:
        raise ControlRefused(404, "there is no such case")
    return row


def _bounce(desk: Desk, given: Input) -> Answer:
    case = _case(desk, given)
    try:
        following = distribution.bounce(desk, case, given.optional("reason") or "Bounced")
    except LookupError:
        raise ControlRefused(409, "nothing of this case was sent, or it has come back before") from None
    return {"case_number": case["number"], "sent_by": following}


def _decisions(desk: Desk, given: Input) -> Answer:
    approve = given.members.get("approve") is True
    sales.answer_offers(desk, approve=approve, reason=given.optional("reason"))
    return {"approve": approve}


def _recourse(desk: Desk, given: Input) -> Answer:
    case = _case(desk, given)
    fee = given.amount("fee") if given.has("fee") else 0
    try:
        sales.recourse(desk, case, fee, given.day("date", desk.now.date()))
    except LookupError:
        raise ControlRefused(409, "the invoice was not bought, or was given back before") from None
    return {"case_number": case["number"]}


def _credit(desk: Desk, given: Input) -> Answer:
    decision = given.one_of("decision", credit.DECISIONS)
    limit = given.amount("limit") if decision == "limited" else None
    credit.answer_from_now_on(desk, decision, limit, given.optional("organisation_number"))
    return {"decision": decision}


ADMINISTERING: Final[Mapping[str, Callable[[Desk, Input], Answer]]] = {
    "bounces": _bounce,
    "purchase-decisions": _decisions,
    "recourses": _recourse,
    "credit-answers": _credit,
}
"""By the name in the URL."""

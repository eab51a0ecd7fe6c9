"""Invoices that an agency is offered: bought or not, paid out, given back."""

import json
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from sqlite3 import Row
from typing import Any, Final

from sandbox.bank_days import first_after
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.instants import letter_run
from sandbox.store import put_record, record

_KIND: Final = "sale"
_ANSWER: Final = "purchase-answer"
_DECIDED_AFTER: Final = timedelta(minutes=5)


def answer_offers(desk: Desk, *, approve: bool, reason: str | None) -> None:
    """Decide how offers are answered from now on; until then every one is bought."""
    put_record(desk.db, desk.agency, _ANSWER, "", {"approve": approve, "reason": reason})


def take_offer(desk: Desk, case: Row, invoice: str, number: int, amount: int) -> bool:
    """Take an offer in; ``False`` when it was made before, or while another one stands."""
    kept = _kept(desk, case["id"])
    if kept is not None and (kept["state"] in ("offered", "bought") or number <= kept["number"]):
        return False
    _keep(desk, case["id"], {"state": "offered", "invoice": invoice, "number": number, "amount": amount})
    desk.plan(desk.now + _DECIDED_AFTER, "decide_offer", case["client"], case["id"])
    return True


def decide(desk: Desk, item: Row) -> None:
    """Buy what was offered, or not. An offer waits for the case's examination."""
    case = desk.case(item["case_id"])
    kept = _kept(desk, case["id"])
    assert kept is not None
    if case["number"] is None:
        desk.plan(desk.now + _DECIDED_AFTER, "decide_offer", case["client"], case["id"])
        return
    standing = record(desk.db, desk.agency, _ANSWER, "") or {"approve": True, "reason": None}
    approved = bool(standing["approve"])
    reason = None if approved else standing["reason"] or "NotApproved"
    say(
        desk,
        "PurchaseDecided",
        case["client"],
        case,
        invoice=kept["invoice"],
        bought=approved,
        reason=reason,
    )
    if not approved:
        _keep(desk, case["id"], kept | {"state": "refused"})
        return
    # What is left is bought: something may have been paid since the offer.
    price = max(int(case["principal"]), 0)
    _keep(desk, case["id"], kept | {"state": "bought", "price": price, "since": desk.at, "until": None})
    _plan_payout(desk, case, price, _fee(desk, case["client"], price))


def recourse(desk: Desk, case: Row, fee: int, day: date) -> None:
    """Give a bought invoice back: what is left of it, and a fee, is the creditor's to pay.

    Raises
    ------
    LookupError
        When it was not bought.
    """
    kept = _kept(desk, case["id"])
    if kept is None or kept["state"] != "bought":
        raise LookupError(case["id"])
    capital = max(int(case["principal"]), 0)
    _keep(desk, case["id"], kept | {"state": "recoursed", "until": desk.at})
    say(
        desk,
        "Regression",
        case["client"],
        case,
        invoice=kept["invoice"],
        capital=capital,
        fee=fee,
        currency=case["currency"],
        day=day.isoformat(),
    )
    _plan_payout(desk, case, -(capital + fee), 0)


def reclaim(desk: Desk, case: Row, amount: int) -> None:
    """Withhold from the creditor what it was paid for a debt that the agency owns, on the next bank day."""
    kept = _kept(desk, case["id"])
    if kept is not None and kept["state"] == "bought" and amount:
        _plan_payout(desk, case, -amount, 0)


def pay_out(desk: Desk, item: Row) -> None:
    """Pay the creditor, or withhold from it."""
    told = json.loads(item["payload"])
    case = desk.case(told["case_id"])
    say(
        desk,
        "InvoicePaidToClient",
        case["client"],
        case,
        invoice=told["invoice"],
        amount=told["amount"],
        fee=told["fee"],
        currency=case["currency"],
        day=desk.now.date().isoformat(),
    )


def keeps(desk: Desk, entry: Row) -> bool:
    """Whether a payment is the agency's own: for an invoice that it owned when the payment came."""
    kept = _kept(desk, entry["case_id"])
    if kept is None or "since" not in kept:
        return False
    return kept["since"] <= entry["at"] and (kept["until"] is None or entry["at"] < kept["until"])


def _plan_payout(desk: Desk, case: Row, amount: int, fee: int) -> None:
    kept = _kept(desk, case["id"])
    assert kept is not None
    due = letter_run(first_after(desk.now.date(), case["currency"])) + timedelta(hours=1)
    # not the case's: it is paid out also when the case has ended meanwhile
    payload = {"case_id": case["id"], "invoice": kept["invoice"], "amount": amount - fee, "fee": fee}
    desk.plan(due, "pay_out", case["client"], None, payload)


def _fee(desk: Desk, client: str, price: int) -> int:
    percent = desk.db.execute(
        "select commission_percent from clients where agency = ? and number = ?", (desk.agency, client)
    ).fetchone()[0]
    return int((price * Decimal(percent) / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _kept(desk: Desk, case_id: int) -> dict[str, Any] | None:
    return record(desk.db, desk.agency, _KIND, str(case_id))


def _keep(desk: Desk, case_id: int, sale: dict[str, Any]) -> None:
    put_record(desk.db, desk.agency, _KIND, str(case_id), sale)

"""The agency's letters: a reminder, a notice of collection, a demand, each with its lawful fee."""

import json
from datetime import date, timedelta
from typing import Final

from sandbox import claims, law
from sandbox.cases import set_status
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.instants import letter_run

# a letter is not answered by the next one before its own deadline has passed
_BETWEEN: Final = law.DEADLINE + timedelta(days=1)
_REST: Final = timedelta(days=7)
_NEXT: Final = {"reminder": "notice_of_collection", "notice_of_collection": "demand"}

KINDS: Final = ("reminder", "notice_of_collection", "demand")
"""The letters that an agenda may hold."""


def dispatch(desk: Desk, case_id: int, kind: str) -> None:
    """Send a letter, add its fee, move the status, and plan the next letter."""
    case = desk.case(case_id)
    sent = desk.now.date()
    if claims.rests(desk, case_id):
        # the debtor objects to all that is left: looked at again in a week
        desk.plan(letter_run(sent + _REST), kind, case["client"], case_id)
        return
    fee = law.fee(kind, sent, date.fromisoformat(case["due_date"]), case["currency"])
    # a letter that costs something goes on paper; nobody knows whether the debtor still reads that address
    channel = "email" if fee is None and json.loads(case["debtor"]).get("email") else "letter"
    # the demand is what makes a collection case of it
    pay_to = "creditor" if desk.routine.creditor_is_paid_first and kind != "demand" else "agency"
    deadline = sent + law.DEADLINE
    count = desk.db.execute("select count(*) from letters where case_id = ?", (case_id,)).fetchone()[0]
    dispatch_id = f"{case['number']}-L{count + 1}"
    desk.db.execute(
        "insert into letters (case_id, dispatch_id, kind, channel, sent, deadline, fee, pay_to)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (case_id, dispatch_id, kind, channel, sent.isoformat(), deadline.isoformat(), fee, pay_to),
    )
    if fee:
        desk.db.execute(
            "insert into entries (agency, client, case_id, kind, key, day, at, cost)"
            " values (?, ?, ?, 'fee', ?, ?, ?, ?)",
            (desk.agency, case["client"], case_id, dispatch_id, sent.isoformat(), desk.at, fee),
        )
        desk.db.execute("update cases set cost = cost + ? where id = ?", (fee, case_id))
    say(
        desk,
        "Dispatched",
        case["client"],
        case,
        dispatch_id=dispatch_id,
        kind=kind,
        channel=channel,
        sent=sent.isoformat(),
        deadline=deadline.isoformat(),
        fee=fee,
        currency=case["currency"],
        pay_to=pay_to,
        has_document=desk.routine.hands_out_documents,
    )
    if kind == "reminder":
        set_status(desk, case_id, desk.routine.statuses.reminded)
    elif kind == "demand":
        set_status(desk, case_id, desk.routine.statuses.collection)
    if following := _NEXT.get(kind):
        desk.plan(letter_run(sent + _BETWEEN), following, case["client"], case_id)

"""What the client and the case handler write to each other."""

from datetime import timedelta
from sqlite3 import Row
from typing import Final

from sandbox.bookings import Booked
from sandbox.changes import say
from sandbox.desk import Desk
from sandbox.store import next_number

_ANSWERED_AFTER: Final = timedelta(minutes=30)


def receive(desk: Desk, case: Row, key: str, text: str) -> Booked:
    """Take a message for the case handler, once; it is read, and answered, half an hour later."""
    known = desk.db.execute(
        "select * from messages where agency = ? and client = ? and direction = 'from_client' and key = ?",
        (desk.agency, case["client"], key),
    ).fetchone()
    if known is not None:
        same = known["case_id"] == case["id"] and known["text"] == text
        return Booked.KNOWN if same else Booked.CONFLICT
    desk.db.execute(
        "insert into messages (agency, client, case_id, direction, key, text, at)"
        " values (?, ?, ?, 'from_client', ?, ?, ?)",
        (desk.agency, case["client"], case["id"], key, text, desk.at),
    )
    reply = "Thank you for your message. It has been noted on the case."
    told = {"text": reply, "seen": key}
    desk.plan(desk.now + _ANSWERED_AFTER, "answer", case["client"], case["id"], told)
    return Booked.NEW


def see(desk: Desk, case_id: int, key: str) -> bool:
    """The case handler reads a message; whether there is such a message that was not read before."""
    case = desk.case(case_id)
    seen = desk.db.execute(
        "update messages set seen_at = ? where case_id = ? and direction = 'from_client' and key = ?"
        " and seen_at is null",
        (desk.at, case_id, key),
    )
    if seen.rowcount and desk.routine.says_what_was_seen:
        say(desk, "MessageSeen", case["client"], case, message_id=key)
    return seen.rowcount > 0


def answer(desk: Desk, case_id: int, text: str) -> str:
    """The case handler writes to the creditor; returns the message's id."""
    case = desk.case(case_id)
    message_id = f"M{next_number(desk.db, f'{desk.agency}/message', 100001)}"
    desk.db.execute(
        "insert into messages (agency, client, case_id, direction, key, text, at)"
        " values (?, ?, ?, 'to_client', ?, ?, ?)",
        (desk.agency, case["client"], case_id, message_id, text, desk.at),
    )
    say(desk, "MessageReceived", case["client"], case, message_id=message_id, text=text)
    return message_id

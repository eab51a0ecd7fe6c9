"""Who has seen which message: the creditor's people mark what came, the agency says what it has read."""

import re
from dataclasses import replace
from typing import Final

from fordring.domain import things
from fordring.domain.case import Case
from fordring.domain.correspondence import Message
from fordring.domain.errors import Refused
from fordring.domain.facts import MessageSeen
from fordring.usecases.work import Work

BY_AGENCY: Final = "agency"
_OWN_ID: Final = re.compile(r"msg_[0-9A-Z]{26}", re.ASCII)


def own_message_id(fact: MessageSeen) -> str | None:
    """Give the hub's id of the message that the agency has seen; ``None`` when it is none of the hub's."""
    return fact.message_id if _OWN_ID.fullmatch(fact.message_id) else None


def see(work: Work, case: Case, message_id: str, key_id: str) -> Message:
    """Mark a message of the case handler as seen; who was first stays.

    Raises
    ------
    NotFound
        When the case has no such message.
    Refused
        ``message_is_own``: the creditor has written it.
    """
    ref = things.MESSAGE(case.case_id, message_id)
    message = work.get(ref)
    if message.direction != "in":
        raise Refused("message_is_own", "only the agency sees what you have written")
    if message.seen_at is not None:
        return message
    seen = replace(message, seen_at=work.now, seen_by=key_id)
    work.change(ref, seen)
    return seen


def seen_by_agency(work: Work, case: Case, fact: MessageSeen) -> bool:
    """Note that the case handler has read a message, once."""
    message_id = own_message_id(fact)
    if message_id is None:
        return False
    ref = things.MESSAGE(case.case_id, message_id)
    message = work.find(ref)
    if message is None or message.direction != "out" or message.seen_at is not None:
        return False
    work.change(ref, replace(message, seen_at=fact.occurred_at, seen_by=BY_AGENCY))
    return True

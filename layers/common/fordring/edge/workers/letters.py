"""Letters to debtors: sent when they are due, and what the mail service tells of them."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fordring.domain import things
from fordring.domain.hub_letter import HubLetter, LetterState, MailFate
from fordring.domain.law import law
from fordring.domain.refs import Ref
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.edge.hub import Hub
from fordring.edge.telemetry import Log
from fordring.store.keys import UnusableId
from fordring.usecases.kept_letters import recipient_of
from fordring.usecases.sending_letters import PostOffice, deliver_letter, note_mail_event

_TOLD = frozenset(fate.value for fate in MailFate)


def deliver(hub: Hub, ref: Ref[HubLetter], log: Log) -> datetime | None:
    """Send a letter, if it is due; gives when to come back to it."""
    office = PostOffice(hub.mail, hub.settings.mail_sender, hub.files, law(), HolidayCalendar())
    state = deliver_letter(hub.desk, office, ref, secrets.token_hex(8))
    if state is None:
        return None
    log.info("letter_attempted", letter_id=ref.ids[1], invoice_id=ref.ids[0], state=state.value)
    if state not in (LetterState.RETRY, LetterState.IN_DOUBT):
        return None
    return hub.desk.read(ref).get(ref).due_at


def note_event(hub: Hub, message: Mapping[str, Any], log: Log) -> None:
    """Take in an event of the mail service; what it tells of anything else is passed over.

    The ids are the e-mail's tags, and a tag is a list of one value.
    """
    match message:
        case {
            "mail_event": str(told),
            "invoice": [str(invoice_id)],
            "letter": [str(letter_id)],
        } if told in _TOLD:
            ref = things.LETTER(invoice_id, letter_id)
        case _:
            return
    fate = MailFate(told)
    try:
        state = note_mail_event(
            hub.desk, ref, fate, _recipient(hub, ref) if fate is MailFate.BOUNCED else None
        )
    except UnusableId:
        return
    if state is not None:
        log.info("letter_told_of", letter_id=letter_id, invoice_id=invoice_id, state=state.value)


def _recipient(hub: Hub, ref: Ref[HubLetter]) -> str | None:
    try:
        return recipient_of(hub.files, ref.ids[1])
    except ValueError:
        return None  # what is no id is no name of a file either

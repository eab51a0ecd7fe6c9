"""E-mails to agencies: what is told."""

from typing import Any

from fordring.domain.email import Email, EmailKind, EmailState
from fordring.edge.schemas.told import Instant, Told, instant


class ToldEmailState(Told):
    """What became of an e-mail. ``by_hand``: send its text yourself; ``reason`` says why, in a code."""

    state: EmailState
    reason: str | None
    settled_at: Instant | None


class ToldEmail(Told):
    """An e-mail to an agency."""

    email_id: str
    creditor_id: str
    agency: str
    kind: EmailKind
    state: EmailState
    reason: str | None
    recipient: str | None
    reply_to: str | None
    subject: str
    text: str
    created_at: Instant
    settled_at: Instant | None


class ToldEmails(Told):
    """A page of e-mails."""

    items: list[ToldEmail]
    next_cursor: str | None


def tell_email_state(email: Email) -> dict[str, Any]:
    """Tell what became of an e-mail."""
    return {"state": email.state.value, "reason": email.reason, "settled_at": instant(email.settled_at)}


def tell_email(email: Email) -> dict[str, Any]:
    """Tell an e-mail with all that it says."""
    return {
        "email_id": email.email_id,
        "creditor_id": email.creditor_id,
        "agency": email.agency,
        "kind": email.kind.value,
        "state": email.state.value,
        "reason": email.reason,
        "recipient": email.recipient,
        "reply_to": email.reply_to,
        "subject": email.subject,
        "text": email.text,
        "created_at": instant(email.created_at),
        "settled_at": instant(email.settled_at),
    }

"""What every use case does on the side: tell an event, queue a command, ask for a person's attention."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.case import Case
from fordring.domain.command import Attention, AttentionKind, CommandRow
from fordring.domain.events import Event, EventType
from fordring.usecases.work import Work


def derived_id(prefix: str, *parts: str) -> str:
    """Make an id that follows from what it stands for, so that the same thing is never made twice."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{prefix}_{digest[:26].upper()}"


def tell(
    work: Work,
    event_type: EventType,
    creditor_id: str,
    parent: tuple[str, str],
    data: Mapping[str, object],
    occurred_at: datetime | None = None,
) -> Event:
    """Write an event beside what caused it: the event row is the outbox."""
    event = Event(
        event_id=work.new_id("evt"),
        type=event_type,
        creditor_id=creditor_id,
        parent=parent,
        data=data,
        occurred_at=occurred_at or work.now,
        fan_out_at=work.now,
    )
    work.add(things.EVENT(*parent, event.event_id), event)
    return event


def tell_of_case(work: Work, event_type: EventType, case: Case, **data: object) -> Event:
    """Write an event of a case; the ids that a reader needs to find everything are always there."""
    facts: dict[str, object] = {
        "case_id": case.case_id,
        "creditor_id": case.creditor_id,
        "debtor_id": case.debtor_id,
        "agency": case.agency,
        "case_number": case.case_number,
        "invoice_ids": [member.invoice_id for member in case.held],
    }
    return tell(work, event_type, case.creditor_id, ("case", case.case_id), facts | data)


def epoch_of(work: Work) -> int:
    """Tell the present epoch, which must have been read; 1 until it was ever raised."""
    epoch = work.find(things.EPOCH())
    return epoch.number if epoch else 1


def command(
    work: Work,
    case: Case,
    kind: CommandKind,
    *,
    epoch: int,
    subject_id: str | None = None,
    principal: int = 0,
    invoice_id: str | None = None,
    report_id: str | None = None,
) -> Case:
    """Queue a command at the end of a case's lane; gives the case, which the caller writes.

    ``principal`` is what the command settles at the agency, minor units, negative for a reversal.
    """
    row = CommandRow(
        case_id=case.case_id,
        seq=case.last_command + 1,
        creditor_id=case.creditor_id,
        agency=case.agency,
        kind=kind,
        created_at=work.now,
        # Only the head of a lane is ever due; its successor becomes due when it is settled.
        due_at=None if case.waiting else work.now,
        epoch=epoch,
        subject_id=subject_id,
        principal=principal,
        invoice_id=invoice_id,
        report_id=report_id,
    )
    work.add(things.COMMAND(case.case_id, row.seq), row)
    return replace(
        case, last_command=row.seq, waiting=case.waiting + 1, unreported=case.unreported + principal
    )


def attention_id(kind: AttentionKind, subject: tuple[str, ...]) -> str:
    """Spell the id of an attention: the same for the same kind and subject."""
    return derived_id("att", kind.value, *subject)


def ask_for_attention(
    work: Work, kind: AttentionKind, creditor_id: str, subject: tuple[str, ...], reason: str
) -> None:
    """Ask a person to look at something, once for the same subject; its ref must have been read.

    See ``attention_ref``.
    """
    ref = things.ATTENTION(attention_id(kind, subject))
    known = work.find(ref)
    if known is None or known.resolved_at is not None:
        raise_attention(work, kind, creditor_id, subject, reason)


def raise_attention(
    work: Work, kind: AttentionKind, creditor_id: str, subject: tuple[str, ...], reason: str
) -> None:
    """Put something on the attention list that is not on it, and tell of it.

    Its ref must have been read, unless the subject is something new.
    """
    work.put(
        things.ATTENTION(attention_id(kind, subject)),
        Attention(
            attention_id=attention_id(kind, subject),
            kind=kind,
            creditor_id=creditor_id,
            subject=subject,
            reason=reason,
            raised_at=work.now,
        ),
    )
    tell(
        work,
        EventType.ATTENTION_RAISED,
        creditor_id,
        ("creditor", creditor_id),
        {
            "attention_id": attention_id(kind, subject),
            "kind": kind.value,
            "subject": list(subject),
            "reason": reason,
        },
    )

"""Previews of reminder plans: what is told."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Annotated, Any

from fordring.domain.following_up import Ahead
from fordring.domain.invoice import Invoice
from fordring.domain.reminder_plan import StepKind
from fordring.edge.schemas.late_interest import ToldInterestPeriod
from fordring.edge.schemas.told import About, Told, ToldMoney, day, money
from fordring.edge.schemas.told_follow_ups import (
    ToldHurdle,
    ToldMissingLaw,
    ToldStop,
    ToldWarning,
    tell_next,
    tell_stop,
    tell_warnings,
)
from fordring.edge.schemas.told_plans import ToldPrecondition
from fordring.usecases.looking_ahead import Around, Foreseen
from fordring.usecases.telling_interest import periods_of
from fordring.usecases.writing_ahead import WrittenAhead


class ToldLetterAhead(Told):
    """A letter as the hub would send it by e-mail; `not_sent` says why it would not, as things are."""

    language: str
    subject: str
    text: str
    html: str
    not_sent: ToldStop | None


class ToldStepAhead(Told):
    """A step that is to come. What a letter costs is worked out from the law of its day."""

    kind: StepKind
    date: str
    planned_date: str
    why_not_earlier: list[ToldHurdle]
    deadline_date: str | None
    fee: ToldMoney | None
    compensation: ToldMoney | None
    interest: Annotated[
        ToldMoney | None,
        About("Late interest until that day, which the letter tells of; `null` in a free notice."),
    ]
    interest_periods: Annotated[
        list[ToldInterestPeriod], About("How that is worked out; at a rate that was agreed, or the law's.")
    ]
    missing_law: Annotated[
        ToldMissingLaw | None,
        About("The row for want of which the letter goes without the interest; it says that some is owed."),
    ]
    letter: Annotated[
        ToldLetterAhead | None,
        About("What the hub would write, where it sends the letters."),
    ]


class ToldPreview(Told):
    """What is to come for an invoice if nothing is paid and every letter goes on its day."""

    invoice_id: str
    debtor_id: str
    document_number: str
    due_date: str
    remaining: ToldMoney
    enrolled: Annotated[bool, About("Whether it follows a plan; otherwise, what if it did.")]
    plan_number: Annotated[int | None, About("`null`: a plan that is tried.")]
    steps_done: int
    steps: list[ToldStepAhead]
    stopped: ToldStop | None
    transfer_blocked_by: Annotated[
        list[ToldStop],
        About("What the agency or the agreement would have against the transfer on its day, as things are."),
    ]
    warnings: list[ToldWarning]
    missing_law: Annotated[
        ToldMissingLaw | None,
        About("What could not be worked out for want of this row: the interest, or the steps that follow."),
    ]


class ToldPreviews(Told):
    """A page of previews, and what the plan still waits for: the one that is tried, else the present one."""

    items: list[ToldPreview]
    next_cursor: str | None
    preconditions: list[ToldPrecondition]


def tell_preview(
    around: Around,
    invoice: Invoice,
    found: Foreseen,
    letters: Sequence[WrittenAhead | None],
    blocked: Iterable[str],
    *,
    tried: bool,
) -> dict[str, Any]:
    """Tell what is to come for an invoice.

    Parameters
    ----------
    letters
        Those of each step that the hub would send.
    blocked
        See ``blocked_ahead``.
    """
    preview = found.preview
    return {
        "invoice_id": invoice.invoice_id,
        "debtor_id": invoice.debtor_id,
        "document_number": invoice.document_number,
        "due_date": day(invoice.terms.due_date),
        "remaining": money(invoice.balance.remaining, invoice.currency),
        "enrolled": invoice.follow_up is not None,
        "plan_number": None if tried else found.plan.number,
        "steps_done": found.done,
        "steps": _steps(around, invoice, preview.steps, letters),
        "stopped": tell_stop(preview.stopped) if preview.stopped else None,
        "transfer_blocked_by": [tell_stop(reason) for reason in blocked],
        "warnings": tell_warnings(invoice),
        "missing_law": dict(preview.missing.facts) if preview.missing else None,
    }


def _steps(
    around: Around, invoice: Invoice, steps: Sequence[Ahead], letters: Sequence[WrittenAhead | None]
) -> list[dict[str, Any]]:
    today = around.today(invoice)
    return [
        tell_next(each.next, invoice.country, today)
        | _charges(each, invoice.currency)
        | {"letter": _letter(letter) if letter else None}
        for each, letter in zip_longest(steps, letters)
    ]


def _charges(ahead: Ahead, currency: str) -> dict[str, Any]:
    letter, charges = ahead.letter, ahead.charges
    interest = charges.interest if charges else None
    return {
        "deadline_date": day(letter.deadline_date) if letter else None,
        "fee": money(charges.fee, currency) if charges else None,
        "compensation": money(charges.compensation, currency) if charges else None,
        "interest": None if interest is None else money(interest, currency),
        "interest_periods": periods_of(charges.late if charges else None, currency),
        "missing_law": dict(charges.missing.facts) if charges and charges.missing else None,
    }


def _letter(letter: WrittenAhead) -> dict[str, Any]:
    return {
        "language": letter.language,
        "subject": letter.written.subject,
        "text": letter.written.text,
        "html": letter.written.html,
        "not_sent": tell_stop(letter.not_sent) if letter.not_sent else None,
    }

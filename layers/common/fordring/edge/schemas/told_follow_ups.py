"""Invoices that follow a reminder plan: what is told of that.

Every answer with an invoice is written with this module: what only invoices under way need is imported
where it is used.
"""

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fordring.domain.reminder_plan import StepKind
from fordring.edge.schemas.told import About, Instant, Told, ToldMoney, day, instant, money

if TYPE_CHECKING:
    from datetime import date, datetime

    from fordring.domain.follow_up import Asked, FollowUp
    from fordring.domain.following_up import Next
    from fordring.domain.invoice import Invoice
    from fordring.domain.lawful_letters import Hurdle
    from fordring.domain.under_way import Outlook

COUNTRIES: Final = {"NO": "Norway", "SE": "Sweden", "FI": "Finland", "DK": "Denmark"}


class ToldHurdle(Told):
    """Why a step does not happen earlier than `until_date`; `days` is the rule's figure, where it has one."""

    reason: str
    until_date: str
    days: int | None
    detail: Annotated[str, About(examples=("waiting time in Norway: due date + 14 days",))]


class ToldNext(Told):
    """The next step, if nothing happens before. `planned_date` is the day that the plan alone would have."""

    kind: StepKind
    date: str
    planned_date: str
    why_not_earlier: list[ToldHurdle]


class ToldAsked(Told):
    """A letter that the sender was asked for and has not confirmed.

    `reminder_id` confirms it; of one that the hub sends it is the `letter_id`.
    """

    reminder_id: str
    kind: Literal["free_notice", "reminder", "notice_of_collection"]
    on: str
    deadline_date: str | None
    fee: ToldMoney
    compensation: ToldMoney


class ToldStop(Told):
    """Why nothing happens at the moment."""

    reason: str
    detail: str


class ToldMissingLaw(Told):
    """The row of law that is missing to work something out: nothing is made up."""

    country: str
    rule: str
    debtor_kind: str
    on: str


class ToldWarning(Told):
    """Why payments may not find an invoice that is reminded of, and what to do."""

    code: Literal["payment_reference_missing", "payment_reference_is_free_text"]
    detail: str
    remedy: str


class ToldFollowUp(Told):
    """How far an invoice has come under the creditor's reminder plan.

    `next` is `null` when nothing is to come, and while `asked` waits.
    """

    plan_number: int
    steps_done: int
    look_again_at: Annotated[Instant | None, About("When the hub looks at it next.")]
    next: ToldNext | None
    asked: ToldAsked | None
    stopped: ToldStop | None
    missing_law: ToldMissingLaw | None
    warnings: list[ToldWarning]


def tell_follow_up(
    invoice: "Invoice",
    noted: "FollowUp",
    outlook: "Outlook | None",
    now: "datetime",
) -> dict[str, Any]:
    """Tell how far an invoice has come under its plan, and what comes next.

    Parameters
    ----------
    noted
        How far it has come, as the invoice has it.
    outlook
        What it can expect; ``None`` where its plan is not there.
    """
    from fordring.domain.calendar import local_date

    follow_up = outlook.follow_up if outlook else noted
    coming, missing = (outlook.coming, outlook.missing) if outlook else (None, None)
    stopped = outlook.stopped if outlook else noted.stopped
    asked, today = follow_up.asked, local_date(now, invoice.country)
    return {
        "plan_number": follow_up.plan,
        "steps_done": follow_up.done,
        "look_again_at": instant(follow_up.due_at),
        "next": tell_next(coming, invoice.country, today) if coming and not asked else None,
        "asked": _asked(asked, follow_up, invoice) if asked else None,
        "stopped": tell_stop(stopped) if stopped else None,
        "missing_law": dict(missing.facts) if missing else None,
        "warnings": tell_warnings(invoice),
    }


def tell_next(coming: "Next", country: str, today: "date") -> dict[str, Any]:
    """Tell a step that is to come; what could have happened before happens today."""
    return {
        "kind": coming.step.kind.value,
        "date": day(max(coming.first_date, today)),
        "planned_date": day(coming.planned_date),
        "why_not_earlier": [tell_hurdle(each, country) for each in coming.hurdles] or [_planned(coming)],
    }


def _planned(coming: "Next") -> dict[str, Any]:
    until = day(coming.planned_date)
    return {"reason": "planned", "until_date": until, "days": None, "detail": "the plan says so"}


def tell_hurdle(hurdle: "Hurdle", country: str) -> dict[str, Any]:
    """Tell why a step does not happen earlier."""
    from fordring.domain.lawful_letters import REASONS

    detail = REASONS[hurdle.reason]
    if hurdle.reason == "waiting_time":
        detail = f"waiting time in {COUNTRIES[country]}: due date + {hurdle.days} days"
    elif hurdle.reason == "plan_pace":
        detail = f"{detail}: {hurdle.days} days after the last letter"
    elif hurdle.days is not None:
        detail = f"{detail} in {COUNTRIES[country]}: {hurdle.days} days"
    return {
        "reason": hurdle.reason,
        "until_date": day(hurdle.first),
        "days": hurdle.days,
        "detail": detail,
    }


def tell_stop(reason: str) -> dict[str, str]:
    """Tell why nothing happens."""
    from fordring.domain.candidates import REASONS
    from fordring.domain.situation import STOPS

    detail = STOPS.get(reason) or REASONS.get(reason, "the agency's agreement has something against it")
    return {"reason": reason, "detail": detail}


def _asked(asked: "Asked", follow_up: "FollowUp", invoice: "Invoice") -> dict[str, Any]:
    from fordring.usecases.situations import reminder_id_of

    currency = invoice.currency
    return {
        # One that the hub sends has got its id already.
        "reminder_id": follow_up.letter or reminder_id_of(invoice, follow_up.letters),
        "kind": asked.kind,
        "on": day(asked.on),
        "deadline_date": day(asked.deadline_date),
        "fee": money(asked.fee, currency),
        "compensation": money(asked.compensation, currency),
    }


def tell_warnings(invoice: "Invoice") -> list[dict[str, str]]:
    """Tell why a payment may not find the invoice: what is not found is reminded of although it is paid."""
    reference = invoice.terms.payment_reference
    if reference is not None and reference.kind != "free_text":
        return []
    code = "payment_reference_missing" if reference is None else "payment_reference_is_free_text"
    return [{"code": code, "detail": _WARNINGS[code], "remedy": _REMEDY}]


_WARNINGS: Final = {
    "payment_reference_missing": "the invoice has no payment reference, so that no payment finds it by "
    "itself and it may be reminded of although it is paid",
    "payment_reference_is_free_text": "its payment reference is none that banks check, so that a payment may "
    "not find it and it may be reminded of although it is paid",
}
_REMEDY: Final = (
    "give it a payment reference, in Norway a KID: "
    "PATCH /v1/creditors/{creditor_id}/invoices/{invoice_id} with `payment_reference`"
)

"""Reminder plans: what is told."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fordring.domain.agency import Level
from fordring.domain.reminder_plan import Anchor, PlanName, PlanStep, ReminderPlan, Sender, StepKind
from fordring.edge.schemas.told import About, Instant, Told, ToldMoney, agreed, day, instant

PRECONDITIONS: Final = {
    "kid_agreement_missing": (
        "there is no format of KIDs: a payment finds its invoice by reference only, and what is not found is "
        "reminded of although it is paid",
        "make an OCR agreement with the bank and register its `kid_formats`: PUT /v1/creditors/{creditor_id}",
    ),
    "bank_account_missing": (
        "letters say where to pay, and no account is known",
        "register `bank_account`: PUT /v1/creditors/{creditor_id}",
    ),
    "no_agency": (
        "after the last letter nothing happens: the plan has no agency",
        "make an agreement with an agency and name it in the plan",
    ),
    "agreement_missing": (
        "without an agreement with the agency nothing can go to collection",
        "make one: PUT /v1/creditors/{creditor_id}/agreements/{agency}, then POST …/orders",
    ),
    "agreement_not_ordered": (
        "without an agreement with the agency nothing can go to collection",
        "order it: POST /v1/creditors/{creditor_id}/agreements/{agency}/orders",
    ),
    "agreement_ended": (
        "the agreement with the agency has ended: nothing can go to collection",
        "order it anew, POST /v1/creditors/{creditor_id}/agreements/{agency}/orders, or name another agency",
    ),
    "credentials_missing": (
        "the agency's credentials have not been registered: nothing can go to collection",
        "write them: PUT /v1/creditors/{creditor_id}/agreements/{agency}/credentials",
    ),
    "activation_missing": (
        "the agency has not activated the contract yet: nothing can go to collection",
        "wait for the agency, or write to it",
    ),
    "level_contradicts_agreement": (
        "the agreement hands over at another level than the plan",
        "choose the plan again, with `move` for what is under way",
    ),
}
"""What a plan may wait for: what that means, and what to do."""


class ToldStep(Told):
    """One step of a plan."""

    kind: StepKind
    days: int
    anchor: Anchor
    deadline_days: int | None
    fee: bool


class ToldPrecondition(Told):
    """What a plan still waits for, and what to do."""

    code: str
    detail: str
    remedy: str


class ToldPlan(Told):
    """A reminder plan. `steps` are all of it, `followed` those that are taken (see `sender`, `local_steps`).

    `preconditions` names what is missing: letters go out all the same. `ended_at`: it is switched off.
    """

    creditor_id: str
    number: Annotated[int, About("Counts the creditor's plans; every change makes another.")]
    plan: PlanName
    steps: list[ToldStep]
    followed: list[ToldStep]
    agency: str | None
    level: Level
    sender: Sender
    channels: list[str]
    sms: bool
    local_steps: int | None
    minimum: ToldMoney | None
    active_from: str
    fees_agreed: bool
    claims_compensation: bool
    agency_notice_from: str | None
    wording: dict[str, str]
    preconditions: list[ToldPrecondition]
    move_job_id: Annotated[
        str | None, About("The job that takes along what was under way; see `GET /v1/jobs/{job_id}`.")
    ]
    created_at: Instant
    ended_at: Instant | None
    revision: int


def tell_plan(plan: ReminderPlan, preconditions: Iterable[str]) -> dict[str, Any]:
    """Tell a plan."""
    return {
        "creditor_id": plan.creditor_id,
        "number": plan.number,
        "plan": plan.name.value,
        "steps": [_step(each) for each in plan.steps],
        "followed": [_step(each) for each in plan.followed],
        "agency": plan.agency,
        "level": plan.level.value,
        "sender": plan.sender.value,
        "channels": list(plan.channels),
        "sms": plan.sms,
        "local_steps": plan.local_steps,
        "minimum": agreed(plan.minimum),
        "active_from": day(plan.active_from),
        "fees_agreed": plan.fees_agreed,
        "claims_compensation": plan.claims_compensation,
        "agency_notice_from": day(plan.agency_notice_from),
        "wording": dict(plan.wording),
        "preconditions": tell_preconditions(preconditions),
        "move_job_id": plan.move_job_id,
        "created_at": instant(plan.created_at),
        "ended_at": instant(plan.ended_at),
        "revision": plan.revision,
    }


def _step(step: PlanStep) -> dict[str, Any]:
    return {
        "kind": step.kind.value,
        "days": step.days,
        "anchor": step.anchor.value,
        "deadline_days": step.deadline_days,
        "fee": step.fee,
    }


def tell_preconditions(codes: Iterable[str]) -> list[dict[str, str]]:
    """Tell what a plan waits for, and what to do."""
    return [_precondition(code) for code in codes]


def _precondition(code: str) -> dict[str, str]:
    detail, remedy = PRECONDITIONS[code]
    return {"code": code, "detail": detail, "remedy": remedy}

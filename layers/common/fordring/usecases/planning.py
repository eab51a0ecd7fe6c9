"""The creditor's reminder plan: chosen, changed, moved to, switched off (FIK-9, FIK-15)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from fordring.domain import things
from fordring.domain.agency import Capabilities, Level
from fordring.domain.calendar import local_date
from fordring.domain.creditor import Creditor
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.invoice import Invoice, Terms
from fordring.domain.law import CURRENCY, law
from fordring.domain.ledger import Balance
from fordring.domain.money import Money
from fordring.domain.plan_check import faults_of
from fordring.domain.plan_fit import contradictions
from fordring.domain.reminder_plan import (
    PlanName,
    PlanStep,
    ReminderPlan,
    Sender,
    named_steps,
)
from fordring.domain.values import dataclass
from fordring.usecases.moving_plans import begin_moving
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class Wish:
    """A plan as somebody asks for it; see ``ReminderPlan``.

    Parameters
    ----------
    steps
        Of a plan of their own; empty for a named one.
    level
        ``None``: the agreement's.
    active_from
        ``None``: as in the plan that is on, else from today.
    move
        Whether what is under way goes on by this plan (FIK-15).
    """

    name: PlanName
    steps: tuple[PlanStep, ...] = ()
    agency: str | None = None
    level: Level | None = None
    sender: Sender = Sender.BILLING_PRODUCT
    channels: tuple[str, ...] = ("email",)
    sms: bool = False
    local_steps: int | None = None
    minimum: Money | None = None
    active_from: date | None = None
    fees_agreed: bool = False
    claims_compensation: bool = False
    agency_notice_from: date | None = None
    wording: tuple[tuple[str, str], ...] = ()
    move: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan is tried against, besides what was read.

    ``capabilities``: of its agency. ``hub_sends``: whether this installation can send e-mails. ``at``: where
    the plan stands in the request, as a JSON pointer.
    """

    capabilities: Capabilities | None
    hub_sends: bool
    at: str = ""


def plan_as_wished(work: Work, creditor_id: str, wish: Wish, ground: Ground) -> ReminderPlan:
    """Give the plan that a wish makes, under the creditor's next number, without writing anything.

    The creditor, the present plan and the agreement with the plan's agency must have been read.

    Raises
    ------
    NotFound
        When there is no such creditor.
    Unprocessable
        ``plan_cannot_be_followed``, with every fault: what the law does not allow, with the first lawful
        day, and what contradicts the agreement.
    LawRowMissing
        When a rule that a step needs has no row.
    """
    creditor = work.get(things.CREDITOR(creditor_id))
    if (wish.name is PlanName.CUSTOM) != bool(wish.steps):
        detail = "a custom plan has steps of its own, and no other plan does"
        raise _refused(ground, [Fault("/steps", "steps_of_custom_only", detail)])
    known = work.find(things.REMINDER_PLAN(creditor_id))
    agreement = work.find(things.AGREEMENT(creditor_id, wish.agency)) if wish.agency else None
    level = wish.level or (agreement.settings.level if agreement else Level.REMINDER)
    today = local_date(work.now, creditor.country)
    going_on = known is not None and known.ended_at is None
    plan = ReminderPlan(
        creditor_id=creditor_id,
        number=known.number + 1 if known else 1,
        name=wish.name,
        steps=wish.steps if wish.name is PlanName.CUSTOM else _named(wish, level),
        agency=wish.agency,
        level=level,
        created_at=work.now,
        active_from=wish.active_from or (known.active_from if known and going_on else today),
        sender=wish.sender,
        channels=wish.channels,
        sms=wish.sms,
        local_steps=wish.local_steps,
        minimum=wish.minimum,
        fees_agreed=wish.fees_agreed,
        claims_compensation=wish.claims_compensation,
        agency_notice_from=wish.agency_notice_from,
        wording=wish.wording,
        revision=known.revision + 1 if known else 1,
        ended_to=known.ended_to if known else 0,
        moved_to=known.moved_to if known else 0,
    )
    faults = list(contradictions(plan, creditor, ground.capabilities, agreement, hub_sends=ground.hub_sends))
    if wish.name is PlanName.CUSTOM and wish.sender is not Sender.AGENCY:
        faults.extend(_unlawful(plan, creditor, today))
    if faults:
        # Two checks may find the same; it is told once.
        raise _refused(ground, {(fault.pointer, fault.code): fault for fault in faults}.values())
    return plan


def _refused(ground: Ground, faults: Iterable[Fault]) -> Unprocessable:
    return Unprocessable(
        "plan_cannot_be_followed",
        "the reminder plan cannot be followed as it stands",
        faults=[replace(fault, pointer=ground.at + fault.pointer) for fault in faults],
    )


def _named(wish: Wish, level: Level) -> tuple[PlanStep, ...]:
    steps = named_steps(wish.name, level if wish.agency else Level.REMINDER)
    return steps if wish.agency else tuple(step for step in steps if step.is_letter)


def _unlawful(plan: ReminderPlan, creditor: Creditor, today: date) -> Iterator[Fault]:
    """Try the steps that are followed, and all of them: what is left out now may be followed later."""
    due = today + timedelta(days=1)
    tried = Invoice(
        invoice_id="tried",
        creditor_id=creditor.creditor_id,
        debtor_id="tried",
        document_number="tried",
        country=creditor.country,
        currency=CURRENCY[creditor.country],
        principal=0,
        invoice_date=today,
        terms=Terms(due_date=due),
        content_digest="",
        balance=Balance(CURRENCY[creditor.country]),
        created_at=plan.created_at,
        updated_at=plan.created_at,
    )
    yield from faults_of(law(), plan, tried)
    if plan.local_steps is not None:
        yield from faults_of(law(), replace(plan, local_steps=None), tried)


def put_plan(work: Work, creditor_id: str, wish: Wish, ground: Ground) -> ReminderPlan:
    """Choose the creditor's plan. The same again, while it is on, changes nothing.

    Invoices under way go on by the plan that they started with, unless they are moved.

    Raises
    ------
    NotFound, Unprocessable, LawRowMissing
        See ``plan_as_wished``.
    """
    ref = things.REMINDER_PLAN(creditor_id)
    wished = plan_as_wished(work, creditor_id, wish, ground)
    known = work.find(ref)
    if known is not None and known.ended_at is None and _same(known, wished):
        if not wish.move or known.moved_to == known.number or known.number == 1:
            return known
        moving = begin_moving(work, replace(known, revision=known.revision + 1))
        work.change(ref, moving)
        return moving
    plan = begin_moving(work, wished) if wish.move and known is not None else wished
    agreement = things.AGREEMENT(creditor_id, plan.agency) if plan.agency else None
    if agreement is not None and work.find(agreement) is not None:
        # Its level, changed in this second, would contradict the plan.
        work.hold(agreement)
    work.put(ref, plan)
    work.add(things.FORMER_PLAN(creditor_id, plan.number), plan)
    return plan


def _same(known: ReminderPlan, wished: ReminderPlan) -> bool:
    """Whether two plans say the same, whatever their numbers."""
    told = ("number", "created_at", "revision", "move_job_id")
    return replace(wished, **{name: getattr(known, name) for name in told}) == known


def end_plan(work: Work, creditor_id: str) -> ReminderPlan:
    """Switch the creditor's plans off: what is under way stops. Once more changes nothing.

    Raises
    ------
    NotFound
        When there is none.
    """
    ref = things.REMINDER_PLAN(creditor_id)
    plan = work.get(ref)
    if plan.ended_at is not None:
        return plan
    ended = replace(plan, ended_at=work.now, ended_to=plan.number, revision=plan.revision + 1)
    former = things.FORMER_PLAN(creditor_id, plan.number)
    work.demand(former)
    work.change(ref, ended)
    work.change(former, ended)
    return ended

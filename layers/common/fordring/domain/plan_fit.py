"""Whether a reminder plan fits its creditor's agreement with the agency, and what it still waits for.

What contradicts is refused (ZIR-19, ZIR-27): the last step would be refused on its day, every time. What is
only missing does not hinder a plan: reminders go out all the same, and the creditor is told what to do
(FIK-2, FIK-12, FIK-13).
"""

from collections.abc import Iterator

from fordring.domain.agency import Capabilities, Level, Operation
from fordring.domain.agreement import Agreement
from fordring.domain.agreement_settings import TRANSFER_STATUSES
from fordring.domain.candidates import NEEDED
from fordring.domain.creditor import Creditor
from fordring.domain.errors import Fault
from fordring.domain.reminder_plan import Anchor, PlanName, ReminderPlan, Sender, StepKind

_REMINDERS = (StepKind.FREE_NOTICE, StepKind.REMINDER)


def contradictions(
    plan: ReminderPlan,
    creditor: Creditor,
    capabilities: Capabilities | None,
    agreement: Agreement | None,
    *,
    hub_sends: bool,
) -> Iterator[Fault]:
    """Tell what cannot be carried out, by JSON pointer into the request.

    Parameters
    ----------
    capabilities
        Of the plan's agency; ``None`` for a plan without.
    agreement
        With that agency, however far it has come.
    hub_sends
        Whether this installation can send e-mails.
    """
    yield from _about_sender(plan, hub_sends=hub_sends)
    hands_over = any(not step.is_letter for step in plan.followed)
    if capabilities is None:
        if hands_over:
            yield Fault("/agency", "missing", "a transfer goes to an agency")
        return
    if not hands_over:
        yield Fault("/agency", "nothing_to_hand_over", "the plan has no transfer as its last step")
    yield from _about_agency(plan, creditor, capabilities)
    if agreement is not None:
        yield from _about_agreement(plan, agreement)
    if hands_over and plan.level is Level.COLLECTION and plan.sender is not Sender.AGENCY:
        yield from _before_collection(plan)


def _about_sender(plan: ReminderPlan, *, hub_sends: bool) -> Iterator[Fault]:
    if plan.sender is Sender.HUB:
        if not hub_sends:
            yield Fault("/sender", "hub_sends_no_email", "the hub has no address to send e-mails from")
        for place, channel in enumerate(plan.channels):
            if channel != "email":
                detail = "the hub sends e-mails only; the billing product can send the rest"
                yield Fault(f"/channels/{place}", "channel_not_sent_by_hub", detail)
        if plan.sms:
            yield Fault("/sms", "channel_not_sent_by_hub", "the hub sends no SMS")
    if plan.sender is Sender.AGENCY:
        if plan.agency is None:
            yield Fault("/agency", "missing", "the agency that sends the reminders")
        if plan.level is not Level.REMINDER:
            detail = "at level collection the creditor reminds, and the agency collects"
            yield Fault("/sender", "sender_contradicts_level", detail)
        if plan.name is PlanName.CUSTOM:
            detail = "the agency reminds: there are no letters of your own to plan"
            yield Fault("/steps", "local_letters_off", detail)
        if plan.local_steps:
            yield Fault("/local_steps", "local_letters_off", "the agency reminds: no letter is sent before")
        if plan.sms:
            yield Fault("/sms", "local_letters_off", "the agency reminds: nothing is sent before")


def _about_agency(plan: ReminderPlan, creditor: Creditor, capabilities: Capabilities) -> Iterator[Fault]:
    if creditor.country not in capabilities.countries:
        yield Fault("/agency", "country_not_supported", "the agency does not work in the creditor's country")
    if plan.sender is Sender.AGENCY:
        if Operation.REGISTER_REMINDER_CASE not in capabilities.operations:
            yield Fault("/sender", "agency_does_not_remind", "the agency takes no cases to remind")
    elif NEEDED[plan.level] not in capabilities.operations:
        yield Fault("/level", "level_not_offered", "the agency does not take cases of this level")


def _about_agreement(plan: ReminderPlan, agreement: Agreement) -> Iterator[Fault]:
    settings = agreement.settings
    if plan.level is not settings.level:
        detail = f"the agreement with the agency hands invoices over at level {settings.level.value}"
        yield Fault("/level", "level_contradicts_agreement", detail)
    wanted = TRANSFER_STATUSES.index(settings.transfer_status)
    if _status_at_transfer(plan) < wanted:
        detail = f"the agreement takes invoices from the status {settings.transfer_status} on"
        yield Fault("/local_steps" if plan.local_steps is not None else "/plan", "status_not_reached", detail)
    for step in plan.followed:
        if step.is_letter or step.anchor is not Anchor.DUE_DATE or step.days >= settings.transfer_from:
            continue
        detail = f"the agreement takes invoices from the due date + {settings.transfer_from} days on"
        if plan.sender is Sender.AGENCY:
            pointer = "/sender"
        else:
            pointer = f"/steps/{len(plan.steps) - 1}/days" if plan.name is PlanName.CUSTOM else "/plan"
        yield Fault(pointer, "transfer_too_early", detail)


def _status_at_transfer(plan: ReminderPlan) -> int:
    kinds = {step.kind for step in plan.followed}
    if StepKind.NOTICE_OF_COLLECTION in kinds:
        return TRANSFER_STATUSES.index("notice_sent")
    return TRANSFER_STATUSES.index("reminded" if kinds.intersection(_REMINDERS) else "overdue")


def _before_collection(plan: ReminderPlan) -> Iterator[Fault]:
    """A case for collection is taken only after a reminder that the creditor has sent."""
    planned, followed = ({step.kind for step in steps} for steps in (plan.steps, plan.followed))
    if not followed.intersection(_REMINDERS):
        cut = planned.intersection(_REMINDERS)
        detail = "collection needs a reminder or a free notice first"
        yield Fault("/local_steps" if cut else "/steps", "reminder_missing", detail)


def preconditions(plan: ReminderPlan, creditor: Creditor, agreement: Agreement | None) -> Iterator[str]:
    """Name what the plan waits for, as codes.

    Parameters
    ----------
    agreement
        With the plan's agency.
    """
    if creditor.country == "NO" and not creditor.kid_formats:
        yield "kid_agreement_missing"
    if not creditor.bank_account:
        yield "bank_account_missing"
    if plan.agency is None:
        yield "no_agency"
    elif agreement is None:
        yield "agreement_missing"
    else:
        yield from agreement.missing
        if plan.level is not agreement.settings.level:
            yield "level_contradicts_agreement"

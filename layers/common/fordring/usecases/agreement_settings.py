"""The settings of an agreement with an agency: what contradicts the creditor or the agency is refused."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from fordring.domain import things
from fordring.domain.agency import Capabilities, Level, Operation, Service
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.agreement_settings import Grouping, Settings
from fordring.domain.candidates import NEEDED
from fordring.domain.creditor import Creditor
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.reminder_plan import ReminderPlan
from fordring.usecases.requesting import missing_for_sync
from fordring.usecases.work import Work

_ADMINISTRATION: Final = frozenset({Operation.REGISTER_ADMINISTRATION, Operation.DELIVER_INVOICES})
_SERVICES: Final = {
    Service.REMINDERS_AND_COLLECTION: frozenset[Operation](),
    Service.ADMINISTRATION: _ADMINISTRATION,
    # An invoice is sold only after its recipient was checked (SAN-14).
    Service.PURCHASE: _ADMINISTRATION | {Operation.PURCHASE_INVOICES, Operation.CREDIT_CHECK},
}
"""What an agency must offer for each service."""


def keep_settings(
    work: Work, creditor_id: str, capabilities: Capabilities, settings: Settings, *, turned_on: bool = False
) -> Agreement:
    """Write the settings of an agreement down; the first ones begin it. The same again changes nothing.

    The accounts that the agency has told itself stay, named or not: what comes from them is a payout. The
    creditor, its reminder plan and the agreement must have been read. ``turned_on``: automatic registration
    of payments is asked for by name, not by default (SAN-11).

    Raises
    ------
    NotFound
        When there is no such creditor.
    Unprocessable
        ``settings_contradict``, with every contradiction.
    """
    creditor = work.get(things.CREDITOR(creditor_id))
    ref = things.AGREEMENT(creditor_id, capabilities.agency)
    known = work.find(ref)
    plan_ref = things.REMINDER_PLAN(creditor_id)
    plan = work.find(plan_ref)
    contradictions = (
        *_contradictions(creditor, capabilities, settings),
        *_against_plan(plan, capabilities.agency, settings),
    )
    if turned_on and (known is None or not known.settings.automatic_sync):
        contradictions += missing_for_sync(known)
    if contradictions:
        raise Unprocessable(
            "settings_contradict", "the settings cannot be carried out as they stand", faults=contradictions
        )
    if plan is not None and (known is None or known.settings.level is not settings.level):
        # A plan that is chosen in this second would contradict the level.
        work.hold(plan_ref)
    if known is None:
        begun = Agreement(
            creditor_id=creditor_id,
            agency=capabilities.agency,
            number=1,
            state=AgreementState.NONE,
            settings=settings,
            created_at=work.now,
            updated_at=work.now,
        )
        work.add(ref, begun)
        return begun
    settings = settings.with_bank_accounts(known.told_bank_accounts)
    if known.settings == settings:
        return known
    changed = replace(known, settings=settings, updated_at=work.now, revision=known.revision + 1)
    work.change(ref, changed)
    return changed


def _contradictions(creditor: Creditor, capabilities: Capabilities, settings: Settings) -> Iterable[Fault]:
    if creditor.country not in capabilities.countries:
        yield Fault("", "country_not_supported", "the agency does not work in the creditor's country")
    if settings.level is Level.ADMINISTRATION:
        yield Fault("/level", "level_is_a_service", "administration is chosen as the service")
    elif NEEDED[settings.level] not in capabilities.operations:
        yield Fault("/level", "level_not_offered", "the agency does not take cases of this level")
    if not _SERVICES[settings.service] <= capabilities.operations:
        yield Fault("/service", "service_not_offered", "the agency does not offer this service")
    if settings.grouping is Grouping.DEBTOR and Operation.GROUP_INVOICES not in capabilities.operations:
        yield Fault("/grouping", "grouping_not_offered", "the agency takes one invoice a case")
    if settings.level is Level.REMINDER and settings.transfer_status == "notice_sent":
        # After the creditor's own notice of collection there is nothing left to remind of.
        yield Fault(
            "/transfer_status",
            "status_contradicts_level",
            "the level is reminder: the agency reminds before any notice of collection is sent",
        )
    longest = max((accepted.length for accepted in creditor.kid_formats), default=0)
    if settings.kid_length is not None and settings.kid_length < longest:
        yield Fault("/kid_length", "kid_length_too_short", f"the creditor has KIDs of {longest} characters")
    own = _digits(creditor.bank_account or "")
    for position, account in enumerate(settings.agency_bank_accounts):
        if own and _digits(account) == own:
            yield Fault(
                f"/agency_bank_accounts/{position}",
                "own_bank_account",
                "this is where the creditor's debtors pay, not where the agency pays out from",
            )
    for name in settings.accounts.confused:
        yield Fault(
            f"/accounts/{name}",
            "accounts_coincide",
            "what the agency owes stands on a balance account of its own",
        )


def _against_plan(plan: ReminderPlan | None, agency: str, settings: Settings) -> Iterable[Fault]:
    """The level agrees with how the creditor reminds (ZIR-19)."""
    if plan is None or plan.ended_at is not None or plan.agency != agency or plan.level is settings.level:
        return
    yield Fault(
        "/level",
        "level_contradicts_reminder_plan",
        f"the reminder plan hands over to this agency at level {plan.level.value}: choose the plan without "
        "the agency first, then this level, then the plan with the agency again",
    )


def _digits(account: str) -> str:
    return "".join(character for character in account if character.isalnum())

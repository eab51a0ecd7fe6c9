"""Whether an invoice can be handed over, and if not, every reason at once (BEY-1)."""

from datetime import date, timedelta
from typing import Final

from fordring.domain.agency import Capabilities, Level, Operation, Service
from fordring.domain.agreement import Agreement
from fordring.domain.agreement_settings import Settings
from fordring.domain.dunning import reached
from fordring.domain.invoice import Invoice
from fordring.domain.values import dataclass

REASONS = {
    "already_transferred": "the invoice is at an agency already",
    "nothing_remaining": "nothing is owed on the invoice",
    "not_overdue": "the due date has not passed, or not by as many days as the agreement asks",
    "status_not_reached": "the invoice has not come to the status from which the agreement transfers",
    "excluded_from_dunning": "the invoice is excluded from dunning",
    "disputed": "an objection to the invoice is open",
    "owned_by_agency": "the agency has bought the invoice",
    "collection_ban": "the debtor must not be transferred",
    "debtor_deceased": "the debtor is dead",
    "billing_address_incomplete": "the debtor's billing address is incomplete",
    "organisation_number_missing": "a business debtor needs an organisation number",
    "agreement_missing": "there is no agreement with this agency",
    "agreement_not_ordered": "the agreement has not been ordered",
    "agreement_ended": "the agreement has ended",
    "credentials_missing": "the agency's credentials have not been registered",
    "activation_missing": "the agency has not activated the contract yet",
    "level_not_offered": "the agency does not take cases of this level",
    "level_contradicts_agreement": "the agreement hands invoices over at another level",
    "currency_not_supported": "the agency does not take this currency",
    "country_not_supported": "the agency does not work in the creditor's country",
    "reference_too_long": "the payment reference is longer than the agreement's KID length",
    "reminder_missing": "collection needs a reminder that was sent before",
    "notice_of_collection_missing": "collection needs a notice of collection that was sent before",
    "notice_deadline_not_passed": "the deadline in the notice of collection has not passed",
    "letter_deadline_not_passed": "the deadline in a letter has not passed, and no plan hands over before",
    "unknown_invoice": "the creditor has no such invoice",
    "other_debtor": "a case has one debtor, and this is another's invoice",
    "other_currency": "a case has one currency, and this invoice is in another",
    "too_many_at_once": "more invoices than one request takes: hand one of the rest over next",
}
"""Every reason's code, with a sentence for the developer."""


NEEDED: Final = {
    Level.REMINDER: Operation.REGISTER_REMINDER_CASE,
    Level.COLLECTION: Operation.REGISTER_COLLECTION_CASE,
    Level.ADMINISTRATION: Operation.REGISTER_ADMINISTRATION,
}
"""What an agency must offer for a case of each level."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: whether an invoice may go to this agency, at this level, on this day.

    ``today`` is the local date of the creditor's country. ``by_law``: the level is the law's choice, and what
    the agreement says of levels and statuses does not count. ``by_plan``: a reminder plan hands over,
    and what goes along has the time that its letters have left it.
    """

    capabilities: Capabilities
    agreement: Agreement | None
    level: Level
    today: date
    by_law: bool = False
    by_plan: bool = False


def levels_of(settings: Settings) -> tuple[Level, ...]:
    """Give the levels at which an agreement takes invoices, the usual one first.

    Under an agreement on administration, too, an invoice that the creditor has kept may be handed over later.
    """
    if settings.service is Service.REMINDERS_AND_COLLECTION:
        return (settings.level,)
    return (Level.ADMINISTRATION, settings.level)


def blocking_reasons(invoice: Invoice, question: Question) -> tuple[str, ...]:
    """Name every reason against handing an invoice over, as codes in a fixed order; none means it can go.

    Source: capabilities NET-2, NET-5, NET-8 to NET-15, VIS-17, VIS-18, ZIR-18, ZIR-20; law.md, "Hand over
    for reminders" (the day after the due date) and "Hand over for collection" (the day after the deadline
    of a notice of collection).
    """
    found = [
        *_about_invoice(invoice, question),
        *invoice.debtor_blocks,
        *_about_agreement(invoice, question),
    ]
    if question.level is Level.COLLECTION:
        found.extend(_about_collection(invoice, question.today))
    order = list(REASONS)
    return tuple(sorted(dict.fromkeys(found), key=order.index))


def _about_invoice(invoice: Invoice, question: Question) -> list[str]:
    found = []
    if invoice.release.live:
        found.append("already_transferred")
    if invoice.balance.owed_to_creditor <= 0:
        found.append("nothing_remaining")
    wait = question.agreement.settings.transfer_from if question.agreement else 1
    administered = question.level is Level.ADMINISTRATION
    if not administered and question.today < invoice.terms.due_date + timedelta(days=max(wait, 1)):
        found.append("not_overdue")
    agreement = None if administered or question.by_law else question.agreement
    if agreement and not reached(invoice, agreement.settings.transfer_status, question.today):
        found.append("status_not_reached")
    deadlines = [letter.deadline_date for letter in invoice.reminders if letter.deadline_date]
    if question.by_plan and question.today <= max(deadlines, default=date.min):
        found.append("letter_deadline_not_passed")
    if invoice.excluded_from_dunning:
        found.append("excluded_from_dunning")
    if invoice.disputed:
        found.append("disputed")
    if invoice.owner != "creditor":
        found.append("owned_by_agency")
    return found


def _about_agreement(invoice: Invoice, question: Question) -> list[str]:
    found = []
    capabilities, agreement = question.capabilities, question.agreement
    if agreement is None:
        found.append("agreement_missing")
    else:
        found.extend(agreement.missing)
        if question.level not in levels_of(agreement.settings) and not question.by_law:
            found.append("level_contradicts_agreement")
        length = agreement.settings.kid_length
        reference = invoice.terms.payment_reference
        if length and reference and reference.kind == "kid" and len(reference.value) > length:
            found.append("reference_too_long")
    if NEEDED[question.level] not in capabilities.operations:
        found.append("level_not_offered")
    if invoice.currency not in capabilities.currencies:
        found.append("currency_not_supported")
    if invoice.country not in capabilities.countries:
        found.append("country_not_supported")
    return found


def _about_collection(invoice: Invoice, today: date) -> list[str]:
    found = []
    if not any(letter.kind in ("reminder", "free_notice") for letter in invoice.reminders):
        found.append("reminder_missing")
    notices = [letter for letter in invoice.reminders if letter.kind == "notice_of_collection"]
    if not notices:
        found.append("notice_of_collection_missing")
    elif any(notice.deadline_date is None or today <= notice.deadline_date for notice in notices):
        found.append("notice_deadline_not_passed")
    return found

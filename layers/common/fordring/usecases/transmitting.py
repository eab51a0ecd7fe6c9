"""Handing an invoice over to the agency that administers it, in the transaction that registers it (SAN-1)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from fordring.domain import things
from fordring.domain.administration import InvoiceService, service_of
from fordring.domain.agency import Capabilities, Level, Operation, Service
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.calendar import local_date
from fordring.domain.candidates import Question, blocking_reasons
from fordring.domain.creditor import Debtor
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.offering import offer_if_approved
from fordring.usecases.submitting import hand_over
from fordring.usecases.work import Work

NOT_ADMINISTERED: Final = "not_administered"
"""The warning that an agreement is there and the invoice stays all the same; the reasons follow it."""


@dataclass(frozen=True, slots=True)
class Administrators:
    """The agencies that administer invoices: what to look for, and what one can do, when that is asked."""

    names: tuple[str, ...]
    capabilities: Callable[[str], Capabilities]

    def refs(self, creditor_id: str) -> tuple[Ref[Any], ...]:
        """Name what ``transmit`` looks at."""
        agreements = tuple(things.AGREEMENT(creditor_id, name) for name in self.names)
        return (*agreements, things.EPOCH()) if agreements else ()

    def agreement(self, work: Work, creditor_id: str) -> Agreement | None:
        """Give the creditor's active agreement on administration or purchase, if it has one (SAN-17)."""
        for name in self.names:
            found = work.find(things.AGREEMENT(creditor_id, name))
            if (
                found is not None
                and found.state is AgreementState.ACTIVE
                and found.settings.service is not Service.REMINDERS_AND_COLLECTION
            ):
                return found
        return None


def _nobody(name: str) -> Capabilities:
    raise LookupError(name)


NO_ADMINISTRATORS: Final = Administrators((), _nobody)


def transmit(
    work: Work, invoice: Invoice, debtor: Debtor, administrators: Administrators, check_id: str | None = None
) -> Invoice:
    """Hand a new invoice over if an agency administers it; gives the invoice as it is then.

    One that shall be sold is offered as well, when its recipient was checked or will be (SAN-14). What stands
    in the way (an incomplete address, say) does not hinder its registration: it becomes a warning, and the
    invoice can be handed over once that is mended.

    Raises
    ------
    Unprocessable
        ``service_not_agreed``; ``unknown_credit_check``.
    """
    agreement = administrators.agreement(work, invoice.creditor_id)
    if agreement is None:
        if invoice.service in (None, InvoiceService.NONE):
            return invoice
        raise _not_agreed("there is no active agreement on invoice administration")
    wish = service_of(invoice.service, agreement.settings.service)
    if wish is InvoiceService.NONE or invoice.excluded_from_dunning:
        return invoice
    ref = things.INVOICE(invoice.invoice_id)
    today = local_date(work.now, invoice.country)
    question = Question(administrators.capabilities(agreement.agency), agreement, Level.ADMINISTRATION, today)
    reasons = blocking_reasons(invoice, question)
    if reasons:
        warnings = tuple(dict.fromkeys((*invoice.warnings, NOT_ADMINISTERED, *reasons)))
        work.change(ref, replace(invoice, warnings=warnings))
        return work.get(ref)
    case = hand_over(work, invoice, agreement, question)
    if wish is InvoiceService.PURCHASE:
        if Operation.PURCHASE_INVOICES not in question.capabilities.operations:
            raise _not_agreed("the agency does not buy invoices")
        offered = offer_if_approved(work, case, work.get(ref), debtor, check_id)
        work.change(things.CASE(case.case_id), offered)
    return work.get(ref)


def _not_agreed(detail: str) -> Unprocessable:
    fault = Fault("/service", "service_not_agreed", "agree on administration or purchase first")
    return Unprocessable("service_not_agreed", detail, faults=[fault])

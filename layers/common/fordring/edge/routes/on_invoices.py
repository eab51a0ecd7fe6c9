"""What happens to an invoice: payments, letters, objections."""

from dataclasses import replace

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import on_invoice, to_invoice
from fordring.edge.schemas.giving_up import NewCost, NewWriteOff
from fordring.edge.schemas.invoices import DisputeResolution, NewDispute
from fordring.edge.schemas.payments import NewPaymentOnInvoice, ToldPayment, tell_payment
from fordring.edge.schemas.sent_letters import GivenSentLetter
from fordring.edge.schemas.told_invoices import ToldDispute, ToldInvoice, tell_dispute
from fordring.usecases.disputing import open_dispute, resolve_dispute
from fordring.usecases.giving_up import add_cost, write_off
from fordring.usecases.paying_by_hand import pay_by_hand, refs_to_replace
from fordring.usecases.recording import epoch_of
from fordring.usecases.reminding import record_reminder
from fordring.usecases.work import Work

_AT = "/v1/creditors/{creditor_id}/invoices/{invoice_id}"


def register_payment(call: Call) -> Answer:
    """Register money that came to the creditor."""
    new = replace(call.given(NewPaymentOnInvoice).payment, payment_id=call.own_id("pay"))
    made = things.PAYMENT(new.payment_id or "")
    return on_invoice(
        call,
        # A claim is kept for two days, a payment for ever: the same request later is still the same payment.
        lambda work, invoice: work.find(made) or pay_by_hand(work, invoice, new),
        tell_payment,
        also=(made, *refs_to_replace(new)),
    )


def register_reminder(call: Call) -> Answer:
    """Register a letter that the creditor has sent; it may be the one that a reminder plan has asked for."""
    from fordring.edge.bank_calendar import HolidayCalendar

    body = call.given(GivenSentLetter)

    def decide(work: Work, invoice: Invoice) -> Invoice:
        wrong = [
            Fault(f"/{name}/currency", "wrong_currency", "not the invoice's currency")
            for name, amount in (("fee", body.fee), ("compensation", body.compensation))
            if amount is not None and amount.currency != invoice.currency
        ]
        if wrong:
            raise Unprocessable("wrong_currency", "the invoice is in another currency", faults=wrong)
        return record_reminder(work, invoice, body.sent, HolidayCalendar())

    return to_invoice(call, decide)


def register_dispute(call: Call) -> Answer:
    """Register an objection."""
    body = call.given(NewDispute)
    return on_invoice(
        call,
        lambda work, invoice: open_dispute(
            work, invoice, body.reason, epoch_of(work), call.hub.capabilities, body.opened_date
        ),
        tell_dispute,
    )


def end_dispute(call: Call) -> Answer:
    """End an objection."""
    body = call.given(DisputeResolution)
    dispute_id = call.path["dispute_id"]
    return on_invoice(
        call,
        lambda work, invoice: resolve_dispute(
            work, invoice, dispute_id, body.resolution, epoch_of(work), call.hub.capabilities
        ),
        tell_dispute,
        status=200,
    )


def write_invoice_off(call: Call) -> Answer:
    """Give up what is owed on an invoice."""
    wanted = replace(call.given(NewWriteOff).write_off, write_off_id=call.own_id("wof"))

    def decide(work: Work, invoice: Invoice) -> Invoice:
        capabilities = call.hub.capabilities(invoice.agency) if invoice.agency else None
        return write_off(work, invoice, wanted, capabilities)

    return to_invoice(call, decide)


def register_cost(call: Call) -> Answer:
    """Add a cost to an invoice by hand."""
    added = call.given(NewCost).cost
    return to_invoice(call, lambda work, invoice: add_cost(work, invoice, added))


ON_INVOICE_ROUTES = (
    Route(
        "POST",
        f"{_AT}/payments",
        register_payment,
        "Register a payment at the creditor",
        "payments",
        Scope.WRITE,
        {201: ToldPayment},
        body=NewPaymentOnInvoice,
        claims=True,
        description="On an invoice that is at an agency, `origin` says whether the debtor paid, which is "
        "told to the agency, or the agency settled, which never is.",
    ),
    Route(
        "POST",
        f"{_AT}/reminders",
        register_reminder,
        "Register a letter that the creditor has sent",
        "invoices",
        Scope.WRITE,
        {201: ToldInvoice},
        body=GivenSentLetter,
        claims=True,
        description="Under a reminder plan it confirms the letter that `invoice.reminder_due` asked for: by "
        "its `reminder_id`, or by its kind. Too early, too expensive or with too short a deadline, it is "
        "refused (`letter_not_allowed`).",
    ),
    Route(
        "POST",
        f"{_AT}/write-off",
        write_invoice_off,
        "Write off what is owed",
        "invoices",
        Scope.WRITE,
        {201: ToldInvoice},
        body=NewWriteOff,
        claims=True,
        description="While the invoice is at an agency, `agency_asked` confirms that the agency was asked; "
        "it is then told, in a message where it takes no write-offs.",
    ),
    Route(
        "POST",
        f"{_AT}/costs",
        register_cost,
        "Add a fee, interest or compensation by hand",
        "invoices",
        Scope.WRITE,
        {201: ToldInvoice},
        body=NewCost,
        claims=True,
        description="While the invoice is at an agency, `agency_asked` confirms that the agency was asked. A "
        "fee or a compensation of a day on which an objection was open is refused (`cost_not_allowed`).",
    ),
    Route(
        "POST",
        f"{_AT}/disputes",
        register_dispute,
        "Register the debtor's objection",
        "invoices",
        Scope.WRITE,
        {201: ToldDispute},
        body=NewDispute,
        claims=True,
    ),
    Route(
        "POST",
        f"{_AT}/disputes/{{dispute_id}}/resolve",
        end_dispute,
        "End an objection",
        "invoices",
        Scope.WRITE,
        {200: ToldDispute},
        body=DisputeResolution,
        claims=True,
    ),
)

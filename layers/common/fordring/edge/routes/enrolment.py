"""Taking an older invoice into the reminder plan by hand; answered by ``register_invoice``."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import to_invoice
from fordring.edge.schemas.common import Empty
from fordring.edge.schemas.told_invoices import ToldInvoice
from fordring.usecases.enrolling import enrol


def enrol_invoice(call: Call) -> Answer:
    """Let an invoice follow the creditor's reminder plan."""
    return to_invoice(call, enrol, status=200, also=(things.REMINDER_PLAN(call.creditor_id),), follows=True)


ENROLMENT_ROUTES = (
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/invoices/{invoice_id}/enrol",
        enrol_invoice,
        "Let an invoice follow the reminder plan",
        "reminder plans",
        Scope.WRITE,
        {200: ToldInvoice},
        body=Empty,
        claims=True,
        description="For an invoice that was there before the plan, or whose plan was switched off. The "
        "letters that it has had count as the plan's first ones.",
    ),
)

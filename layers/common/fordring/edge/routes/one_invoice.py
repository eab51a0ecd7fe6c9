"""Reading one invoice: as for one case, no model is needed to start with."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.edge.call import Call, etag
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import agreements_of, told_all
from fordring.edge.schemas.told_invoices import ToldInvoice
from fordring.usecases.submitting import invoice_of


def read_invoice(call: Call) -> Answer:
    """Read an invoice."""
    work = call.read(things.INVOICE(call.path["invoice_id"]), *agreements_of(call.creditor_id))
    invoice = invoice_of(work, call.creditor_id, call.path["invoice_id"])
    (content,) = told_all(call.hub, work, [invoice])
    return Answer.of(200, content, etag(invoice.revision))


ONE_INVOICE_ROUTES = (
    Route(
        "GET",
        "/v1/creditors/{creditor_id}/invoices/{invoice_id}",
        read_invoice,
        "Read an invoice",
        "invoices",
        Scope.READ,
        {200: ToldInvoice},
    ),
)

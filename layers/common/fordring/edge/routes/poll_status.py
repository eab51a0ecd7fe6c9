"""Everything that is read: the routes of ``poll_status``."""

from fordring.edge.routes.agreements import AGREEMENT_READ_ROUTES
from fordring.edge.routes.clock import CLOCK_READ_ROUTES
from fordring.edge.routes.creditors import CREDITOR_READ_ROUTES
from fordring.edge.routes.invoice_reads import INVOICE_READ_ROUTES
from fordring.edge.routes.keys import KEY_READ_ROUTES

ROUTES = (
    *KEY_READ_ROUTES,
    *CREDITOR_READ_ROUTES,
    *AGREEMENT_READ_ROUTES,
    *INVOICE_READ_ROUTES,
    *CLOCK_READ_ROUTES,
)

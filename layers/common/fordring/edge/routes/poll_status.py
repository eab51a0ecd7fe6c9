"""Everything that is read: the routes of ``poll_status``."""

from fordring.edge.routes.agreements import AGREEMENT_READ_ROUTES
from fordring.edge.routes.attention import ATTENTION_READ_ROUTES
from fordring.edge.routes.case_reads import CASE_READ_ROUTES
from fordring.edge.routes.clock import CLOCK_READ_ROUTES
from fordring.edge.routes.creditors import CREDITOR_READ_ROUTES
from fordring.edge.routes.endpoints import ENDPOINT_READ_ROUTES
from fordring.edge.routes.feed import FEED_ROUTES
from fordring.edge.routes.invoice_reads import INVOICE_READ_ROUTES
from fordring.edge.routes.keys import KEY_READ_ROUTES
from fordring.edge.routes.meta import META_ROUTES
from fordring.edge.routes.statements import STATEMENT_ROUTES

ROUTES = (
    *META_ROUTES,
    *KEY_READ_ROUTES,
    *CREDITOR_READ_ROUTES,
    *AGREEMENT_READ_ROUTES,
    *INVOICE_READ_ROUTES,
    *STATEMENT_ROUTES,
    *CASE_READ_ROUTES,
    *FEED_ROUTES,
    *ATTENTION_READ_ROUTES,
    *ENDPOINT_READ_ROUTES,
    *CLOCK_READ_ROUTES,
)

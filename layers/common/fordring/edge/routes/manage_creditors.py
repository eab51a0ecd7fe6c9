"""Setting up, and what a person decides: the routes of ``manage_creditors``."""

from fordring.edge.routes.agreements import AGREEMENT_ROUTES
from fordring.edge.routes.attention import ATTENTION_ROUTES
from fordring.edge.routes.clock import CLOCK_ROUTES
from fordring.edge.routes.creditors import CREDITOR_ROUTES
from fordring.edge.routes.endpoints import ENDPOINT_ROUTES
from fordring.edge.routes.keys import KEY_ROUTES

ROUTES = (
    *KEY_ROUTES,
    *CREDITOR_ROUTES,
    *AGREEMENT_ROUTES,
    *ENDPOINT_ROUTES,
    *ATTENTION_ROUTES,
    *CLOCK_ROUTES,
)

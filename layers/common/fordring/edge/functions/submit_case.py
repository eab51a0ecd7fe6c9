"""The function ``submit_case``."""

from fordring.edge.gateway import http_function
from fordring.edge.routes.submit_case import ROUTES
from fordring.edge.telemetry import log

handler = http_function(ROUTES, log)

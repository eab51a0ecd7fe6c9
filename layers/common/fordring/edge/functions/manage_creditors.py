"""The function ``manage_creditors``."""

from fordring.edge.gateway import http_function
from fordring.edge.routes.manage_creditors import ROUTES
from fordring.edge.telemetry import log

handler = http_function(ROUTES, log)

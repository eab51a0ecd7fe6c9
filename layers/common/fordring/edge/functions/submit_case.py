"""The function ``submit_case``."""

from fordring.edge.gateway import http_function
from fordring.edge.routes.submit_case import ROUTES
from fordring.edge.snapshots import warm_up
from fordring.edge.telemetry import log

handler = http_function(ROUTES, log)
warm_up(ROUTES.load)

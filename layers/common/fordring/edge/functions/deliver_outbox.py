"""The function ``deliver_outbox``."""

from typing import Any

from fordring.edge.hub import hub
from fordring.edge.telemetry import log, observed
from fordring.edge.workers.outbox import Outbox, queues_of


@observed
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Send what waits to be sent."""
    present = hub()
    return Outbox(present, queues_of(present), log).take(event)

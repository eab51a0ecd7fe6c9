"""The function ``hourly_sync``."""

from datetime import timedelta
from typing import Any

from fordring.edge.hub import hub
from fordring.edge.telemetry import log, observed
from fordring.edge.workers.clockwork import Clockwork
from fordring.edge.workers.outbox import queues_of


@observed
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what time asks for."""
    present = hub()

    def time_left() -> timedelta:
        return timedelta(milliseconds=context.get_remaining_time_in_millis())

    return Clockwork(present, queues_of(present), log, time_left).take(event)

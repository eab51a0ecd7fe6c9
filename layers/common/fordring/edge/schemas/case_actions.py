"""What a creditor does with an open case: what is asked and told."""

from typing import Annotated, Any

from pydantic import Field

from fordring.domain.case_states import Handling
from fordring.domain.correspondence import Message
from fordring.edge.schemas.common import BusinessDate, Code, Empty, Given
from fordring.edge.schemas.told import Instant, Told, instant


class Pause(Given):
    """Let a case rest. It is resumed on the morning of the date, 08:00 local time."""

    until_date: BusinessDate
    reason: Annotated[Code | None, Field(description="A code of your own.")] = None


class Resumption(Empty):
    """Go on with a case."""


class Acknowledgement(Given):
    """What has become of a case that the agency has ended."""

    handling: Annotated[Handling, Field(strict=False)]
    date: BusinessDate


class ToldSeen(Told):
    """A message that was seen, and with which key first."""

    message_id: str
    seen_at: Instant
    seen_by: str


def tell_seen(message: Message) -> dict[str, Any]:
    """Tell who has seen a message."""
    return {
        "message_id": message.message_id,
        "seen_at": instant(message.seen_at),
        "seen_by": message.seen_by,
    }

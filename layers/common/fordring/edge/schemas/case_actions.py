"""What a creditor does with an open case: what is asked and told."""

from typing import Annotated

from pydantic import Field

from fordring.edge.schemas.common import BusinessDate, Code, Empty, Given


class Pause(Given):
    """Let a case rest. It is resumed on the morning of the date, 08:00 local time."""

    until_date: BusinessDate
    reason: Annotated[Code | None, Field(description="A code of your own.")] = None


class Resumption(Empty):
    """Go on with a case."""

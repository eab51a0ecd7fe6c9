"""The lane of a case: its commands, in the order in which they are sent."""

from collections.abc import Sequence

from fordring.domain import things
from fordring.domain.command import CommandRow
from fordring.domain.refs import Listing
from fordring.usecases.work import Desk


def lane_of(desk: Desk, case_id: str) -> Sequence[CommandRow]:
    """Read a case's commands."""
    return [row for _, row in desk.every(Listing(things.COMMAND, "commands_of", (case_id,)))]

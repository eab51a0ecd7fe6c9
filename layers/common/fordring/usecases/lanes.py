"""The lane of a case: its commands, in the order in which they are sent."""

from collections.abc import Sequence

from fordring.domain import things
from fordring.domain.command import CommandRow
from fordring.domain.refs import Listing
from fordring.usecases.work import Desk


def lane_of(desk: Desk, case_id: str) -> Sequence[CommandRow]:
    """Read a case's commands."""
    listing = Listing(things.COMMAND, "commands_of", (case_id,))
    rows: list[CommandRow] = []
    after = None
    while True:
        page = desk.store.page(listing, after=after, limit=100)
        rows.extend(row for _, row in page.items)
        after = page.next
        if after is None:
            return rows

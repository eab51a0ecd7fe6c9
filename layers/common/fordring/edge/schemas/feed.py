"""The event feed, settlements, and how the synchronisation stands: what is asked and told."""

from typing import Annotated, Any, Literal

from pydantic import Field

from fordring.domain.payment import Match
from fordring.domain.running import FeedLine, SyncState
from fordring.edge.schemas.common import AgencyName, ChosenId, Given, Paging
from fordring.edge.schemas.told import Instant, Told, instant


class FeedQuery(Given):
    """Which part of the feed."""

    creditor_id: ChosenId
    after: Annotated[
        str,
        Field(pattern=r"^[0-9]{1,8}$", description="`next_after` of the page before; 0 is the beginning."),
    ] = "0"
    limit: Annotated[str, Field(pattern=r"^([1-9]|[1-9][0-9]|100)$", description="1 to 100.")] = "50"


class ToldFeedEvent(Told):
    """An event at its place in the creditor's feed."""

    position: int
    event_id: str
    type: str
    occurred_at: Instant
    data: dict[str, Any]


class ToldFeed(Told):
    """A part of the feed, without gaps and in the order of commits.

    ``next_after`` is where to go on, also when there is nothing new yet; ``more`` when there is.
    """

    items: list[ToldFeedEvent]
    next_after: str
    more: bool


class PaymentQuery(Paging):
    """Which payments."""

    creditor_id: ChosenId
    match: Annotated[Match | None, Field(strict=False)] = None


class SyncQuery(Given):
    """With which agency."""

    agency: AgencyName


class ToldSync(Told):
    """How the synchronisation with an agency stands.

    ``differences`` are those between the two ledgers that the last complete run has found.
    """

    creditor_id: str
    agency: str
    state: Literal["never_run", "running", "idle"]
    last_started_at: Instant | None
    last_finished_at: Instant | None
    last_error: str | None
    applied: int
    differences: list[dict[str, Any]]


def tell_feed_line(position: int, line: FeedLine) -> dict[str, Any]:
    """Tell one line of the feed."""
    return {
        "position": position,
        "event_id": line.event_id,
        "type": line.type,
        "occurred_at": instant(line.occurred_at),
        "data": dict(line.data),
    }


def tell_sync(state: SyncState, *, running: bool) -> dict[str, Any]:
    """Tell how the synchronisation stands; the agency's cursor is nobody else's business."""
    never = state.last_started_at is None
    return {
        "creditor_id": state.creditor_id,
        "agency": state.agency,
        "state": "running" if running else "never_run" if never else "idle",
        "last_started_at": instant(state.last_started_at),
        "last_finished_at": instant(state.last_finished_at),
        "last_error": state.last_error,
        "applied": state.applied,
        "differences": [dict(difference) for difference in state.differences],
    }

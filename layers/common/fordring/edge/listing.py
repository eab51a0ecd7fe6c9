"""Lists: a page at a time, behind a signed cursor."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from fordring.domain.creditor import ApiKey
from fordring.domain.errors import Unauthenticated
from fordring.domain.refs import Listing
from fordring.edge.call import Call
from fordring.edge.cursors import read_cursor, write_cursor
from fordring.edge.problem import Answer
from fordring.edge.schemas.common import Paging

ROUNDS: Final = 5
"""How many pages of the table are read at the most to fill one page of a list that is filtered."""


def caller(call: Call) -> ApiKey:
    """Give the key of a call that has been authorised."""
    if call.key is None:
        raise Unauthenticated
    return call.key


def given_cursor(call: Call) -> str | None:
    """Give the position in the store that the caller's cursor stands for.

    Raises
    ------
    InvalidInput
        ``wrong_cursor``.
    """
    return read_cursor(caller(call), _name(call), _filters(call), call.asked(Paging).cursor)


def next_cursor(call: Call, position: str | None) -> str | None:
    """Give the cursor to what follows a position; ``None`` after the last page."""
    return write_cursor(caller(call), _name(call), _filters(call), position)


def answer_list[T](
    call: Call,
    listing: Listing[T],
    tell: Callable[[T], Any],
    *,
    keep: Callable[[T], bool] | None = None,
    arrange: Callable[[list[T]], Iterable[T]] = list,
    extra: Mapping[str, Any] | None = None,
) -> Answer:
    """Answer with a page of a list; the caller has been authorised.

    Parameters
    ----------
    tell
        Spells one thing.
    keep
        Leaves things out. A page may then be short and have a ``next_cursor``: how much is read for one
        page is bounded, whatever the filter.
    arrange
        Makes the page of what was found: sorts it, or completes it.
    extra
        Further members of the answer.
    """
    return answer_page(
        call, listing, lambda found: [tell(thing) for thing in arrange(found)], keep=keep, extra=extra
    )


def answer_page[T](
    call: Call,
    listing: Listing[T],
    tell: Callable[[list[T]], list[Any]],
    *,
    keep: Callable[[T], bool] | None = None,
    extra: Mapping[str, Any] | None = None,
    at_most: int | None = None,
) -> Answer:
    """Answer with a page of a list as ``answer_list`` does; ``tell`` spells all of a page at once.

    For what takes another read to be told: one for the page, instead of one for each thing. ``at_most``: of
    what is long when it is told, however many are asked for.
    """
    asked = call.asked(Paging).size
    limit = asked if at_most is None else min(asked, at_most)
    position = given_cursor(call)
    found: list[T] = []
    for _ in range(ROUNDS if keep else 1):
        page = call.page(listing, limit=limit - len(found), after=position)
        found.extend(thing for _, thing in page.items if keep is None or keep(thing))
        position = page.next
        if position is None or len(found) >= limit:
            break
    told = tell(found)
    return Answer.of(200, {"items": told, "next_cursor": next_cursor(call, position), **(extra or {})})


def _name(call: Call) -> str:
    return json.dumps([call.route.key, sorted(call.path.items())])


def _filters(call: Call) -> Mapping[str, object]:
    # The rest is no filter: it may differ from page to page.
    return {name: value for name, value in call.query.items() if name not in ("cursor", "limit", "refresh")}

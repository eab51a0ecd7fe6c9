"""Payments, the event feed, and how the synchronisation stands: the routes that read."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.matching import Suggestion
from fordring.domain.payment import Payment
from fordring.domain.refs import Listing
from fordring.domain.running import FEED_PAGE_LINES, SyncState
from fordring.edge.call import Call
from fordring.edge.listing import answer_list
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.case_reads import read_owned
from fordring.edge.schemas.feed import (
    FeedQuery,
    PaymentQuery,
    SyncQuery,
    ToldFeed,
    ToldSync,
    tell_feed_line,
    tell_sync,
)
from fordring.edge.schemas.payments import ToldPayments, tell_listed_payment
from fordring.usecases.suggesting import suggestions_for


def list_payments(call: Call) -> Answer:
    """List a creditor's payments, the newest of each group first."""
    asked = call.asked(PaymentQuery)
    read_owned(call, asked.creditor_id)
    prefix = f"{asked.match.value}#" if asked.match else ""
    listing = Listing(things.PAYMENT, "payments_of", (asked.creditor_id,), prefix, newest_first=True)
    suggestions: dict[str, tuple[Suggestion, ...]] = {}

    def completed(page: list[Payment]) -> list[Payment]:
        suggestions.update(suggestions_for(call.hub.desk, asked.creditor_id, page))
        return page

    return answer_list(
        call,
        listing,
        lambda payment: tell_listed_payment(payment, suggestions.get(payment.payment_id, ())),
        arrange=completed,
    )


def read_feed(call: Call) -> Answer:
    """Read a creditor's events from a position on."""
    asked = call.asked(FeedQuery)
    creditor_ref = things.CREDITOR(asked.creditor_id)
    work = call.read(creditor_ref)
    call.reach(asked.creditor_id)
    work.get(creditor_ref)
    after, limit = int(asked.after), int(asked.limit)
    # The next event is in a page that begins no further back than a whole page.
    since = max(after + 2 - FEED_PAGE_LINES, 1)
    listing = Listing(things.FEED_PAGE, "feed_of", (asked.creditor_id,), since=since)
    pages = call.hub.store.page(listing, limit=limit + FEED_PAGE_LINES)
    found = [numbered for _, page in pages.items for numbered in page.numbered if numbered[0] > after]
    told = [tell_feed_line(position, line) for position, line in found[:limit]]
    next_after = told[-1]["position"] if told else after
    more = len(found) > limit or pages.next is not None
    return Answer.of(200, {"items": told, "next_after": str(next_after), "more": more})


def read_sync(call: Call) -> Answer:
    """Tell how the synchronisation with an agency stands."""
    agency = call.asked(SyncQuery).agency
    creditor_ref = things.CREDITOR(call.creditor_id)
    ref = things.SYNC(call.creditor_id, agency)
    work = call.read(creditor_ref, ref)
    work.get(creditor_ref)
    call.hub.capabilities(agency)
    state = work.find(ref) or SyncState(call.creditor_id, agency)
    running = state.lease_until is not None and state.lease_until > call.hub.wall.now()
    return Answer.of(200, tell_sync(state, running=running))


FEED_ROUTES = (
    Route(
        "GET",
        "/v1/payments",
        list_payments,
        "List the payments of a creditor",
        "payments",
        Scope.READ,
        {200: ToldPayments},
        query=PaymentQuery,
        description=(
            "`rule` says why each was matched as it was. An unmatched one comes with up to five invoices "
            "that it may be for, by what the bank said, by amount, payer and date, the likeliest first."
        ),
    ),
    Route(
        "GET",
        "/v1/events",
        read_feed,
        "Read a creditor's events",
        "events",
        Scope.READ,
        {200: ToldFeed},
        query=FeedQuery,
        description=(
            "The feed has no gaps, and an event never appears before one that was read already: keep "
            "`next_after` and go on from there."
        ),
    ),
    Route(
        "GET",
        "/v1/creditors/{creditor_id}/sync",
        read_sync,
        "Read how the synchronisation with an agency stands",
        "sync",
        Scope.READ,
        {200: ToldSync},
        query=SyncQuery,
    ),
)

"""The attention list: the routes."""

from collections.abc import Callable, Iterable
from typing import Any

from fordring.domain import things
from fordring.domain.command import Attention, CommandRow
from fordring.domain.creditor import Scope
from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.refs import Listing, Ref
from fordring.edge.call import Call
from fordring.edge.listing import answer_list, caller
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.case_reads import read_owned
from fordring.edge.schemas.attention import (
    AttentionQuery,
    Decision,
    ToldAttention,
    ToldAttentions,
    tell_attention,
)
from fordring.usecases.attending import refs_to_attend, resolve, retry
from fordring.usecases.work import Work


def list_attention(call: Call) -> Answer:
    """List what a person should look at, the newest first."""
    asked = call.asked(AttentionQuery)
    creditor_id = asked.creditor_id
    if creditor_id is not None:
        read_owned(call, creditor_id)
    else:
        call.read()
    own = caller(call).creditors
    if creditor_id is None and own is not None and len(own) == 1:
        creditor_id = own[0]
    elif creditor_id is None and own is not None:
        raise InvalidInput(faults=[Fault("/query/creditor_id", "missing", "say which creditor's")])
    name, ids = ("attention", ()) if creditor_id is None else ("attention_of", (creditor_id,))
    listing = Listing(things.ATTENTION, name, ids, f"{asked.state}#", newest_first=True)
    keep = None if asked.kind is None else lambda attention: attention.kind is asked.kind
    return answer_list(call, listing, tell_attention, keep=keep)


def retry_attention(call: Call) -> Answer:
    """Let it be tried again."""
    attention_id = call.path["attention_id"]
    return _attend(call, lambda work, _: retry(work, attention_id))


def resolve_attention(call: Call) -> Answer:
    """Carry a decision out."""
    attention_id = call.path["attention_id"]
    resolution = call.given(Decision).resolution
    return _attend(call, lambda work, lane: resolve(work, attention_id, resolution, lane))


def _attend(call: Call, act: Callable[[Work, list[CommandRow]], Attention]) -> Answer:
    ref = things.ATTENTION(call.path["attention_id"])
    lane: list[CommandRow] = []
    seen = call.read(ref).get(ref)
    call.reach(seen.creditor_id)

    def refs() -> Iterable[Ref[Any]]:
        return refs_to_attend(call.hub.desk, seen, lane)

    return call.transact(refs, lambda work: act(work, lane), tell_attention, status=202)


ATTENTION_ROUTES = (
    Route(
        "POST",
        "/v1/attention/{attention_id}/retry",
        retry_attention,
        "Try again",
        "attention",
        Scope.WRITE,
        {202: ToldAttention},
        claims=True,
        description=(
            "A command becomes due again, and one that is in doubt is looked up first; a webhook is "
            "replayed; a synchronisation runs."
        ),
    ),
    Route(
        "POST",
        "/v1/attention/{attention_id}/resolve",
        resolve_attention,
        "Decide",
        "attention",
        Scope.WRITE,
        {202: ToldAttention},
        body=Decision,
        claims=True,
        description="What can be decided stands in `resolutions`.",
    ),
)
ATTENTION_READ_ROUTES = (
    Route(
        "GET",
        "/v1/attention",
        list_attention,
        "List what needs attention",
        "attention",
        Scope.READ,
        {200: ToldAttentions},
        query=AttentionQuery,
    ),
)

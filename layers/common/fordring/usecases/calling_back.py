"""Callbacks of agencies: verified, then applied once, in one read and one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import Credentials, MalformedAnswer
from fordring.domain.agency_answers import Delivery, Teller
from fordring.domain.agency_port import Agency
from fordring.domain.agreement import CallbackToken, digest_of
from fordring.domain.command import AttentionKind
from fordring.domain.errors import InvalidInput, Unauthenticated
from fordring.domain.facts import Fact
from fordring.domain.refs import Ref
from fordring.domain.running import DeliveryClaim, ParkedCallback
from fordring.domain.values import dataclass
from fordring.usecases.facts import UnknownCase, apply
from fordring.usecases.naming import refs_of_facts, under_other_id, with_external_id
from fordring.usecases.receiving_reversals import refs_of_original
from fordring.usecases.recording import ask_for_attention, attention_id
from fordring.usecases.work import Desk, Work, transact

KEEP: Final = "callbacks"
"""Under which folder of the bucket raw callbacks that could not be applied are kept, for 90 days."""

CLAIM_LIFE: Final = timedelta(days=90)
"""How long a callback's delivery is remembered; as long as the raw callback is kept."""

type UnsealToken = Callable[[CallbackToken], Sequence[Credentials]]
type KeepFile = Callable[[str, bytes], None]


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback as it came in. Header names are in lower case."""

    agency: str
    token: str
    headers: Mapping[str, str]
    body: bytes


def receive(desk: Desk, adapter: Agency, unseal: UnsealToken, keep: KeepFile, callback: Callback) -> str:
    """Verify and apply a callback; tells what became of it: ``applied``, ``duplicate`` or ``parked``.

    Raises
    ------
    Unauthenticated
        For a wrong token and for a wrong signature alike.
    InvalidInput
        ``malformed_callback``: signed, but not what the interface says.
    """
    digest = digest_of(callback.token)
    token_ref = things.CALLBACK_TOKEN(digest)
    # Parsing before verifying writes nothing and concludes nothing; it tells what to read in the one read.
    delivery = _parse(adapter, callback)
    parked: list[ParkedCallback] = []
    facts: list[Fact] = []

    told: Sequence[Fact] = delivery.facts if delivery else ()

    def refs() -> list[Ref[Any]]:
        facts[:] = told
        teller = None
        if any(_needs_creditor(fact) for fact in facts):
            stored = desk.store.read([token_ref]).get(token_ref)
            if stored is not None:
                teller = Teller(stored.value.creditor_id, stored.value.agency)
                facts[:] = [with_external_id(desk.store, fact, teller) for fact in facts]
        named: list[Ref[Any]] = [
            token_ref,
            *refs_of_facts(facts, teller),
            *refs_of_original(desk.store, facts, teller),
        ]
        if delivery is not None:
            named.append(things.DELIVERY_CLAIM(callback.agency, digest, delivery.delivery_id))
        return named

    def decide(work: Work) -> str:
        token = work.find(token_ref)
        if token is None or token.agency != callback.agency:
            raise Unauthenticated
        if not adapter.verify_callback(callback.headers, callback.body, unseal(token), desk.wall.now()):
            raise Unauthenticated
        if delivery is None:
            raise InvalidInput("the callback is not what the agency's interface says")
        claim = things.DELIVERY_CLAIM(callback.agency, digest, delivery.delivery_id)
        if work.find(claim) is not None:
            return "duplicate"
        teller = Teller(token.creditor_id, token.agency)
        try:
            for fact in facts:
                apply(work, fact, teller)
        except UnknownCase:
            parked[:] = [_parked(work, callback, delivery, teller)]
            return "parked"
        work.add(claim, DeliveryClaim(work.now, work.now + CLAIM_LIFE))
        return "applied"

    outcome = transact(desk, refs, decide)
    if outcome == "parked":
        teller = Teller(parked[0].creditor_id, callback.agency)
        renamed = [under_other_id(desk.store, fact, teller) for fact in facts]
        if renamed != facts:
            told = renamed
            outcome = transact(desk, refs, decide)
    if outcome == "parked":
        _park(desk, keep, callback, parked[0])
    return outcome


def _parse(adapter: Agency, callback: Callback) -> Delivery | None:
    try:
        return adapter.parse_callback(callback.headers, callback.body)
    except MalformedAnswer:
        return None


def _needs_creditor(fact: Fact) -> bool:
    case = getattr(fact, "case", None)
    return case is None or not case.external_id


def _parked(work: Work, callback: Callback, delivery: Delivery, teller: Teller) -> ParkedCallback:
    return ParkedCallback(
        creditor_id=teller.creditor_id,
        agency=callback.agency,
        delivery_id=delivery.delivery_id,
        file=f"{KEEP}/{callback.agency}/{digest_of(callback.token)[:16]}/{digest_of(delivery.delivery_id)[:32]}",
        received_at=work.now,
        expires_at=work.now + CLAIM_LIFE,
    )


def _park(desk: Desk, keep: KeepFile, callback: Callback, parked: ParkedCallback) -> None:
    """Keep a callback about something unknown; the file first, so that the row never points nowhere."""
    keep(parked.file, callback.body)
    ref = things.PARKED(parked.agency, parked.creditor_id, parked.delivery_id)
    subject = (parked.agency, parked.delivery_id)
    attention = things.ATTENTION(attention_id(AttentionKind.CALLBACK_PARKED, subject))

    def decide(work: Work) -> None:
        if work.find(ref) is None:
            work.add(ref, parked)
            ask_for_attention(
                work, AttentionKind.CALLBACK_PARKED, parked.creditor_id, subject, "unknown_reference"
            )

    transact(desk, [ref, attention], decide)

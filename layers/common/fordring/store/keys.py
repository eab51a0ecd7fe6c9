"""Where each kind of thing lives: its partition and sort key, and back.

``docs/data.md`` tables the same. Ids of callers match ``[A-Za-z0-9._-]{1,64}``, and nothing else that gets
into a key holds a ``#`` either: it is checked where it comes in, and once more here, so that no key can be
built that reads as another one.
"""

import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from fordring.domain import things
from fordring.domain.refs import Kind, Listing, Ref

META: Final = "META"
DUE_SHARDS: Final = 4
SEQUENCE_DIGITS: Final = 8


LARGEST_PARTITION_KEY: Final = 2048
LARGEST_SORT_KEY: Final = 1024
"""DynamoDB's limits, in bytes."""


class Key(NamedTuple):
    """Partition and sort key of an item."""

    pk: str
    sk: str


class UnusableId(ValueError):
    """An id that cannot be part of a key; the message does not repeat it."""


def instant(moment: datetime) -> str:
    """Spell an instant so that text sorts as time does.

    Raises
    ------
    ValueError
        When it does not say its time zone: a naive one would silently be taken for local time.
    """
    if moment.tzinfo is None:
        message = "an instant without a time zone"
        raise ValueError(message)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sequence(number: str) -> str:
    """Spell a position so that text sorts as the number does.

    Raises
    ------
    UnusableId
        When it is no plain number of at most eight digits.
    """
    if not (number.isascii() and number.isdigit() and len(number) <= SEQUENCE_DIGITS):
        message = "a position is a number of at most eight digits"
        raise UnusableId(message)
    return number.zfill(SEQUENCE_DIGITS)


_PARENTS: Final = {"case": "CASE", "invoice": "INV", "creditor": "CRED"}
_CHILDREN_OF: Final = {prefix: name for name, prefix in _PARENTS.items()}
_NUMBERED: Final = (
    things.INVOICE_ENTRY,
    things.CASE_ENTRY,
    things.COMMAND,
    things.FEED_PAGE,
    things.FORMER_PLAN,
)

_KEYS: Final[Mapping[str, Callable[..., Key]]] = {
    things.API_KEY.name: lambda key: Key(f"KEY#{key}", META),
    things.CREDITOR.name: lambda creditor: Key(f"CRED#{creditor}", META),
    things.AGREEMENT.name: lambda creditor, agency: Key(f"CRED#{creditor}", f"AGR#{agency}"),
    things.EMAIL.name: lambda creditor, agency, email: Key(f"CRED#{creditor}", f"MAIL#{agency}#{email}"),
    things.DEBTOR.name: lambda creditor, debtor: Key(f"CRED#{creditor}", f"DEB#{debtor}"),
    things.DEBTOR_INVOICE.name: lambda creditor, debtor, invoice: Key(
        f"CRED#{creditor}", f"OWE#{debtor}#{invoice}"
    ),
    things.CREDIT_CHECK.name: lambda creditor, check: Key(f"CRED#{creditor}", f"CHK#{check}"),
    things.REMINDER_PLAN.name: lambda creditor: Key(f"CRED#{creditor}", "PLAN"),
    things.FORMER_PLAN.name: lambda creditor, seq: Key(f"CRED#{creditor}", f"PLAN#{sequence(seq)}"),
    things.INVOICE.name: lambda invoice: Key(f"INV#{invoice}", META),
    things.INVOICE_ENTRY.name: lambda invoice, seq: Key(f"INV#{invoice}", f"LED#{sequence(seq)}"),
    things.LETTER.name: lambda invoice, letter: Key(f"INV#{invoice}", f"LTR#{letter}"),
    things.CONFIRMED_LETTER.name: lambda invoice, reminder: Key(f"INV#{invoice}", f"REM#{reminder}"),
    things.CASE.name: lambda case: Key(f"CASE#{case}", META),
    things.CASE_ENTRY.name: lambda case, seq: Key(f"CASE#{case}", f"LED#{sequence(seq)}"),
    things.COMMAND.name: lambda case, seq: Key(f"CASE#{case}", f"CMD#{sequence(seq)}"),
    things.GATHERING.name: lambda case: Key(f"CASE#{case}", "GATHER"),
    things.EVENT.name: lambda kind, parent, event: Key(f"{_PARENTS[kind]}#{parent}", f"EVT#{event}"),
    things.MESSAGE.name: lambda case, message: Key(f"CASE#{case}", f"MSG#{message}"),
    things.DISPATCH.name: lambda case, dispatch: Key(f"CASE#{case}", f"DIS#{dispatch}"),
    things.QUESTION.name: lambda case, question: Key(f"CASE#{case}", f"QST#{question}"),
    things.PAYMENT.name: lambda payment: Key(f"PAY#{payment}", META),
    things.CREDIT_NOTE.name: lambda note: Key(f"CN#{note}", META),
    things.SETTLEMENT.name: lambda settlement: Key(f"SET#{settlement}", META),
    things.VOUCHER.name: lambda voucher: Key(f"VOU#{voucher}", META),
    things.CASE_NUMBER.name: lambda agency, creditor, number: Key(f"REF#{agency}#{creditor}#{number}", META),
    things.REFERENCE.name: lambda creditor, text, invoice: Key(f"PAYREF#{creditor}#{text}", f"INV#{invoice}"),
    things.DOCUMENT.name: lambda creditor, number: Key(f"DOC#{creditor}#{number}", META),
    things.CALLBACK_TOKEN.name: lambda digest: Key(f"TOK#{digest}", META),
    things.DELIVERY_CLAIM.name: lambda agency, token, delivery: Key(f"CB#{agency}#{token}#{delivery}", META),
    things.PARKED.name: lambda agency, creditor, delivery: Key(f"PARK#{agency}#{creditor}", f"CB#{delivery}"),
    things.CLAIM.name: lambda digest: Key(f"REQ#{digest}", META),
    things.ENDPOINT.name: lambda endpoint: Key(f"END#{endpoint}", META),
    things.DELIVERY.name: lambda delivery: Key(f"DLV#{delivery}", META),
    things.ATTENTION.name: lambda attention: Key(f"ATT#{attention}", META),
    things.SYNC.name: lambda creditor, agency: Key(f"SYNC#{creditor}#{agency}", META),
    things.SYNC_REQUEST.name: lambda creditor, agency, request: Key(
        f"SYNC#{creditor}#{agency}", f"REQUEST#{request}"
    ),
    things.JOB.name: lambda job: Key(f"JOB#{job}", META),
    things.MOVING.name: lambda job, case: Key(f"JOB#{job}", f"MOVE#{case}"),
    things.TEST_CLOCK.name: lambda: Key("CLOCK", META),
    things.EPOCH.name: lambda: Key("EPOCH", META),
    things.FEED_PAGE.name: lambda creditor, position: Key(f"FEED#{creditor}", f"PAGE#{sequence(position)}"),
}

_CHILDREN: Final[Mapping[str, tuple[str, str]]] = {
    # listing name: partition prefix, sort-key prefix; braces there stand for the last ids
    "agreements_of": ("CRED#", "AGR#"),
    "debtors_of": ("CRED#", "DEB#"),
    "emails_of": ("CRED#", "MAIL#{}#"),
    "invoices_of_debtor": ("CRED#", "OWE#{}#"),
    "entries_of_invoice": ("INV#", "LED#"),
    "entries_of_case": ("CASE#", "LED#"),
    "commands_of": ("CASE#", "CMD#"),
    "events_of_case": ("CASE#", "EVT#"),
    "events_of_invoice": ("INV#", "EVT#"),
    "letters_of": ("INV#", "LTR#"),
    "confirmed_letters_of": ("INV#", "REM#"),
    "messages_of": ("CASE#", "MSG#"),
    "dispatches_of": ("CASE#", "DIS#"),
    "questions_of_case": ("CASE#", "QST#"),
    "holders_of": ("PAYREF#", "INV#"),
    "parked_of": ("PARK#", "CB#"),
    "feed_of": ("FEED#", "PAGE#"),
    "moves_of": ("JOB#", "MOVE#"),
}

_INDEXED: Final[Mapping[str, tuple[str, str]]] = {
    # listing name: index, partition
    "api_keys": ("lists", "ALL#api_key"),
    "creditors": ("lists", "ALL#creditor"),
    "endpoints": ("lists", "ALL#endpoint"),
    "deliveries": ("lists", "ALL#delivery"),
    "active_agreements": ("lists", "ALL#agreement"),
    "attention": ("lists", "ALL#attention"),
    "invoices_of": ("lists", "CRED#{0}#invoice"),
    "cases_of": ("lists", "CRED#{0}#case"),
    "questions_of": ("lists", "CRED#{0}#question"),
    "payments_of": ("lists", "CRED#{0}#payment"),
    "credit_notes_of": ("lists", "CRED#{0}#credit_note"),
    "settlements_of": ("lists", "CRED#{0}#settlement"),
    "vouchers_of": ("lists", "CRED#{0}#voucher"),
    "attention_of": ("attention", "ATT#{0}"),
}


class Query(NamedTuple):
    """A query of the table (``index_name`` is ``None``) or of an index."""

    index_name: str | None
    pk: str
    prefix: str
    newest_first: bool
    since: str = ""


def key_of(ref: Ref[Any]) -> Key:
    """Tell where a thing lives.

    Raises
    ------
    UnusableId
        When an id is empty, holds a ``#``, is no proper text, or makes a key that is too long.
    """
    _check_ids(ref.ids)
    key = _KEYS[ref.kind.name](*ref.ids)
    try:
        sizes = len(key.pk.encode()), len(key.sk.encode())
    except UnicodeEncodeError:
        message = f"the ids of a {ref.kind.name} are no text"
        raise UnusableId(message) from None
    if sizes[0] > LARGEST_PARTITION_KEY or sizes[1] > LARGEST_SORT_KEY:
        message = f"the ids of a {ref.kind.name} are too long"
        raise UnusableId(message)
    return key


def _check_ids(ids: tuple[str, ...]) -> None:
    for part in ids:
        if not part or "#" in part:
            message = "an id is not empty and holds no '#'"
            raise UnusableId(message)


def query_of(listing: Listing[Any]) -> Query:
    """Tell what a listing reads.

    Raises
    ------
    UnusableId
        When an id is empty or holds a ``#``.
    """
    _check_ids(listing.ids)
    if listing.name in _CHILDREN:
        partition, prefix = _CHILDREN[listing.name]
        outer = len(listing.ids) - prefix.count("{}")
        pk = partition + "#".join(listing.ids[:outer])
        sk = prefix.format(*listing.ids[outer:]) + listing.prefix
        since = prefix + sequence(str(listing.since)) if isinstance(listing.since, int) else ""
        return Query(None, pk, sk, listing.newest_first, since)
    index, pattern = _INDEXED[listing.name]
    return Query(
        index,
        pattern.format(*listing.ids),
        listing.prefix,
        listing.newest_first,
        instant(listing.since) if isinstance(listing.since, datetime) else "",
    )


def ref_of(kind: Kind[Any], pk: str, sk: str) -> Ref[Any]:
    """Read a key back into the name of a thing.

    Raises
    ------
    ValueError
        When the key is none of this kind.
    """
    ids = _ids_in(kind, pk, sk)
    try:
        if key_of(ref := Ref(kind, ids)) == (pk, sk):
            return ref
    except (TypeError, LookupError, UnusableId):
        pass  # too few or too many ids, an unknown parent, an empty id
    message = f"not a key of a {kind.name}"
    raise ValueError(message)


def _ids_in(kind: Kind[Any], pk: str, sk: str) -> tuple[str, ...]:
    prefix, *parts = pk.split("#")
    tail = sk.split("#", 1)[1] if "#" in sk else None
    if kind is things.EVENT:
        return (_CHILDREN_OF.get(prefix, ""), *parts, tail or "")
    if kind in _NUMBERED:
        return (*parts, (tail or "").lstrip("0") or "0")
    return tuple(parts) if tail is None else (*parts, *tail.split("#"))


def due_partition(pk: str) -> str:
    """Tell in which shard of the ``due`` index an item of this partition stands."""
    return f"DUE#{zlib.crc32(pk.encode()) % DUE_SHARDS}"


def due_partitions() -> tuple[str, ...]:
    """Every shard of the ``due`` index."""
    return tuple(f"DUE#{shard}" for shard in range(DUE_SHARDS))

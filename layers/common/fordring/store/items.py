"""Items: how a thing is written down, and read back.

Every item says its ``kind``, the ``v`` of its shape, and the ``version`` that writes are conditional on.
Readers accept the present shape, the one before, and the one after: while a release is being rolled out,
the old one meets items of the new one. So a new shape may only add. Fields that this release does not know
are kept and written back, and an item of the next shape keeps saying so.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from fordring.domain import things
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.case import Case
from fordring.domain.command import Attention, CommandRow, CommandState
from fordring.domain.correspondence import Dispatch
from fordring.domain.credit import CreditCheck
from fordring.domain.email import Email
from fordring.domain.events import Event
from fordring.domain.gathering import Gathering
from fordring.domain.hub_letter import HubLetter
from fordring.domain.invoice import Invoice
from fordring.domain.payment import CreditNote, Payment, Settlement
from fordring.domain.questions import AgencyQuestion
from fordring.domain.refs import Kind, Ref
from fordring.domain.running import Claim, DeliveryClaim, Job, ParkedCallback, SyncRequest
from fordring.domain.values import dataclass
from fordring.domain.vouchers import Voucher
from fordring.domain.webhooks import Delivery, DeliveryState
from fordring.store.keys import due_partition, instant, key_of, ref_of
from fordring.store.shapes import shape_of, unknown_in, with_unknown, without_nothing
from fordring.usecases.store_port import Stored

CREDIT_CHECK_LIFE: Final = timedelta(days=30)

SHAPE: Final = 1
"""The present shape of all items; raised when one changes in a way that readers must know."""

KINDS: Final[Mapping[str, Kind[Any]]] = {
    kind.name: kind for kind in vars(things).values() if isinstance(kind, Kind)
}


class UnreadableItem(Exception):
    """An item has a shape that this release does not know."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row of the table, as the engines see it.

    ``lists``, ``due`` and ``attention`` are partition and sort key in the index of that name, or ``None``
    when the item is not in it. ``expires`` is in seconds since 1970.
    """

    pk: str
    sk: str
    kind: str
    version: int
    data: Mapping[str, Any]
    v: int = SHAPE
    lists: tuple[str, str] | None = None
    due: tuple[str, str] | None = None
    attention: tuple[str, str] | None = None
    expires: int | None = None


def encode(ref: Ref[Any], value: Any, version: int, unknown: Mapping[str, Any] | None = None) -> Item:
    """Write a thing down as an item.

    Parameters
    ----------
    ref, value
        What it is called, and what it is.
    version
        The version that it gets.
    unknown
        What ``decode`` found that this release does not know.
    """
    pk, sk = key_of(ref)
    shape = shape_of(type(value))
    data = without_nothing(shape, msgspec.to_builtins(value, builtin_types=()))
    if unknown:
        data = with_unknown(shape, data, unknown["data"])
    lists, due, attention, expires = _places(value)
    return Item(
        pk,
        sk,
        ref.kind.name,
        version,
        data,
        v=unknown["v"] if unknown else SHAPE,
        lists=lists,
        due=(due_partition(pk), f"{instant(due)}#{pk}#{sk}") if due is not None else None,
        attention=attention,
        expires=int(expires.timestamp()) if expires is not None else None,
    )


def decode(item: Item) -> tuple[Ref[Any], Stored]:
    """Read an item back, with its name.

    Raises
    ------
    UnreadableItem
        When its shape is newer than the next one, or older than the one before, or its content does not
        fit.
    """
    stored = decode_value(item)
    return ref_of(KINDS[item.kind], item.pk, item.sk), stored


def decode_value(item: Item) -> Stored:
    """Read an item back.

    Raises
    ------
    UnreadableItem
        As ``decode``.
    """
    kind = KINDS.get(item.kind)
    if kind is None or not SHAPE - 1 <= item.v <= SHAPE + 1:
        message = f"a {item.kind} of shape {item.v}"
        raise UnreadableItem(message)
    try:
        value = msgspec.convert(item.data, kind.type)
    except msgspec.ValidationError as error:
        message = f"a {item.kind} that does not fit its shape"
        raise UnreadableItem(message) from error
    unknown = unknown_in(shape_of(kind.type), item.data)
    if not unknown and item.v <= SHAPE:
        return Stored(value, item.version)
    return Stored(value, item.version, {"v": max(item.v, SHAPE), "data": unknown})


def warm() -> None:
    """Work everything out now that is otherwise worked out when a kind is first met: before a snapshot."""
    for kind in KINDS.values():
        shape_of(kind.type)
        with suppress(msgspec.ValidationError):
            msgspec.convert({}, kind.type)


type Place = tuple[str, str]
type Places = tuple[Place | None, datetime | None, Place | None, datetime | None]


def _places(value: Any) -> Places:
    """Where an item stands besides its key: in lists, among what is due, on the attention list; its end."""
    place = _PLACES.get(type(value))
    return place(value) if place else (None, None, None, None)


def _invoice(value: Invoice) -> Places:
    group = "T" if value.release.live else "N" if value.balance.remaining > 0 else "S"
    position = f"{group}#{value.terms.due_date.isoformat()}#{value.invoice_id}"
    due = value.follow_up.due_at if value.follow_up else None
    return (f"CRED#{value.creditor_id}#invoice", position), due, None, None


def _case(value: Case) -> Places:
    group = "open" if value.open else "archived"
    return (
        (f"CRED#{value.creditor_id}#case", f"{group}#{instant(value.opened_at)}#{value.case_id}"),
        value.resume_at,
        None,
        None,
    )


def _agreement(value: Agreement) -> Places:
    if value.state not in (AgreementState.ACTIVE, AgreementState.ENDED):
        return None, None, None, None
    return ("ALL#agreement", f"{value.creditor_id}#{value.agency}"), None, None, None


def _payment(value: Payment) -> Places:
    position = f"{value.match.value}#{value.paid_date.isoformat()}#{value.payment_id}"
    return (f"CRED#{value.creditor_id}#payment", position), None, None, None


def _credit_note(value: CreditNote) -> Places:
    group = "matched" if value.invoice_id else "unmatched"
    return (
        (f"CRED#{value.creditor_id}#credit_note", f"{group}#{value.credit_note_id}"),
        None,
        None,
        None,
    )


def _settlement(value: Settlement) -> Places:
    position = f"{value.settled_date.isoformat()}#{value.settlement_id}"
    return (f"CRED#{value.creditor_id}#settlement", position), None, None, None


def _dispatch(value: Dispatch) -> Places:
    return None, value.fetch_at, None, None


def _question(value: AgencyQuestion) -> Places:
    until = value.deadline_date.isoformat() if value.deadline_date else "none"
    position = f"{value.state}#{until}#{value.question_id}"
    return (f"CRED#{value.creditor_id}#question", position), None, None, None


def _voucher(value: Voucher) -> Places:
    position = f"{instant(value.created_at)}#{value.voucher_id}"
    return (f"CRED#{value.creditor_id}#voucher", position), None, None, None


def _command(value: CommandRow) -> Places:
    waiting = value.state in (
        CommandState.QUEUED,
        CommandState.RETRY,
        CommandState.IN_DOUBT,
        CommandState.SENDING,
        CommandState.UNDERWAY,
    )
    return None, value.due_at if waiting else None, None, None


def _event(value: Event) -> Places:
    return None, value.fan_out_at, None, None


def _delivery(value: Delivery) -> Places:
    waiting = value.state in (DeliveryState.PENDING, DeliveryState.SENDING)
    position = f"{instant(value.created_at)}#{value.delivery_id}"
    return ("ALL#delivery", position), value.due_at if waiting else None, None, None


def _attention(value: Attention) -> Places:
    group = "resolved" if value.resolved_at else "open"
    position = f"{group}#{instant(value.raised_at)}#{value.attention_id}"
    return ("ALL#attention", position), None, (f"ATT#{value.creditor_id}", position), None


def _expiring(value: Claim | DeliveryClaim | ParkedCallback) -> Places:
    return None, None, None, value.expires_at


def _sync_request(value: SyncRequest) -> Places:
    return None, value.due_at, None, value.expires_at


def _credit_check(value: CreditCheck) -> Places:
    # Kept a while beyond its validity, so that a stale one is told from one that never was.
    return None, None, None, value.expires_at + CREDIT_CHECK_LIFE


def _due(value: Job | Email | Gathering | HubLetter) -> Places:
    return None, value.due_at, None, None


def _all(name: str, id_field: str) -> Callable[[Any], Places]:
    return lambda value: ((f"ALL#{name}", getattr(value, id_field)), None, None, None)


_PLACES: Final[Mapping[type, Callable[[Any], Places]]] = {
    Invoice: _invoice,
    Case: _case,
    Agreement: _agreement,
    Payment: _payment,
    CreditNote: _credit_note,
    Settlement: _settlement,
    Voucher: _voucher,
    AgencyQuestion: _question,
    Dispatch: _dispatch,
    CommandRow: _command,
    Event: _event,
    Delivery: _delivery,
    Attention: _attention,
    CreditCheck: _credit_check,
    Claim: _expiring,
    DeliveryClaim: _expiring,
    ParkedCallback: _expiring,
    Job: _due,
    SyncRequest: _sync_request,
    Email: _due,
    Gathering: _due,
    HubLetter: _due,
    things.API_KEY.type: _all("api_key", "key_id"),
    things.CREDITOR.type: _all("creditor", "creditor_id"),
    things.ENDPOINT.type: _all("endpoint", "endpoint_id"),
}

"""Debtors: who owes, and how to reach them."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date, datetime
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Address
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.creditor import ContactPerson, Debtor
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.store_port import Conflict
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class DebtorDetails:
    """Everything about a debtor that the creditor decides. Personal data.

    ``deceased`` is ``None`` where the creditor does not say: then it stays as it is known.
    """

    kind: str
    name: str
    country: str
    organisation_number: str | None = None
    address: Address | None = None
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    channel: str | None = None
    collection_ban: bool = False
    deceased: bool | None = None
    credit_check: bool = False
    contacts: tuple[ContactPerson, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    email_accepted_date: date | None = None


def refs_of_debtor(creditor_id: str, debtor_id: str) -> tuple[Ref[Any], ...]:
    """Name what ``put_debtor`` looks at."""
    return (things.CREDITOR(creditor_id), things.DEBTOR(creditor_id, debtor_id))


def put_debtor(work: Work, creditor_id: str, debtor_id: str, details: DebtorDetails) -> Debtor:
    """Register a debtor, or give it new details; the same details again change nothing.

    A debtor that was erased is known again.

    Invoices keep a copy of what blocks their debtor. It is not brought up to date here, where that would
    mean touching every open invoice, but when it stands in the way (``FreshDebtor``); and the debtor is
    read again before anything is sent.

    Raises
    ------
    NotFound
        When the creditor does not exist.
    InvalidInput
        When the e-mail address is said to have been accepted on a day to come.
    """
    creditor = work.get(things.CREDITOR(creditor_id))
    if details.email_accepted_date is not None:
        refuse_day_to_come(details.email_accepted_date, work.now, creditor.country, "/email_accepted_date")
    ref = things.DEBTOR(creditor_id, debtor_id)
    known = work.find(ref)
    said = {name: getattr(details, name) for name in DebtorDetails.__slots__ if name != "deceased"}
    wanted = said | {
        "erased_at": None,
        "deceased_at": _deceased_at(work, known, details.deceased),
        "email_bounced_at": known.email_bounced_at if known and known.email == details.email else None,
    }
    if known is None:
        debtor = Debtor(
            creditor_id=creditor_id, debtor_id=debtor_id, created_at=work.now, updated_at=work.now, **wanted
        )
        work.add(ref, debtor)
        return debtor
    if replace(known, metadata=known.metadata or {}) == replace(known, **wanted):
        return known
    changed = replace(known, updated_at=work.now, revision=known.revision + 1, **wanted)
    work.change(ref, changed)
    return changed


def _deceased_at(work: Work, known: Debtor | None, deceased: bool | None) -> datetime | None:
    before = known.deceased_at if known else None
    if deceased is None:
        return before
    return (before or work.now) if deceased else None


@dataclass(slots=True)
class FreshDebtor:
    """The debtor of an invoice, looked at only when the invoice's copy says that it blocks a transfer.

    What blocked it may have been mended since; without a block nothing more is read.
    """

    creditor_id: str
    invoice_id: str
    _debtor_id: str | None = field(default=None, init=False)

    def refs(self) -> tuple[Ref[Any], ...]:
        """Name the debtor, once it is known that it has to be looked at."""
        return (things.DEBTOR(self.creditor_id, self._debtor_id),) if self._debtor_id else ()

    def refresh(self, work: Work) -> None:
        """Bring the invoice's copy up to date, if it blocks.

        Raises
        ------
        Conflict
            When the debtor has not been read yet: the next attempt reads it.
        """
        ref = things.INVOICE(self.invoice_id)
        invoice = work.find(ref)
        if invoice is None or invoice.creditor_id != self.creditor_id or not invoice.debtor_blocks:
            return
        if self._debtor_id != invoice.debtor_id:
            self._debtor_id = invoice.debtor_id
            raise Conflict
        debtor = work.get(things.DEBTOR(self.creditor_id, invoice.debtor_id))
        if debtor.blocks != invoice.debtor_blocks:
            work.change(ref, replace(invoice, debtor_blocks=debtor.blocks))

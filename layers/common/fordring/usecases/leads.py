"""Where a bank's line leads: the invoices of its references, what was paid on them, and what else is said."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Final

from fordring.domain import things
from fordring.domain.creditor import Creditor
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import EntryKind, Source
from fordring.domain.matching import MOST_INVOICES, Earlier, Hint
from fordring.domain.payment import Match, Payment
from fordring.domain.reference_forms import reference_forms
from fordring.domain.refs import Listing
from fordring.domain.values import dataclass
from fordring.usecases.invoicing import document_ref
from fordring.usecases.work import Desk

if TYPE_CHECKING:
    from fordring.usecases.banking import Line

MOST_WORDS: Final = 20
"""So many words of a text are looked at."""

MOST_REFERENCES: Final = 5
"""So many of them are looked up as references; each may be registered in several forms."""

_REFERENCE: Final = re.compile(r"[0-9]{4,25}-?|RF[0-9]{2}[0-9A-Z]{1,21}", re.ASCII)

MOST_SCANNED: Final = 1000
"""So many of a creditor's open invoices are compared by amount with what came without a reference."""


@dataclass(slots=True)
class OpenInvoices:
    """A creditor's invoices that owe something, read once when they are first needed, up to a limit."""

    desk: Desk
    creditor_id: str
    _read: list[Invoice] | None = field(default=None, init=False)

    def owing(self, amount: int, currency: str) -> list[Invoice]:
        """Give the invoices that owe exactly an amount."""
        if self._read is None:
            self._read = list(open_invoices(self.desk, self.creditor_id))
        return [
            each
            for each in self._read
            if each.currency == currency and each.balance.owed_to_creditor == amount
        ]


def open_invoices(desk: Desk, creditor_id: str) -> Iterable[Invoice]:
    """Read the invoices of a creditor that owe something, those at agencies first, up to a limit."""
    left = MOST_SCANNED
    for group in ("T#", "N#"):
        for _, invoice in desk.every(Listing(things.INVOICE, "invoices_of", (creditor_id,), group)):
            if left <= 0:
                return
            left -= 1
            yield invoice


@dataclass(frozen=True, slots=True)
class Leads:
    """The invoices that a line's references lead to, the payments on them, and hints to others."""

    invoices: tuple[Invoice, ...] = ()
    payments: Mapping[str, tuple[Payment, ...]] = field(default_factory=dict)
    hints: tuple[Hint, ...] = ()

    def earlier(self, invoice_id: str) -> tuple[Earlier, ...]:
        """What reached the creditor for an invoice and stands."""
        return tuple(
            Earlier(payment.amount, payment.paid_date, payment.channel or _CHANNELS[payment.source])
            for payment in self.payments.get(invoice_id, ())
            if payment.match is Match.MATCHED and payment.source is not Source.AGENCY
        )


_CHANNELS: Final = {Source.CREDITOR: "api", Source.BANK_FILE: "ocr_giro", Source.AGENCY: "agency"}
"""The entrances of payments from before they were noted."""


def leads_of(desk: Desk, creditor: Creditor, line: "Line", owing: OpenInvoices) -> Leads:
    """Find where a line leads. What the payer wrote, and who that is, stays in memory."""
    references = [] if line.kid is None else [line.kid, *line.more_references]
    invoices = _invoices(desk, creditor, references)
    payments = {each.invoice_id: _payments(desk, each) for each in invoices if each.balance.touched}
    hints = [Hint(each.invoice_id, "reference") for each in invoices]
    if not invoices:
        hints = _hints(desk, creditor, line, owing)
    return Leads(tuple(invoices), payments, tuple(hints[:MOST_INVOICES]))


def _invoices(desk: Desk, creditor: Creditor, references: Iterable[str]) -> list[Invoice]:
    """Find the invoices that references lead to: as they are written, then in the forms that banks give."""
    holders: dict[str, None] = {}
    for reference in references:
        for form in reference_forms(reference, creditor.kid_formats):
            listing = Listing(things.REFERENCE, "holders_of", (creditor.creditor_id, form))
            found = [holder.invoice_id for _, holder in desk.store.page(listing, limit=50).items]
            if found:
                holders.update(dict.fromkeys(found))
                break
    return _read(desk, list(holders))


def _read(desk: Desk, invoice_ids: Sequence[str]) -> list[Invoice]:
    if not invoice_ids:
        return []
    look = desk.read(*(things.INVOICE(each) for each in invoice_ids))
    return [found for each in invoice_ids if (found := look.find(things.INVOICE(each))) is not None]


def _payments(desk: Desk, invoice: Invoice) -> tuple[Payment, ...]:
    listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
    entries = [entry for _, entry in desk.store.page(listing, limit=100).items]
    names = list(
        dict.fromkeys(
            entry.payment_id for entry in entries if entry.kind is EntryKind.PAYMENT and entry.payment_id
        )
    )
    if not names:
        return ()
    look = desk.read(*(things.PAYMENT(name) for name in names))
    return tuple(found for name in names if (found := look.find(things.PAYMENT(name))) is not None)


def _hints(desk: Desk, creditor: Creditor, line: "Line", owing: OpenInvoices) -> list[Hint]:
    """Look for invoices that the payer names in words, and for debtors of the payer's name."""
    words = words_of(line.text)
    numbers = [*line.document_numbers, *(word for word in words if any(c.isdigit() for c in word))]
    refs = [
        document_ref(creditor.creditor_id, "invoice", number)
        for number in dict.fromkeys(numbers)
        if number.isprintable() and len(number) <= 64
    ][:MOST_WORDS]
    look = desk.read(*refs) if refs else None
    named = [claim.holder_id for ref in refs if look and (claim := look.find(ref)) is not None]
    alike = [word for word in words if _REFERENCE.fullmatch(word.upper())][:MOST_REFERENCES]
    referred = _invoices(desk, creditor, alike)
    return [
        *(Hint(invoice.invoice_id, "reference") for invoice in referred),
        *(Hint(invoice_id, "document_number") for invoice_id in named),
        *_of_payer(desk, creditor, line, owing),
    ]


def words_of(text: str | None) -> list[str]:
    """Give the first words of what a payer wrote, without what stands around them."""
    return [word for each in (text or "").split()[:MOST_WORDS] if (word := each.strip(".,;:()"))]


def _of_payer(desk: Desk, creditor: Creditor, line: "Line", owing: OpenInvoices) -> list[Hint]:
    if not line.payer_name:
        return []
    alike = owing.owing(line.amount.minor, line.amount.currency)[:MOST_INVOICES]
    if not alike:
        return []
    look = desk.read(*{things.DEBTOR(creditor.creditor_id, each.debtor_id): None for each in alike})
    payer = _name(line.payer_name)
    return [
        Hint(each.invoice_id, "payer")
        for each in alike
        if (debtor := look.find(things.DEBTOR(creditor.creditor_id, each.debtor_id))) is not None
        and _name(debtor.name) == payer
    ]


def _name(text: str) -> frozenset[str]:
    """Compare names whatever the order of their words: banks write surnames first."""
    return frozenset("".join(c if c.isalnum() else " " for c in text.casefold()).split())

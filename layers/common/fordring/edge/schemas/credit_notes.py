"""Credit notes: what is asked and told."""

from typing import Annotated, Any, Literal

from pydantic import Field

from fordring.domain.payment import CreditNote
from fordring.edge.schemas.common import BusinessDate, Given, Paging, PositiveMoney
from fordring.edge.schemas.invoices import DocumentNumber
from fordring.edge.schemas.payments import InvoiceId
from fordring.edge.schemas.told import Instant, Told, ToldMoney, day, instant, money
from fordring.usecases.crediting import NewCreditNote


class GivenCreditNote(Given):
    """A credit note; with its invoice it reduces that, and an agency that has the invoice is told."""

    document_number: DocumentNumber
    amount: PositiveMoney
    credit_date: BusinessDate
    invoice_id: InvoiceId | None = None

    @property
    def note(self) -> NewCreditNote:
        """The credit note in the hub's own form."""
        return NewCreditNote(self.document_number, self.amount.money, self.credit_date, self.invoice_id)


class CreditNoteMatch(Given):
    """Which invoice a credit note is for."""

    invoice_id: InvoiceId


class CreditNoteList(Paging):
    """Which credit notes to list."""

    match: Annotated[
        Literal["matched", "unmatched"] | None, Field(description="Only those with, or without, an invoice.")
    ] = None


class ToldCreditNote(Told):
    """A credit note. ``surplus`` is what nothing was owed for."""

    credit_note_id: str
    creditor_id: str
    document_number: str
    amount: ToldMoney
    surplus: ToldMoney
    credit_date: str
    match: Literal["matched", "unmatched"]
    invoice_id: str | None
    source: str
    created_at: Instant


class ToldCreditNotes(Told):
    """A page of credit notes."""

    items: list[ToldCreditNote]
    next_cursor: str | None


def tell_credit_note(note: CreditNote) -> dict[str, Any]:
    """Tell a credit note."""
    return {
        "credit_note_id": note.credit_note_id,
        "creditor_id": note.creditor_id,
        "document_number": note.document_number,
        "amount": money(note.amount, note.currency),
        "surplus": money(note.surplus, note.currency),
        "credit_date": day(note.credit_date),
        "match": "matched" if note.invoice_id else "unmatched",
        "invoice_id": note.invoice_id,
        "source": note.source,
        "created_at": instant(note.created_at),
    }

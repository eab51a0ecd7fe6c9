"""Credit notes: registered, and matched to the invoice that they reduce."""

from dataclasses import replace
from datetime import date

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.calendar import refuse_day_to_come
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import CLEARING_ORDERS, EntryKind, Source, allocate
from fordring.domain.money import Money
from fordring.domain.payment import CreditNote
from fordring.domain.running import DocumentClaim
from fordring.domain.values import dataclass
from fordring.usecases.booking import book, follow
from fordring.usecases.invoicing import content_digest, document_ref, refuse_taken_number
from fordring.usecases.recording import command, derived_id, epoch_of, tell
from fordring.usecases.surplus_credits import note_surplus_credit
from fordring.usecases.unmatched import said
from fordring.usecases.vouchering import vouch_sale
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class NewCreditNote:
    """A credit note as somebody hands it over; ``invoice_id`` when it is matched to an invoice.

    ``date_at`` is where its date stands, for faults.
    """

    document_number: str
    amount: Money
    credit_date: date
    invoice_id: str | None = None
    source: str = "api"
    date_at: str = "/credit_date"

    @property
    def digest(self) -> str:
        """Of what the document says."""
        return content_digest(
            {
                "document_number": self.document_number,
                "amount": self.amount.text,
                "currency": self.amount.currency,
                "credit_date": self.credit_date.isoformat(),
            }
        )


def register_credit_note(
    work: Work, creditor_id: str, new: NewCreditNote, invoice: Invoice | None
) -> CreditNote:
    """Register a credit note; a matched one reduces its invoice and goes to the agency (VIS-12).

    The creditor, the document number's claim and what ``refs_to_pay`` names must have been read.

    Raises
    ------
    InvalidInput
        When its day is still to come.
    Refused
        ``document_number_taken``.
    Unprocessable
        ``wrong_currency``, ``amount_not_positive``.
    """
    creditor = work.get(things.CREDITOR(creditor_id))
    refuse_day_to_come(new.credit_date, work.now, creditor.country, new.date_at)
    if new.amount.minor <= 0:
        raise Unprocessable(
            "amount_not_positive",
            "a credit note is a positive amount",
            faults=[Fault("/amount/amount", "amount_not_positive", "must be above zero")],
        )
    refuse_taken_number(work, creditor_id, "credit_note", new.document_number, new.digest)
    note = CreditNote(
        # From the number, which is given once: told to an agency a second time it is recognised.
        credit_note_id=derived_id("crn", creditor_id, new.document_number),
        creditor_id=creditor_id,
        document_number=new.document_number,
        amount=new.amount.minor,
        currency=new.amount.currency,
        credit_date=new.credit_date,
        content_digest=new.digest,
        created_at=work.now,
        source=new.source,
    )
    work.add(
        document_ref(creditor_id, "credit_note", new.document_number),
        DocumentClaim("credit_note", note.credit_note_id, new.digest),
    )
    if invoice is not None:
        note = _apply_credit(work, note, invoice)
    work.add(things.CREDIT_NOTE(note.credit_note_id), note)
    return note


def match_credit_note(work: Work, note: CreditNote, invoice: Invoice) -> CreditNote:
    """Match a credit note that was registered without its invoice.

    Raises
    ------
    Refused
        ``credit_note_already_matched``.
    Unprocessable
        ``wrong_currency``.
    """
    if note.invoice_id is not None:
        raise Refused(
            "credit_note_already_matched",
            "it is matched to an invoice",
            facts={"invoice_id": note.invoice_id},
        )
    matched = replace(_apply_credit(work, note, invoice), revision=note.revision + 1)
    work.change(things.CREDIT_NOTE(note.credit_note_id), matched)
    return matched


def _apply_credit(work: Work, note: CreditNote, invoice: Invoice) -> CreditNote:
    if note.currency != invoice.currency:
        raise Unprocessable(
            "wrong_currency",
            "the invoice is in another currency",
            faults=[Fault("/amount/currency", "wrong_currency", "not the invoice's currency")],
        )
    spread, surplus = allocate(invoice.balance, note.amount, CLEARING_ORDERS["principal_first"])
    booked, seq = invoice, None
    if spread:
        booked, entry = book(
            work,
            invoice,
            EntryKind.CREDIT,
            spread,
            note.credit_date,
            Source.CREDITOR,
            credit_note_id=note.credit_note_id,
        )
        seq = entry.seq
        if invoice.owner == "agency":
            vouch_sale(work, booked, entry)
    if spread and invoice.release.live and invoice.case_id:
        case = work.get(things.CASE(invoice.case_id))
        if case.open:
            followed = follow(case, booked, work)
            if not case.assembling:
                followed = command(
                    work,
                    followed,
                    CommandKind.REPORT_CREDIT,
                    epoch=epoch_of(work),
                    subject_id=note.credit_note_id,
                    principal=sum(spread.values()),
                )
            work.change(things.CASE(case.case_id), followed)
    booked = note_surplus_credit(work, booked, note.credit_note_id, surplus)
    currency = note.currency
    tell(
        work,
        EventType.CREDIT_NOTE_APPLIED,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {
            "credit_note_id": note.credit_note_id,
            "invoice_id": invoice.invoice_id,
            "case_id": invoice.case_id if invoice.release.live else None,
            "amount": said(Money(note.amount, currency)),
            "surplus": said(Money(surplus, currency)),
            "remaining": said(booked.remaining),
            "invoice_status": booked.status,
        },
    )
    return replace(note, invoice_id=invoice.invoice_id, entry=seq, surplus=surplus)

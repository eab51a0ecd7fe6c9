"""Asking the billing product to send a letter: an event with everything that the letter needs to say."""

from collections.abc import Sequence
from datetime import date

from fordring.domain.creditor import Debtor
from fordring.domain.events import EventType
from fordring.domain.invoice import Invoice, Reminder
from fordring.domain.law import LawRow
from fordring.domain.letter_charges import Charges
from fordring.domain.letter_languages import language_of
from fordring.domain.money import Money
from fordring.domain.situation import Situation
from fordring.domain.values import dataclass
from fordring.usecases.recording import tell
from fordring.usecases.situations import reminder_id_of
from fordring.usecases.telling_interest import periods_of
from fordring.usecases.unmatched import said
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter of a plan whose day has come.

    Parameters
    ----------
    step, number
        Which of the plan's steps it is, and how many letters the invoice had before it: from 0.
    letter, charges
        As it is to be sent today, and what it adds to the debt.
    rows
        The rows of law that it rests on.
    """

    situation: Situation
    debtor: Debtor
    step: int
    number: int
    letter: Reminder
    charges: Charges
    rows: Sequence[LawRow]

    @property
    def reminder_id(self) -> str:
        """The letter's id: the same whenever it is asked for."""
        return reminder_id_of(self.situation.invoice, self.number)

    @property
    def language(self) -> str:
        """In which language it is written."""
        return language_of(self.debtor)


def ask_billing_product(work: Work, due: DueLetter) -> None:
    """Tell the billing product to send a letter (FIK-1)."""
    invoice, plan, letter = due.situation.invoice, due.situation.plan, due.letter
    charges = due.charges
    reference = invoice.terms.payment_reference
    tell(
        work,
        EventType.INVOICE_REMINDER_DUE,
        invoice.creditor_id,
        ("invoice", invoice.invoice_id),
        {
            "reminder_id": due.reminder_id,
            "invoice_id": invoice.invoice_id,
            "creditor_id": invoice.creditor_id,
            "debtor_id": invoice.debtor_id,
            "document_number": invoice.document_number,
            "plan": plan.number,
            "step": due.step + 1,
            "kind": letter.kind,
            "channels": list(plan.channels),
            "sms": plan.sms,
            "language": due.language,
            "date": letter.sent_date.isoformat(),
            "deadline_date": _day(letter.deadline_date),
            "remaining": _money(invoice, invoice.balance.owed_to_creditor),
            "fee": _money(invoice, charges.fee),
            "compensation": _money(invoice, charges.compensation),
            "interest": None if charges.interest is None else _money(invoice, charges.interest),
            "interest_periods": periods_of(charges.late, invoice.currency),
            "missing_law": dict(charges.missing.facts) if charges.missing else None,
            "payment_reference": reference.value if reference else None,
            "payment_reference_type": reference.kind if reference else None,
            "law": [row.facts for row in due.rows],
        },
    )


def _money(invoice: Invoice, minor: int) -> dict[str, str]:
    return said(Money(minor, invoice.currency))


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()

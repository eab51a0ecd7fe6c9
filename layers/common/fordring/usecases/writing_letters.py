"""What a letter to a debtor says, put together from what was read."""

from collections.abc import Sequence

from fordring.domain.agency import Address
from fordring.domain.creditor import Creditor, Debtor
from fordring.domain.follow_up import Asked
from fordring.domain.hub_letter import HubLetter
from fordring.domain.invoice import Invoice
from fordring.domain.law import LawRow
from fordring.domain.letter_charges import Charges
from fordring.domain.letter_languages import language_of
from fordring.domain.letter_texts import LetterFacts
from fordring.domain.reminder_plan import StepKind
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that is being sent, with everything that it says."""

    letter: HubLetter
    invoice: Invoice
    debtor: Debtor
    creditor: Creditor
    wording: str | None
    charges: Charges
    rows: Sequence[LawRow]


def facts_of(ready: Ready) -> LetterFacts:
    """Give the facts of a letter that is being sent."""
    return letter_facts(
        ready.invoice,
        ready.creditor,
        ready.debtor,
        ready.letter.asked,
        ready.charges,
        ready.wording,
    )


def letter_facts(
    invoice: Invoice,
    creditor: Creditor,
    debtor: Debtor,
    asked: Asked,
    charges: Charges,
    wording: str | None,
) -> LetterFacts:
    """Give the facts of a letter; see ``LetterFacts`` for the parameters."""
    reference = invoice.terms.payment_reference
    address = creditor.address
    principal = invoice.principal_remaining
    return LetterFacts(
        kind=StepKind(asked.kind),
        country=invoice.country,
        language=language_of(debtor),
        creditor=creditor.name,
        creditor_number=creditor.organisation_number,
        creditor_lines=_lines_of(address, debtor.country),
        debtor=debtor.name,
        document_number=invoice.document_number,
        invoice_date=invoice.invoice_date,
        due_date=invoice.terms.due_date,
        sent_date=asked.on,
        currency=invoice.currency,
        principal=principal,
        earlier_costs=invoice.balance.owed_to_creditor - principal,
        fee=asked.fee,
        compensation=asked.compensation,
        interest=charges.interest,
        interest_periods=charges.late.periods if charges.late else (),
        interest_unknown=charges.missing is not None,
        deadline_date=asked.deadline_date,
        payment_reference=reference.value if reference else None,
        account=creditor.bank_account,
        wording=wording,
        creditor_email=creditor.email,
    )


def _lines_of(address: Address, country: str) -> tuple[str, ...]:
    """Spell an address for somebody in a country, who needs no name of that."""
    lines = (*address.lines, f"{address.postal_code} {address.city}")
    return lines if address.country == country else (*lines, address.country)

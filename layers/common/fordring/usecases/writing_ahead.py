"""The letters of a preview as the hub would write them."""

from collections.abc import Iterator
from dataclasses import replace

from fordring.domain.creditor import Creditor, Debtor
from fordring.domain.follow_up import Asked
from fordring.domain.hub_letter import not_by_email
from fordring.domain.invoice import Invoice
from fordring.domain.letter_languages import language_of
from fordring.domain.letter_texts import WrittenLetter, write_letter
from fordring.domain.reminder_plan import Sender
from fordring.domain.values import dataclass
from fordring.usecases.looking_ahead import Foreseen
from fordring.usecases.writing_letters import letter_facts


@dataclass(frozen=True, slots=True)
class WrittenAhead:
    """A letter to come: what it says, in which language, and why it would not be sent as things are."""

    language: str
    written: WrittenLetter
    not_sent: str | None


def written_ahead(
    foreseen: Foreseen, invoice: Invoice, creditor: Creditor, debtor: Debtor
) -> Iterator[WrittenAhead | None]:
    """Write the letter of each step to come; ``None`` for what is none, or is somebody else's to send."""
    plan, charged = foreseen.plan, 0
    language = language_of(debtor)
    for place, ahead in enumerate(foreseen.preview.steps, foreseen.done):
        letter, charges = ahead.letter, ahead.charges
        if letter is None or charges is None or plan.sender is not Sender.HUB:
            yield None
            continue
        asked = Asked(
            place, letter.kind, letter.sent_date, letter.deadline_date, charges.fee, charges.compensation
        )
        wording = dict(plan.wording).get(language)
        facts = letter_facts(invoice, creditor, debtor, asked, charges, wording)
        # What the letters before it will have charged is not in the ledger yet.
        facts = replace(facts, earlier_costs=facts.earlier_costs + charged)
        charged += charges.fee + charges.compensation
        yield WrittenAhead(language, write_letter(facts), not_by_email(invoice.country, debtor, asked))

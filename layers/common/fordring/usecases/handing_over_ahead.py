"""What would keep the last step of a preview from happening, as things are."""

from dataclasses import replace
from datetime import date

from fordring.domain.agency import Capabilities, Level
from fordring.domain.agreement import Agreement
from fordring.domain.candidates import Question, blocking_reasons
from fordring.domain.creditor import Debtor
from fordring.domain.invoice import Invoice
from fordring.usecases.looking_ahead import Foreseen


def blocked_ahead(
    foreseen: Foreseen,
    invoice: Invoice,
    debtor: Debtor,
    agreement: Agreement | None,
    capabilities: Capabilities | None,
    today: date,
) -> tuple[str, ...]:
    """Name everything that the agency or the agreement would have against the transfer, on its day.

    Parameters
    ----------
    agreement
        With the plan's agency, as it is today.
    capabilities
        Of that agency; ``None`` for a plan without.
    """
    steps = foreseen.preview.steps
    if not steps or steps[-1].letter is not None or capabilities is None:
        return ()
    coming = steps[-1].next
    letters = tuple(each.letter for each in steps if each.letter is not None)
    then = replace(invoice, reminders=(*invoice.reminders, *letters), debtor_blocks=debtor.blocks)
    level = coming.level or foreseen.plan.level
    by_law = level is Level.REMINDER and foreseen.plan.level is Level.COLLECTION
    question = Question(capabilities, agreement, level, max(coming.first_date, today), by_law=by_law)
    return blocking_reasons(then, question)

"""Reading the letters of an invoice; answered by ``poll_status``."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.invoice import Invoice
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.told_letters import ToldLetterInFull, ToldLetters, tell_in_full, tell_letter
from fordring.usecases.reading_letters import letter_of, letters_of
from fordring.usecases.submitting import invoice_of

_LETTERS = "/v1/creditors/{creditor_id}/invoices/{invoice_id}/reminders"


def _invoice(call: Call) -> Invoice:
    invoice_id = call.path["invoice_id"]
    return invoice_of(call.read(things.INVOICE(invoice_id)), call.creditor_id, invoice_id)


def list_letters(call: Call) -> Answer:
    """Tell every letter of an invoice."""
    invoice = _invoice(call)
    told = [tell_letter(each, invoice.currency) for each in letters_of(call.hub.desk, invoice)]
    return Answer.of(200, {"items": told})


def read_letter(call: Call) -> Answer:
    """Tell a letter with all that is kept of it."""
    invoice = _invoice(call)
    found = letter_of(call.hub.desk, call.hub.files, invoice, call.path["letter_id"])
    return Answer.of(200, tell_in_full(found, invoice.currency))


LETTER_ROUTES = (
    Route(
        "GET",
        _LETTERS,
        list_letters,
        "List an invoice's letters",
        "invoices",
        Scope.READ,
        {200: ToldLetters},
        description="All that you have told of and all of the hub's own, also those that did not go out or "
        "came back: the reminder history, as evidence.",
    ),
    Route(
        "GET",
        f"{_LETTERS}/{{letter_id}}",
        read_letter,
        "Read what a letter said and rests on",
        "invoices",
        Scope.READ,
        {200: ToldLetterInFull},
        description="What was sent, word by word, where the hub sent it; and the rows of law that its fee, "
        "compensation, deadline and interest were held to.",
    ),
)

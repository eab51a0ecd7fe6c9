"""The late interest on an invoice: the route that reads it."""

from datetime import timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.calendar import local_date
from fordring.domain.creditor import Scope
from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.late_interest import claim_on, late_interest, principal_course
from fordring.domain.law import law
from fordring.domain.refs import Listing
from fordring.domain.under_way import law_kind
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.late_interest import LateInterestQuery, ToldLateInterest, tell_late_interest
from fordring.usecases.submitting import invoice_of

FARTHEST: Final = timedelta(days=3653)
"""Ten years: no claim waits longer, and an agreed rate alone has no end."""


def read_late_interest(call: Call) -> Answer:
    """Work out what is owed for the days from the due date on."""
    asked = call.asked(LateInterestQuery)
    invoice_id = call.path["invoice_id"]
    work = call.read(things.INVOICE(invoice_id))
    invoice = invoice_of(work, call.creditor_id, invoice_id)
    desk = call.hub.desk
    debtor_ref = things.DEBTOR(call.creditor_id, invoice.debtor_id)
    debtor_kind = law_kind(desk.read(debtor_ref).get(debtor_ref))
    listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice_id,))
    course = principal_course((entry for _, entry in desk.every(listing)), invoice.currency)
    today = local_date(work.now, invoice.country)
    until = asked.until or today
    if until > today + FARTHEST:
        raise InvalidInput(faults=[Fault("/query/until", "too_far_ahead", "at most ten years ahead")])
    claim = claim_on(invoice, debtor_kind, course)
    return Answer.of(200, tell_late_interest(invoice, debtor_kind, until, late_interest(law(), claim, until)))


LATE_INTEREST_ROUTES = (
    Route(
        "GET",
        "/v1/creditors/{creditor_id}/invoices/{invoice_id}/late-interest",
        read_late_interest,
        "Work out the late interest on an invoice",
        "invoices",
        Scope.READ,
        {200: ToldLateInterest},
        query=LateInterestQuery,
        description=(
            "Simple interest on the principal that was owed on each day, at each half-year's rate or at the "
            "one that was agreed with a business (`agreed_interest_percent`), rounded once. It goes on being "
            "owed when the principal has been paid. A time without a row of law is refused "
            "(`law_row_missing`), with the row that is missing; an agreed rate needs none. "
            "At most ten years ahead."
        ),
    ),
)

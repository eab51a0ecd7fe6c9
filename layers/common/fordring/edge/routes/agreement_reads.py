"""Reading agreements with agencies, their terms, orders and e-mails; answered by ``poll_status``."""

from fordring.domain import things
from fordring.domain.agreement import Agreement
from fordring.domain.creditor import Scope
from fordring.domain.errors import NotFound
from fordring.domain.refs import Listing, Ref
from fordring.edge.call import Call, etag
from fordring.edge.listing import answer_list
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.emails import ToldEmails, tell_email
from fordring.edge.schemas.told_agreements import (
    ToldAgreement,
    ToldOrder,
    ToldTerms,
    tell_agreement,
    tell_order,
)
from fordring.usecases.mailing import email_of_order
from fordring.usecases.terms import current_terms

AGREEMENT_PATH = "/v1/creditors/{creditor_id}/agreements/{agency}"


def agreement_in_path(call: Call) -> Ref[Agreement]:
    """Name the agreement in the path."""
    return things.AGREEMENT(call.creditor_id, call.path["agency"])


def read_terms(call: Call) -> Answer:
    """Tell the terms of an agency."""
    call.read()
    agency = call.path["agency"]
    terms = current_terms(call.hub.capabilities(agency).title)
    return Answer.of(200, {"agency": agency, "version": terms.version, "text": terms.text})


def read_agreement(call: Call) -> Answer:
    """Tell an agreement."""
    ref = agreement_in_path(call)
    agreement = call.read(ref).get(ref)
    return Answer.of(200, tell_agreement(agreement), etag(agreement.revision))


def read_order(call: Call) -> Answer:
    """Tell the latest order, with the text that is sent to the agency."""
    ref = agreement_in_path(call)
    email = email_of_order(call.creditor_id, call.path["agency"], call.path["order_id"])
    work = call.read(ref, email)
    found = work.get(ref).order
    if found is None or found.order_id != call.path["order_id"]:
        raise NotFound
    return Answer.of(200, tell_order(found, work.find(email)))


def list_emails(call: Call) -> Answer:
    """List what the agency was written, the newest first."""
    ref = agreement_in_path(call)
    call.read(ref).get(ref)
    listing = Listing(things.EMAIL, "emails_of", (call.creditor_id, call.path["agency"]), newest_first=True)
    return answer_list(call, listing, tell_email)


AGREEMENT_READ_ROUTES = (
    Route(
        "GET",
        "/v1/agencies/{agency}/terms",
        read_terms,
        "Read what an order agrees to",
        "agreements",
        Scope.READ,
        {200: ToldTerms},
    ),
    Route(
        "GET",
        AGREEMENT_PATH,
        read_agreement,
        "Read an agreement",
        "agreements",
        Scope.READ,
        {200: ToldAgreement},
    ),
    Route(
        "GET",
        AGREEMENT_PATH + "/orders/{order_id}",
        read_order,
        "Read the latest order",
        "agreements",
        Scope.READ,
        {200: ToldOrder},
    ),
    Route(
        "GET",
        AGREEMENT_PATH + "/emails",
        list_emails,
        "List what the agency was written",
        "agreements",
        Scope.READ,
        {200: ToldEmails},
        query=Paging,
        description="The newest first, each with its text. What is `by_hand` is for you to send.",
    ),
)

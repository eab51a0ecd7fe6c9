"""Creditors: the routes."""

from fordring.domain import things
from fordring.domain.creditor import Creditor, Scope
from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.refs import Listing
from fordring.edge.call import Call, etag
from fordring.edge.identifiers import chosen_id_fault
from fordring.edge.listing import answer_list, caller, given_cursor, next_cursor
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.creditors import GivenCreditor, ToldCreditor, ToldCreditors, tell_creditor
from fordring.usecases.administering import CreditorDetails, keep_creditor, refs_to_keep_creditor
from fordring.usecases.work import Work


def put_creditor(call: Call) -> Answer:
    """Register or change a creditor."""
    from fordring.agencies.registry import agency_names

    body = call.given(GivenCreditor)
    creditor_id = call.creditor_id
    wrong = chosen_id_fault(creditor_id, "/path/creditor_id")
    if wrong is not None:
        raise InvalidInput(faults=[Fault(wrong.pointer, wrong.code, wrong.detail)])
    said = CreditorDetails(
        name=body.name,
        organisation_number=body.organisation_number,
        country=body.country,
        address=body.address.address,
        email=body.email,
        kid_formats=body.formats,
        clearing_order=body.clearing_order,
        bank_account=body.bank_account,
    )
    agencies = agency_names()

    def decide(work: Work) -> Creditor:
        known = work.find(things.CREDITOR(creditor_id))
        call.match_revision(known.revision if known else None)
        return keep_creditor(work, creditor_id, said, agencies, call.hub.settings.mail_sender)

    return call.transact(
        refs_to_keep_creditor(creditor_id, agencies),
        decide,
        tell_creditor,
        headers=lambda creditor: etag(creditor.revision),
    )


def read_creditor(call: Call) -> Answer:
    """Tell a creditor."""
    creditor = call.read(things.CREDITOR(call.creditor_id)).get(things.CREDITOR(call.creditor_id))
    return Answer.of(200, tell_creditor(creditor), etag(creditor.revision))


def list_creditors(call: Call) -> Answer:
    """List the creditors that the key acts for."""
    call.read()
    own = caller(call).creditors
    if own is None:
        return answer_list(call, Listing(things.CREDITOR, "creditors"), tell_creditor)
    # A key for a few creditors asks for these, and does not look for them among all.
    limit = call.asked(Paging).size
    after = given_cursor(call) or ""
    wanted = [creditor_id for creditor_id in sorted(own) if creditor_id > after]
    page = wanted[:limit]
    work = call.hub.desk.read(*map(things.CREDITOR, page))
    found = [work.find(things.CREDITOR(creditor_id)) for creditor_id in page]
    more = page[-1] if len(wanted) > limit else None
    return Answer.of(
        200,
        {
            "items": [tell_creditor(creditor) for creditor in found if creditor is not None],
            "next_cursor": next_cursor(call, more),
        },
    )


CREDITOR_ROUTES = (
    Route(
        "PUT",
        "/v1/creditors/{creditor_id}",
        put_creditor,
        "Register or change a creditor",
        "creditors",
        Scope.ADMIN,
        {200: ToldCreditor},
        body=GivenCreditor,
        description=(
            "`creditor_id` is of your own choice. What is left out gets its default. Sent again, the same "
            "changes nothing. A new address is told by e-mail to the agencies that know the old one. "
            "With `If-Match` the change is made only while the revision is the one you have "
            'seen; `If-Match: "0"` registers, and changes nothing that exists.'
        ),
    ),
)
CREDITOR_READ_ROUTES = (
    Route(
        "GET",
        "/v1/creditors/{creditor_id}",
        read_creditor,
        "Read a creditor",
        "creditors",
        Scope.READ,
        {200: ToldCreditor},
    ),
    Route(
        "GET",
        "/v1/creditors",
        list_creditors,
        "List the creditors",
        "creditors",
        Scope.READ,
        {200: ToldCreditors},
        query=Paging,
    ),
)

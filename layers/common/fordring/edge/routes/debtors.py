"""Writing debtors: the route."""

from fordring.domain import things
from fordring.domain.creditor import Debtor, Scope
from fordring.domain.errors import InvalidInput
from fordring.edge.call import Call, etag
from fordring.edge.identifiers import chosen_id_fault
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.debtors import NewDebtor, ToldDebtor, tell_debtor
from fordring.usecases.debtors import put_debtor, refs_of_debtor
from fordring.usecases.work import Work


def write_debtor(call: Call) -> Answer:
    """Register a debtor, or give it new details."""
    debtor_id = call.path["debtor_id"]
    found = chosen_id_fault(debtor_id, "/path/debtor_id")
    if found is not None:
        raise InvalidInput(faults=[found])
    details = call.given(NewDebtor).details

    def decide(work: Work) -> Debtor:
        known = work.find(things.DEBTOR(call.creditor_id, debtor_id))
        call.match_revision(known.revision if known else None)
        return put_debtor(work, call.creditor_id, debtor_id, details)

    return call.transact(
        refs_of_debtor(call.creditor_id, debtor_id),
        decide,
        tell_debtor,
        headers=lambda debtor: etag(debtor.revision),
    )


DEBTOR_ROUTES = (
    Route(
        "PUT",
        "/v1/creditors/{creditor_id}/debtors/{debtor_id}",
        write_debtor,
        "Register a debtor, or change it",
        "debtors",
        Scope.WRITE,
        {200: ToldDebtor},
        body=NewDebtor,
        description="The whole debtor as it shall be. `If-Match` refuses to overwrite what somebody else "
        "has changed meanwhile.",
    ),
)

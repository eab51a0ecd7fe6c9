"""Erasing a debtor; answered by ``register_invoice``."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.retention import retention_rules
from fordring.edge.call import Call, etag
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.common import Empty
from fordring.edge.schemas.debtors import ToldDebtor, tell_debtor
from fordring.usecases.erasing import Erasure


def erase_debtor(call: Call) -> Answer:
    """Take out of a debtor, and of what was written about it, everything that says who it is."""
    debtor = things.DEBTOR(call.creditor_id, call.path["debtor_id"])
    erasure = Erasure(
        call.hub.desk, call.hub.files, call.creditor_id, call.path["debtor_id"], retention_rules()
    )
    claim = call.claim_ref()
    seen = call.read(debtor, *((claim,) if claim else ()))
    if call.replay_of(seen, claim) is None:
        seen.get(debtor)
        erasure.clear_texts()
    return call.transact(
        erasure.refs, erasure.erase, tell_debtor, headers=lambda erased: etag(erased.revision)
    )


ERASURE_ROUTES = (
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/debtors/{debtor_id}/erase",
        erase_debtor,
        "Erase a debtor's personal data",
        "debtors",
        Scope.ADMIN,
        {200: ToldDebtor},
        body=Empty,
        claims=True,
        description="Name, numbers, addresses, contacts and metadata of the debtor go, and the texts of all "
        "messages and letters about it; invoices, ledgers and cases stay. Refused with 409 "
        "`debtor_has_open_invoices`, and with 409 `retention_not_passed` until the `earliest_date` that it "
        "tells.",
    ),
)

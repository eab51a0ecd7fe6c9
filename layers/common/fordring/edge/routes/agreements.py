"""Choosing, ordering and ending agreements with agencies; answered by ``manage_creditors``."""

from typing import Any

from fordring.domain import things
from fordring.domain.agency import Credentials, Operation
from fordring.domain.agreement import Agreement, SealedCredentials, digest_of
from fordring.domain.creditor import Scope
from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.running import Job
from fordring.edge.call import Call, etag
from fordring.edge.once import new_token, show_once
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.agreement_reads import AGREEMENT_PATH, agreement_in_path
from fordring.edge.schemas.files import ToldJob, tell_job
from fordring.edge.schemas.given_agreements import (
    ContractChangeOrder,
    GivenCredentials,
    GivenSettings,
    NewOrder,
)
from fordring.edge.schemas.told_agreements import ToldAgreement, ToldNewOrder, tell_agreement, tell_new_order
from fordring.usecases.agreeing import (
    Ordered,
    end_agreement,
    order,
    refs_with_token,
    refuse_while_cases_are_open,
    write_credentials,
)
from fordring.usecases.agreement_settings import keep_settings
from fordring.usecases.contract_changing import change_contract
from fordring.usecases.sealed import credentials_digest
from fordring.usecases.terms import current_terms
from fordring.usecases.work import Work


def put_settings(call: Call) -> Answer:
    """Choose the settings of an agreement."""
    body = call.given(GivenSettings)
    settings, turned_on = body.settings, body.automatic_sync is True
    capabilities = call.hub.capabilities(call.path["agency"])
    ref = agreement_in_path(call)

    def decide(work: Work) -> Agreement:
        known = work.find(ref)
        call.match_revision(known.revision if known else None)
        return keep_settings(work, call.creditor_id, capabilities, settings, turned_on=turned_on)

    refs = (things.CREDITOR(call.creditor_id), things.REMINDER_PLAN(call.creditor_id), ref)
    return call.transact(refs, decide, tell_agreement, headers=_etag)


def order_agreement(call: Call) -> Answer:
    """Order access to the agency, and show once where it calls back."""
    body = call.given(NewOrder)
    agency = call.path["agency"]
    capabilities = call.hub.capabilities(agency)
    terms = current_terms(capabilities.title)
    token = new_token(call.hub.desk)
    digest = digest_of(token)
    refuse_while_cases_are_open(
        call.hub.desk, call.read(agreement_in_path(call)).find(agreement_in_path(call))
    )

    def decide(work: Work) -> Ordered:
        return order(
            work,
            capabilities,
            call.creditor_id,
            body.person,
            body.consent.given_by,
            body.consent.terms_version,
            terms,
            digest,
            call.hub.settings.mail_sender,
        )

    answer = call.transact(
        refs_with_token(call.hub.desk, call.creditor_id, agency), decide, _tell_new_order, status=201
    )
    return show_once(answer, callback_url=f"{_public_url(call)}/v1/callbacks/{agency}/{token}")


def _tell_new_order(made: Ordered) -> dict[str, Any]:
    return tell_new_order(made.order, made.email)


def _public_url(call: Call) -> str:
    """Give where the API is reached from outside: as configured, or as the caller has reached it."""
    scheme = call.headers.get("x-forwarded-proto", "https")
    return call.hub.settings.public_url or f"{scheme}://{call.headers.get('host', '')}"


def put_credentials(call: Call) -> Answer:
    """Write what the agency has handed out."""
    credentials = call.given(GivenCredentials).credentials
    creditor_id, agency = call.creditor_id, call.path["agency"]
    told_later = Operation.ACTIVATE_SERVICE in call.hub.capabilities(agency).operations
    if not credentials.customer_number and not told_later:
        detail = "the agency hands it out with the credentials"
        raise InvalidInput(faults=[Fault("/customer_number", "missing", detail)])
    ref = agreement_in_path(call)
    # Nothing is sealed for somebody who may not write it, or for an agreement that does not exist.
    call.read(ref).get(ref)
    sealed = _sealed(call, agency, credentials)

    def decide(work: Work) -> Agreement:
        call.match_revision(work.get(ref).revision)
        return write_credentials(work, creditor_id, agency, credentials, sealed)

    refs = refs_with_token(call.hub.desk, creditor_id, agency)
    return call.transact(refs, decide, tell_agreement, headers=_etag)


def change_number(call: Call) -> Answer:
    """Give the contract its new number, and begin to move what was sent."""
    body = call.given(ContractChangeOrder)
    creditor_id, agency = call.creditor_id, call.path["agency"]
    ref = agreement_in_path(call)
    call.hub.capabilities(agency)
    call.read(ref).get(ref)
    sealed = _sealed(call, agency, body.credentials)

    def decide(work: Work) -> Job:
        return change_contract(work, creditor_id, agency, body.credentials, sealed, body.confirmed)

    refs = refs_with_token(call.hub.desk, creditor_id, agency)
    return call.transact(refs, decide, tell_job, status=202)


def _sealed(call: Call, agency: str, credentials: Credentials) -> SealedCredentials:
    return SealedCredentials(
        call.hub.vault.seal_credentials(call.creditor_id, agency, credentials),
        call.hub.wall.now(),
        credentials_digest(credentials, f"{call.hub.desk.randbits(128):032x}"),
        numbered=bool(credentials.customer_number),
    )


def finish_agreement(call: Call) -> Answer:
    """End an agreement."""
    return call.transact(
        (agreement_in_path(call),),
        lambda work: end_agreement(work, call.creditor_id, call.path["agency"]),
        tell_agreement,
    )


def _etag(agreement: Agreement) -> dict[str, str]:
    return etag(agreement.revision)


AGREEMENT_ROUTES = (
    Route(
        "PUT",
        AGREEMENT_PATH,
        put_settings,
        "Choose the settings of an agreement",
        "agreements",
        Scope.ADMIN,
        {200: ToldAgreement},
        body=GivenSettings,
        description="What contradicts the creditor, or what the agency offers, is a 422 that names all.",
    ),
    Route(
        "POST",
        AGREEMENT_PATH + "/orders",
        order_agreement,
        "Order access to the agency",
        "agreements",
        Scope.ADMIN,
        {201: ToldNewOrder},
        body=NewOrder,
        claims=True,
        description=(
            "The order is sent to the agreement's `agency_email`; where `email` says `by_hand`, send its "
            "text yourself. Give the agency `callback_url`, where it may report what happens, by a safe way: "
            "it is a secret, and in the answer to the first request only. Ordered again before the "
            "credentials are written, the later order counts and the earlier URL is dead."
        ),
    ),
    Route(
        "PUT",
        AGREEMENT_PATH + "/credentials",
        put_credentials,
        "Write the agency's credentials",
        "agreements",
        Scope.ADMIN,
        {200: ToldAgreement},
        body=GivenCredentials,
        description=(
            "They are encrypted and never read back. The ones before stay good for callbacks that are under "
            "way. The same ones again change nothing. An agency that activates the contract by calling tells "
            "`customer_number` then; without it, the agreement waits for that call."
        ),
    ),
    Route(
        "POST",
        AGREEMENT_PATH + "/contract-change",
        change_number,
        "Give the contract its new number",
        "agreements",
        Scope.ADMIN,
        {202: ToldJob},
        body=ContractChangeOrder,
        claims=True,
        description=(
            "The agency has given the contract another number, with credentials for it. Invoices are handed "
            "over under it from now on. What was sent before is cancelled, which takes the agency's "
            "agreement: say in `confirmation` who gave it, and when. Once a cancellation is confirmed, its "
            "invoices are sent again, under a new submission number. The job tells how far the cases are."
        ),
    ),
    Route(
        "POST",
        AGREEMENT_PATH + "/end",
        finish_agreement,
        "End an agreement",
        "agreements",
        Scope.ADMIN,
        {200: ToldAgreement},
        claims=True,
        description="Nothing new is handed over. Open cases go on.",
    ),
)

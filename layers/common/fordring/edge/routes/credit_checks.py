"""Credit checks and offers for sale: the routes.

A credit check is the one place where a request waits for an agency: what is asked about a person may not be
stored, and so it cannot wait in a queue.
"""

from fordring.domain import things
from fordring.domain.agency import Operation
from fordring.domain.agreement import Agreement
from fordring.domain.credit import CreditCheck, CreditSubject
from fordring.domain.creditor import Creditor, Debtor, Scope
from fordring.domain.errors import Fault, InvalidInput, Refused, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.service_windows import wait_until
from fordring.edge.call import Call
from fordring.edge.identifiers import (
    COUNTRIES,
    compact_organisation_number,
    is_national_identity_number,
    national_identity_number_fault,
    organisation_number_fault,
)
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import to_invoice
from fordring.edge.schemas.credit_checks import NewCreditCheck, ToldCreditCheck, tell_credit_check
from fordring.edge.schemas.invoices import PurchaseOffer
from fordring.edge.schemas.told_invoices import ToldInvoice
from fordring.usecases.credit import ask, keep_check
from fordring.usecases.offering import offer_by_hand
from fordring.usecases.work import Work


def check_credit(call: Call) -> Answer:
    """Ask the agency for somebody's credit, now."""
    body = call.given(NewCreditCheck)
    administrators = call.hub.administrators
    claim = call.claim_ref()
    debtor_refs = (things.DEBTOR(call.creditor_id, body.debtor_id),) if body.debtor_id else ()
    creditor_ref = things.CREDITOR(call.creditor_id)
    claims = (claim,) if claim else ()
    looked = call.read(creditor_ref, *claims, *debtor_refs, *administrators.refs(call.creditor_id))
    replay = call.replay_of(looked, claim)
    if replay is not None:
        return replay
    creditor = looked.get(creditor_ref)
    debtor = looked.find(debtor_refs[0]) if debtor_refs else None
    if debtor_refs and debtor is None:
        raise Unprocessable(
            "unknown_debtor",
            "register the debtor first",
            faults=[Fault("/debtor_id", "unknown_debtor", "there is no such debtor")],
        )
    agreement = administrators.agreement(looked, call.creditor_id)
    if agreement is None:
        raise Refused("service_not_agreed", "there is no active agreement on invoice administration")
    _refuse_unless_offered(call, agreement)
    subject = _subject(body, creditor, debtor)
    serviced = wait_until(agreement.settings.service_windows, looked.now) is not None
    answer = (
        None
        if serviced
        else ask(call.hub.agency(agreement.agency), subject, call.hub.vault.credentials_of(agreement))
    )
    check_id = call.own_id("chk")
    check_ref = things.CREDIT_CHECK(call.creditor_id, check_id)

    def decide(work: Work) -> CreditCheck:
        # A claim is kept for two days, a check for a month: the same request is still the same check.
        known = work.find(check_ref)
        return known or keep_check(work, check_id, agreement, subject, body.debtor_id, answer)

    return call.transact((check_ref,), decide, tell_credit_check, status=201)


def _refuse_unless_offered(call: Call, agreement: Agreement) -> None:
    if Operation.CREDIT_CHECK not in call.hub.capabilities(agreement.agency).operations:
        raise Refused(
            "operation_not_offered",
            "the agency makes no credit checks",
            facts={"agency": agreement.agency, "operation": Operation.CREDIT_CHECK.value},
        )


def _subject(body: NewCreditCheck, creditor: Creditor, debtor: Debtor | None) -> CreditSubject:
    """Say who is checked.

    Raises
    ------
    InvalidInput
        When the number is none of the country, without repeating it.
    Unprocessable
        ``organisation_number_missing`` when the debtor has none.
    """
    country = body.country or (debtor.country if debtor else creditor.country)
    if body.national_identity_number is not None:
        found = national_identity_number_fault(
            country, body.national_identity_number, "/national_identity_number"
        )
        if found is not None:
            raise InvalidInput(faults=[found])
        return CreditSubject(country, national_identity_number=body.national_identity_number)
    number = body.organisation_number or (debtor.organisation_number if debtor else None)
    if number is None:
        raise Unprocessable(
            "organisation_number_missing",
            "the debtor has no organisation number",
            faults=[Fault("/debtor_id", "organisation_number_missing", "give a number with the request")],
        )
    checked = country in COUNTRIES
    found = organisation_number_fault(country, number) if checked else _persons_number(number)
    if found is not None:
        raise InvalidInput(faults=[found])
    # As it is stored with a debtor: of other countries nobody knows what a hyphen means.
    return CreditSubject(
        country, organisation_number=compact_organisation_number(number) if checked else number
    )


def _persons_number(number: str) -> Fault | None:
    """Find a person's number that stands where an organisation's is meant, of a country that is not checked.

    An organisation's number is stored and told to the agency as one: a person's would be, too (SAN-8).
    """
    if not is_national_identity_number(number):
        return None
    detail = "this is a person's number: give it as national_identity_number"
    return Fault("/organisation_number", "national_identity_number", detail)


def offer_invoice(call: Call) -> Answer:
    """Offer an invoice to the agency that administers it."""
    check_id = call.given(PurchaseOffer).credit_check_id
    check = (things.CREDIT_CHECK(call.creditor_id, check_id),) if check_id else ()

    def decide(work: Work, invoice: Invoice) -> Invoice:
        if invoice.agency is None:
            raise Refused("not_administered", "only an invoice that an agency administers can be sold")
        capabilities = call.hub.capabilities(invoice.agency)
        return offer_by_hand(work, invoice, check_id, capabilities)

    return to_invoice(call, decide, status=202, also=check)


CREDIT_ROUTES = (
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/credit-checks",
        check_credit,
        "Ask an agency for somebody's credit",
        "credit checks",
        Scope.WRITE,
        {201: ToldCreditCheck},
        body=NewCreditCheck,
        claims=True,
        description="The agency answers within ten seconds, or the decision is `unavailable` and the invoice "
        "is administered. A national identity number is used for this call and kept nowhere.",
    ),
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/invoices/{invoice_id}/purchase-offer",
        offer_invoice,
        "Offer an administered invoice for sale",
        "invoices",
        Scope.WRITE,
        {202: ToldInvoice},
        body=PurchaseOffer,
        claims=True,
        description="The agency decides later: `invoice.purchased` or `invoice.purchase_refused`.",
    ),
)

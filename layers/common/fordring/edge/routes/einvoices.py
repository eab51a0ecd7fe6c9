"""Electronic invoices and credit notes: from UBL to what the use case takes."""

import re
from typing import Final

from fordring.domain.agency import Address
from fordring.domain.creditor import ContactPerson
from fordring.domain.errors import Fault, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.edge.call import Call, etag
from fordring.edge.identifiers import (
    COUNTRIES,
    compact_organisation_number,
    is_national_identity_number,
    organisation_number_fault,
)
from fordring.edge.problem import Answer
from fordring.edge.routes.invoice_answers import agreements_of, location, told
from fordring.edge.schemas.common import hundredths
from fordring.edge.schemas.credit_notes import tell_credit_note
from fordring.edge.schemas.invoices import XmlOptions
from fordring.formats.einvoice import EInvoice, Identifier, Party
from fordring.usecases.debtors import DebtorDetails
from fordring.usecases.importing import Document, Import, identity_of
from fordring.usecases.invoicing import FREE_TEXT
from fordring.usecases.work import Work

ORGANISATION_SCHEMES: Final = {
    "0192": "0192",
    "0007": "0007",
    "0037": "0212",
    "0212": "0212",
    "0213": "0212",
    "0216": "0212",
    "0096": "0184",
    "0184": "0184",
    "0198": "0184",
}
"""Schemes (ISO 6523) whose value is a Nordic organisation's number, and the one that stands for them here."""

NATIONAL_SCHEMES: Final = {"NO": "0192", "SE": "0007", "FI": "0212", "DK": "0184"}
"""The scheme of a registration or VAT number that does not say its own, by the party's country."""


def register_einvoice(call: Call) -> Answer:
    """Register an electronic invoice or credit note."""
    from fordring.formats.ehf import parse_einvoice

    # Who may not write here learns nothing about the document.
    call.read()
    options = call.asked(XmlOptions)
    document = document_of(parse_einvoice(call.raw), options)
    importing = Import(
        call.hub.desk,
        call.creditor_id,
        document,
        call.hub.administrators,
        options.service,
        hundredths(options.agreed_interest_percent),
    )

    def carry_out(work: Work) -> dict[str, object]:
        registered = importing.carry_out(work)
        if isinstance(registered, Invoice):
            return told(call.hub, work, registered)
        return {**tell_credit_note(registered), "revision": registered.revision}

    return call.transact(
        lambda: (*importing.refs(), *agreements_of(call.creditor_id)),
        carry_out,
        lambda content: content,
        status=201,
        headers=lambda content: {**location(content), **etag(int(str(content["revision"])))},
    )


def document_of(einvoice: EInvoice, options: XmlOptions) -> Document:
    """Translate a document.

    Raises
    ------
    Unprocessable
        ``nothing_to_pay``, or ``customer_unknown`` when no id of the customer can be made.
    """
    root = "/Invoice" if einvoice.kind == "invoice" else "/CreditNote"
    if einvoice.payable.minor <= 0:
        raise Unprocessable(
            "nothing_to_pay",
            "there is nothing to pay",
            faults=[
                Fault(f"{root}/LegalMonetaryTotal/PayableAmount", "amount_not_positive", "must be above zero")
            ],
        )
    customer, warnings = _details(einvoice.customer)
    said = [warning.code for warning in einvoice.warnings if warning.code != FREE_TEXT]
    return Document(
        kind=einvoice.kind,
        document_number=einvoice.document_number,
        amount=einvoice.payable,
        issue_date=einvoice.issue_date,
        due_date=einvoice.due_date,
        supplier_numbers=_numbers(einvoice.supplier),
        accepted_supplier=options.accept_supplier,
        supplier_at=f"{root}/AccountingSupplierParty/Party/PartyLegalEntity/CompanyID",
        issue_date_at=f"{root}/IssueDate",
        debtor_id=options.debtor_id or _debtor_id(einvoice.customer, root),
        customer=customer,
        payment_reference=einvoice.payment_reference,
        payment_terms=einvoice.payment_terms,
        delivery_date=einvoice.delivery_date,
        corrects=tuple(each.document_number for each in einvoice.billing_references),
        warnings=(*said, *warnings),
    )


def _numbers(party: Party) -> tuple[str, ...]:
    legal, endpoint = party.organisation_number, party.endpoint
    numbers = [legal.value if legal else None, party.vat_number]
    if endpoint is not None and endpoint.scheme in ORGANISATION_SCHEMES:
        numbers.append(endpoint.value)
    return tuple(dict.fromkeys(number for number in numbers if number))


def _debtor_id(party: Party, root: str) -> str:
    """Make the same id of the same customer: its electronic identity, or else its registration."""
    vat = Identifier(party.vat_number) if party.vat_number else None
    for number in (party.organisation_number, party.endpoint, vat):
        if number is None or is_national_identity_number(number.value):
            continue
        # The same organisation comes as registration, as electronic address and as VAT number.
        scheme = number.scheme or NATIONAL_SCHEMES.get(party.address.country, party.address.country)
        known = ORGANISATION_SCHEMES.get(scheme)
        spelt = f"{known}-{identity_of(number.value)}" if known else f"{scheme}-{number.value}"
        chosen = re.sub(r"[^A-Za-z0-9._-]", "_", spelt)[:64]
        if not is_national_identity_number(chosen):
            return chosen
    raise Unprocessable(
        "customer_unknown",
        "the document names its customer by nothing that can be stored; give debtor_id",
        faults=[
            Fault(f"{root}/AccountingCustomerParty/Party", "customer_unknown", "give debtor_id in the query")
        ],
    )


def _details(party: Party) -> tuple[DebtorDetails, tuple[str, ...]]:
    address, contact = party.address, party.contact
    number, warnings = _organisation_number(party)
    return (
        DebtorDetails(
            kind="business",
            name=party.name,
            country=address.country,
            organisation_number=number,
            address=Address(address.lines, address.postal_code or "", address.city or "", address.country),
            email=contact.email if contact else None,
            phone=contact.phone if contact else None,
            channel="ehf",
            contacts=(ContactPerson(contact.name, contact.email, contact.phone),)
            if contact and contact.name
            else (),
        ),
        warnings,
    )


def _organisation_number(party: Party) -> tuple[str | None, tuple[str, ...]]:
    """Give the customer's number, if it can be one; what is not is left out, with a warning."""
    country, number = party.address.country, party.organisation_number
    endpoint = party.endpoint
    if number is None and endpoint is not None and endpoint.scheme in ORGANISATION_SCHEMES:
        number = endpoint
    if number is None:
        return None, ("customer_number_missing",)
    if country in COUNTRIES:
        if organisation_number_fault(country, number.value) is None:
            return compact_organisation_number(number.value), ()
        return None, ("customer_number_not_valid",)
    if is_national_identity_number(number.value):
        return None, ("customer_number_not_valid",)
    return number.value, ()

"""Svea's credit check: the question and its answer."""

import json

from fordring.agencies.reading import Node
from fordring.domain.agency import Credentials, MalformedAnswer
from fordring.domain.credit import CreditAnswer, CreditSubject

PATH = "/api/v1/credit-checks"


def body_of(subject: CreditSubject, credentials: Credentials) -> bytes:
    """The bytes to sign and to send: the only place where a national identity number is written down."""
    members = {
        "ClientId": credentials.customer_number,
        "CountryCode": subject.country,
        "OrganisationNumber": subject.organisation_number,
        "NationalIdentityNumber": subject.national_identity_number,
    }
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def read_answer(answer: Node) -> CreditAnswer:
    """Read a decision; a limit is an approval up to that amount.

    Raises
    ------
    MalformedAnswer
        When it is not what the interface says.
    """
    match answer.text("Decision"):
        case "Approved":
            return CreditAnswer(approved=True)
        case "Limited":
            return CreditAnswer(approved=True, limit=answer.money("Limit", answer.currency()))
        case "Refused":
            return CreditAnswer(approved=False)
        case _:
            raise MalformedAnswer("the decision is not one of the interface")

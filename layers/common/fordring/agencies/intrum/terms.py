"""What Intrum can do, how its commands get out of doubt, and what its codes mean."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from fordring.domain.agency import Capabilities, CommandKind, Doubt, DoubtRule, Operation

CAPABILITIES: Final = Capabilities(
    agency="intrum",
    title="Intrum",
    interface="modelled",
    countries=("FI", "SE", "NO"),
    currencies=("EUR", "SEK", "NOK", "DKK"),
    operations=frozenset(
        {
            Operation.REGISTER_REMINDER_CASE,
            Operation.REGISTER_COLLECTION_CASE,
            Operation.GROUP_INVOICES,
            Operation.REPORT_PAYMENT,
            Operation.REVERSE_PAYMENT,
            Operation.REPORT_CREDIT,
            Operation.SEND_MESSAGE,
            Operation.WITHDRAW_CASE,
            Operation.ACTIVATE_SERVICE,
            Operation.ASK_QUESTIONS,
            Operation.LIST_DISPATCHES,
            Operation.LIST_CHANGES,
            Operation.LIST_OPEN_CASES,
        }
    ),
    requests_per_minute=300,
)

SETTLING: Final = timedelta(minutes=10)
"""A registration that was received shows in a look-up within this time."""

DOUBTS: Final[Mapping[CommandKind, DoubtRule]] = MappingProxyType(
    {CommandKind.REGISTER_CASE: DoubtRule(Doubt.NATURAL_KEY, SETTLING)}
    | dict.fromkeys(
        (
            CommandKind.REPORT_PAYMENT,
            CommandKind.REVERSE_PAYMENT,
            CommandKind.REPORT_CREDIT,
            CommandKind.SEND_MESSAGE,
            CommandKind.WITHDRAW_CASE,
        ),
        # everything has an external id, and the same one again is a repetition
        DoubtRule(Doubt.NATURAL_KEY),
    )
)

LETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"reminder": "reminder", "collectionNotice": "notice_of_collection", "paymentDemand": "demand"}
)

CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {"post": "letter", "email": "email", "sms": "sms", "eInvoice": "einvoice"}
)

ALREADY_REGISTERED: Final = "invoiceAlreadyRegistered"
CONFLICT: Final = "conflict"

_REFUSALS: Final = {
    "unknownCase": "unknown_case",
    "unknownInvoice": "unknown_invoice",
    "unknownPayment": "unknown_payment",
    CONFLICT: "conflicting_repetition",
    ALREADY_REGISTERED: "invoice_already_registered",
    "malformedRequest": "malformed_request",
    "missingField": "missing_field",
    "invalidField": "invalid_field",
    "addressMissing": "address_missing",
    "currencyNotSupported": "currency_not_supported",
    "countryNotSupported": "country_not_supported",
    "amountNotPositive": "amount_not_positive",
    "contractMismatch": "customer_number_mismatch",
    "debtorDeceased": "debtor_deceased",
    "debtorUnknown": "debtor_unknown",
    "claimNotAccepted": "claim_not_accepted",
}


def refusal(code: str) -> str:
    """The hub's code for one of the agency's."""
    return _REFUSALS.get(code, "agency_refused")

"""What Svea can do, how its commands get out of doubt, and what its words mean."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from fordring.domain.agency import Capabilities, ClosedReason, CommandKind, Doubt, DoubtRule, Operation, Stage
from fordring.domain.questions import QuestionKind

CAPABILITIES: Final = Capabilities(
    agency="svea",
    title="Svea",
    interface="modelled",
    countries=("NO", "SE", "FI", "DK"),
    currencies=("NOK", "SEK", "EUR", "DKK"),
    operations=frozenset(Operation) - {Operation.ACTIVATE_SERVICE, Operation.MIRROR_LEDGER},
    requests_per_minute=600,
)

SETTLING: Final = timedelta(minutes=10)
"""A registration that was received shows in a look-up within this time."""

DOUBTS: Final[Mapping[CommandKind, DoubtRule]] = MappingProxyType(
    {
        CommandKind.REGISTER_CASE: DoubtRule(Doubt.LOOK_UP, SETTLING),
        CommandKind.REPORT_PAYMENT: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.REVERSE_PAYMENT: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.REPORT_CREDIT: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.REPORT_WRITE_OFF: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.SEND_MESSAGE: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.WITHDRAW_CASE: DoubtRule(Doubt.NATURAL_KEY),
        # A case rests or does not, and a question has one answer: the same again changes nothing.
        CommandKind.PAUSE_CASE: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.RESUME_CASE: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.ANSWER_QUESTION: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.OFFER_INVOICE: DoubtRule(Doubt.NATURAL_KEY),
        # An invoice is in its case or is not, and an objection has an id.
        CommandKind.ADD_INVOICE: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.WITHDRAW_INVOICE: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.DISPUTE_INVOICE: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.RESOLVE_DISPUTE: DoubtRule(Doubt.NATURAL_KEY),
    }
)

_STAGES: Final = {
    "PendingApproval": Stage.RECEIVED,
    "Sent": Stage.ADMINISTERED,
    "Overdue": Stage.ADMINISTERED,
    "PartlyPaid": Stage.ADMINISTERED,
    "Reminded": Stage.REMINDER,
    "DebtCollection": Stage.COLLECTION,
    "Paid": Stage.CLOSED,
    "Cancelled": Stage.CLOSED,
    "Credited": Stage.CLOSED,
    "CreditLoss": Stage.CLOSED,
}

CLOSED_REASONS: Final[Mapping[str, ClosedReason]] = MappingProxyType(
    {
        "Paid": ClosedReason.PAID,
        "Credited": ClosedReason.CREDITED,
        "Withdrawn": ClosedReason.WITHDRAWN,
        "CreditLoss": ClosedReason.CREDIT_LOSS,
        "Cancelled": ClosedReason.CANCELLED,
    }
)

LETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"Reminder": "reminder", "CollectionNotice": "notice_of_collection", "PaymentDemand": "demand"}
)

CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {"Post": "letter", "Email": "email", "Sms": "sms", "EInvoiceB2B": "einvoice"}
)

QUESTIONS: Final[Mapping[str, QuestionKind]] = MappingProxyType(
    {
        "BeforePublicDemand": QuestionKind.BEFORE_TRATTA,
        "LegalAction": QuestionKind.LEGAL_ACTION,
        "InstalmentPlan": QuestionKind.PAYMENT_PLAN,
        "Address": QuestionKind.ADDRESS,
        "Documentation": QuestionKind.DOCUMENTATION,
    }
)

_REFUSALS: Final = {
    "Rejected": "agency_refused",
    "UnknownCase": "unknown_case",
    "UnknownInvoice": "unknown_invoice",
    "UnknownPayment": "unknown_payment",
    "UnknownQuestion": "unknown_question",
    "UnknownDispute": "unknown_dispute",
    "CaseClosed": "case_closed",
    "Conflict": "conflicting_repetition",
    "MalformedRequest": "malformed_request",
    "MissingField": "missing_field",
    "InvalidField": "invalid_field",
    "AddressMissing": "address_missing",
    "CurrencyNotSupported": "currency_not_supported",
    "CountryNotSupported": "country_not_supported",
    "AmountNotPositive": "amount_not_positive",
    "ClientIdMismatch": "customer_number_mismatch",
    "DebtorDeceased": "debtor_deceased",
    "DebtorUnknown": "debtor_unknown",
    "ClaimNotAccepted": "claim_not_accepted",
}

REFUSAL_RESULTS: Final = frozenset(
    {
        "Rejected",
        "UnknownCase",
        "UnknownInvoice",
        "UnknownPayment",
        "UnknownQuestion",
        "UnknownDispute",
        "CaseClosed",
        "Conflict",
    }
)
"""The ``ResultCode`` values that are a refusal for good."""


def stage_of(status: str) -> Stage:
    """The stage that a raw status means; an unknown one never fails."""
    return _STAGES.get(status, Stage.UNKNOWN)


def refusal(code: str) -> str:
    """The hub's code for one of the agency's."""
    return _REFUSALS.get(code, "agency_refused")

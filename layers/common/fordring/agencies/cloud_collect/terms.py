"""What Cloud Collect can do, how its commands get out of doubt, and what its words mean."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from fordring.domain.agency import Capabilities, ClosedReason, CommandKind, Doubt, DoubtRule, Operation, Stage

CAPABILITIES: Final = Capabilities(
    agency="cloud_collect",
    title="Cloud Collect",
    interface="modelled",
    countries=("NO", "SE", "DK"),
    currencies=("NOK", "SEK", "DKK", "EUR"),
    operations=frozenset(
        {
            Operation.REGISTER_REMINDER_CASE,
            Operation.REGISTER_COLLECTION_CASE,
            Operation.REPORT_PAYMENT,
            Operation.REVERSE_PAYMENT,
            Operation.REPORT_CREDIT,
            Operation.SEND_MESSAGE,
            Operation.WITHDRAW_CASE,
            Operation.GROUP_INVOICES,
            Operation.MIRROR_LEDGER,
            Operation.LIST_DISPATCHES,
            Operation.RECEIVE_CALLBACKS,
            Operation.LIST_CHANGES,
            Operation.LIST_OPEN_CASES,
        }
    ),
    requests_per_minute=300,
)

SETTLING: Final = timedelta(minutes=10)
"""A batch that was received shows in a look-up within this time."""

DOUBTS: Final[Mapping[CommandKind, DoubtRule]] = MappingProxyType(
    {
        # The entries' ids would do, but for a hub that has forgotten a case and hands its invoice over anew.
        CommandKind.REGISTER_CASE: DoubtRule(Doubt.LOOK_UP, SETTLING),
        CommandKind.REPORT_PAYMENT: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.REVERSE_PAYMENT: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.REPORT_CREDIT: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.SEND_MESSAGE: DoubtRule(Doubt.NATURAL_KEY),
        CommandKind.WITHDRAW_CASE: DoubtRule(Doubt.NATURAL_KEY),
    }
)

SOON: Final = timedelta(seconds=15)
"""When the result of a batch is usually there."""

_STAGES: Final = {
    "QUEUED": Stage.RECEIVED,
    "RECEIVED": Stage.RECEIVED,
    "MIRRORED": Stage.ADMINISTERED,
    "REMINDER": Stage.REMINDER,
    "COLLECTION": Stage.COLLECTION,
    "LEGAL": Stage.LEGAL,
    "ENFORCEMENT": Stage.ENFORCEMENT,
    "INSTALMENTS": Stage.PAYMENT_PLAN,
    "MONITORING": Stage.MONITORING,
    "CLOSED": Stage.CLOSED,
}

CLOSED_REASONS: Final[Mapping[str, ClosedReason]] = MappingProxyType(
    {
        "PAID": ClosedReason.PAID,
        "CREDITED": ClosedReason.CREDITED,
        "WITHDRAWN": ClosedReason.WITHDRAWN,
        "WRITTEN_OFF": ClosedReason.CREDIT_LOSS,
        "CANCELLED": ClosedReason.CANCELLED,
    }
)

LETTERS: Final[Mapping[str, str]] = MappingProxyType(
    {"REMINDER": "reminder", "COLLECTION_NOTICE": "notice_of_collection", "PAYMENT_DEMAND": "demand"}
)

CHANNELS: Final[Mapping[str, str]] = MappingProxyType(
    {"POST": "letter", "EMAIL": "email", "SMS": "sms", "EINVOICE": "einvoice"}
)

_REFUSALS: Final = {
    "MALFORMED": "malformed_request",
    "CASE_UNKNOWN": "unknown_case",
    "CONFLICT": "conflicting_repetition",
    "FIELD_MISSING": "missing_field",
    "FIELD_INVALID": "invalid_field",
    "WRONG_SIGN": "invalid_field",
    "BALANCE_MISMATCH": "balance_mismatch",
    "ADDRESS_INCOMPLETE": "address_missing",
    "CURRENCY_NOT_SUPPORTED": "currency_not_supported",
    "COUNTRY_NOT_SUPPORTED": "country_not_supported",
    "NOTHING_TO_COLLECT": "amount_not_positive",
    "DEBTOR_DECEASED": "debtor_deceased",
    "DEBTOR_UNKNOWN": "debtor_unknown",
    "CLAIM_NOT_ACCEPTED": "claim_not_accepted",
}
_UNKNOWN_ENTRIES: Final = {"reversedEntryId": "unknown_payment", "matchedEntryId": "unknown_invoice"}


def stage_of(status: str) -> Stage:
    """The stage that a raw status means; an unknown one never fails."""
    return _STAGES.get(status, Stage.UNKNOWN)


def refusal(code: str, field: str | None = None) -> str:
    """The hub's code for one of the agency's."""
    if code == "ENTRY_UNKNOWN":
        return _UNKNOWN_ENTRIES.get(field or "", "unknown_entry")
    return _REFUSALS.get(code, "agency_refused")

"""Svea's JSON, as the agency writes it."""

import json
from collections.abc import Mapping, Sequence
from sqlite3 import Row
from typing import Final, cast

from sandbox.agencies.svea.administered import DETAILS
from sandbox.amounts import amount_of
from sandbox.wire import WireAnswer

_LETTERS: Final = {
    "reminder": "Reminder",
    "notice_of_collection": "CollectionNotice",
    "demand": "PaymentDemand",
}
_CHANNELS: Final = {"letter": "Post", "email": "Email"}
_REASONS: Final = {
    "paid": "Paid",
    "credited": "Credited",
    "withdrawn": "Withdrawn",
    "credit_loss": "CreditLoss",
    "cancelled": "Cancelled",
    "other": "Other",
    "rejected": "Cancelled",
}
QUERIES: Final = {
    "before_tratta": "BeforePublicDemand",
    "legal_action": "LegalAction",
    "payment_plan": "InstalmentPlan",
    "address": "Address",
    "documentation": "Documentation",
    "other": "Other",
}
_JSON: Final = {"content-type": "application/json; charset=utf-8"}

type Members = dict[str, object]


def written(members: Mapping[str, object]) -> bytes:
    """The bytes of a message."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def answer(status: int, result: str, message: str | None = None, **more: object) -> WireAnswer:
    """An answer with its ``ResultCode``."""
    body = written({"ResultCode": result, "ErrorMessage": message, **more})
    return WireAnswer(status, body, result, _JSON)


def case(row: Row, invoices: Sequence[Row], claims: Sequence[Row]) -> Members:
    """A case in a look-up or in the list of open cases."""
    reason = row["closed_reason"]
    claim_of = {claim["invoice"]: claim for claim in claims}
    return {
        "ClientOrderId": row["external_id"],
        "CaseNumber": row["number"],
        "Status": row["status"],
        "Open": row["state"] == "open",
        "ClosedReason": None if reason is None else _REASONS[reason],
        "RejectionCodes": json.loads(row["rejections"]),
        "Currency": row["currency"],
        "PrincipalRemaining": amount_of(max(row["principal"], 0)),
        "InterestRemaining": amount_of(row["interest"]),
        "CostRemaining": amount_of(row["cost"]),
        "AcceptedAt": row["accepted_at"],
        "Invoices": [
            {
                "ClientInvoiceId": invoice["external_id"],
                "DocumentNumber": invoice["document_number"],
                "InvoiceId": None if row["number"] is None else f"{row['number']}-{invoice['ordinal']}",
                **_claim(claim_of.get(invoice["external_id"])),
            }
            for invoice in invoices
        ],
    }


def _claim(claim: Row | None) -> Members:
    if claim is None:
        return {}
    return {
        "Remaining": amount_of(max(claim["owed"], 0)),
        "Disputed": bool(claim["disputed"]),
        "Withdrawn": bool(claim["withdrawn"]),
    }


def change(row: Row) -> Members:
    """A change, the same in the list and in a callback."""
    return {
        "Sequence": row["sequence"],
        "RecordedAt": row["at"],
        "Type": row["type"],
        "ClientOrderId": row["external_id"],
        "CaseNumber": row["number"],
        "OccurredAt": row["at"],
        **_details(row["type"], json.loads(row["details"])),
    }


def _details(kind: str, told: Members) -> Members:
    match kind:
        case "CaseRejected":
            return {"Errors": [error(code, None) for code in cast(list[str], told["codes"])]}
        case "StatusChanged":
            return {"Status": told["status"]}
        case "Dispatched":
            return {
                "DispatchId": told["dispatch_id"],
                "Kind": _LETTERS[cast(str, told["kind"])],
                "Channel": _CHANNELS[cast(str, told["channel"])],
                "SentDate": told["sent"],
                "DeadlineDate": told["deadline"],
                "Fee": None if told["fee"] is None else _amount(told["fee"]),
                "Currency": told["currency"],
                "HasDocument": told["has_document"],
            }
        case "PaymentReceived":
            return {
                "PaymentId": told["payment_id"],
                "Amount": _amount(told["amount"]),
                "Principal": _amount(told["principal"]),
                "Interest": _amount(told["interest"]),
                "Cost": _amount(told["cost"]),
                "Overpayment": _amount(told["surplus"]),
                "Currency": told["currency"],
                "PaidDate": told["day"],
                "PaymentReference": told["reference"],
                "ClientInvoiceId": told["invoice"],
            }
        case "PaymentReversed":
            return {"PaymentId": told["payment_id"], "ReversalId": told["reversal_id"]}
        case "MessageReceived":
            return {"MessageId": told["message_id"], "Text": told["text"]}
        case "MessageSeen":
            return {"MessageId": told["message_id"]}
        case "CasePaused":
            return {"UntilDate": told["until"]}
        case "QuestionAsked":
            return {
                "QuestionId": told["question_id"],
                "Kind": QUERIES[cast(str, told["kind"])],
                "Text": told["text"],
                "DeadlineDate": told["deadline"],
            }
        case "QuestionWithdrawn":
            return {"QuestionId": told["question_id"]}
        case "CaseClosed":
            return {"Status": told["status"], "Reason": _REASONS[cast(str, told["reason"])]}
        case "PaidToClient":
            return {
                "SettlementId": told["settlement_id"],
                "PaidToClientOn": told["day"],
                "Amount": _amount(told["amount"]),
                "Currency": told["currency"],
                "Lines": [_line(line) for line in cast(list[Members], told["lines"])],
            }
        case _:
            return DETAILS[kind](told) if kind in DETAILS else {}


def error(code: str, field: str | None) -> Members:
    """One reason of a refusal."""
    return {"Code": code, "Field": field, "Message": _MESSAGES.get(code, "The case is refused.")}


def _line(line: Members) -> Members:
    return {
        "ClientOrderId": line["external_id"],
        "CaseNumber": line["number"],
        "Principal": _amount(line["principal"]),
        "Cost": _amount(line["cost"]),
        "Interest": _amount(line["interest"]),
        "AdministrationFee": _amount(line["commission"]),
        "Vat": _amount(line["vat"]),
        "Amount": _amount(line["payout"]),
    }


def _amount(minor: object) -> str:
    return amount_of(cast(int, minor))


_MESSAGES: Final = {
    "MalformedRequest": "The message is not JSON of the interface.",
    "MissingField": "A field is missing.",
    "InvalidField": "A field is not as the interface says.",
    "AddressMissing": "The debtor's address is not complete.",
    "CurrencyNotSupported": "The currency is not one that we administer.",
    "CountryNotSupported": "We do not collect in that country.",
    "AmountNotPositive": "There is nothing to collect.",
    "ClientIdMismatch": "The client number is another than that of the signature.",
    "DebtorDeceased": "The debtor is deceased.",
    "DebtorUnknown": "The debtor cannot be identified.",
    "ClaimNotAccepted": "The claim is not accepted for collection.",
}

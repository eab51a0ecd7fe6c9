"""Intrum's JSON, as the agency writes it: camelCase, amounts in cents."""

import json
from collections.abc import Mapping, Sequence
from sqlite3 import Row
from typing import Final, cast

from sandbox.wire import WireAnswer

_LETTERS: Final = {
    "reminder": "reminder",
    "notice_of_collection": "collectionNotice",
    "demand": "paymentDemand",
}
_CHANNELS: Final = {"letter": "post", "email": "email"}
_TYPES: Final = {
    "CaseRegistered": "registered",
    "CaseRejected": "refused",
    "StatusChanged": "status",
    "Dispatched": "letter",
    "PaymentReceived": "payment",
    "PaymentReversed": "paymentCancelled",
    "MessageReceived": "message",
    "PaidToClient": "payout",
}

_JSON: Final = {"content-type": "application/json; charset=utf-8"}

type Members = dict[str, object]


def written(members: Mapping[str, object]) -> bytes:
    """The bytes of a message."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def answer(status: int, result: str, /, **members: object) -> WireAnswer:
    """An answer; ``result`` is the word for the list of requests."""
    return WireAnswer(status, written(members), result, _JSON)


def done(status: int, result: str) -> WireAnswer:
    """A command was carried out, or had been before."""
    return answer(status, result, result=result)


def refused(status: int, code: str, **more: object) -> WireAnswer:
    """A refusal with one reason."""
    return answer(status, code, errors=[error(code, None)], **more)


def error(code: str, field: str | None) -> Members:
    """One reason of a refusal."""
    return {"code": code, "field": field, "message": _MESSAGES.get(code, "The case is refused.")}


def case(row: Row, invoices: Sequence[Row]) -> Members:
    """A case in a look-up or in the list of open cases."""
    return {
        "contractNumber": row["client"],
        "externalId": row["external_id"],
        "caseNumber": row["number"],
        "status": row["status"],
        "open": row["state"] == "open",
        "refusals": json.loads(row["rejections"]),
        "currency": row["currency"],
        "principal": max(row["principal"], 0),
        "interest": row["interest"],
        "costs": row["cost"],
        "receivedAt": row["accepted_at"],
        "invoices": [
            {"externalId": invoice["external_id"], "invoiceNumber": invoice["document_number"]}
            for invoice in invoices
        ],
    }


def event(row: Row) -> Members:
    """An event in the list."""
    return {
        "number": row["sequence"],
        "recordedAt": row["at"],
        "occurredAt": row["at"],
        "type": _TYPES[row["type"]],
        "contractNumber": row["client"],
        "externalId": row["external_id"],
        "caseNumber": row["number"],
        **_details(row["type"], json.loads(row["details"])),
    }


def _details(kind: str, told: Members) -> Members:
    match kind:
        case "CaseRejected":
            return {"errors": [error(code, None) for code in cast(list[str], told["codes"])]}
        case "StatusChanged":
            return {"status": told["status"]}
        case "Dispatched":
            return {
                "letterId": told["dispatch_id"],
                "kind": _LETTERS[cast(str, told["kind"])],
                "channel": _CHANNELS[cast(str, told["channel"])],
                "sentDate": told["sent"],
                "dueDate": told["deadline"],
                "fee": told["fee"],
                "currency": told["currency"],
            }
        case "PaymentReceived":
            return {
                "paymentId": told["payment_id"],
                "amount": told["amount"],
                "principal": told["principal"],
                "interest": told["interest"],
                "costs": told["cost"],
                "overpayment": told["surplus"],
                "currency": told["currency"],
                "paymentDate": told["day"],
                "reference": told["reference"],
                "invoiceExternalId": told["invoice"],
            }
        case "PaymentReversed":
            return {"paymentId": told["payment_id"], "cancellationId": told["reversal_id"]}
        case "MessageReceived":
            return {"messageId": told["message_id"], "text": told["text"]}
        case "PaidToClient":
            return {
                "payoutId": told["settlement_id"],
                "payoutDate": told["day"],
                "amount": told["amount"],
                "currency": told["currency"],
                "lines": [_line(line) for line in cast(list[Members], told["lines"])],
            }
        case _:
            return {}


def _line(line: Members) -> Members:
    return {
        "externalId": line["external_id"],
        "caseNumber": line["number"],
        "principal": line["principal"],
        "costs": line["cost"],
        "interest": line["interest"],
        "commission": line["commission"],
        "vat": line["vat"],
        "amount": line["payout"],
    }


_MESSAGES: Final = {
    "malformedRequest": "The message is not JSON of the interface.",
    "missingField": "A field is missing.",
    "invalidField": "A field is not as the interface says.",
    "addressMissing": "The debtor's address is not complete.",
    "currencyNotSupported": "The currency is not one that we collect in.",
    "countryNotSupported": "We do not collect in that country.",
    "amountNotPositive": "There is nothing to collect.",
    "contractMismatch": "The contract is another than that of the token.",
    "unknownCase": "The case is not known.",
    "unknownInvoice": "The case does not have that invoice.",
    "unknownPayment": "That payment was not reported on this case.",
    "conflict": "That external id was used for something else.",
    "invoiceAlreadyRegistered": "The invoice is in another case.",
    "debtorDeceased": "The debtor is deceased.",
    "debtorUnknown": "The debtor cannot be identified.",
    "claimNotAccepted": "The claim is not accepted for collection.",
}

"""Cloud Collect's JSON, as the agency writes it."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta, timezone
from sqlite3 import Row
from typing import Final, cast

from sandbox.amounts import amount_of
from sandbox.instants import instant_of
from sandbox.wire import WireAnswer

_JSON: Final = {"content-type": "application/json"}
_HOUSE_TIME: Final = timezone(timedelta(hours=1))
_REASONS: Final = {
    "paid": "PAID",
    "credited": "CREDITED",
    "withdrawn": "WITHDRAWN",
    "credit_loss": "WRITTEN_OFF",
    "cancelled": "CANCELLED",
    "other": "OTHER",
    "rejected": "REFUSED",
}
_LETTERS: Final = {
    "reminder": "REMINDER",
    "notice_of_collection": "COLLECTION_NOTICE",
    "demand": "PAYMENT_DEMAND",
}
_CHANNELS: Final = {"letter": "POST", "email": "EMAIL"}
_PAYEES: Final = {"creditor": "CREDITOR", "agency": "AGENCY"}

type Members = dict[str, object]


def written(members: Mapping[str, object]) -> bytes:
    """The bytes of a message."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


def answer(status: int, members: Mapping[str, object], result: str = "OK") -> WireAnswer:
    """An answer; ``result`` is for the list of requests only."""
    return WireAnswer(status, written(members), result, _JSON)


def problem(status: int, code: str, errors: Sequence[Members] = ()) -> WireAnswer:
    """An answer that refuses."""
    return answer(status, {"code": code, "message": _MESSAGES.get(code, code), "errors": errors}, code)


def error(code: str, field: str = "") -> Members:
    """One reason of a refusal."""
    return {"code": code, "field": field or None, "message": _MESSAGES.get(code, "The claim is refused.")}


def instant(text: str) -> str:
    """An instant as the house writes it: with the offset of its own time."""
    return instant_of(text).astimezone(_HOUSE_TIME).isoformat(timespec="milliseconds")


def case(row: Row, invoices: Sequence[Row]) -> Members:
    """A case in a look-up or in the list of open cases."""
    reason = row["closed_reason"]
    return {
        "caseReference": row["external_id"],
        "caseNumber": row["number"],
        "status": row["status"],
        "state": row["state"].upper(),
        "closedReason": None if reason is None else _REASONS[reason],
        "refusals": json.loads(row["rejections"]),
        "currency": row["currency"],
        "principalOpen": amount_of(max(row["principal"], 0)),
        "interestOpen": amount_of(row["interest"]),
        "costsOpen": amount_of(row["cost"]),
        "entries": [
            {"entryId": invoice["external_id"], "documentNumber": invoice["document_number"]}
            for invoice in invoices
        ],
    }


def event(row: Row) -> Members:
    """An event, the same in the list and in a webhook."""
    kind, data = _data(row["type"], json.loads(row["details"]))
    return {
        "eventNo": row["sequence"],
        "at": instant(row["at"]),
        "type": kind,
        "caseReference": row["external_id"],
        "caseNumber": row["number"],
        "data": data,
    }


def _data(kind: str, told: Members) -> tuple[str, Members]:
    match kind:
        case "CaseRegistered":
            return "case.opened", {}
        case "CaseRejected":
            return "case.refused", {"errors": [error(code) for code in cast(list[str], told["codes"])]}
        case "StatusChanged":
            return "case.status", {"status": told["status"]}
        case "CaseClosed":
            return "case.closed", {"status": told["status"], "reason": _REASONS[cast(str, told["reason"])]}
        case "Dispatched":
            return "letter.sent", _letter(told)
        case "PaymentReceived":
            return "payment.received", _payment(told)
        case "PaymentReversed":
            return "payment.reversed", {"paymentId": told["payment_id"], "reversalId": told["reversal_id"]}
        case "MessageReceived":
            return "message.received", {"messageId": told["message_id"], "text": told["text"]}
        case "PaidToClient":
            return "settlement.made", _settlement(told)
        case _:
            # what other agencies tell and this one does not: a type that clients skip
            return "case.note", {}


def _letter(told: Members) -> Members:
    return {
        "letterId": told["dispatch_id"],
        "kind": _LETTERS[cast(str, told["kind"])],
        "channel": _CHANNELS[cast(str, told["channel"])],
        "sentDate": _day(told["sent"]),
        "deadline": _day(told["deadline"]),
        "fee": None if told["fee"] is None else _amount(told["fee"]),
        "currency": told["currency"],
        "payTo": _PAYEES[cast(str, told["pay_to"])],
    }


def _payment(told: Members) -> Members:
    """A payment is an entry of the ledger: what it takes off the debt is negative."""
    return {
        "paymentId": told["payment_id"],
        "amount": _amount(told["amount"], -1),
        "principal": _amount(told["principal"], -1),
        "interest": _amount(told["interest"], -1),
        "costs": _amount(told["cost"], -1),
        "overpaid": _amount(told["surplus"]),
        "currency": told["currency"],
        "paidDate": _day(told["day"]),
        "paymentReference": told["reference"],
        "matchedEntryId": told["invoice"],
    }


def _settlement(told: Members) -> Members:
    """What the agency keeps is negative, so that a line's parts sum up to its payout."""
    return {
        "settlementId": told["settlement_id"],
        "date": _day(told["day"]),
        "currency": told["currency"],
        "payout": _amount(told["amount"]),
        "lines": [
            {
                "caseReference": line["external_id"],
                "caseNumber": line["number"],
                "principal": _amount(line["principal"]),
                "interest": _amount(line["interest"]),
                "fee": _amount(line["commission"], -1),
                "vatOnCosts": _amount(line["vat"], -1),
                "payout": _amount(line["payout"]),
                "costsKept": _amount(line["cost"]),
            }
            for line in cast(list[Members], told["lines"])
        ],
    }


def _amount(minor: object, sign: int = 1) -> str:
    return amount_of(sign * cast(int, minor))


def _day(iso: object) -> str:
    return cast(str, iso).replace("-", "")


_MESSAGES: Final = {
    "UNAUTHORIZED": "The API key is not valid.",
    "FORBIDDEN": "The API key is another client's.",
    "NOT_FOUND": "There is no such resource.",
    "TOO_MANY_REQUESTS": "Too many requests.",
    "INTERNAL": "An error has occurred.",
    "MALFORMED": "The request is not as the interface says.",
    "BATCH_UNKNOWN": "The batch is not known.",
    "CASE_UNKNOWN": "The case is not known.",
    "ENTRY_UNKNOWN": "The entry is not known.",
    "CONFLICT": "The same id was used for something else.",
    "FIELD_MISSING": "A field is missing.",
    "FIELD_INVALID": "A field is not as the interface says.",
    "ADDRESS_INCOMPLETE": "The debtor's address is not complete.",
    "CURRENCY_NOT_SUPPORTED": "The currency is not one that we collect in.",
    "COUNTRY_NOT_SUPPORTED": "We do not collect in that country.",
    "NOTHING_TO_COLLECT": "There is nothing to collect.",
    "BALANCE_MISMATCH": "The entries do not make the amount that is handed over.",
    "WRONG_SIGN": "The amount has the wrong sign.",
}

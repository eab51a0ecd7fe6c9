"""Svea's operations on one invoice of a case: added, taken back, objected to."""

from collections.abc import Callable, Mapping
from sqlite3 import Row
from typing import Final

from sandbox import bookings, cases, claims
from sandbox.agencies.svea import reading, shapes
from sandbox.desk import Desk
from sandbox.wire import WireAnswer

INVOICE_OPERATIONS: Final = {
    ("POST", "/api/v1/case-invoices"): "add_invoice",
    ("POST", "/api/v1/invoice-cancellations"): "withdraw_invoice",
    ("POST", "/api/v1/disputes"): "dispute_invoice",
    ("POST", "/api/v1/dispute-resolutions"): "resolve_dispute",
}


def _add(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    within = message.inner("Invoice")
    line = reading.invoice_line(within)
    if within.text("Currency") not in {"", case["currency"]}:
        within.wrong("Currency", "CurrencyNotSupported")
    if line.remaining <= 0:
        within.wrong("Remaining", "AmountNotPositive")
    message.done()
    for known in cases.invoices_of(desk, case["id"]):
        if known["external_id"] == line.external_id:
            same = (known["principal"], known["remaining"]) == (line.principal, line.remaining)
            if same:
                return shapes.answer(200, "AlreadyExists")
            return shapes.answer(409, "Conflict", "That invoice was handed over with another amount.")
    if case["state"] == "closed":
        return shapes.answer(409, "CaseClosed", "The case has ended.")
    cases.add_invoice(desk, case, line)
    return shapes.answer(200, "Accepted")


def _withdraw(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    claim = _claim(desk, case, message)
    if claim is None:
        return _unknown()
    if claim["withdrawn"]:
        return shapes.answer(200, "AlreadyClosed", "The invoice was taken back before.")
    if case["state"] == "closed":
        return shapes.answer(409, "CaseClosed", "The case has ended.")
    bookings.withdraw(desk, case, claim)
    return shapes.answer(200, "Accepted")


def _dispute(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    key, reason, opened = message.text("DisputeId"), message.text("Reason"), message.day("OpenedDate")
    claim = _claim(desk, case, message)
    if claim is None:
        return _unknown()
    if not claims.dispute(desk, case, claim["invoice"], key, reason, opened):
        return shapes.answer(409, "Conflict", "That key was used for another invoice.")
    return shapes.answer(200, "Accepted")


def _resolve(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    key, resolution = message.text("DisputeId"), message.text("Resolution")
    claim = _claim(desk, case, message)
    if claim is None:
        return _unknown()
    if not claims.resolve(desk, case, claim["invoice"], key, resolution):
        return shapes.answer(404, "UnknownDispute", "That objection was not told.")
    return shapes.answer(200, "Accepted")


def _claim(desk: Desk, case: Row, message: reading.Reader) -> Row | None:
    """The claim that is meant."""
    invoice = message.text("ClientInvoiceId")
    message.done()
    return claims.claim_of(desk, case["id"], invoice)


def _unknown() -> WireAnswer:
    return shapes.answer(404, "UnknownInvoice", "The case does not have that invoice.")


INVOICE_COMMANDS: Final[Mapping[str, Callable[[Desk, Row, reading.Reader], WireAnswer]]] = {
    "add_invoice": _add,
    "withdraw_invoice": _withdraw,
    "dispute_invoice": _dispute,
    "resolve_dispute": _resolve,
}

"""Svea's invoice administration and purchase: its messages, and what is on its agenda for them."""

from collections.abc import Mapping
from sqlite3 import Row
from typing import Final

from sandbox import cases, credit, distribution, sales
from sandbox.agencies.svea import reading, shapes
from sandbox.amounts import amount_of
from sandbox.desk import Desk, Effect
from sandbox.wire import WireAnswer

OPERATIONS: Final = {
    ("POST", "/api/v1/offers"): "offer_invoice",
    ("POST", "/api/v1/credit-checks"): "credit_check",
}
EFFECTS: Final[Mapping[str, Effect]] = {
    "distribute": distribution.distribute,
    "decide_offer": sales.decide,
    "pay_out": sales.pay_out,
}
_CHANNELS: Final = frozenset({"EInvoiceB2B", "Email", "Post"})
_COUNTRIES: Final = {"NO": "NOK", "SE": "SEK", "FI": "EUR", "DK": "DKK"}


def channels_of(message: reading.Reader) -> list[str]:
    """How the invoices of a registration shall be sent out."""
    channels = message.texts("Distribution")
    if not channels or not set(channels) <= _CHANNELS:
        message.wrong("Distribution", "InvalidField")
    return channels


def offer(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    """Take an offer in; it is decided a little later."""
    wanted, amount = message.text("ClientInvoiceId"), message.amount("Amount")
    number = message.number("OfferNumber")
    if message.text("Currency") not in {"", case["currency"]}:
        message.wrong("Currency", "CurrencyNotSupported")
    message.done()
    invoices = {invoice["external_id"] for invoice in cases.invoices_of(desk, case["id"])}
    if wanted not in invoices and len(invoices) > 1:
        return shapes.answer(404, "UnknownInvoice", "The case does not have that invoice.")
    if case["level"] != "administration" or case["state"] == "closed":
        return shapes.answer(409, "Conflict", "Only an invoice under administration can be sold.")
    if not sales.take_offer(desk, case, wanted, number, amount):
        return shapes.answer(200, "AlreadyExists")
    return shapes.answer(202, "Accepted")


def check(desk: Desk, message: reading.Reader) -> WireAnswer:
    """Answer a credit check. Of a person nothing is kept, and nothing is looked up by."""
    country = message.text("CountryCode")
    organisation = message.optional("OrganisationNumber")
    person = message.optional("NationalIdentityNumber")
    if country not in _COUNTRIES:
        message.wrong("CountryCode", "CountryNotSupported")
    if (organisation is None) == (person is None):
        message.wrong("OrganisationNumber", "InvalidField")
    message.done()
    told = credit.answer_of(desk, organisation)
    currency = _COUNTRIES[country]
    match told["decision"]:
        case "limited":
            limit = amount_of(int(told["limit"]))
            return shapes.answer(200, "Success", Decision="Limited", Limit=limit, Currency=currency)
        case "refused":
            return shapes.answer(200, "Success", Decision="Refused", Limit=None, Currency=currency)
        case _:
            return shapes.answer(200, "Success", Decision="Approved", Limit=None, Currency=currency)

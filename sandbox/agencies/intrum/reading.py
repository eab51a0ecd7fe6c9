"""What a client sends, read with every fault named."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from sandbox.agencies.intrum import shapes
from sandbox.amounts import CURRENCIES
from sandbox.cases import InvoiceLine, Registration
from sandbox.instants import day_of

_EEA: Final = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
_COUNTRIES: Final = frozenset([*_EEA.split(), "GB", "CH"])
"""Where debtors may live: the European Economic Area, Great Britain and Switzerland."""

_LEVELS: Final = frozenset({"reminder", "collection"})
_MOST_INVOICES: Final = 200
_LARGEST: Final = 10**13
# JSON can spell half a character, which no ledger can hold
_HALF: Final = re.compile("[\ud800-\udfff]")


class Refused(Exception):
    """The message is refused; ``errors`` says why."""

    def __init__(self, errors: list[dict[str, object]]) -> None:
        super().__init__("refused")
        self.errors = errors


class Reader:
    """Reads the members of one object and gathers what is wrong with them."""

    def __init__(
        self, members: object, path: str = "", errors: list[dict[str, object]] | None = None
    ) -> None:
        self.errors: list[dict[str, object]] = [] if errors is None else errors
        self._path = path
        self._members: Mapping[str, object] = members if isinstance(members, dict) else {}
        if not isinstance(members, dict):
            self.wrong("", "invalidField")

    def wrong(self, name: str, code: str) -> None:
        """Note one fault."""
        self.errors.append(shapes.error(code, (self._path + name).strip(".")))

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self._members.get(name)
        if value is None or value == "":
            self.wrong(name, "missingField")
        elif isinstance(value, str) and not _HALF.search(value):
            return value
        else:
            self.wrong(name, "invalidField")
        return ""

    def optional(self, name: str) -> str | None:
        """A text, or null."""
        return None if self._members.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._members.get(name)
        if not isinstance(value, bool):
            self.wrong(name, "invalidField")
        return value is True

    def cents(self, name: str) -> int:
        """A whole number of cents that is not negative."""
        value = self._members.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value >= _LARGEST:
            self.wrong(name, "missingField" if value is None else "invalidField")
            return 0
        if value < 0:
            self.wrong(name, "amountNotPositive")
        return max(value, 0)

    def day(self, name: str) -> date:
        """A date."""
        value = self.text(name)
        try:
            return day_of(value) if value else date.min
        except ValueError:
            self.wrong(name, "invalidField")
            return date.min

    def inner(self, name: str) -> "Reader":
        """An object within."""
        return Reader(self._members.get(name), f"{self._path}{name}.", self.errors)

    def optional_inner(self, name: str) -> "Reader | None":
        """An object within, or null."""
        return None if self._members.get(name) is None else self.inner(name)

    def items(self, name: str) -> list["Reader"]:
        """A list of objects within."""
        value = self._members.get(name)
        if not isinstance(value, list):
            self.wrong(name, "missingField" if value is None else "invalidField")
            return []
        return [Reader(one, f"{self._path}{name}.{index}.", self.errors) for index, one in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        value = self._members.get(name)
        if not isinstance(value, list) or not all(
            isinstance(one, str) and not _HALF.search(one) for one in value
        ):
            self.wrong(name, "invalidField")
            return []
        return value

    def done(self) -> None:
        """Refuse the message when anything was wrong.

        Raises
        ------
        Refused
            With everything that was wrong.
        """
        if self.errors:
            raise Refused(self.errors)


def message(body: bytes, contract: str) -> Reader:
    """Read a message and compare its contract with that of the token.

    Raises
    ------
    Refused
        When it is not JSON.
    """
    try:
        members = json.loads(body)
    except (ValueError, RecursionError):
        members = None
    if not isinstance(members, dict):
        raise Refused([shapes.error("malformedRequest", None)])
    reader = Reader(members)
    if reader.text("contractNumber") not in {"", contract}:
        reader.wrong("contractNumber", "contractMismatch")
    return reader


def registration(reader: Reader) -> Registration:
    """Read a registration.

    Raises
    ------
    Refused
        With everything that is wrong with it.
    """
    external_id, level = reader.text("externalId"), reader.text("level")
    if level not in _LEVELS:
        reader.wrong("level", "invalidField")
    creditor = reader.inner("creditor")
    creditor.text("name")
    creditor.text("businessId")
    debtor = _debtor(reader.inner("debtor"))
    lines = reader.items("invoices")
    if not 1 <= len(lines) <= _MOST_INVOICES:
        reader.wrong("invoices", "invalidField")
    currencies = {line.text("currency") for line in lines}
    invoices = [_invoice(line) for line in lines]
    if not currencies <= CURRENCIES or len(currencies) != 1:
        reader.wrong("invoices", "currencyNotSupported")
    if sum(invoice.remaining for invoice in invoices) <= 0:
        reader.wrong("invoices", "amountNotPositive")
    reader.done()
    return Registration(external_id, level, currencies.pop(), debtor, invoices)


def _contact(reader: Reader) -> dict[str, object] | None:
    person = reader.optional_inner("contactPerson")
    if person is None:
        return None
    return {
        "name": person.text("name"),
        "email": person.optional("email"),
        "phone": person.optional("phone"),
    }


def _debtor(reader: Reader) -> dict[str, object]:
    debtor: dict[str, object] = {
        "id": reader.text("externalId"),
        "kind": reader.text("type"),
        "name": reader.text("name"),
        "organisation_number": reader.optional("businessId"),
        "email": reader.optional("email"),
        "phone": reader.optional("phone"),
        "language": reader.optional("language"),
        "contact": _contact(reader),
    }
    address = reader.inner("address")
    lines = [line for line in address.texts("lines") if line]
    country = address.text("country")
    postal_code, city = address.optional("postalCode"), address.optional("city")
    if not (lines and postal_code and city):
        address.wrong("", "addressMissing")
    if country and country not in _COUNTRIES:
        address.wrong("country", "countryNotSupported")
    return debtor | {"address": [*lines, f"{postal_code} {city}", country]}


def _invoice(reader: Reader) -> InvoiceLine:
    reader.optional("bankAccount")
    return InvoiceLine(
        external_id=reader.text("externalId"),
        document_number=reader.text("invoiceNumber"),
        invoice_date=reader.day("invoiceDate"),
        due_date=reader.day("dueDate"),
        principal=reader.cents("amount"),
        remaining=reader.cents("remaining"),
        payment_reference=reader.optional("reference"),
    )

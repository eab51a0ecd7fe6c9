"""What a client sends, read with every fault named."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from sandbox.agencies.svea import shapes
from sandbox.amounts import CURRENCIES, minor_of
from sandbox.cases import InvoiceLine, Registration
from sandbox.instants import day_of

_COUNTRIES: Final = frozenset({"NO", "SE", "FI", "DK"})
_LEVELS: Final = {"Reminder": "reminder", "Collection": "collection", "Administration": "administration"}
_MOST_INVOICES: Final = 200
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
            self.wrong("", "InvalidField")

    def wrong(self, name: str, code: str) -> None:
        """Note one fault."""
        self.errors.append(shapes.error(code, (self._path + name).strip(".")))

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self._members.get(name)
        if value is None or value == "":
            self.wrong(name, "MissingField")
        elif isinstance(value, str) and _is_text(value):
            return value
        else:
            self.wrong(name, "InvalidField")
        return ""

    def optional(self, name: str) -> str | None:
        """A text, or null."""
        return None if self._members.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._members.get(name)
        if not isinstance(value, bool):
            self.wrong(name, "InvalidField")
        return value is True

    def optional_flag(self, name: str) -> bool | None:
        """True, false, or null."""
        return None if self._members.get(name) is None else self.flag(name)

    def number(self, name: str) -> int:
        """A whole number, from 1."""
        value = self._members.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self.wrong(name, "InvalidField")
            return 1
        return value

    def amount(self, name: str) -> int:
        """A decimal text that is not negative, in øre."""
        value = self.text(name)
        try:
            minor = minor_of(value) if value else 0
        except ValueError:
            self.wrong(name, "InvalidField")
            return 0
        if minor < 0:
            self.wrong(name, "AmountNotPositive")
        return minor

    def day(self, name: str) -> date:
        """A date."""
        value = self.text(name)
        try:
            return day_of(value) if value else date.min
        except ValueError:
            self.wrong(name, "InvalidField")
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
            self.wrong(name, "MissingField" if value is None else "InvalidField")
            return []
        return [Reader(one, f"{self._path}{name}.{index}.", self.errors) for index, one in enumerate(value)]

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        value = self._members.get(name)
        if not isinstance(value, list) or not all(
            isinstance(one, str) and not _HALF.search(one) for one in value
        ):
            self.wrong(name, "InvalidField")
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


def _is_text(value: object) -> bool:
    return isinstance(value, str) and not _HALF.search(value)


def message(body: bytes, client_number: str) -> Reader:
    """Read a message and compare its client number with that of the signature.

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
        raise Refused([shapes.error("MalformedRequest", None)])
    reader = Reader(members)
    if reader.text("ClientId") not in {"", client_number}:
        reader.wrong("ClientId", "ClientIdMismatch")
    return reader


def registration(reader: Reader) -> Registration:
    """Read a registration.

    Raises
    ------
    Refused
        With everything that is wrong with it.
    """
    external_id = reader.text("ClientOrderId")
    level = _LEVELS.get(reader.text("Level"))
    if level is None:
        reader.wrong("Level", "InvalidField")
    creditor = reader.inner("Creditor")
    creditor.text("Name")
    creditor.text("OrganisationNumber")
    debtor = _debtor(reader.inner("Debtor"))
    lines = reader.items("Invoices")
    if not 1 <= len(lines) <= _MOST_INVOICES:
        reader.wrong("Invoices", "InvalidField")
    currencies = {line.text("Currency") for line in lines}
    invoices = [invoice_line(line) for line in lines]
    if not currencies <= CURRENCIES or len(currencies) != 1:
        reader.wrong("Invoices", "CurrencyNotSupported")
    if sum(invoice.remaining for invoice in invoices) <= 0:
        reader.wrong("Invoices", "AmountNotPositive")
    reader.done()
    return Registration(external_id, level or "", currencies.pop(), debtor, invoices)


def _contact(reader: Reader) -> dict[str, object] | None:
    person = reader.optional_inner("Contact")
    if person is None:
        return None
    return {
        "name": person.text("Name"),
        "email": person.optional("Email"),
        "phone": person.optional("Phone"),
    }


def _debtor(reader: Reader) -> dict[str, object]:
    debtor: dict[str, object] = {
        "id": reader.text("ClientDebtorId"),
        "kind": reader.text("Kind"),
        "name": reader.text("Name"),
        "organisation_number": reader.optional("OrganisationNumber"),
        "email": reader.optional("Email"),
        "phone": reader.optional("Phone"),
        "language": reader.optional("Language"),
        "contact": _contact(reader),
    }
    address = reader.inner("Address")
    lines = [line for line in address.texts("Lines") if line]
    country = address.text("CountryCode")
    postal_code, city = address.optional("PostalCode"), address.optional("City")
    if not (lines and postal_code and city):
        address.wrong("", "AddressMissing")
    if country and country not in _COUNTRIES:
        address.wrong("CountryCode", "CountryNotSupported")
    return debtor | {"address": [*lines, f"{postal_code} {city}", country]}


def invoice_line(reader: Reader) -> InvoiceLine:
    """Read one invoice that is handed over."""
    reader.optional("SettlementKey")
    reader.optional("BankAccount")
    return InvoiceLine(
        external_id=reader.text("ClientInvoiceId"),
        document_number=reader.text("DocumentNumber"),
        invoice_date=reader.day("InvoiceDate"),
        due_date=reader.day("DueDate"),
        principal=reader.amount("Amount"),
        remaining=reader.amount("Remaining"),
        payment_reference=reader.optional("PaymentReference"),
    )

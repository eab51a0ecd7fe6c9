"""What a client sends, read with every fault named by the agency's codes."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from sandbox.agencies.cloud_collect import shapes
from sandbox.amounts import CURRENCIES, minor_of
from sandbox.cases import InvoiceLine

COUNTRIES: Final = frozenset({"NO", "SE", "DK"})
LEVELS: Final = {"REMINDER": "reminder", "COLLECTION": "collection"}
MOST_ENTRIES: Final = 5000
_DAY: Final = re.compile(r"\d{8}", re.ASCII)
# JSON can spell half a character, which no ledger can hold
_HALF: Final = re.compile("[\ud800-\udfff]")


class Reader:
    """Reads the members of one object and gathers what is wrong with them."""

    def __init__(
        self, members: object, path: str = "", errors: list[dict[str, object]] | None = None
    ) -> None:
        self.errors: list[dict[str, object]] = [] if errors is None else errors
        self._path = path
        self._members: Mapping[str, object] = members if isinstance(members, dict) else {}
        if not isinstance(members, dict):
            self.wrong("", "FIELD_INVALID")

    def wrong(self, name: str, code: str) -> None:
        """Note one fault."""
        self.errors.append(shapes.error(code, (self._path + name).strip(".")))

    def text(self, name: str) -> str:
        """A text that must be there."""
        value = self._members.get(name)
        if value is None or value == "":
            self.wrong(name, "FIELD_MISSING")
        elif isinstance(value, str) and not _HALF.search(value):
            return value
        else:
            self.wrong(name, "FIELD_INVALID")
        return ""

    def optional(self, name: str) -> str | None:
        """A text, or null."""
        return None if self._members.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self._members.get(name)
        if not isinstance(value, bool):
            self.wrong(name, "FIELD_INVALID")
        return value is True

    def amount(self, name: str, sign: int = 0) -> int:
        """A signed decimal text, in øre; ``sign`` is the one that it must have, if any."""
        value = self.text(name)
        try:
            minor = minor_of(value) if value else 0
        except ValueError:
            self.wrong(name, "FIELD_INVALID")
            return 0
        if value and sign * minor < 0:
            self.wrong(name, "WRONG_SIGN")
        return minor

    def day(self, name: str) -> date:
        """A date, ``20260331``."""
        value = self.text(name)
        try:
            if value and _DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        if value:
            self.wrong(name, "FIELD_INVALID")
        return date.min

    def inner(self, name: str) -> "Reader":
        """An object within."""
        return Reader(self._members.get(name), f"{self._path}{name}.", self.errors)

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        value = self._members.get(name)
        if not isinstance(value, list) or not all(
            isinstance(one, str) and not _HALF.search(one) for one in value
        ):
            self.wrong(name, "FIELD_INVALID")
            return []
        return value


def debtor(reader: Reader) -> dict[str, object]:
    """Read the debtor of a registration."""
    found: dict[str, object] = {
        "id": reader.text("debtorId"),
        "kind": reader.text("kind"),
        "name": reader.text("name"),
        "organisation_number": reader.optional("organisationNumber"),
        "email": reader.optional("email"),
        "phone": reader.optional("phone"),
        "language": reader.optional("language"),
    }
    address = reader.inner("address")
    lines = [line for line in address.texts("lines") if line]
    country = address.text("country")
    postal_code, city = address.optional("postalCode"), address.optional("city")
    if not (lines and postal_code and city):
        address.wrong("", "ADDRESS_INCOMPLETE")
    if country and country not in COUNTRIES:
        address.wrong("country", "COUNTRY_NOT_SUPPORTED")
    return found | {"address": [*lines, f"{postal_code} {city}", country]}


def invoice(reader: Reader, earlier: int) -> InvoiceLine:
    """Read an invoice entry; ``earlier`` is the sum of the entries that were booked on it before."""
    reader.optional("payTo")
    if reader.text("currency") not in {"", *CURRENCIES}:
        reader.wrong("currency", "CURRENCY_NOT_SUPPORTED")
    line = InvoiceLine(
        external_id=reader.text("entryId"),
        document_number=reader.text("documentNumber"),
        invoice_date=reader.day("documentDate"),
        due_date=reader.day("dueDate"),
        principal=reader.amount("amount", 1),
        remaining=reader.amount("openAmount", 1),
        payment_reference=reader.optional("paymentReference"),
    )
    if line.remaining <= 0:
        reader.wrong("openAmount", "NOTHING_TO_COLLECT")
    elif line.principal + earlier != line.remaining:
        reader.wrong("openAmount", "BALANCE_MISMATCH")
    return line

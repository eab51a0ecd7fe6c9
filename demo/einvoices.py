"""A folder of electronic invoices and credit notes: each file is registered, or refused with its reason."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from demo.client import Failed, Refused, Scene
from demo.creditor import Client, register_creditor

_CAC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2}"
_CBC: Final = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
_PARTY: Final = f"{_CAC}AccountingSupplierParty/{_CAC}Party/"
_LEGAL: Final = f"{_PARTY}{_CAC}PartyLegalEntity/"
_COUNTRY: Final = f"{_PARTY}{_CAC}PostalAddress/{_CAC}Country/{_CBC}IdentificationCode"
_NORDIC: Final = ("NO", "SE", "FI", "DK")
_STAND_IN: Final = "315000017"
"""An invented number with a right check digit, for a supplier whose own the hub does not take."""

_NOBODY: Final = "unknown-supplier"


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who has issued a document, as far as the document says."""

    name: str
    number: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. ``refused`` holds the reasons of one that was not taken."""

    file: str
    told: dict[str, Any] | None = None
    refused: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Spell it for the terminal, a line each."""
        if self.told is None:
            return [f"{self.file}: refused", *(f"    {reason}" for reason in self.refused)]
        note = "credit_note_id" in self.told
        amount = self.told["amount" if note else "principal"]
        kind = "credit note" if note else "invoice"
        said = f"{kind} {self.told['document_number']}, {amount['amount']} {amount['currency']}"
        found = [f"{self.file}: {said}, of {self.told['creditor_id']}"]
        if note:
            invoice = self.told["invoice_id"]
            found.append(
                f"    reduces {invoice}" if invoice else "    kept until it is matched to an invoice"
            )
        else:
            reference = self.told["payment_reference"]
            if reference:
                found.append(f"    payment reference {reference['value']} ({reference['type']})")
        return [*found, *(f"    warning: {warning}" for warning in self.told.get("warnings", ()))]


@dataclass
class Intake:
    """Hands files in, and makes a creditor of each supplier that turns up."""

    scene: Scene
    creditors: dict[Supplier, str] = field(default_factory=dict)

    @property
    def clients(self) -> list[Client]:
        """The creditors that were made; the agency knows none of them."""
        return [Client(creditor_id, "") for creditor_id in self.creditors.values()]

    def take(self, file: Path) -> Outcome:
        """Hand one file in."""
        try:
            supplier = read_supplier(file.read_bytes())
            creditor_id = self._creditor(supplier)
        except OSError as error:
            return Outcome(file.name, refused=(f"it cannot be read: {error.strerror}",))
        accepted = None if self._is_own(supplier) else supplier.number
        return hand_in(self.scene, creditor_id, file, accepted)

    def _creditor(self, supplier: Supplier) -> str:
        if supplier not in self.creditors:
            creditor_id = _identifier(supplier)
            details: dict[str, Any] = {
                "name": supplier.name,
                "country": "NO",
                "organisation_number": _STAND_IN,
            }
            details["address"] = {
                "lines": ["Oppdiktet gate 2"],
                "postal_code": "9999",
                "city": "Ingensteds",
                "country": "NO",
            }
            if supplier.number is not None and supplier.country in _NORDIC:
                details |= {"country": supplier.country, "organisation_number": supplier.number}
            try:
                register_creditor(self.scene, creditor_id, details)
            except Refused:
                details |= {"country": "NO", "organisation_number": _STAND_IN}
                register_creditor(self.scene, creditor_id, details)
            self.creditors[supplier] = creditor_id
        return self.creditors[supplier]

    def _is_own(self, supplier: Supplier) -> bool:
        creditor = self.scene.hub.get(f"/v1/creditors/{self.creditors[supplier]}")
        return bool(creditor["organisation_number"] == supplier.number)


def hand_in(scene: Scene, creditor_id: str, file: Path, accepted: str | None = None) -> Outcome:
    """Hand a file in for a creditor; ``accepted`` is the number of a supplier that is somebody else."""
    options = {"accept_supplier": accepted} if accepted is not None else {}
    try:
        told = scene.hub.post_xml(f"/v1/creditors/{creditor_id}/invoices", file.read_bytes(), **options)
    except Refused as refusal:
        return Outcome(file.name, refused=refusal.reasons)
    return Outcome(file.name, told)


def files_in(folder: Path) -> list[Path]:
    """List the folder's XML files by name.

    Raises
    ------
    Failed
        When there are none.
    """
    if not folder.is_dir():
        raise Failed(f"{folder} is no folder.")
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".xml" and path.is_file())
    if not found:
        raise Failed(f"There is no XML file in {folder}.")
    return found


def read_supplier(content: bytes) -> Supplier:
    """Read who has issued a document; of something unreadable nobody, for the hub to refuse."""
    nobody = Supplier("Unknown supplier", None, "")
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return nobody
    name = root.findtext(f"{_LEGAL}{_CBC}RegistrationName")
    number = root.findtext(f"{_LEGAL}{_CBC}CompanyID")
    if not name or not name.strip():
        return nobody
    country = (root.findtext(_COUNTRY) or "").strip()
    return Supplier(name.strip()[:200], number.strip() if number and number.strip() else None, country)


def _identifier(supplier: Supplier) -> str:
    if supplier.number is None:
        return _NOBODY
    return "supplier-" + re.sub(r"[^A-Za-z0-9._-]", "_", supplier.number)[:50]


def count(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """Count what became of the files."""
    counted = {"invoices": 0, "credit notes": 0, "refused": 0}
    for outcome in outcomes:
        if outcome.told is None:
            counted["refused"] += 1
        else:
            counted["credit notes" if "credit_note_id" in outcome.told else "invoices"] += 1
    return counted

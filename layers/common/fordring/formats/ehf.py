"""EHF 3 and Peppol BIS Billing 3: a UBL 2.1 invoice or credit note, read into an ``EInvoice``.

The hub is no validator: the sender's access point has applied the schematron. What is checked here is what
a claim rests on: who owes whom how much, since when, and under which reference.

Sources: Peppol BIS Billing 3.0 (syntax UBL Invoice and UBL CreditNote), EN 16931-1 for the numbers of the
business terms (BT), EHF Fakturering 3.0 of DFØ.
"""

import re
from collections.abc import Sequence
from typing import Final

from fordring.domain.errors import Fault, InvalidInput
from fordring.domain.money import CURRENCIES, Money
from fordring.domain.references import LONGEST_FREE_TEXT, KidFormat, Reference, recognise
from fordring.formats.ehf_parties import read_account, read_party, read_payee
from fordring.formats.einvoice import BillingReference, EInvoice, EInvoiceKind, PayeeAccount
from fordring.formats.safe_xml import LARGEST_BYTES, read_xml
from fordring.formats.ubl import DOCUMENTS, Node, Reading

BILLING_3: Final = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
"""How the CustomizationID (BT-24) begins; national extensions may follow (rule PEPPOL-EN16931-R004)."""

CREDIT_NOTE_TYPES: Final = frozenset(
    {"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"}
)
"""UNTDID 1001 codes that EN 16931 maps to a credit note: an Invoice document may not carry them."""

LONGEST_DOCUMENT_NUMBER: Final = 64
LONGEST_NOTE: Final = 2000

_NOT_READ: Final = (
    "Attachment",
    "AdditionalDocumentReference",
    "AllowanceCharge",
    "CreditNoteLine",
    "InvoiceLine",
    "TaxTotal",
    "UBLExtensions",
)
_TYPE_CODE = re.compile(r"[0-9]{2,3}", re.ASCII)


def parse_einvoice(
    content: bytes, *, kid_formats: Sequence[KidFormat] = (), largest_bytes: int = LARGEST_BYTES
) -> EInvoice:
    """Read an electronic invoice or credit note.

    Attachments and lines are passed over and not kept.

    Parameters
    ----------
    content
        The document's bytes.
    kid_formats
        The creditor's KID formats, by which a PaymentID is recognised; without them any KID will do.
    largest_bytes
        A larger document is refused.

    Raises
    ------
    InvalidInput
        With every fault, each with the path of its element as pointer: what ``read_xml`` refuses,
        ``not_an_einvoice``, ``unsupported_specification``, ``missing``, ``duplicate_element``,
        ``unexpected_element``, ``too_many_elements``, ``too_long``, ``malformed_date``,
        ``date_out_of_range``, ``wrong_type_code``, ``unknown_currency``, ``wrong_currency``,
        ``malformed_amount``, ``too_many_decimals``, ``amount_too_large``, ``negative_amount`` and
        ``malformed_country``.
    """
    element = read_xml(content, skip=_NOT_READ, largest_bytes=largest_bytes)
    if DOCUMENTS.get(element.name) != element.namespace:
        detail = "the root must be an Invoice or a CreditNote of UBL 2"
        raise InvalidInput(detail, faults=[Fault("", "not_an_einvoice", detail)])
    kind: EInvoiceKind = "invoice" if element.name == "Invoice" else "credit_note"
    root = Node(element, f"/{element.name}")
    reading = Reading()

    specification = reading.required_text(root, "cbc:CustomizationID")
    if specification and not specification.startswith(BILLING_3):
        reading.faults.add(
            f"{root.path}/CustomizationID", "unsupported_specification", "the hub reads Peppol BIS Billing 3"
        )
    issue_date = reading.required_day(root, "cbc:IssueDate")
    due_date = reading.required_day(root, "cbc:DueDate") if kind == "invoice" else None
    currency = reading.required_text(root, "cbc:DocumentCurrencyCode")
    if currency and currency not in CURRENCIES:
        reading.faults.add(
            f"{root.path}/DocumentCurrencyCode",
            "unknown_currency",
            "the currency is not one that the hub takes",
        )
    if due_date is not None and due_date < issue_date:
        reading.warnings.add(
            f"{root.path}/DueDate", "due_before_issue", "the invoice was due before it was issued"
        )
    supplier = read_party(reading, root, "cac:AccountingSupplierParty")
    payable, tax_inclusive, prepaid = _totals(reading, root, currency)
    payment_reference, stands_at, account = _payment(reading, root)
    country = supplier.address.country

    einvoice = EInvoice(
        kind=kind,
        type_code=_type_code(reading, root, kind),
        document_number=reading.required_text(root, "cbc:ID", longest=LONGEST_DOCUMENT_NUMBER),
        issue_date=issue_date,
        due_date=due_date,
        currency=currency,
        payable=payable,
        tax_inclusive=tax_inclusive,
        prepaid=prepaid,
        supplier=supplier,
        customer=read_party(reading, root, "cac:AccountingCustomerParty"),
        payee=read_payee(reading, root),
        payment_reference=payment_reference,
        reference=_reference(reading, payment_reference, stands_at, country, kid_formats),
        payee_account=account,
        buyer_reference=reading.text(root, "cbc:BuyerReference"),
        order_reference=reading.text(root, "cac:OrderReference/cbc:ID"),
        billing_references=_billing_references(reading, root),
        tax_point_date=reading.day(root, "cbc:TaxPointDate"),
        delivery_date=reading.day(root, "cac:Delivery/cbc:ActualDeliveryDate"),
        payment_terms=reading.text(root, "cac:PaymentTerms/cbc:Note", longest=LONGEST_NOTE),
        note=reading.text(root, "cbc:Note", longest=LONGEST_NOTE),
        warnings=tuple(reading.warnings.found),
    )
    reading.raise_faults()
    return einvoice


def _type_code(reading: Reading, root: Node, kind: EInvoiceKind) -> str:
    name = "InvoiceTypeCode" if kind == "invoice" else "CreditNoteTypeCode"
    code = reading.required_text(root, f"cbc:{name}")
    fits = _TYPE_CODE.fullmatch(code) and not (kind == "invoice" and code in CREDIT_NOTE_TYPES)
    if code and not fits:
        reading.faults.add(f"{root.path}/{name}", "wrong_type_code", "the code does not fit the document")
    return code


def _totals(reading: Reading, root: Node, currency: str) -> tuple[Money, Money | None, Money | None]:
    nothing = Money.zero(currency)
    totals = reading.one(root, "cac:LegalMonetaryTotal", required=True)
    if totals is None:
        return nothing, None, None
    payable = reading.required_money(totals, "cbc:PayableAmount", currency)
    inclusive = reading.money(totals, "cbc:TaxInclusiveAmount", currency)
    prepaid = reading.money(totals, "cbc:PrepaidAmount", currency)
    rounding = reading.money(totals, "cbc:PayableRoundingAmount", currency)
    if inclusive is not None:
        # rule BR-CO-16
        due = inclusive - (prepaid or nothing) + (rounding or nothing)
        if due != payable:
            reading.warnings.add(
                f"{totals.path}/PayableAmount",
                "totals_disagree",
                "the amount is not the total with VAT less what was prepaid; it is taken as it is",
            )
    return payable, inclusive, prepaid


def _payment(reading: Reading, root: Node) -> tuple[str | None, str, PayeeAccount | None]:
    """Read the first PaymentID, its path, and the account that stands with it or else the first one."""
    ways = reading.many(root, "cac:PaymentMeans")
    references = [reading.text(way, "cbc:PaymentID", longest=LONGEST_FREE_TEXT) for way in ways]
    accounts = [read_account(reading, way) for way in ways]
    given = [number for number, reference in enumerate(references) if reference]
    if len({references[number] for number in given}) > 1:
        reading.warnings.add(
            f"{ways[given[1]].path}/PaymentID",
            "several_payment_references",
            "the ways to pay have different references; the first one is taken",
        )
    preferred = [accounts[number] for number in given[:1]] + accounts
    account = next((account for account in preferred if account), None)
    if not given:
        if root.element.name == "Invoice":
            pointer = f"{root.path}/PaymentMeans/PaymentID"
            reading.warnings.add(pointer, "no_payment_reference", "the invoice has no payment reference")
        return None, "", account
    return references[given[0]], f"{ways[given[0]].path}/PaymentID", account


def _reference(
    reading: Reading, text: str | None, pointer: str, country: str, formats: Sequence[KidFormat]
) -> Reference | None:
    if text is None:
        return None
    recognised = recognise(text, country, formats)
    if recognised is None:
        reading.warnings.add(
            pointer,
            "payment_reference_is_free_text",
            "the PaymentID is no valid reference; it is kept as free text",
        )
    return recognised or Reference("free_text", text)


def _billing_references(reading: Reading, root: Node) -> tuple[BillingReference, ...]:
    found = []
    for reference in reading.many(root, "cac:BillingReference"):
        at = reading.one(reference, "cac:InvoiceDocumentReference")
        if at is not None:
            number = reading.required_text(at, "cbc:ID", longest=LONGEST_DOCUMENT_NUMBER)
            found.append(BillingReference(number, reading.day(at, "cbc:IssueDate")))
    return tuple(found)

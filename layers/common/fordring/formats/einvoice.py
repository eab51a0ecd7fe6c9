"""What the hub keeps of an electronic invoice or credit note, whatever its format was."""

from datetime import date
from typing import Literal

from fordring.domain.errors import Fault
from fordring.domain.money import Money
from fordring.domain.references import Reference
from fordring.domain.values import dataclass

type EInvoiceKind = Literal["invoice", "credit_note"]
type AccountKind = Literal["iban", "bban", "other"]


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier with its scheme: a code of ISO 6523 (``0192`` is Norway's), or ``None``."""

    value: str
    scheme: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address. ``country`` is ISO 3166-1 alpha-2."""

    lines: tuple[str, ...]
    postal_code: str | None
    city: str | None
    region: str | None
    country: str


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask at a party."""

    name: str | None
    email: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Party:
    """A supplier or a customer.

    Parameters
    ----------
    name
        The registered name (BT-27, BT-44).
    trading_name
        The name that it does business under, when another one is given.
    organisation_number
        The legal registration (BT-30, BT-47) as the document has it, not checked; a person's national
        identity number may stand here, so it must be checked before it is stored.
    vat_number
        With the country's prefix, as in ``NO123456785MVA``.
    endpoint
        The electronic address.
    """

    name: str
    trading_name: str | None
    organisation_number: Identifier | None
    vat_number: str | None
    address: Address
    endpoint: Identifier | None
    contact: Contact | None


@dataclass(frozen=True, slots=True)
class Payee:
    """Who gets the money when it is not the supplier: usually who has bought the receivable."""

    name: str
    organisation_number: Identifier | None


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """The account to pay to. An ``iban`` has right check digits, a ``bban`` is a Norwegian account number."""

    kind: AccountKind
    value: str
    bic: str | None


@dataclass(frozen=True, slots=True)
class BillingReference:
    """A preceding document: for a credit note, the invoice that it corrects."""

    document_number: str
    issue_date: date | None


@dataclass(frozen=True, slots=True)
class EInvoice:
    """An electronic invoice or credit note.

    Parameters
    ----------
    kind
        What the document is; a credit note's amount is positive.
    type_code
        UNTDID 1001, for example ``380`` or ``381``.
    document_number
        The supplier's number.
    due_date
        ``None`` only on credit notes.
    payable
        The amount due (BT-115): the principal.
    tax_inclusive
        The total with VAT (BT-112), before what was prepaid.
    prepaid
        What was paid before (BT-113).
    payment_reference
        The PaymentID (BT-83) as it is written, or ``None``.
    reference
        What the PaymentID is: its recognised kind, else ``free_text``.
    tax_point_date
        When VAT falls due (BT-7).
    warnings
        What is odd and does not stand in the way, as faults with pointers.
    """

    kind: EInvoiceKind
    type_code: str
    document_number: str
    issue_date: date
    due_date: date | None
    currency: str
    payable: Money
    tax_inclusive: Money | None
    prepaid: Money | None
    supplier: Party
    customer: Party
    payee: Payee | None
    payment_reference: str | None
    reference: Reference | None
    payee_account: PayeeAccount | None
    buyer_reference: str | None
    order_reference: str | None
    billing_references: tuple[BillingReference, ...]
    tax_point_date: date | None
    delivery_date: date | None
    payment_terms: str | None
    note: str | None
    warnings: tuple[Fault, ...]

"""Invoices: what is asked."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from fordring.domain.administration import InvoiceService
from fordring.domain.invoice import Reminder, Terms
from fordring.domain.references import BadReference, Reference, check_reference
from fordring.edge.schemas.common import (
    AgreedInterest,
    BusinessDate,
    ChosenId,
    Code,
    Given,
    GivenMoney,
    Metadata,
    Paging,
    PositiveMoney,
    Text,
    fault,
    hundredths,
)
from fordring.usecases.changing import InvoiceChange
from fordring.usecases.invoicing import FREE_TEXT, NewInvoice


def _printable(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise fault("malformed", "printable characters, without blanks around them")
    return value


DocumentNumber = Annotated[
    str,
    Field(
        min_length=1, max_length=64, description="The creditor's own number, used once.", examples=["F-1001"]
    ),
    AfterValidator(_printable),
]


CheckId = Annotated[str, Field(pattern=r"^chk_[0-9A-Z]{26}$")]


class GivenReference(Given):
    """A payment reference that says what it is; its check digit is checked."""

    type: Literal["kid", "ocr", "viitenumero", "rf", "free_text"]
    value: Annotated[str, Field(min_length=1, max_length=140, examples=["0000012345674"])]

    @field_validator("value")
    @classmethod
    def _is_a_reference(cls, value: str, info: ValidationInfo) -> str:
        if "type" in info.data:
            try:
                check_reference(value, info.data["type"])
            except BadReference as error:
                raise fault(error.reason, str(error)) from None
        return value

    @property
    def reference(self) -> Reference:
        """The reference in the hub's own form."""
        return Reference(self.type, self.value)


class GivenReminder(Given):
    """A letter that the creditor has sent."""

    kind: Literal["free_notice", "reminder", "notice_of_collection"]
    sent_date: BusinessDate
    channel: Literal["ehf", "email", "paper", "sms"]
    deadline_date: Annotated[
        BusinessDate | None, Field(description="Required in a notice of collection; not before it was sent.")
    ] = None
    fee: Annotated[GivenMoney | None, Field(description="What the letter adds to the debt.")] = None

    @model_validator(mode="after")
    def _has_a_deadline(self) -> Self:
        if self.kind == "notice_of_collection" and self.deadline_date is None:
            raise fault("deadline_missing", "a notice of collection has a deadline")
        if self.deadline_date is not None and self.deadline_date < self.sent_date:
            raise fault("deadline_before_sent", "the deadline is not before the letter")
        if self.fee is not None and self.fee.money.minor < 0:
            raise fault("negative_amount", "a fee is not below zero")
        return self

    @property
    def reminder(self) -> Reminder:
        """The letter in the hub's own form."""
        fee = self.fee.money.minor if self.fee else 0
        return Reminder(self.kind, self.sent_date, self.channel, self.deadline_date, fee)


SettlementKey = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z ./_-]{0,39}$")]


class GivenInvoice(Given):
    """An invoice of the creditor."""

    debtor_id: ChosenId
    document_number: DocumentNumber
    principal: PositiveMoney
    invoice_date: BusinessDate
    due_date: BusinessDate
    accounting_date: BusinessDate | None = None
    value_date: BusinessDate | None = None
    payment_terms: Text | None = None
    delivery_date: BusinessDate | None = None
    delivery_terms: Text | None = None
    delivery_method: Text | None = None
    payment_reference: GivenReference | None = None
    excluded_from_dunning: Annotated[
        bool, Field(description="Neither offered for transfer nor transferred.")
    ] = False
    reminders: Annotated[
        list[GivenReminder],
        Field(max_length=20, description="Letters that were sent already.", default_factory=list),
    ]
    metadata: Annotated[Metadata, Field(default_factory=dict)]
    settlement_key: Annotated[
        SettlementKey | None,
        Field(description="What entries share that are settled together. Defaults to the document number."),
    ] = None
    agreed_interest_percent: AgreedInterest | None = None
    service: Annotated[
        InvoiceService | None,
        Field(
            strict=False,
            description="What an agency does with this invoice, whatever its agreement says by default: "
            "`none`, `administration`, or `purchase`.",
        ),
    ] = None
    credit_check_id: Annotated[
        CheckId | None,
        Field(description="An approved check on which the invoice is offered for sale. Not in a batch."),
    ] = None

    @field_validator("due_date")
    @classmethod
    def _is_not_due_before_it_is_made(cls, value: date, info: ValidationInfo) -> date:
        if "invoice_date" in info.data and value < info.data["invoice_date"]:
            raise fault("due_before_invoice_date", "the invoice was made out after this date")
        return value

    @field_validator("reminders")
    @classmethod
    def _has_fees_in_its_currency(
        cls, value: list[GivenReminder], info: ValidationInfo
    ) -> list[GivenReminder]:
        principal: GivenMoney | None = info.data.get("principal")
        for each in value:
            if principal is not None and each.fee is not None and each.fee.currency != principal.currency:
                raise fault("wrong_currency", "a fee is in the currency of the invoice")
        return value

    @property
    def new(self) -> NewInvoice:
        """The invoice in the hub's own form; a free text as reference is worth a warning."""
        reference = self.payment_reference.reference if self.payment_reference else None
        free = reference is not None and reference.kind == "free_text"
        return NewInvoice(
            debtor_id=self.debtor_id,
            document_number=self.document_number,
            principal=self.principal.money,
            invoice_date=self.invoice_date,
            terms=Terms(
                due_date=self.due_date,
                accounting_date=self.accounting_date,
                value_date=self.value_date,
                payment_terms=self.payment_terms,
                delivery_date=self.delivery_date,
                delivery_terms=self.delivery_terms,
                delivery_method=self.delivery_method,
                payment_reference=reference,
            ),
            excluded_from_dunning=self.excluded_from_dunning,
            reminders=tuple(each.reminder for each in self.reminders),
            warnings=(FREE_TEXT,) if free else (),
            metadata=self.metadata,
            service=self.service,
            credit_check_id=self.credit_check_id,
            settlement_key=self.settlement_key,
            agreed_interest=hundredths(self.agreed_interest_percent),
        )


class InvoiceBatch(Given):
    """Up to 100 invoices, each registered or refused by itself."""

    # Each element is checked by itself, so that one element's faults hinder no other.
    invoices: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=100,
            json_schema_extra={"items": {"$ref": "#/components/schemas/GivenInvoice"}},
        ),
    ]


class InvoicePatch(Given):
    """What shall change; what is left out stays. ``null`` takes a value away."""

    due_date: BusinessDate | None = None
    accounting_date: BusinessDate | None = None
    value_date: BusinessDate | None = None
    payment_terms: Text | None = None
    delivery_date: BusinessDate | None = None
    delivery_terms: Text | None = None
    delivery_method: Text | None = None
    payment_reference: GivenReference | None = None
    currency: Annotated[str | None, Field(max_length=3)] = None
    excluded_from_dunning: bool | None = None
    metadata: Metadata | None = None
    agreed_interest_percent: AgreedInterest | None = None

    @field_validator("due_date", "currency", "excluded_from_dunning", "metadata", mode="before")
    @classmethod
    def _is_there(cls, value: object) -> object:
        if value is None:
            raise fault("missing", "this cannot be taken away")
        return value

    @property
    def change(self) -> InvoiceChange:
        """The change in the hub's own form."""
        aside = {"currency", "excluded_from_dunning", "metadata", "agreed_interest_percent"}
        terms = {name: getattr(self, name) for name in self.model_fields_set - aside}
        if self.payment_reference is not None:
            terms["payment_reference"] = self.payment_reference.reference
        return InvoiceChange(
            terms,
            self.currency,
            self.excluded_from_dunning,
            self.metadata,
            "agreed_interest_percent" in self.model_fields_set,
            hundredths(self.agreed_interest_percent),
        )


class InvoiceList(Paging):
    """Which invoices to list."""

    transferred: Annotated[
        Literal["true", "false"] | None, Field(description="Only those that are, or are not, at an agency.")
    ] = None
    excluded: Annotated[
        Literal["true", "false"] | None, Field(description="Only those that are, or are not, out of dunning.")
    ] = None


class XmlOptions(Given):
    """What goes with an electronic invoice."""

    accept_supplier: Annotated[
        str | None,
        Field(
            max_length=80,
            description="The supplier's number as the document has it, when it is not the creditor's.",
        ),
    ] = None
    debtor_id: Annotated[
        ChosenId | None, Field(description="Your id of the customer; without it one follows from its number.")
    ] = None
    service: Annotated[
        InvoiceService | None, Field(strict=False, description="As in the JSON of an invoice.")
    ] = None
    agreed_interest_percent: AgreedInterest | None = None


class NewDispute(Given):
    """The debtor objects."""

    reason: Annotated[Code, Field(description="A code of your own, never a text.", examples=["wrong_goods"])]
    opened_date: BusinessDate | None = None


class DisputeResolution(Given):
    """The objection has ended."""

    resolution: Annotated[Code, Field(description="A code of your own.", examples=["rejected"])]


class PurchaseOffer(Given):
    """Offer the invoice to the agency that administers it."""

    credit_check_id: Annotated[
        CheckId | None,
        Field(
            description="An approved check. Without it the agency is asked before the offer is sent, if the "
            "debtor has an organisation number and is to be checked."
        ),
    ] = None

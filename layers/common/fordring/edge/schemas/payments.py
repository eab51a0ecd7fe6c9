"""Payments: what is asked and told."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from fordring.domain.ledger import Component
from fordring.domain.matching import Suggestion
from fordring.domain.payment import Match, Origin, Payment
from fordring.domain.spreading import Handling
from fordring.edge.schemas.common import BusinessDate, Given, GivenMoney, PositiveMoney, Text, fault
from fordring.edge.schemas.told import Instant, Told, ToldMoney, day, instant, money
from fordring.usecases.matching import Choice
from fordring.usecases.paying import NewPayment

PaymentId = Annotated[str, Field(pattern=r"^pay_[0-9A-Z]{1,32}$")]
InvoiceId = Annotated[str, Field(pattern=r"^inv_[0-9A-Z]{26}$")]


class GivenParts(Given):
    """What the payment was for, in all. Interest and cost may be more than was charged."""

    principal: GivenMoney | None = None
    interest: GivenMoney | None = None
    fee: GivenMoney | None = None
    compensation: GivenMoney | None = None
    cost: Annotated[GivenMoney | None, Field(description="An agency's cost that the debtor has paid.")] = None

    @property
    def minor(self) -> dict[Component, int]:
        """The parts in the hub's own form."""
        names = {Component.AGENCY_COST: "cost"}
        given = {each: getattr(self, names.get(each, each.value), None) for each in Component}
        return {component: part.money.minor for component, part in given.items() if part is not None}

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the parts that are given."""
        given = (getattr(self, name) for name in type(self).model_fields)
        return tuple(part.currency for part in given if part is not None)

    def check(self, currency: str) -> None:
        """Refuse parts in another currency, and negative ones."""
        for name in type(self).model_fields:
            part: GivenMoney | None = getattr(self, name)
            if part is not None and part.currency != currency:
                raise fault("wrong_currency", "the parts are in the currency of the amount")
            if part is not None and part.money.minor < 0:
                raise fault("negative_amount", "no part is below zero")


class NewPaymentOnInvoice(Given):
    """Money that came to the creditor for an invoice."""

    amount: PositiveMoney
    paid_date: BusinessDate
    origin: Annotated[
        Literal["debtor", "agency_settlement"] | None,
        Field(description="Whose money it is: required once the invoice is at an agency."),
    ] = None
    reference: Annotated[
        Text | None, Field(description="What the payer gave as reference, or the bank's own.")
    ] = None
    parts: Annotated[
        GivenParts | None,
        Field(description="What was paid for; without it the creditor's clearing order decides."),
    ] = None
    handling: Annotated[
        Literal["normal"], Field(description="A payment that is registered by hand is a normal one.")
    ] = "normal"
    bank_account: Annotated[
        Text | None, Field(description="The creditor's account on whose statement it stands.")
    ] = None
    bank_transaction_id: Annotated[
        Text | None, Field(description="The transaction on the bank statement that it is.")
    ] = None
    machine_readable: Annotated[
        bool,
        Field(
            description="Whether a machine has read its reference: then it has no `parts`, and the bank "
            "links its voucher."
        ),
    ] = False
    replaces: Annotated[
        PaymentId | None,
        Field(description="A payment that was set aside with `ignore`, and for which this one stands."),
    ] = None

    @model_validator(mode="after")
    def _parts_are_alike(self) -> Self:
        if self.parts is not None:
            self.parts.check(self.amount.currency)
        if self.machine_readable and (self.parts is not None or self.replaces is not None):
            raise fault("payment_cannot_be_split", "what a machine has read is registered as it came")
        return self

    @property
    def payment(self) -> NewPayment:
        """The payment in the hub's own form."""
        return NewPayment(
            amount=self.amount.money,
            paid_date=self.paid_date,
            origin=Origin(self.origin) if self.origin else None,
            reference=self.reference,
            parts=self.parts.minor if self.parts else None,
            bank_account=self.bank_account,
            bank_transaction_id=self.bank_transaction_id,
            machine_readable=self.machine_readable,
            replaces=self.replaces,
        )


class PaymentDecision(Given):
    """What an unmatched payment is: money for an invoice, or nothing that settles anything."""

    method: Literal["normal", "collection", "ignore"] = "normal"
    invoice_id: Annotated[InvoiceId | None, Field(description="With `normal` and `collection`.")] = None
    origin: Annotated[
        Literal["debtor", "agency_settlement"] | None,
        Field(description="With `normal`: whose money it is, required when the invoice is at an agency."),
    ] = None
    parts: Annotated[
        GivenParts | None,
        Field(description="With `normal`: what was paid for. Not of a machine-readable payment."),
    ] = None

    @model_validator(mode="after")
    def _is_a_decision(self) -> Self:
        if self.method != "ignore" and self.invoice_id is None:
            raise fault("invoice_id_missing", "say which invoice the payment is for, or ignore it")
        said = (self.invoice_id, self.origin, self.parts)
        if self.method == "ignore" and any(each is not None for each in said):
            raise fault("nothing_to_match", "a payment that is ignored is for no invoice")
        if self.method == "collection" and any(each is not None for each in said[1:]):
            raise fault("matched_in_full", "with collection the debtor has paid, and the parts follow")
        if self.parts is not None:
            self.parts.check(next(iter(self.parts.currencies), ""))
        return self

    @property
    def choice(self) -> Choice:
        """The decision in the hub's own form."""
        return Choice(
            Handling.COLLECTION if self.method == "collection" else Handling.NORMAL,
            Origin(self.origin) if self.origin else None,
            self.parts.minor if self.parts else None,
            next(iter(self.parts.currencies), None) if self.parts else None,
        )


class NewReversal(Given):
    """A payment did not stand."""

    date: Annotated[BusinessDate, Field(description="On which the money went back.")]


class ToldPayment(Told):
    """A payment, and what the hub made of it."""

    payment_id: str
    creditor_id: str
    amount: ToldMoney
    surplus: ToldMoney
    paid_date: str
    origin: Origin
    source: Literal["creditor", "bank_file", "agency"]
    match: Match
    reason: str
    rule: str | None
    reference: str | None
    invoice_id: str | None
    case_id: str | None
    agency: str | None
    agency_payment_id: str | None
    bank_transaction_id: str | None
    machine_readable: bool
    channel: str | None
    collected: ToldMoney
    bank_account: str | None
    replaces: str | None
    reported: bool
    reversed_date: str | None
    created_at: Instant


class ToldSuggestion(Told):
    """An invoice that an unmatched payment may be for, and why."""

    invoice_id: str
    reasons: list[
        Literal["reference", "document_number", "amount", "amount_with_costs", "payer", "near_due_date"]
    ]


class ToldListedPayment(ToldPayment):
    """A payment in a list; an unmatched one with suggestions."""

    suggestions: list[ToldSuggestion]


class ToldPayments(Told):
    """A page of payments."""

    items: list[ToldListedPayment]
    next_cursor: str | None


def tell_payment(payment: Payment) -> dict[str, Any]:
    """Tell a payment."""
    return {
        "payment_id": payment.payment_id,
        "creditor_id": payment.creditor_id,
        "amount": money(payment.amount, payment.currency),
        "surplus": money(payment.surplus, payment.currency),
        "paid_date": day(payment.paid_date),
        "origin": payment.origin.value,
        "source": payment.source.value,
        "match": payment.match.value,
        "reason": payment.reason,
        "rule": payment.rule,
        "reference": payment.reference,
        "invoice_id": payment.invoice_id,
        "case_id": payment.case_id,
        "agency": payment.agency,
        "agency_payment_id": payment.agency_payment_id,
        "bank_transaction_id": payment.bank_transaction_id,
        "machine_readable": payment.machine_readable,
        "channel": payment.channel,
        "collected": money(payment.collected, payment.currency),
        "bank_account": payment.bank_account,
        "replaces": payment.replaces,
        "reported": payment.reported,
        "reversed_date": day(payment.reversed_date),
        "created_at": instant(payment.created_at),
    }


def tell_listed_payment(payment: Payment, suggestions: Sequence[Suggestion]) -> dict[str, Any]:
    """Tell a payment with the invoices that it may be for."""
    told = [{"invoice_id": each.invoice_id, "reasons": list(each.reasons)} for each in suggestions]
    return {**tell_payment(payment), "suggestions": told}

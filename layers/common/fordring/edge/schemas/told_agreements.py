"""Agreements with agencies: what is told."""

from dataclasses import asdict
from typing import Any

from fordring.domain.agency import Level, Service
from fordring.domain.agreement import Agreement, AgreementState, Order
from fordring.domain.agreement_settings import Grouping
from fordring.domain.contract import ContractChange
from fordring.domain.email import Email as KeptEmail
from fordring.edge.schemas.emails import ToldEmailState, tell_email_state
from fordring.edge.schemas.service_windows import ToldServiceWindow, tell_service_window
from fordring.edge.schemas.told import Instant, Told, ToldMoney, agreed, instant, percent


class ToldContractChange(Told):
    """The latest change of the contract's number."""

    job_id: str
    confirmed_by: str
    confirmed_date: str
    recorded_at: Instant
    finished_at: Instant | None


class ToldAccounts(Told):
    """The creditor's accounts; `null` where none was chosen."""

    receivable: str | None
    bank: str | None
    agency_claims: str | None
    collection_cost: str | None
    interest_income: str | None
    fee_income: str | None
    vat: str | None
    loss: str | None
    unmatched: str | None
    surplus: str | None


class ToldSettings(Told):
    """The settings of an agreement."""

    level: Level
    kid_length: int | None
    transfer_from: int
    contact_travels: bool
    agency_bank_accounts: list[str]
    automatic_sync: bool
    service_windows: list[ToldServiceWindow]
    service: Service
    transfer_status: str
    accounts: ToldAccounts
    agency_email: str | None
    grouping: Grouping
    commission_percent: str | None
    withdrawal_cost: ToldMoney | None


class ToldConsent(Told):
    """Who has confirmed having read which version of the terms, and when."""

    given_by: str
    given_at: Instant
    terms_version: str


class ToldOrderContact(Told):
    """Whom the agency may ask about the order."""

    name: str
    email: str
    phone: str | None


class ToldOrder(Told):
    """An order. ``text`` is what the agency is told; ``email`` says whether it was, or is to be by hand."""

    order_id: str
    contact: ToldOrderContact
    consent: ToldConsent
    ordered_at: Instant
    text: str
    email: ToldEmailState | None


class ToldNewOrder(Told):
    """A new order. ``callback_url`` is shown this once; a repeated request is answered with ``null``.

    The order in full, with its text and persons, is read at its own address.
    """

    order_id: str
    ordered_at: Instant
    terms_version: str
    callback_url: str | None
    email: ToldEmailState


class ToldCredentials(Told):
    """That there are credentials; nothing of what they are."""

    written_at: Instant


class ToldAgreement(Told):
    """An agreement. ``missing`` names, in codes, what is missing before anything can be transferred.

    ``warnings`` names what was accepted and deserves a second look; ``advice`` is for a person to read.
    """

    creditor_id: str
    agency: str
    number: int
    state: AgreementState
    settings: ToldSettings
    missing: list[str]
    warnings: list[str]
    advice: str | None
    order_id: str | None
    ordered_at: Instant | None
    consent: ToldConsent | None
    credentials: ToldCredentials | None
    contract_change: ToldContractChange | None
    created_at: Instant
    updated_at: Instant
    ended_at: Instant | None
    revision: int


class ToldTerms(Told):
    """What is agreed to by an order, in plain words."""

    agency: str
    version: str
    text: str


def tell_agreement(agreement: Agreement) -> dict[str, Any]:
    """Tell an agreement: never its credentials, and never where it is called back."""
    settings, order = agreement.settings, agreement.order
    return {
        "creditor_id": agreement.creditor_id,
        "agency": agreement.agency,
        "number": agreement.number,
        "state": agreement.state.value,
        "settings": {
            "level": settings.level.value,
            "kid_length": settings.kid_length,
            "transfer_from": settings.transfer_from,
            "contact_travels": settings.contact_travels,
            "agency_bank_accounts": list(settings.agency_bank_accounts),
            "automatic_sync": settings.automatic_sync,
            "service_windows": [tell_service_window(each) for each in settings.service_windows],
            "service": settings.service.value,
            "transfer_status": settings.transfer_status,
            "accounts": asdict(settings.accounts),
            "agency_email": settings.agency_email,
            "grouping": settings.grouping.value,
            "commission_percent": percent(settings.commission),
            "withdrawal_cost": agreed(settings.withdrawal_cost),
        },
        "missing": list(agreement.missing),
        "warnings": list(agreement.warnings),
        "advice": agreement.advice,
        "order_id": order.order_id if order else None,
        "ordered_at": instant(order.ordered_at) if order else None,
        "consent": _consent(order) if order else None,
        "credentials": (
            {"written_at": instant(agreement.credentials.written_at)} if agreement.credentials else None
        ),
        "contract_change": _contract_change(agreement.contract_change),
        "created_at": instant(agreement.created_at),
        "updated_at": instant(agreement.updated_at),
        "ended_at": instant(agreement.ended_at),
        "revision": agreement.revision,
    }


def _contract_change(change: ContractChange | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {
        "job_id": change.job_id,
        "confirmed_by": change.confirmed_by,
        "confirmed_date": change.confirmed_date.isoformat(),
        "recorded_at": instant(change.recorded_at),
        "finished_at": instant(change.finished_at),
    }


def tell_order(order: Order, email: KeptEmail | None) -> dict[str, Any]:
    """Tell an order, and what became of its e-mail."""
    return {
        "order_id": order.order_id,
        "contact": {"name": order.contact_name, "email": order.contact_email, "phone": order.contact_phone},
        "consent": _consent(order),
        "ordered_at": instant(order.ordered_at),
        "text": order.text,
        "email": tell_email_state(email) if email else None,
    }


def tell_new_order(order: Order, email: KeptEmail) -> dict[str, Any]:
    """Tell a new order without the persons in it: what is answered is kept for repeated requests."""
    return {
        "order_id": order.order_id,
        "ordered_at": instant(order.ordered_at),
        "terms_version": order.consent.terms_version,
        "callback_url": None,
        "email": tell_email_state(email),
    }


def _consent(order: Order) -> dict[str, Any]:
    return {
        "given_by": order.consent.given_by,
        "given_at": instant(order.consent.given_at),
        "terms_version": order.consent.terms_version,
    }

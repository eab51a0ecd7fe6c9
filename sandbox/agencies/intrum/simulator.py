"""Intrum's operations, each an HTTP exchange over the shared ledger."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection, Row
from types import MappingProxyType
from typing import Final

from sandbox import bookings, cases, changes, messages
from sandbox.agencies.intrum import reading, shapes, tokens
from sandbox.agencies.intrum.queries import ACTIVATED, QUERIES
from sandbox.bookings import Booked
from sandbox.desk import Desk, Routine, Statuses
from sandbox.inputs import ControlRefused, Input
from sandbox.wire import Callback, Intervention, Reception, WireAnswer, WireRequest

_OPERATIONS: Final = {
    ("POST", "/oauth2/token"): "token",
    ("POST", "/collection/v1/cases"): "register_case",
    ("POST", "/collection/v1/payments"): "report_payment",
    ("POST", "/collection/v1/payment-cancellations"): "reverse_payment",
    ("POST", "/collection/v1/credits"): "report_credit",
    ("POST", "/collection/v1/messages"): "send_message",
    ("POST", "/collection/v1/withdrawals"): "withdraw_case",
    ("GET", "/collection/v1/cases"): "look_up",
    ("GET", "/collection/v1/cases/open"): "list_open_cases",
    ("GET", "/collection/v1/events"): "list_changes",
}
BANK_ACCOUNTS: Final = ("NO1886011117947", "FI2112345600000785")
"""From where the simulated agency pays out; accounts that banks give as examples, and nobody has."""


def _activate(desk: Desk, given: Input) -> dict[str, object]:
    number = given.text("client_number")
    client = desk.db.execute(
        "select callback_url from clients where agency = ? and number = ?", (desk.agency, number)
    ).fetchone()
    if client is None or client["callback_url"] is None:
        raise ControlRefused(409, "there is no such client, or it has no address to call")
    changes.push(desk, ACTIVATED, number)
    return {"client_number": number}


def _revoke(desk: Desk, _: Input) -> dict[str, object]:
    return {"revoked": tokens.revoke(desk)}


class IntrumSimulator:
    """Intrum, seen from outside."""

    routine = Routine(
        agency="intrum",
        number_prefix="IJ",
        number_after=timedelta(minutes=5),
        pushes=False,
        statuses=Statuses(
            # of what goes on before the demand, a reminder included, the status says nothing
            received="Registrerad",
            sent="Registrerad",
            overdue="Registrerad",
            part_paid="Registrerad",
            reminded="Registrerad",
            collection="Brevinkasso",
            closed={
                "paid": "Avslutad",
                "credited": "Avslutad",
                "withdrawn": "Annullerad",
                "credit_loss": "Avslutad",
                "cancelled": "Annullerad",
                "other": "Avslutad",
            },
        ),
    )
    secret_headers = frozenset({"authorization"})
    interventions: Mapping[str, Intervention] = MappingProxyType(
        {"activate": _activate, "revoke-tokens": _revoke}
    )

    def operation(self, request: WireRequest) -> str:
        """What is asked for."""
        return _OPERATIONS.get((request.method, request.path), "other")

    def client(self, db: Connection, request: WireRequest, real_now: datetime) -> Row | None:
        """The client whose token, or for a token whose secret, comes with the request."""
        if self.operation(request) == "token":
            return tokens.who_asks(db, request)
        return tokens.who_bears(db, request, real_now)

    def unauthorized(self) -> WireAnswer:
        """401."""
        return shapes.answer(401, "unauthorized", error="invalid_client")

    def failure(self, status: int) -> WireAnswer:
        """429 or 500."""
        return shapes.refused(status, "tooManyRequests" if status == 429 else "internalError")

    def handle(self, desk: Desk, client: Row, request: WireRequest, reception: Reception) -> WireAnswer:
        """Carry out a request."""
        contract = client["number"]
        operation = self.operation(request)
        if operation == "token":
            return tokens.give(desk, contract, request)
        if operation == "other":
            return shapes.refused(404, "notFound")
        if request.method == "GET":
            try:
                return QUERIES[operation](desk, contract, request.query)
            except (ValueError, OverflowError):
                return shapes.refused(400, "malformedRequest")
        try:
            message = reading.message(request.body, contract)
            if operation == "register_case":
                return _register(desk, contract, message, request.body, reception)
            return _on_case(desk, contract, message, _COMMANDS[operation])
        except reading.Refused as refused:
            return shapes.answer(400, "refused", errors=refused.errors)

    def callback_body(self, delivery_id: str, client: Row, changes: Sequence[Row]) -> bytes:
        """The body of the only callback there is: the contract is activated."""
        del delivery_id
        return shapes.written(
            {
                "contractNumber": client["number"],
                "activatedAt": changes[0]["at"],
                "bankAccounts": list(BANK_ACCOUNTS),
            }
        )

    def callback_headers(self, callback: Callback, real_now: datetime) -> dict[str, str]:
        """Sign nothing: the address is the secret."""
        del callback, real_now
        return {"Content-Type": "application/json"}


def _register(
    desk: Desk, contract: str, message: reading.Reader, body: bytes, reception: Reception
) -> WireAnswer:
    registration = reading.registration(message)
    digest = hashlib.sha256(body).hexdigest()
    known = desk.db.execute(
        "select digest from registrations where agency = ? and client = ? and external_id = ?",
        (desk.agency, contract, registration.external_id),
    ).fetchone()
    if known is not None:
        # it is known from the moment it was received, also while no look-up shows it
        return shapes.done(200, "unchanged") if known[0] == digest else shapes.refused(409, "conflict")
    for invoice in registration.invoices:
        if (holder := _holder(desk, contract, invoice.document_number)) is not None:
            existing = {
                "externalId": holder["external_id"],
                "caseNumber": holder["number"],
                "open": holder["state"] == "open",
            }
            return shapes.refused(409, "invoiceAlreadyRegistered", existing=existing)
    desk.db.execute(
        "insert into registrations (agency, client, external_id, digest) values (?, ?, ?, ?)",
        (desk.agency, contract, registration.external_id, digest),
    )
    cases.register(
        desk, contract, registration, visible_at=reception.visible_at, refused_for=reception.refused_for
    )
    return shapes.done(202, "created")


def _holder(desk: Desk, contract: str, document_number: str) -> Row | None:
    """The case that an invoice is in, as long as it is open or ended with nothing left to claim."""
    row: Row | None = desk.db.execute(
        "select * from cases where id in (select case_id from invoices where agency = ? and client = ?"
        " and document_number = ?) and (state = 'open' or (rejections = '[]' and principal <= 0))"
        " order by id desc limit 1",
        (desk.agency, contract, document_number),
    ).fetchone()
    return row


def _on_case(
    desk: Desk,
    contract: str,
    message: reading.Reader,
    command: Callable[[Desk, Row, reading.Reader], WireAnswer],
) -> WireAnswer:
    named = message.inner("case")
    external_id, number = named.text("externalId"), named.optional("number")
    message.done()
    # a command reaches a case from the moment it was received, also while no list shows it
    case = desk.db.execute(
        "select * from cases where agency = ? and client = ?"
        " and case when ?4 is null then external_id = ?3 else number = ?4 end order by id limit 1",
        (desk.agency, contract, external_id, number),
    ).fetchone()
    if case is None:
        return shapes.refused(404, "unknownCase")
    return command(desk, case, message)


def _invoice(desk: Desk, case: Row, message: reading.Reader) -> str | None:
    """The invoice that is meant: of a case with one invoice, found by its number, always that one."""
    wanted = message.text("invoiceExternalId")
    invoices = cases.invoices_of(desk, case["id"])
    if wanted in {invoice["external_id"] for invoice in invoices}:
        return wanted
    return wanted if len(invoices) == 1 and message.inner("case").optional("number") else None


def _report(desk: Desk, case: Row, message: reading.Reader, kind: str, day: str) -> WireAnswer:
    invoice = _invoice(desk, case, message)
    report = bookings.Report(
        kind,
        message.text("externalId"),
        invoice or "",
        message.cents("amount"),
        message.day(day),
        message.flag("settles"),
    )
    _same_currency(case, message)
    message.done()
    if invoice is None:
        return shapes.refused(404, "unknownInvoice")
    return _booked(bookings.report(desk, case, report))


def _payment(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    return _report(desk, case, message, "direct_payment", "paymentDate")


def _credit(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    message.text("creditNoteNumber")
    return _report(desk, case, message, "credit", "creditDate")


def _cancellation(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    key, payment_id = message.text("externalId"), message.text("paymentExternalId")
    amount = message.cents("amount")
    invoice = _invoice(desk, case, message)
    _same_currency(case, message)
    message.done()
    payment = bookings.reported_payment(desk, case, payment_id, invoice or "")
    if payment is None:
        return shapes.refused(404, "unknownPayment")
    return _booked(bookings.reverse_report(desk, case, key, payment, amount))


def _message(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    key, text = message.text("externalId"), message.text("text")
    message.done()
    return _booked(messages.receive(desk, case, key, text))


def _withdraw(desk: Desk, case: Row, _: reading.Reader) -> WireAnswer:
    if case["state"] == "closed":
        return shapes.done(200, "unchanged")
    cases.close(desk, case["id"], "withdrawn")
    return shapes.done(201, "created")


def _same_currency(case: Row, message: reading.Reader) -> None:
    if message.text("currency") not in {"", case["currency"]}:
        message.wrong("currency", "currencyNotSupported")


def _booked(booked: Booked) -> WireAnswer:
    match booked:
        case Booked.NEW:
            return shapes.done(201, "created")
        case Booked.KNOWN:
            return shapes.done(200, "unchanged")
        case Booked.CONFLICT:
            return shapes.refused(409, "conflict")


_COMMANDS: Final[Mapping[str, Callable[[Desk, Row, reading.Reader], WireAnswer]]] = {
    "report_payment": _payment,
    "reverse_payment": _cancellation,
    "report_credit": _credit,
    "send_message": _message,
    "withdraw_case": _withdraw,
}

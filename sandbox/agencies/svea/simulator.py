"""Svea's operations, each an HTTP exchange over the shared ledger."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection, Row
from types import MappingProxyType
from typing import Final

from sandbox import bookings, cases, claims, distribution, messages, sales
from sandbox.agencies.svea import administration, case_work, reading, shapes, signature
from sandbox.agencies.svea.invoices import INVOICE_COMMANDS, INVOICE_OPERATIONS
from sandbox.agencies.svea.queries import QUERIES
from sandbox.bookings import Booked
from sandbox.desk import Desk, Routine, Statuses
from sandbox.wire import Callback, Intervention, Reception, WireAnswer, WireRequest

_OPERATIONS: Final = {
    ("POST", "/api/v1/cases"): "register_case",
    ("POST", "/api/v1/payments"): "report_payment",
    ("POST", "/api/v1/payment-reversals"): "reverse_payment",
    ("POST", "/api/v1/credits"): "report_credit",
    ("POST", "/api/v1/credit-losses"): "report_write_off",
    ("POST", "/api/v1/messages"): "send_message",
    ("POST", "/api/v1/cancellations"): "withdraw_case",
    **INVOICE_OPERATIONS,
    ("GET", "/api/v1/cases"): "look_up",
    ("GET", "/api/v1/cases/open"): "list_open_cases",
    ("GET", "/api/v1/changes"): "list_changes",
    **case_work.OPERATIONS,
    **administration.OPERATIONS,
}


class SveaSimulator:
    """Svea, seen from outside."""

    routine = Routine(
        agency="svea",
        number_prefix="SV",
        number_after=timedelta(minutes=5),
        pushes=True,
        hands_out_documents=True,
        says_what_was_seen=True,
        statuses=Statuses(
            received="PendingApproval",
            sent="Sent",
            overdue="Overdue",
            part_paid="PartlyPaid",
            reminded="Reminded",
            collection="DebtCollection",
            closed={
                "paid": "Paid",
                "credited": "Credited",
                "withdrawn": "Cancelled",
                "credit_loss": "CreditLoss",
                "cancelled": "Cancelled",
                "other": "Cancelled",
            },
        ),
        effects=administration.EFFECTS,
    )
    secret_headers = frozenset({"authorization"})
    interventions: Mapping[str, Intervention] = MappingProxyType({})

    def operation(self, request: WireRequest) -> str:
        """What is asked for."""
        return _OPERATIONS.get((request.method, request.path), "other")

    def client(self, db: Connection, request: WireRequest, real_now: datetime) -> Row | None:
        """The client whose secret signed the body."""
        claimed = signature.claim(request.headers.get("authorization", ""))
        if claimed is None:
            return None
        client_id, digest = claimed
        row: Row | None = db.execute(
            "select * from clients where agency = 'svea' and client_id = ?", (client_id,)
        ).fetchone()
        timestamp = request.headers.get("timestamp", "")
        if row is None or not signature.holds(request.body, digest, row["secret"], timestamp, real_now):
            return None
        return row

    def unauthorized(self) -> WireAnswer:
        """401."""
        return shapes.answer(401, "Unauthorized", "The signature is not valid.")

    def failure(self, status: int) -> WireAnswer:
        """429 or 500."""
        if status == 429:
            return shapes.answer(429, "TooManyRequests", "Too many requests.")
        return shapes.answer(status, "InternalError", "An error has occurred.")

    def handle(self, desk: Desk, client: Row, request: WireRequest, reception: Reception) -> WireAnswer:
        """Carry out a request."""
        number = client["number"]
        operation = self.operation(request)
        if request.method == "GET" and operation != "other":
            try:
                return QUERIES[operation](desk, number, request.query)
            except (ValueError, OverflowError):
                return shapes.answer(400, "Rejected", "The query is not as the interface says.")
        if operation == "other":
            return shapes.answer(404, "NotFound", "There is no such resource.")
        try:
            message = reading.message(request.body, number)
            if operation == "register_case":
                return _register(desk, number, message, reception)
            if operation == "credit_check":
                return administration.check(desk, message)
            return _on_case(desk, number, message, _COMMANDS[operation])
        except reading.Refused as refused:
            return shapes.answer(400, "Rejected", "The message is refused.", Errors=refused.errors)

    def callback_body(self, delivery_id: str, client: Row, changes: Sequence[Row]) -> bytes:
        """The body of a callback."""
        return shapes.written(
            {
                "DeliveryId": delivery_id,
                "ClientId": client["number"],
                "Changes": [shapes.change(row) for row in changes],
            }
        )

    def callback_headers(self, callback: Callback, real_now: datetime) -> dict[str, str]:
        """Sign a callback."""
        signed = signature.headers(callback.body, callback.client_id, callback.secret, real_now)
        return signed | {"Content-Type": "application/json"}


def _register(desk: Desk, client: str, message: reading.Reader, reception: Reception) -> WireAnswer:
    registration = reading.registration(message)
    administered = registration.level == "administration"
    channels = administration.channels_of(message) if administered else []
    message.done()
    case_id = cases.register(
        desk,
        client,
        registration,
        visible_at=reception.visible_at,
        refused_for=reception.refused_for,
    )
    if administered:
        distribution.take_in(desk, client, case_id, channels)
    return shapes.answer(
        202,
        "Accepted",
        ClientOrderId=registration.external_id,
        Status=desk.routine.statuses.received,
    )


def _on_case(
    desk: Desk,
    client: str,
    message: reading.Reader,
    command: Callable[[Desk, Row, reading.Reader], WireAnswer],
) -> WireAnswer:
    external_id, number = message.text("ClientOrderId"), message.optional("CaseNumber")
    message.done()
    by = ("number", number) if number else ("external_id", external_id)
    found = cases.named(desk, client, *by)
    if not found:
        return shapes.answer(404, "UnknownCase", "The case is not known.")
    # of two cases with one external id the first one is meant, as in a look-up
    return command(desk, found[0], message)


def _invoice(desk: Desk, case: Row, message: reading.Reader) -> str | None:
    """The invoice that is meant: of a case with one invoice, found by its number, always that one."""
    wanted = message.text("ClientInvoiceId")
    invoices = cases.invoices_of(desk, case["id"])
    if wanted in {invoice["external_id"] for invoice in invoices}:
        claim = claims.claim_of(desk, case["id"], wanted)
        return None if claim is not None and claim["withdrawn"] else wanted
    return wanted if len(invoices) == 1 and message.optional("CaseNumber") else None


def _report(desk: Desk, case: Row, message: reading.Reader, kind: str, key: str, day: str) -> WireAnswer:
    invoice = _invoice(desk, case, message)
    report = bookings.Report(
        kind,
        message.text(key),
        invoice or "",
        message.amount("Amount"),
        message.day(day),
        message.flag("Settles"),
    )
    _same_currency(case, message)
    message.done()
    if invoice is None:
        return shapes.answer(404, "UnknownInvoice", "The case does not have that invoice.")
    booked = bookings.report(desk, case, report)
    if booked is Booked.NEW:
        sales.reclaim(desk, case, min(report.amount, max(case["principal"], 0)))
    return _booked(booked)


def _payment(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    return _report(desk, case, message, "direct_payment", "PaymentId", "PaidDate")


def _credit(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    message.text("DocumentNumber")
    return _report(desk, case, message, "credit", "CreditNoteId", "CreditDate")


def _loss(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    return _report(desk, case, message, "write_off", "CreditLossId", "LossDate")


def _reversal(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    key, payment_id, amount = message.text("ReversalId"), message.text("PaymentId"), message.amount("Amount")
    invoice = _invoice(desk, case, message)
    _same_currency(case, message)
    message.done()
    payment = bookings.reported_payment(desk, case, payment_id, invoice or "")
    if payment is None:
        return shapes.answer(404, "UnknownPayment", "That payment was not reported on this case.")
    booked = bookings.reverse_report(desk, case, key, payment, amount)
    if booked is Booked.NEW:
        sales.reclaim(desk, case, -amount)
    return _booked(booked)


def _message(desk: Desk, case: Row, message: reading.Reader) -> WireAnswer:
    key, text = message.text("MessageId"), message.text("Text")
    message.done()
    return _booked(messages.receive(desk, case, key, text))


def _cancel(desk: Desk, case: Row, _: reading.Reader) -> WireAnswer:
    if case["state"] == "closed":
        return shapes.answer(200, "AlreadyClosed", "The case has ended before.")
    cases.close(desk, case["id"], "withdrawn")
    return shapes.answer(200, "Accepted")


def _same_currency(case: Row, message: reading.Reader) -> None:
    if message.text("Currency") not in {"", case["currency"]}:
        message.wrong("Currency", "CurrencyNotSupported")


def _booked(booked: Booked) -> WireAnswer:
    match booked:
        case Booked.NEW:
            return shapes.answer(200, "Accepted")
        case Booked.KNOWN:
            return shapes.answer(200, "AlreadyExists")
        case Booked.CONFLICT:
            return shapes.answer(409, "Conflict", "That key was used for something else.")


_COMMANDS: Final[Mapping[str, Callable[[Desk, Row, reading.Reader], WireAnswer]]] = {
    "report_payment": _payment,
    "reverse_payment": _reversal,
    "report_credit": _credit,
    "report_write_off": _loss,
    "send_message": _message,
    "withdraw_case": _cancel,
    "pause_case": case_work.pause,
    "resume_case": case_work.resume,
    "answer_question": case_work.answer,
    "offer_invoice": administration.offer,
    **INVOICE_COMMANDS,
}

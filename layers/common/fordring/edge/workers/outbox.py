"""What goes out: commands to agencies, webhooks to billing products.

Called by the table's stream (which only puts ids on queues), by the queues, and once a minute by the
sweep, which finds what the stream has lost.
"""

import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from fordring.domain import things
from fordring.domain.agency import Stage
from fordring.domain.command import CommandState, head_of
from fordring.domain.email import EmailState
from fordring.domain.events import EventType
from fordring.domain.refs import Ref
from fordring.domain.webhooks import Delivery, DeliveryState
from fordring.edge.hub import Hub
from fordring.edge.telemetry import Count, Log, count
from fordring.edge.workers.messages import QueueOf, event_ref, message_of, send_all
from fordring.store.items import KINDS
from fordring.store.keys import ref_of
from fordring.usecases.delivering import deliver_lane
from fordring.usecases.documents import fetch_document
from fordring.usecases.lanes import lane_of
from fordring.usecases.mailing import deliver_email
from fordring.usecases.notifying import deliver
from fordring.usecases.pausing import resume_due
from fordring.usecases.ports import Queue
from fordring.usecases.publishing import FannedOut, fan_out

GRACE: Final = timedelta(seconds=30)
"""For how long what is due is left to the stream before the sweep takes it up."""

AT_A_SWEEP: Final = 1000
"""How much of what is due a sweep hands out: on some mornings thousands of letters are due at once."""

LONGEST_DELAY: Final = timedelta(minutes=14)
"""For how long a queue holds a message back (15 minutes at the most)."""

_EVENTS: Final = {
    EventType.CASE_REGISTERED: Count.CASE_REGISTERED,
    EventType.CASE_REJECTED: Count.CASE_REJECTED,
    EventType.PAYMENT_UNMATCHED: Count.PAYMENT_UNMATCHED,
    EventType.LEDGER_DRIFT: Count.LEDGER_DRIFT,
}
"""What is counted when it is told, once for each event."""

_FAILED: Final = {CommandState.DEAD: Count.COMMAND_DEAD, CommandState.IN_DOUBT: Count.COMMAND_IN_DOUBT}


def queues_of(hub: Hub) -> QueueOf:
    """Give the queues by the name of their setting."""
    from fordring.edge.queues import SqsQueue

    made: dict[str, Queue] = {}

    def queue_of(name: str) -> Queue:
        if name not in made:
            made[name] = SqsQueue(hub.settings.need(name))  # type: ignore[arg-type]
        return made[name]

    return queue_of


class Outbox:
    """The worker behind ``deliver_outbox``."""

    def __init__(self, hub: Hub, queue_of: QueueOf, log: Log) -> None:
        self._hub = hub
        self._queue_of = queue_of
        self._log = log

    def take(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Do what an invocation asks for; gives the partial answer that queues and streams understand."""
        if event.get("source") == "fordring.sweep":
            return self._sweep()
        records = event.get("Records") or []
        if records and records[0].get("eventSource") == "aws:dynamodb":
            return self._forward(records)
        return self._work_on_all(records)

    def _forward(self, records: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Put what is new to be done on its queue; everything at once, or the batch comes again.

        The mapping's filter lets through what was inserted, and deliveries at the beginning of a schedule.
        """
        refs = []
        for record in records:
            image = record["dynamodb"].get("NewImage") or {}
            kind = KINDS.get(image.get("kind", {}).get("S", ""))
            if kind is not None:
                refs.append(ref_of(kind, image["pk"]["S"], image["sk"]["S"]))
        send_all(self._queue_of, refs)
        return {"batchItemFailures": []}

    def _sweep(self) -> dict[str, Any]:
        """Find what has been due for a while and tell the workers again.

        The end of a case's rest and the day of a reminder plan's step are always found here: nothing is
        inserted when their time comes.
        """
        desk = self._hub.desk
        work = desk.read()
        if desk.clock.refs and work.find(things.TEST_CLOCK()) is not None:
            # Once the test clock is set, only its advance makes time pass.
            return {"batchItemFailures": []}
        found = self._hub.store.due(work.now - GRACE, limit=AT_A_SWEEP)
        sent = send_all(self._queue_of, found)
        if any(ref.kind not in (things.CASE, things.INVOICE) for ref in found):
            self._log.warning("sweep_found_overdue", count=sent)
        return {"batchItemFailures": []}

    def _work_on_all(self, records: list[Mapping[str, Any]]) -> dict[str, Any]:
        """Work on a queue's messages: events together, since they share a feed, all else one by one."""
        named = [_event_in(record) for record in records]
        events = [ref for ref in named if ref is not None]
        if len(events) > 1:
            try:
                self._fan_out(events)
            except Exception as error:  # noqa: BLE001 - which event it was shows when they come one by one
                self._log.failure("fan_out_failed", error)
            else:
                records = [record for record, ref in zip(records, named, strict=True) if ref is None]
        return failures(records, self._work_on, self._log)

    def _work_on(self, message: Mapping[str, str]) -> None:
        if "case_id" in message:
            self._deliver_commands(message["case_id"])
        elif "resume_case_id" in message:
            self._resume(message["resume_case_id"])
        elif "follow_up" in message:
            self._follow_up(message["follow_up"])
        elif "gathering" in message:
            self._gather(message["gathering"])
        elif "document_of" in message:
            self._fetch_document(message["document_of"], message["dispatch_id"])
        elif "delivery_id" in message:
            self._deliver_webhook(message["delivery_id"], secrets.token_hex(8))
        elif "email_id" in message:
            self._deliver_email(message)
        elif "mail_event" in message:
            self._note_mail_event(message)
        elif "letter_id" in message:
            self._deliver_letter(message)
        else:
            event = event_ref(message)
            self._fan_out([event] if event else [])

    def _fan_out(self, events: list[Ref[Any]]) -> None:
        owner, made = secrets.token_hex(8), FannedOut()
        try:
            fan_out(self._hub.desk, events, owner, made)
        finally:
            self._follow(made, owner)

    def _follow(self, made: FannedOut, owner: str) -> None:
        """Count what was told, and make the deliveries, also when others were faster with the rest."""
        for event in made.events:
            if event.type in _EVENTS:
                count(_EVENTS[event.type])
            if event.type is EventType.CASE_STATUS_CHANGED and event.data["stage"] == Stage.UNKNOWN:
                count(Count.AGENCY_STATUS_UNKNOWN)
        for delivery in made.deliveries:
            self._deliver_webhook(delivery, owner)

    def _deliver_commands(self, case_id: str) -> None:
        hub = self._hub
        states = deliver_lane(hub.desk, hub.agency, hub.vault.credentials_of, case_id, secrets.token_hex(8))
        for state in states:
            if state in _FAILED:
                count(_FAILED[state])
            self._log.info("command_attempted", case_id=case_id, state=state.value)
        if states and not states[-1].settled:
            head = head_of(lane_of(hub.desk, case_id))
            if head is not None:
                self._come_back(things.COMMAND(case_id, head.seq), head.due_at)

    def _resume(self, case_id: str) -> None:
        """Go on with a case whose rest has ended; what the agency is told of it has a row of its own."""
        if resume_due(self._hub.desk, self._hub.capabilities, case_id):
            self._log.info("case_resumed", case_id=case_id)

    def _deliver_email(self, message: Mapping[str, str]) -> None:
        hub = self._hub
        ref = things.EMAIL(message["creditor_id"], message["agency"], message["email_id"])
        state = deliver_email(hub.desk, hub.mail, hub.settings.mail_sender, ref, secrets.token_hex(8))
        if state is None:
            return
        self._log.info("email_attempted", email_id=message["email_id"], state=state.value)
        if state is EmailState.RETRY:
            self._come_back(ref, hub.desk.read(ref).get(ref).due_at)

    def _deliver_letter(self, message: Mapping[str, str]) -> None:
        from fordring.edge.workers.letters import deliver

        ref = things.LETTER(message["invoice_id"], message["letter_id"])
        self._come_back(ref, deliver(self._hub, ref, self._log))

    def _note_mail_event(self, message: Mapping[str, str]) -> None:
        from fordring.edge.workers.letters import note_event

        note_event(self._hub, message, self._log)

    def _gather(self, case_id: str) -> None:
        """Go on putting a case of several invoices together; what it is then told follows as a command."""
        from fordring.usecases.gathering import gather

        steps = gather(self._hub.desk, self._hub.capabilities, case_id)
        self._log.info("case_gathered", case_id=case_id, count=steps)

    def _follow_up(self, invoice_id: str) -> None:
        """Take the next step of an invoice under a reminder plan, if its day has come."""
        from fordring.domain.law import law
        from fordring.edge.bank_calendar import HolidayCalendar
        from fordring.usecases.following_up import Rules, follow_up_due

        rules = Rules(law(), HolidayCalendar(), self._hub.capabilities)
        outcome = follow_up_due(self._hub.desk, rules, invoice_id)
        if outcome is not None:
            self._log.info("invoice_followed_up", invoice_id=invoice_id, outcome=outcome)

    def _fetch_document(self, case_id: str, dispatch_id: str) -> None:
        hub = self._hub
        unseal = hub.vault.credentials_of
        dispatch = fetch_document(hub.desk, hub.agency, unseal, hub.files, case_id, dispatch_id)
        if dispatch is not None:
            state = dispatch.document_state(hub.desk.read().now)
            self._log.info("document_fetched", case_id=case_id, state=state)
            self._come_back(things.DISPATCH(case_id, dispatch_id), dispatch.fetch_at)

    def _deliver_webhook(self, delivery: str | Delivery, owner: str) -> None:
        from fordring.edge.standard_webhooks import sign

        hub = self._hub
        delivery_id = delivery if isinstance(delivery, str) else delivery.delivery_id
        state = deliver(hub.desk, hub.webhook_http, sign, hub.vault.secrets_of, delivery, owner)
        if state is None:
            return
        count(Count.WEBHOOK_DELIVERED if state is DeliveryState.DELIVERED else Count.WEBHOOK_FAILED)
        self._log.info("webhook_attempted", delivery_id=delivery_id, state=state.value)
        if state is DeliveryState.PENDING:
            ref = things.DELIVERY(delivery_id)
            self._come_back(ref, hub.desk.read(ref).get(ref).due_at)

    def _come_back(self, ref: Ref[Any], due_at: datetime | None) -> None:
        """Have the queue bring a thing back when it is due, if that is soon; else the sweep finds it."""
        desk = self._hub.desk
        work = desk.read()
        moved = desk.clock.refs and work.find(things.TEST_CLOCK()) is not None
        if due_at is None or moved or due_at - work.now > LONGEST_DELAY:
            return
        queue, message = message_of(ref)
        # A second more: a message that is early finds nothing due and is lost.
        self._queue_of(queue).send(
            [message], after=max(due_at - work.now, timedelta()) + timedelta(seconds=1)
        )


def _event_in(record: Mapping[str, Any]) -> Ref[Any] | None:
    """Give the event that a message names; what cannot be read is refused when its turn comes."""
    try:
        return event_ref(json.loads(record["body"]))
    except (ValueError, TypeError, KeyError):
        return None


def failures(
    records: list[Mapping[str, Any]], work_on: Callable[[Mapping[str, str]], None], log: Log
) -> dict[str, Any]:
    """Work on a queue's messages one by one; name the ones that failed, so that only they come again."""
    failed = []
    for record in records:
        try:
            work_on(json.loads(record["body"]))
        except Exception as error:  # noqa: BLE001 - one bad message must not hold up the others
            log.failure("message_failed", error)
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}

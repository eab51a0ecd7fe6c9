"""Letters of the hub's own when the table goes back in time, or a worker dies: none goes out twice.

The bucket does not go back: what is kept there of a letter tells whether it was sent.
"""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fordring.agencies.svea.terms import CAPABILITIES
from fordring.domain import things
from fordring.domain.errors import Unavailable
from fordring.domain.hub_letter import LetterState
from fordring.domain.law import law
from fordring.domain.ledger import Component
from fordring.domain.reminder_plan import Sender, StepKind
from fordring.domain.running import TestClock
from fordring.domain.transport import TransportFailed
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.usecases.following_up import Rules, follow_up_due
from fordring.usecases.kept_letters import mark_accepted
from fordring.usecases.restoring import raise_epoch
from tests.fakes import MemoryFiles
from tests.story.following import FEE_BEARING, follow_up, followed, letters_of, plan
from tests.story.stage import refill
from tests.story.telling import attention, invoice_of, told
from tests.story.test_hub_letters import SENDER, attentions, letters, told_by_ses

FREE, FIRST_FEE = datetime(2026, 3, 19, 9, tzinfo=UTC), datetime(2026, 3, 30, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sender(hub):
    hub.hub.settings = replace(hub.hub.settings, mail_sender=SENDER)


@pytest.fixture
def world(hub):
    return hub.world


@pytest.fixture
def mail(hub):
    return hub.hub.mail


@pytest.fixture
def costly(world):
    world.debtor(email_accepted_date=date(2026, 2, 1))
    return plan(world, "custom", steps=FEE_BEARING, sender=Sender.HUB)


class ForgetfulFiles(MemoryFiles):
    """Keeps what is sent, and not that it was taken: the second time it is away."""

    def put(self, name, body, content_type="application/octet-stream"):
        if name in self.kept and json.loads(body).get("accepted"):
            raise Unavailable
        super().put(name, body, content_type)


def restore(hub, kept, now):
    """Put the table back as it was; time does not go back with it."""
    refill(hub.engine, kept)
    hub.world.put(things.TEST_CLOCK(), TestClock(now))
    raise_epoch(hub.hub.desk)


@pytest.mark.capability("BEY-10")
@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=2), timedelta(days=4)])
@pytest.mark.parametrize("before", ["step", "sending"])
def test_a_letter_of_the_lost_time_counts_as_it_was_sent_and_is_not_sent_again(
    hub, world, mail, costly, before, later
):
    invoice_id = followed(world)
    hub.advance_to(hub.api, FIRST_FEE - timedelta(days=1))
    if before == "sending":
        # The letter is written down, and nobody has tried to send it yet.
        mail.fails.append(TransportFailed("no", "no_connection"))
        hub.advance_to(hub.api, FIRST_FEE.replace(hour=6, second=10))
    kept = hub.engine.everything()
    hub.advance_to(hub.api, FIRST_FEE + timedelta(hours=1))
    assert len(mail.sent) == 1
    was = letters(hub, invoice_id)[0]

    restore(hub, kept, FIRST_FEE + timedelta(hours=1) + later)
    hub.pump()
    hub.advance_to(hub.api, FIRST_FEE + timedelta(hours=4) + later)

    assert len(mail.sent) == 1
    invoice = invoice_of(hub, invoice_id)
    assert letters_of(invoice) == [("reminder", "2026-03-30")]
    assert invoice.balance.part(Component.FEE).remaining == 3_800
    (row,) = letters(hub, invoice_id)
    assert (row.letter_id, row.asked, row.state) == (was.letter_id, was.asked, LetterState.SENT)
    assert attention(hub) == []

    # What comes after it comes when it would have come anyway.
    hub.advance_to(hub.api, datetime(2026, 4, 16, 9, tzinfo=UTC))
    assert letters_of(invoice_of(hub, invoice_id)) == [
        ("reminder", "2026-03-30"),
        ("notice_of_collection", "2026-04-15"),
    ]
    assert len(mail.sent) == 2
    assert [row.state for row in letters(hub, invoice_id)] == [LetterState.SENT] * 2
    assert attention(hub) == []


@pytest.mark.parametrize("sender_is", ["hub", "billing_product"])
def test_an_invoice_of_the_lost_time_that_is_registered_anew_keeps_its_letters_ids(
    hub, world, mail, sender_is
):
    body = {"plan": "tight", "agency": "svea", "sender": sender_is, "active_from": "2026-01-01"}
    assert hub.api.put("/v1/creditors/acme/reminder-plan", body).status in (200, 201)
    kept = hub.engine.everything()

    def register():
        new = {
            "debtor_id": "d-1",
            "document_number": "F-1",
            "principal": {"amount": "1250.00", "currency": "NOK"},
            "invoice_date": "2026-03-02",
            "due_date": "2026-03-16",
        }
        reply = hub.api.post("/v1/creditors/acme/invoices", new)
        assert reply.status == 201, reply.text
        return reply.body["invoice_id"]

    lost = register()
    hub.advance_to(hub.api, FREE)
    asked = [each["reminder_id"] for each in told(hub, "invoice.reminder_due")]
    restore(hub, kept, FREE + timedelta(hours=2))
    anew = register()
    assert anew != lost
    hub.pump()
    hub.advance_to(hub.api, FREE + timedelta(hours=4))
    assert [each["reminder_id"] for each in told(hub, "invoice.reminder_due")] == asked
    assert len(asked) == (sender_is == "billing_product")
    assert len(mail.sent) == (sender_is == "hub")
    counted = [("free_notice", "2026-03-19")] if sender_is == "hub" else []
    assert letters_of(invoice_of(hub, anew)) == counted


def test_two_letters_of_the_lost_time_are_both_found(hub, world, mail):
    plan(world, "recommended", sender=Sender.HUB)
    invoice_id = followed(world)
    kept = hub.engine.everything()
    hub.advance_to(hub.api, datetime(2026, 3, 27, 9, tzinfo=UTC))
    assert len(mail.sent) == 2
    restore(hub, kept, datetime(2026, 3, 27, 9, tzinfo=UTC))
    hub.pump()
    hub.advance(hub.api, days=2)
    assert letters_of(invoice_of(hub, invoice_id)) == [
        ("free_notice", "2026-03-21"),
        ("free_notice", "2026-03-26"),
    ]
    assert len(mail.sent) == 2


@pytest.mark.parametrize("told_of", ["Send", "Bounce", None])
def test_one_of_which_it_is_not_known_that_it_was_taken_is_in_doubt(hub, world, mail, costly, told_of):
    hub.hub.files = ForgetfulFiles()
    invoice_id = followed(world)
    kept = hub.engine.everything()
    hub.advance_to(hub.api, FIRST_FEE)
    (was,) = letters(hub, invoice_id)
    restore(hub, kept, FIRST_FEE + timedelta(days=3))
    hub.pump()

    (row,) = letters(hub, invoice_id)
    assert (row.state, row.reason) == (LetterState.IN_DOUBT, "restored_since")
    assert (row.letter_id, row.asked) == (was.letter_id, was.asked)
    if told_of is not None:
        # Its id is the one that the mail service was told.
        told_by_ses(hub, was, told_of)
    hub.advance(hub.api, hours=2)
    assert len(mail.sent) == 1
    invoice = invoice_of(hub, invoice_id)
    assert letters_of(invoice) == ([("reminder", "2026-03-30")] if told_of == "Send" else [])
    assert len(attentions(hub, "letter_in_doubt")) == (told_of is None)
    assert (follow_up(world, invoice_id).stopped == "letter_bounced") == (told_of == "Bounce")


def test_what_was_not_sent_in_the_lost_time_is_sent(hub, world, mail):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    mail.fails.append(TransportFailed("no", "too_many"))
    hub.advance_to(hub.api, FREE.replace(hour=7, second=10))
    assert [row.state for row in letters(hub, invoice_id)] == [LetterState.RETRY]
    raise_epoch(hub.hub.desk)
    hub.advance_to(hub.api, FREE)
    assert len(mail.sent) == 1
    assert letters_of(invoice_of(hub, invoice_id)) == [("free_notice", "2026-03-19")]


def test_while_what_is_kept_cannot_be_read_nothing_is_sent(hub, world, mail, monkeypatch):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(hub.api, FREE - timedelta(days=1))
    kept = hub.engine.everything()
    hub.advance_to(hub.api, FREE)
    (row,) = letters(hub, invoice_id)
    restore(hub, kept, FREE)
    follow_up_due(hub.hub.desk, Rules(law(), HolidayCalendar(), lambda _agency: CAPABILITIES), invoice_id)

    def away(name):
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(hub.hub.files, "get", away)
        message = {"invoice_id": invoice_id, "letter_id": row.letter_id}
        record = {"messageId": "1", "body": json.dumps(message), "eventSource": "aws:sqs"}
        failed = hub.worker("outbox").take({"Records": [record]})
        assert failed == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert letters(hub, invoice_id)[0].state is LetterState.QUEUED
    hub.pump()
    assert letters(hub, invoice_id)[0].state is LetterState.SENT
    assert len(mail.sent) == 1


@pytest.mark.parametrize("state", [LetterState.SENDING, LetterState.IN_DOUBT])
def test_a_worker_that_died_after_the_mail_service_took_a_letter_leaves_no_doubt(hub, world, mail, state):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(hub.api, FREE)
    (row,) = letters(hub, invoice_id)
    ref = things.LETTER(invoice_id, row.letter_id)
    content = json.loads(hub.hub.files.get(row.file))
    assert content["accepted"] is True
    mark_accepted(hub.hub.files, row, content)
    # As it was before the worker could write down what had come of it.
    now = hub.hub.desk.read().now
    world.put(ref, replace(row, state=state, due_at=now, settled_at=None, lease_owner="dead"))
    follow = follow_up(world, invoice_id)
    invoice = world.get(things.INVOICE(invoice_id))
    waiting = replace(follow, done=0, asked=row.asked, due_at=None)
    world.put(things.INVOICE(invoice_id), replace(invoice, reminders=(), follow_up=waiting))

    hub.advance(hub.api, hours=1)
    assert [each.state for each in letters(hub, invoice_id)] == [LetterState.SENT]
    assert len(mail.sent) == 1
    assert letters_of(invoice_of(hub, invoice_id)) == [("free_notice", "2026-03-19")]


# --- other plans, while nobody knows --------------------------------------------------------------


@pytest.mark.parametrize("sender_then", [Sender.HUB, Sender.BILLING_PRODUCT])
def test_a_letter_in_doubt_holds_up_another_plan_and_counts_in_it(hub, world, mail, sender_then):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    mail.fails.append(TransportFailed("maybe", "no_answer"))
    hub.advance_to(hub.api, FREE.replace(hour=7, minute=0, second=10))
    (row,) = letters(hub, invoice_id)
    assert row.state is LetterState.IN_DOUBT

    body = {"plan": "recommended", "agency": "svea", "sender": sender_then.value, "move": True}
    assert hub.api.put("/v1/creditors/acme/reminder-plan", body).status == 200
    hub.advance(hub.api, days=5)
    assert len(mail.sent) == 1
    assert told(hub, "invoice.reminder_due") == []

    told_by_ses(hub, row, "Send")
    follow = follow_up(world, invoice_id)
    assert (follow.plan, follow.done) == (2, 1)
    hub.advance(hub.api, days=2)
    # The second of the new plan's letters, and not its first.
    assert len(mail.sent) + len(told(hub, "invoice.reminder_due")) == 2


def test_a_letter_that_comes_back_is_no_step_of_the_plan_that_came_after(hub, world, mail):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(hub.api, FREE)
    (row,) = letters(hub, invoice_id)
    body = {"plan": "calm", "agency": "svea", "sender": "hub", "move": True}
    assert hub.api.put("/v1/creditors/acme/reminder-plan", body).status == 200
    hub.advance(hub.api, days=1)
    assert (follow_up(world, invoice_id).plan, follow_up(world, invoice_id).done) == (2, 1)

    told_by_ses(hub, row, "Bounce")
    assert follow_up(world, invoice_id).done == 0
    assert invoice_of(hub, invoice_id).reminders == ()


def test_an_id_names_one_letter_whatever_plan_comes_after(hub, world):
    plan(world)
    invoice_id = followed(world)
    hub.advance_to(hub.api, FREE)
    (first,) = told(hub, "invoice.reminder_due")
    sent = {"kind": "free_notice", "sent_date": "2026-03-19", "channel": "email"}
    path = f"/v1/creditors/acme/invoices/{invoice_id}/reminders"
    assert hub.api.post(path, sent | {"reminder_id": first["reminder_id"]}).status == 201

    # In the new plan no letter is behind it: its first one is of another kind.
    steps = [{"kind": StepKind.NOTICE_OF_COLLECTION.value, "days": 20, "deadline_days": 14}]
    body = {"plan": "custom", "steps": steps, "move": True}
    assert hub.api.put("/v1/creditors/acme/reminder-plan", body).status == 200
    hub.advance(hub.api, days=20)
    asked = told(hub, "invoice.reminder_due")
    assert [each["kind"] for each in asked] == ["free_notice", "notice_of_collection"]
    assert len({each["reminder_id"] for each in asked}) == 2
    again = hub.api.post(path, sent | {"reminder_id": first["reminder_id"]})
    assert (again.status, again.body["code"]) == (409, "reminder_already_confirmed")


def test_an_invoice_that_is_enrolled_again_goes_on_counting_its_letters(hub, world):
    plan(world)
    invoice_id = followed(world)
    hub.advance_to(hub.api, FREE)
    (first,) = told(hub, "invoice.reminder_due")
    path = f"/v1/creditors/acme/invoices/{invoice_id}"
    sent = {"kind": "free_notice", "sent_date": "2026-03-19", "channel": "email"}
    assert hub.api.post(f"{path}/reminders", sent | {"reminder_id": first["reminder_id"]}).status == 201
    assert hub.api.put("/v1/creditors/acme/reminder-plan", {"plan": "calm"}).status == 200
    assert hub.api.post(f"{path}/enrol").status in (200, 201)
    hub.advance(hub.api, days=12)
    asked = told(hub, "invoice.reminder_due")
    assert len({each["reminder_id"] for each in asked}) == len(asked) == 2


def test_a_letter_asked_for_before_the_hub_took_over_is_recorded_as_ones_own(hub, world, mail):
    plan(world)
    invoice_id = followed(world)
    hub.advance_to(hub.api, FREE)
    (asked,) = told(hub, "invoice.reminder_due")
    body = {"plan": "recommended", "agency": "svea", "sender": "hub", "move": True}
    assert hub.api.put("/v1/creditors/acme/reminder-plan", body).status == 200
    hub.pump()

    # It was sent that morning, and is only told of now: the hub's keeps its distance.
    path = f"/v1/creditors/acme/invoices/{invoice_id}/reminders"
    own = {"kind": "free_notice", "sent_date": "2026-03-19", "channel": "ehf"}
    named = own | {"reminder_id": asked["reminder_id"]}
    assert hub.api.post(path, named).status == 201
    assert hub.api.post(path, named).code == "reminder_already_confirmed"
    hub.advance_to(hub.api, datetime(2026, 4, 10, 9, tzinfo=UTC))
    days = [day for _, day in letters_of(invoice_of(hub, invoice_id))]
    assert days[0] == "2026-03-19"
    assert len(mail.sent) == len(days) - 1
    (first, *_) = hub.api.get(path).body["items"]
    assert (first["letter_id"], first["channel"]) == (asked["reminder_id"], "ehf")
    full = hub.api.get(f"{path}/{first['letter_id']}").body
    assert (full["sender"], full["law"], full["content"]) == ("billing_product", None, None)
    assert attention(hub) == []


def test_a_confirmation_after_the_hub_has_sent_its_own_is_recorded_too(hub, world, mail):
    plan(world)
    invoice_id = followed(world)
    hub.advance_to(hub.api, FREE)
    (asked,) = told(hub, "invoice.reminder_due")
    body = {"plan": "recommended", "agency": "svea", "sender": "hub", "move": True}
    assert hub.api.put("/v1/creditors/acme/reminder-plan", body).status == 200
    hub.advance_to(hub.api, datetime(2026, 3, 21, 9, tzinfo=UTC))
    assert len(mail.sent) == 1
    path = f"/v1/creditors/acme/invoices/{invoice_id}/reminders"
    own = {"kind": "free_notice", "sent_date": "2026-03-19", "channel": "ehf"}
    assert hub.api.post(path, own | {"reminder_id": asked["reminder_id"]}).status == 201
    assert sorted(letters_of(invoice_of(hub, invoice_id))) == [
        ("free_notice", "2026-03-19"),
        ("free_notice", "2026-03-21"),
    ]

"""The letters of an invoice, read again: the reminder history, as evidence."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fordring.domain import things
from fordring.domain.reminder_plan import Sender
from fordring.domain.transport import TransportFailed
from tests.story.following import FEE_BEARING, Product, followed, plan
from tests.story.telling import ACME, invoice_of, money, pay_creditor, told
from tests.story.test_hub_letters import SENDER, letters, told_by_ses

FIRST_FEE = datetime(2026, 3, 30, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sender(hub):
    hub.hub.settings = replace(hub.hub.settings, mail_sender=SENDER)


@pytest.fixture
def mail(hub):
    return hub.hub.mail


@pytest.fixture
def costly(hub):
    hub.world.debtor(email_accepted_date=date(2026, 2, 1))
    return plan(hub.world, "custom", steps=FEE_BEARING, sender=Sender.HUB)


def read(hub, invoice_id, letter_id=None):
    path = f"{ACME}/invoices/{invoice_id}/reminders"
    reply = hub.api.get(path if letter_id is None else f"{path}/{letter_id}")
    assert reply.status == 200, reply.text
    return reply.body


def test_what_the_hub_sent_is_read_word_by_word_with_the_law_that_it_rests_on(hub, mail, costly):
    invoice_id = followed(hub.world)
    hub.advance_to(hub.api, FIRST_FEE)
    (listed,) = read(hub, invoice_id)["items"]
    assert (listed["sender"], listed["state"], listed["counts"]) == ("hub", "sent", True)
    assert (listed["kind"], listed["sent_date"], listed["channel"]) == ("reminder", "2026-03-30", "email")
    assert (listed["deadline_date"], listed["fee"]) == ("2026-04-13", money("38.00"))
    assert (listed["plan_number"], listed["step"], listed["reason"]) == (1, 1, None)
    assert listed["noted_at"] is not None

    found = read(hub, invoice_id, listed["letter_id"])
    assert {name: found[name] for name in listed} == listed
    (sent,) = mail.sent
    content = found["content"]
    assert (content["subject"], content["text"], content["html"]) == (sent.subject, sent.text, sent.html)
    assert (content["recipient"], content["language"]) == (sent.recipient, "nb")
    assert content["interest"] == money("5.34")
    assert content["missing_law"] is None
    (period,) = content["interest_periods"]
    assert (period["since"], period["until"], period["per_cent"]) == ("2026-03-17", "2026-03-30", "12.00")
    rules = {row["rule"]: row for row in found["law"]}
    assert (rules["reminder_fee_share"]["value"], rules["collection_rate"]["value"]) == ("1/20", 75_000)
    assert {"late_interest", "first_fee_after_days", "fee_letter_deadline_days"} <= set(rules)
    assert all(row["source"] and row["country"] == "NO" for row in found["law"])
    # Nothing of it is in what is told to everybody who listens.
    assert "Nordmann" not in str(told(hub, "invoice.reminder_sent"))


@pytest.mark.capability("FIK-1")
def test_what_was_confirmed_is_read_with_what_it_was_held_to(hub):
    plan(hub.world, "custom", steps=FEE_BEARING)
    product = Product(hub)
    own = {"kind": "free_notice", "sent_date": "2026-03-20", "channel": "paper"}
    invoice_id = followed(hub.world)
    hub.advance_to(hub.api, datetime(2026, 3, 20, 12, tzinfo=UTC))
    assert hub.api.post(f"{ACME}/invoices/{invoice_id}/reminders", own).status == 201
    product.until(date(2026, 4, 5))
    (asked,) = product.asked()

    first, second = read(hub, invoice_id)["items"]
    assert (first["letter_id"], first["kind"], first["sender"]) == (None, "free_notice", "billing_product")
    assert (first["plan_number"], first["step"], first["compensation"]) == (None, None, None)
    assert (second["letter_id"], second["sent_date"]) == (asked["reminder_id"], asked["date"])
    assert (second["fee"], second["counts"], second["state"]) == (money("38.00"), True, "sent")

    found = read(hub, invoice_id, asked["reminder_id"])
    assert found["content"] is None
    held = {row["rule"]: row["value"] for row in found["law"]}
    assert (held["collection_rate"], held["reminder_fee_share"]) == (75_000, "1/20")
    assert held["first_fee_after_days"] == 14
    # As it was asked for, so it was held.
    assert {row["rule"] for row in asked["law"]} - set(held) <= {"late_interest", "day_count"}


def test_what_came_back_and_what_is_not_known_stays_in_the_history(hub, mail, costly):
    invoice_id = followed(hub.world)
    mail.fails.append(TransportFailed("maybe", "no_answer"))
    hub.advance_to(hub.api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)
    (listed,) = read(hub, invoice_id)["items"]
    assert (listed["state"], listed["reason"], listed["counts"]) == ("in_doubt", "no_answer", False)
    assert read(hub, invoice_id, row.letter_id)["content"]["text"].startswith("Purring")

    told_by_ses(hub, row, "Send")
    told_by_ses(hub, row, "Bounce")
    (listed,) = read(hub, invoice_id)["items"]
    assert (listed["state"], listed["reason"], listed["counts"]) == ("bounced", "bounced", False)
    assert read(hub, invoice_id, row.letter_id)["content"]["recipient"] == "kari@nordmann.example"


def test_a_letter_that_was_not_sent_has_no_words(hub, mail, costly):
    invoice_id = followed(hub.world)
    mail.fails.append(TransportFailed("no", "too_many"))
    hub.advance_to(hub.api, FIRST_FEE.replace(hour=6, second=10))
    pay_creditor(hub, invoice_id, "1250.00")
    hub.advance_to(hub.api, FIRST_FEE)
    (listed,) = read(hub, invoice_id)["items"]
    assert (listed["state"], listed["reason"], listed["counts"]) == ("cancelled", "settled", False)
    found = read(hub, invoice_id, listed["letter_id"])
    assert (found["content"], found["law"]) == (None, None)


def test_another_creditors_letters_and_unknown_ones_are_not_found(hub, costly):
    invoice_id = followed(hub.world)
    hub.advance_to(hub.api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)
    hub.world.creditor("other")
    hub.world.debtor(creditor_id="other")
    others = hub.world.invoice(creditor_id="other", debtor_id="d-1").invoice_id
    for path in (
        f"/v1/creditors/other/invoices/{invoice_id}/reminders",
        f"/v1/creditors/other/invoices/{invoice_id}/reminders/{row.letter_id}",
        f"/v1/creditors/other/invoices/{others}/reminders/{row.letter_id}",
        f"{ACME}/invoices/{others}/reminders",
        f"{ACME}/invoices/inv_unknown/reminders",
        f"{ACME}/invoices/{invoice_id}/reminders/ltr_unknown",
        f"{ACME}/invoices/{invoice_id}/reminders/rem_unknown",
        f"{ACME}/invoices/{invoice_id}/reminders/unknown",
    ):
        assert hub.api.get(path).status == 404, path
    assert hub.api.get(f"/v1/creditors/other/invoices/{others}/reminders").body == {"items": []}


def test_an_erased_debtor_is_in_no_letter_any_more(hub, mail, costly):
    invoice_id = followed(hub.world)
    hub.advance_to(hub.api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)
    owed = invoice_of(hub, invoice_id).remaining.text
    pay_creditor(hub, invoice_id, owed)
    hub.pump()
    assert "Nordmann" in hub.hub.files.kept[row.file][0].decode()

    ref = things.DEBTOR("acme", "d-1")
    refused = hub.api.post(f"{ACME}/debtors/d-1/erase")
    assert refused.status == 409
    assert "Nordmann" in hub.hub.files.kept[row.file][0].decode()

    # Nothing happens in these years; without a run for each of their days.
    clock = hub.world.get(things.TEST_CLOCK())
    hub.world.put(things.TEST_CLOCK(), replace(clock, now=datetime(2040, 1, 1, 9, tzinfo=UTC)))
    assert hub.api.post(f"{ACME}/debtors/d-1/erase").status == 200
    assert hub.world.get(ref).erased_at is not None
    kept = hub.hub.files.kept[row.file][0].decode()
    assert "Nordmann" not in kept
    assert "nordmann" not in kept
    (listed,) = read(hub, invoice_id)["items"]
    assert (listed["kind"], listed["sent_date"], listed["fee"]) == ("reminder", "2026-03-30", money("38.00"))
    assert read(hub, invoice_id, row.letter_id)["content"] is None

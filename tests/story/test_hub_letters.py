"""Letters that the hub sends by itself: once, in the debtor's language, undone when they come back."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fordring.domain import things
from fordring.domain.email import LetterRefused
from fordring.domain.hub_letter import LetterState
from fordring.domain.ledger import Component
from fordring.domain.refs import Listing
from fordring.domain.reminder_plan import Sender
from fordring.domain.transport import TransportFailed
from fordring.domain.vouchers import Account
from tests.story.following import FEE_BEARING, follow_up, followed, letters_of, plan
from tests.story.telling import ACME, told

SENDER = "letters@fordring.example"
FREE, FIRST_FEE = datetime(2026, 3, 19, 9, tzinfo=UTC), datetime(2026, 3, 30, 9, tzinfo=UTC)
"""After the morning on which the first free notice goes out, and the first letter that costs something."""


@pytest.fixture(autouse=True)
def sender(hub):
    hub.hub.settings = replace(hub.hub.settings, mail_sender=SENDER)


@pytest.fixture
def world(hub):
    return hub.world


@pytest.fixture
def api(hub):
    return hub.api


@pytest.fixture
def mail(hub):
    return hub.hub.mail


@pytest.fixture
def costly(world):
    """A plan whose letters cost something, and a debtor who takes them by e-mail."""
    world.debtor(email_accepted_date=date(2026, 2, 1))
    return plan(world, "custom", steps=FEE_BEARING, sender=Sender.HUB)


def letters(hub, invoice_id):
    """Give the rows of an invoice's letters."""
    listing = Listing(things.LETTER, "letters_of", (invoice_id,))
    return [row for _, row in hub.hub.store.page(listing, limit=50).items]


def told_by_ses(hub, letter, event):
    """Let the mail service tell of a letter."""
    message = {"mail_event": event, "invoice": [letter.invoice_id], "letter": [letter.letter_id]}
    record = {"messageId": "1", "body": json.dumps(message), "eventSource": "aws:sqs"}
    assert hub.worker("outbox").take({"Records": [record]}) == {"batchItemFailures": []}
    hub.pump()


def vouchers(world):
    """Give every voucher."""
    rows = [item for item in world.engine.everything() if item.kind == "voucher"]
    return [world.get(things.VOUCHER(row.pk.removeprefix("VOU#"))) for row in rows]


def invoice_of(world, invoice_id):
    return world.get(things.INVOICE(invoice_id))


def attentions(hub, kind):
    page = hub.hub.store.page(Listing(things.ATTENTION, "attention_of", ("acme",), "open#"), limit=100)
    return [each for _, each in page.items if each.kind == kind]


@pytest.mark.capability("FIK-1", "FIK-10")
def test_a_free_notice_goes_out_in_the_debtors_language_and_counts(hub, world, api, mail):
    world.debtor(language="nn")
    plan(world, sender=Sender.HUB, wording=(("nn", "Ring oss gjerne."), ("nb", "Ring oss.")))
    invoice_id = followed(world)
    hub.advance_to(api, FREE)

    (sent,) = mail.sent
    assert sent.recipient == "kari@nordmann.example"
    assert sent.reply_to == "post@acme.example"
    assert sent.subject.startswith("Betalingspåminning: faktura ")
    assert "Ring oss gjerne." in sent.text
    assert "Ring oss gjerne." in sent.html
    # Nobody needs the name of the own country under an address.
    assert "\nNO\n" not in sent.text
    assert letters_of(invoice_of(world, invoice_id)) == [("free_notice", "2026-03-19")]
    assert follow_up(world, invoice_id).done == 1
    (row,) = letters(hub, invoice_id)
    assert row.state is LetterState.SENT
    assert dict(sent.tags) == {"invoice": invoice_id, "letter": row.letter_id}
    (event,) = told(hub, "invoice.reminder_sent")
    assert (event["kind"], event["channel"], event["letter_id"]) == ("free_notice", "email", row.letter_id)
    assert told(hub, "invoice.reminder_due") == []


def test_a_debtor_abroad_is_told_the_creditors_country(hub, world, api, mail):
    world.debtor(country="SE")
    plan(world, sender=Sender.HUB)
    followed(world)
    hub.advance_to(api, FREE)
    (sent,) = mail.sent
    assert "\nNO\n" in sent.text


def test_what_was_sent_is_kept_with_the_law_that_it_rests_on(hub, world, api, mail, costly):
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)

    content, content_type = hub.hub.files.kept[f"letters/{row.letter_id}.json"]
    kept = json.loads(content)
    assert content_type == "application/json"
    assert (kept["text"], kept["html"], kept["subject"]) == (
        mail.sent[0].text,
        mail.sent[0].html,
        mail.sent[0].subject,
    )
    assert (kept["fee"], kept["kind"]) == (3_800, "reminder")
    assert {"reminder_fee_share", "collection_rate", "late_interest"} <= {row["rule"] for row in kept["law"]}
    assert all(row["source"] for row in kept["law"])


def test_a_letter_says_what_was_agreed_and_keeps_how_it_was_worked_out(hub, world, api, mail):
    world.debtor(kind="business", organisation_number="914778271", email_accepted_date=date(2026, 2, 1))
    plan(world, "custom", steps=FEE_BEARING, sender=Sender.HUB)
    invoice_id = followed(world, agreed_interest=1800)
    foreseen = api.post(f"{ACME}/reminder-plan/preview", {"invoice_id": invoice_id}).body["items"][0]
    hub.advance_to(api, FIRST_FEE)

    (sent,) = mail.sent
    assert "18,00 % per år av kr\u00a01\u00a0250,00, som avtalt" in sent.text
    assert "18,00 % per år av kr\u00a01\u00a0250,00, som avtalt" in sent.html
    (row,) = letters(hub, invoice_id)
    kept = json.loads(hub.hub.files.kept[f"letters/{row.letter_id}.json"][0])
    assert kept["interest"] == 801
    assert [(each["per_cent"], each["basis"]) for each in kept["interest_periods"]] == [("18.00", "agreed")]
    first = foreseen["steps"][0]
    assert first["interest_periods"] == kept["interest_periods"]
    assert first["letter"]["text"] == sent.text


def test_a_letter_without_a_rate_says_that_interest_is_owed_and_no_figure(hub, world, api, mail, costly):
    hub.advance_to(api, datetime(2026, 12, 21, 9, tzinfo=UTC))
    invoice_id = followed(world, date(2026, 12, 20), invoice_date=date(2026, 12, 6))
    foreseen = api.post(f"{ACME}/reminder-plan/preview", {"invoice_id": invoice_id}).body["items"][0]
    hub.advance_to(api, datetime(2027, 1, 3, 9, tzinfo=UTC))

    (sent,) = mail.sent
    assert "Forsinkelsesrente etter loven kommer i tillegg." in sent.text
    assert "Forsinkelsesrente etter loven kommer i tillegg." in sent.html
    assert "Forsinkelsesrente per" not in sent.text
    (row,) = letters(hub, invoice_id)
    kept = json.loads(hub.hub.files.kept[f"letters/{row.letter_id}.json"][0])
    assert kept["interest"] is None
    assert kept["missing_law"]["on"] == "2027-01-01"
    first = foreseen["steps"][0]
    assert (first["date"], first["interest"], first["missing_law"]) == (
        "2027-01-03",
        None,
        kept["missing_law"],
    )
    assert first["letter"]["text"] == sent.text


def test_a_reminder_costs_what_it_says_and_is_booked_once(hub, world, api, mail, costly):
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)

    invoice = invoice_of(world, invoice_id)
    assert letters_of(invoice) == [("reminder", "2026-03-30")]
    assert invoice.balance.part(Component.FEE).remaining == 3_800
    assert "kr\u00a038,00" in mail.sent[0].text
    assert [each.kind for each in vouchers(world)] == ["cost_charged"]

    (row,) = letters(hub, invoice_id)
    told_by_ses(hub, row, "Send")
    told_by_ses(hub, row, "Send")
    assert invoice_of(world, invoice_id).balance == invoice.balance
    assert len(told(hub, "invoice.reminder_sent")) == 1


def test_norwegian_law_wants_an_address_that_was_accepted(hub, world, api, mail):
    plan(world, "custom", steps=FEE_BEARING, sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)

    assert mail.sent == []
    assert follow_up(world, invoice_id).stopped == "email_not_accepted"
    (raised,) = attentions(hub, "letter_not_sent")
    assert (raised.subject, raised.reason) == (("invoice", invoice_id), "email_not_accepted")

    # Accepted since: it goes out the next morning, and leaves the list.
    debtor = world.get(things.DEBTOR("acme", "d-1"))
    world.put(things.DEBTOR("acme", "d-1"), replace(debtor, email_accepted_date=date(2026, 3, 30)))
    hub.advance(api, days=1)
    assert len(mail.sent) == 1
    assert attentions(hub, "letter_not_sent") == []
    assert letters_of(invoice_of(world, invoice_id)) == [("reminder", "2026-03-31")]


def test_without_an_address_nothing_is_sent_and_it_is_told(hub, world, api, mail):
    world.debtor(email=None)
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(api, FREE)

    assert mail.sent == []
    assert follow_up(world, invoice_id).stopped == "no_email"
    assert len(attentions(hub, "letter_not_sent")) == 1


def test_a_letter_in_doubt_is_not_sent_again_until_the_mail_service_tells(hub, world, api, mail, costly):
    mail.fails.append(TransportFailed("maybe", "no_answer"))
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE.replace(hour=6, minute=30))

    (row,) = letters(hub, invoice_id)
    assert row.state is LetterState.IN_DOUBT
    assert invoice_of(world, invoice_id).reminders == ()

    told_by_ses(hub, row, "Send")
    invoice = invoice_of(world, invoice_id)
    assert letters_of(invoice) == [("reminder", "2026-03-30")]
    assert invoice.balance.part(Component.FEE).remaining == 3_800
    hub.advance(api, hours=3)
    assert len(mail.sent) == 1
    assert attentions(hub, "letter_in_doubt") == []


@pytest.mark.parametrize(
    ("resolution", "sent", "done", "stopped"),
    [("sent", 1, 1, None), ("not_sent", 2, 1, None), ("give_up", 1, 0, "letter_not_sent")],
)
def test_a_person_decides_where_the_mail_service_tells_nothing(
    hub, world, api, mail, costly, resolution, sent, done, stopped
):
    mail.fails.append(TransportFailed("maybe", "no_answer"))
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)
    (raised,) = attentions(hub, "letter_in_doubt")

    reply = api.post(f"/v1/attention/{raised.attention_id}/resolve", {"resolution": resolution})
    assert reply.status == 202, reply.text
    hub.pump()
    assert len(mail.sent) == sent
    invoice = invoice_of(world, invoice_id)
    assert (len(invoice.reminders), follow_up(world, invoice_id).done) == (done, done)
    assert follow_up(world, invoice_id).stopped == stopped


def test_a_letter_that_comes_back_is_undone(hub, world, api, mail, costly):
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)
    owed = invoice_of(world, invoice_id).balance.part(Component.PRINCIPAL).remaining

    told_by_ses(hub, row, "Bounce")
    told_by_ses(hub, row, "Bounce")
    told_by_ses(hub, row, "Send")

    invoice = invoice_of(world, invoice_id)
    assert invoice.reminders == ()
    assert invoice.balance.remaining == owed
    assert follow_up(world, invoice_id).done == 0
    assert follow_up(world, invoice_id).stopped == "letter_bounced"
    (raised,) = attentions(hub, "letter_bounced")
    assert raised.subject == ("letter", invoice_id, row.letter_id)
    assert len(told(hub, "invoice.reminder_bounced")) == 1
    assert sum(voucher.on(Account.RECEIVABLE) for voucher in vouchers(world)) == 0
    assert sum(voucher.on(Account.FEE_INCOME) for voucher in vouchers(world)) == 0

    # The same address gets nothing more, and it is told once.
    hub.advance(api, days=2)
    assert api.post(f"/v1/attention/{raised.attention_id}/retry").status == 202
    hub.pump()
    assert len(mail.sent) == 1
    assert follow_up(world, invoice_id).stopped == "letter_bounced"
    assert len(attentions(hub, "letter_bounced")) == 1

    # Another one does.
    debtor = {
        "kind": "private",
        "country": "NO",
        "name": "Kari Nordmann",
        "email": "kari@elsewhere.example",
        "email_accepted_date": "2026-03-30",
    }
    assert api.put(f"{ACME}/debtors/d-1", debtor).status == 200
    hub.advance(api, days=1)
    assert [each.recipient for each in mail.sent] == ["kari@nordmann.example", "kari@elsewhere.example"]
    assert follow_up(world, invoice_id).done == 1


def test_a_bounce_that_comes_first_leaves_nothing_to_undo(hub, world, api, mail, costly):
    mail.fails.append(TransportFailed("maybe", "no_answer"))
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE.replace(hour=6, minute=30))
    (row,) = letters(hub, invoice_id)

    told_by_ses(hub, row, "Bounce")
    told_by_ses(hub, row, "Send")
    invoice = invoice_of(world, invoice_id)
    assert (invoice.reminders, invoice.balance.part(Component.FEE).original) == ((), 0)
    assert told(hub, "invoice.reminder_sent") == []
    assert letters(hub, invoice_id)[0].state is LetterState.BOUNCED


def test_a_bounce_after_the_fee_was_paid_takes_back_nothing_and_tells(hub, world, api, mail, costly):
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)
    remaining = api.get(f"{ACME}/invoices/{invoice_id}").body["remaining"]
    paid = {"amount": remaining, "paid_date": "2026-03-30"}
    assert api.post(f"{ACME}/invoices/{invoice_id}/payments", paid).status == 201

    told_by_ses(hub, row, "Bounce")
    assert invoice_of(world, invoice_id).balance.remaining == 0
    (raised,) = attentions(hub, "letter_bounced")
    assert raised.reason == "charge_already_settled"


def test_what_has_become_wrong_before_it_is_sent_is_cancelled(hub, world, api, mail):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    mail.fails.append(TransportFailed("no", "no_connection"))
    hub.advance_to(api, FREE.replace(hour=7, minute=0, second=10))
    (row,) = letters(hub, invoice_id)
    assert row.state is LetterState.RETRY

    remaining = api.get(f"{ACME}/invoices/{invoice_id}").body["remaining"]
    paid = {"amount": remaining, "paid_date": "2026-03-19"}
    assert api.post(f"{ACME}/invoices/{invoice_id}/payments", paid).status == 201
    hub.advance_to(api, FREE)
    (row,) = letters(hub, invoice_id)
    assert (row.state, row.reason) == (LetterState.CANCELLED, "settled")
    assert mail.sent == []
    assert follow_up(world, invoice_id).stopped == "settled"


def test_a_letter_of_the_creditors_own_on_the_same_day_puts_the_hubs_off(hub, world, api, mail):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    mail.fails.append(TransportFailed("no", "no_connection"))
    hub.advance_to(api, FREE.replace(hour=7, minute=0, second=10))
    own = {"kind": "free_notice", "sent_date": "2026-03-19", "channel": "paper"}
    assert api.post(f"{ACME}/invoices/{invoice_id}/reminders", own).status == 201

    hub.advance_to(api, FREE)
    assert mail.sent == []
    assert [row.state for row in letters(hub, invoice_id)] == [LetterState.CANCELLED]
    hub.advance(api, days=1)
    assert len(mail.sent) == 1
    assert [day for _, day in letters_of(invoice_of(world, invoice_id))] == ["2026-03-19", "2026-03-20"]


def test_what_certainly_never_left_is_tried_again(hub, world, api, mail):
    plan(world, sender=Sender.HUB)
    followed(world)
    mail.fails.append(TransportFailed("no", "too_many"))
    hub.advance_to(api, FREE)
    assert len(mail.sent) == 1


def test_a_letter_of_an_earlier_day_is_worked_out_anew(hub, world, api, mail):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    mail.fails.extend([TransportFailed("no", "too_many")] * 12)
    hub.advance_to(api, FREE + timedelta(hours=12))
    assert attentions(hub, "letter_not_sent") == []
    # Its day has passed: it is tried again on the next one, and a person knows.
    hub.advance_to(api, FREE + timedelta(hours=20))
    (raised,) = attentions(hub, "letter_not_sent")
    assert (raised.subject, raised.reason) == (("invoice", invoice_id), "too_many")
    assert mail.sent == []
    hub.advance_to(api, FREE + timedelta(days=2))
    assert attentions(hub, "letter_not_sent") == []
    assert len(mail.sent) == 1
    assert [row.state for row in letters(hub, invoice_id)][-1] is LetterState.SENT
    (letter,) = invoice_of(world, invoice_id).reminders
    assert letter.sent_date > date(2026, 3, 19)


def test_a_refusal_of_the_mail_service_stops_the_plan_until_a_person_has_looked(hub, world, api, mail):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    mail.fails.append(LetterRefused("message_rejected"))
    hub.advance_to(api, FREE)
    (raised,) = attentions(hub, "letter_not_sent")
    assert (raised.reason, follow_up(world, invoice_id).stopped) == ("message_rejected", "letter_not_sent")

    assert api.post(f"/v1/attention/{raised.attention_id}/retry").status == 202
    hub.pump()
    assert len(mail.sent) == 1
    assert follow_up(world, invoice_id).done == 1


def test_what_was_taken_and_not_sent_is_no_fault_of_the_address(hub, world, api, mail, costly):
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)
    told_by_ses(hub, row, "Reject")
    invoice = invoice_of(world, invoice_id)
    assert (invoice.reminders, invoice.remaining.text) == ((), "1250.00")
    assert follow_up(world, invoice_id).stopped == "letter_not_sent"
    assert world.get(things.DEBTOR("acme", "d-1")).email_bounced_at is None
    assert told(hub, "invoice.reminder_bounced")[0]["reason"] == "rejected"
    (raised,) = attentions(hub, "letter_not_sent")
    assert raised.reason == "rejected"

    assert api.post(f"/v1/attention/{raised.attention_id}/retry").status == 202
    hub.pump()
    assert len(mail.sent) == 2
    assert letters_of(invoice_of(world, invoice_id)) == [("reminder", "2026-03-30")]


def test_a_late_bounce_says_nothing_of_an_address_that_came_since(hub, world, api, mail):
    plan(world, "calm", sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(api, datetime(2026, 3, 23, 9, tzinfo=UTC))
    (row,) = letters(hub, invoice_id)
    debtor = {"kind": "private", "country": "NO", "name": "Kari Nordmann", "email": "kari@elsewhere.example"}
    assert api.put(f"{ACME}/debtors/d-1", debtor).status == 200

    told_by_ses(hub, row, "Bounce")
    assert invoice_of(world, invoice_id).reminders == ()
    assert world.get(things.DEBTOR("acme", "d-1")).email_bounced_at is None
    hub.advance(api, days=1)
    assert [letter.recipient for letter in mail.sent] == ["kari@nordmann.example", "kari@elsewhere.example"]
    assert attentions(hub, "letter_bounced") == []


def test_two_workers_send_one_letter(hub, world, api, mail):
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(api, FREE)
    (row,) = letters(hub, invoice_id)
    message = {"invoice_id": invoice_id, "letter_id": row.letter_id}
    record = {"messageId": "1", "body": json.dumps(message), "eventSource": "aws:sqs"}
    hub.worker("outbox").take({"Records": [record, record]})
    assert len(mail.sent) == 1


@pytest.mark.parametrize(
    "message",
    [
        {"mail_event": "Bounce", "invoice": ["inv_unknown"], "letter": ["ltr_unknown"]},
        {"mail_event": "Bounce", "invoice": ["inv#x"], "letter": ["ltr_unknown"]},
        {"mail_event": "Bounce", "invoice": "", "letter": ""},
        {"mail_event": "Bounce", "invoice": [], "letter": ["ltr_unknown", "ltr_other"]},
        {"mail_event": "Delivery", "invoice": ["inv_unknown"], "letter": ["ltr_unknown"]},
        {"mail_event": ["Bounce"], "invoice": ["inv_unknown"], "letter": ["ltr_unknown"]},
        {"mail_event": "Bounce"},
    ],
)
def test_events_of_nothing_that_is_known_change_nothing(hub, world, message):
    before = world.engine.everything()
    record = {"messageId": "1", "body": json.dumps(message), "eventSource": "aws:sqs"}
    assert hub.worker("outbox").take({"Records": [record]}) == {"batchItemFailures": []}
    assert world.engine.everything() == before


def test_what_went_to_an_agency_meanwhile_is_charged_nothing_and_its_bounce_is_told(
    hub, world, api, mail, costly
):
    mail.fails.append(TransportFailed("maybe", "no_answer"))
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE.replace(hour=6, minute=30))
    (row,) = letters(hub, invoice_id)
    wanted = {"agency": "svea", "invoice_id": invoice_id}
    assert api.post(f"{ACME}/cases", wanted).status == 202

    told_by_ses(hub, row, "Send")
    invoice = invoice_of(world, invoice_id)
    assert letters_of(invoice) == [("reminder", "2026-03-30")]
    assert invoice.reminders[0].fee == 0
    assert invoice.balance.part(Component.FEE).original == 0

    told_by_ses(hub, row, "Bounce")
    assert invoice_of(world, invoice_id).reminders == ()
    assert len(attentions(hub, "letter_bounced")) == 1


def test_a_bounce_after_the_hand_over_leaves_the_fee_to_a_person(hub, world, api, mail, costly):
    invoice_id = followed(world)
    hub.advance_to(api, FIRST_FEE)
    (row,) = letters(hub, invoice_id)
    assert api.post(f"{ACME}/cases", {"agency": "svea", "invoice_id": invoice_id}).status == 202

    told_by_ses(hub, row, "Bounce")
    assert invoice_of(world, invoice_id).balance.part(Component.FEE).remaining == 3_800
    (raised,) = attentions(hub, "letter_bounced")
    assert raised.reason == "charge_at_agency"


def test_without_a_sender_nothing_is_sent_and_it_is_told(hub, world, api, mail):
    hub.hub.settings = replace(hub.hub.settings, mail_sender=None)
    plan(world, sender=Sender.HUB)
    invoice_id = followed(world)
    hub.advance_to(api, FREE)
    (raised,) = attentions(hub, "letter_not_sent")
    assert (raised.reason, mail.sent) == ("no_sender", [])
    assert follow_up(world, invoice_id).stopped == "letter_not_sent"

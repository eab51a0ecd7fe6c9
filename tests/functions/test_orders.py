"""E-mails to agencies: an order, a new address; sent once by the worker, or left to a person who is told."""

from dataclasses import replace

import pytest

from fordring.domain import things
from fordring.domain.email import EmailState, LetterRefused
from fordring.domain.refs import Listing
from fordring.domain.transport import TransportFailed
from fordring.edge.telemetry import log
from fordring.edge.workers.outbox import Outbox
from fordring.usecases.restoring import raise_epoch

SETTINGS = "/v1/creditors/acme/agreements/svea"
ORDERS = f"{SETTINGS}/orders"
CREDENTIALS = {"customer_number": "4711", "user_name": "acme-int", "password": "hemmelig-9f2c"}
AGENCY = "ordre@svea.example"
SENDER = "fordring@product.example"


@pytest.fixture
def hub(hub):
    hub.settings = replace(hub.settings, mail_sender=SENDER)
    return hub


@pytest.fixture
def ready(api, order):
    """Give the body of an order; the agreement knows where the agency is written to."""
    assert api.put(SETTINGS, {"agency_email": AGENCY}).status == 200
    return order


@pytest.fixture
def pump(hub, queue):
    """Let the worker do what is due, as the queue would have it."""

    def run():
        worker = Outbox(hub, lambda _: queue, log)
        for ref in hub.store.due(hub.wall.now()):
            if ref.kind.name == "email":
                message = dict(zip(("creditor_id", "agency", "email_id"), ref.ids, strict=True))
                worker._work_on(message)

    return run


def emails(api):
    return api.get(f"{SETTINGS}/emails").body["items"]


def attentions(api):
    return [
        (item["kind"], item["reason"])
        for item in api.get("/v1/attention?creditor_id=acme").body["items"]
        if item["kind"].startswith("email")
    ]


@pytest.mark.capability("ZIR-14")
def test_an_order_is_sent_to_the_agency_by_email_once(api, ready, hub, pump):
    made = api.post(ORDERS, ready)
    assert made.body["email"] == {"state": "queued", "reason": None, "settled_at": None}
    assert hub.mail.sent == []  # nothing is sent while the request is answered

    pump()
    pump()

    (letter,) = hub.mail.sent
    told = api.get(f"{ORDERS}/{made.body['order_id']}").body
    assert (letter.recipient, letter.reply_to) == (AGENCY, "ola@acme.example")
    assert letter.subject == "Bestilling av tilgang for Acme AS"
    assert letter.text == told["text"]
    assert told["email"]["state"] == "sent"


@pytest.mark.capability("ZIR-14")
def test_the_same_text_can_be_fetched_and_sent_by_hand(api, order, hub, pump):
    made = api.post(ORDERS, order)

    assert made.body["email"] == {
        "state": "by_hand",
        "reason": "no_recipient",
        "settled_at": None,
    }
    text = api.get(f"{ORDERS}/{made.body['order_id']}").body["text"]
    pump()
    assert hub.mail.sent == []
    for said in ("Acme AS", "974760673", "Storgata 1", "Ola Nordmann", "ola@acme.example", "+47 22 00 00 00"):
        assert said in text


def test_without_a_sender_the_answer_says_so(api, ready, hub):
    hub.settings = replace(hub.settings, mail_sender=None)

    email = api.post(ORDERS, ready).body["email"]

    assert (email["state"], email["reason"]) == ("by_hand", "no_sender")


def test_no_secret_is_in_a_letter(api, ready, hub, pump):
    url = api.post(ORDERS, ready).body["callback_url"]
    pump()

    (letter,) = hub.mail.sent
    assert url.rpartition("/")[2] not in letter.text
    assert "Send dem ikke med e-post" in letter.text


@pytest.mark.parametrize(
    ("country", "number", "subject"),
    [
        ("NO", "974760673", "Bestilling av tilgang for Acme AS"),
        ("SE", "5560360793", "Beställning av åtkomst för Acme AS"),
        ("FI", "01120389", "Käyttöoikeuden tilaus: Acme AS"),
        ("DK", "13585628", "Bestilling af adgang for Acme AS"),
    ],
)
def test_an_agency_is_written_in_its_language(api, ready, world, hub, pump, country, number, subject):
    world.creditor(country=country, organisation_number=number)

    api.post(ORDERS, ready)
    pump()

    (letter,) = hub.mail.sent
    assert letter.subject == subject
    assert letter.text.startswith(subject)


def test_nobody_writes_lines_or_headers_of_their_own(api, ready, world, hub, pump):
    world.creditor(name="Acme AS\nBcc: everybody@product.example")

    api.post(ORDERS, ready)
    pump()

    (letter,) = hub.mail.sent
    assert "\n" not in letter.subject
    assert not any(line.startswith("Bcc") for line in letter.text.splitlines())


def test_what_certainly_was_not_sent_is_tried_again(api, ready, hub, pump, clock):
    hub.mail.fails = [TransportFailed("no", "no_connection")]
    api.post(ORDERS, ready)

    pump()
    assert emails(api)[0]["state"] == "retry"
    clock.advance(minutes=1)
    pump()

    assert (emails(api)[0]["state"], len(hub.mail.sent)) == ("sent", 1)
    assert attentions(api) == []


def test_what_may_have_been_sent_is_a_persons_decision(api, ready, hub, pump, clock):
    hub.mail.fails = [TransportFailed("maybe", "no_answer")]
    api.post(ORDERS, ready)
    pump()
    clock.advance(days=3)
    pump()

    assert len(hub.mail.sent) == 1  # never again by itself
    assert attentions(api) == [("email_in_doubt", "no_answer")]
    (item,) = api.get("/v1/attention").body["items"]
    assert (item["retryable"], item["resolutions"]) == (False, ["sent", "not_sent", "give_up"])
    assert api.post(f"/v1/attention/{item['attention_id']}/resolve", {"resolution": "sent"}).status == 202
    assert emails(api)[0]["state"] == "sent"
    pump()
    assert len(hub.mail.sent) == 1


@pytest.mark.parametrize(
    ("decision", "letters", "state"), [("not_sent", 2, "sent"), ("give_up", 1, "cancelled")]
)
def test_a_person_decides_on_a_doubtful_letter(api, ready, hub, pump, decision, letters, state):
    hub.mail.fails = [TransportFailed("maybe", "no_answer")]
    api.post(ORDERS, ready)
    pump()
    (item,) = api.get("/v1/attention").body["items"]

    api.post(f"/v1/attention/{item['attention_id']}/resolve", {"resolution": decision})
    pump()

    assert (len(hub.mail.sent), emails(api)[0]["state"]) == (letters, state)
    assert attentions(api) == []


def test_a_refused_letter_is_told_and_tried_again_when_asked(api, ready, hub, pump):
    hub.mail.fails = [LetterRefused("message_rejected")]
    api.post(ORDERS, ready)
    pump()

    assert attentions(api) == [("email_not_sent", "message_rejected")]
    (item,) = api.get("/v1/attention").body["items"]
    assert api.post(f"/v1/attention/{item['attention_id']}/retry").status == 202
    pump()

    assert (len(hub.mail.sent), emails(api)[0]["state"]) == (1, "sent")
    assert attentions(api) == []


def test_a_letter_that_never_gets_through_is_given_to_a_person(api, ready, hub, pump, clock):
    api.post(ORDERS, ready)
    hub.mail.fails = [TransportFailed("no", "no_connection")] * 20
    for _ in range(12):
        pump()
        clock.advance(hours=25)

    assert attentions(api) == [("email_not_sent", "no_connection")]
    assert hub.mail.sent == []


def test_a_worker_that_died_while_sending_leaves_a_doubt(api, ready, hub, pump, clock):
    api.post(ORDERS, ready)

    class Died(Exception):
        pass

    hub.mail.fails = [Died()]
    with pytest.raises(Died):
        pump()
    clock.advance(minutes=5)
    pump()

    assert attentions(api) == [("email_in_doubt", "unknown_whether_sent")]
    assert hub.mail.sent == []


def test_after_a_restore_an_older_letter_is_in_doubt(api, ready, hub, pump):
    api.post(ORDERS, ready)
    raise_epoch(hub.desk)

    pump()

    assert hub.mail.sent == []
    assert attentions(api) == [("email_in_doubt", "restored_since")]


def test_ordered_again_the_earlier_letter_is_not_sent(api, ready, hub, pump, clock):
    api.post(ORDERS, ready)
    ready["contact"]["name"] = "Per Nordmann"
    clock.advance(seconds=1)
    api.post(ORDERS, ready)

    pump()

    (letter,) = hub.mail.sent
    assert "Per Nordmann" in letter.text
    assert [each["state"] for each in emails(api)] == ["sent", "cancelled"]


def test_a_letter_that_nobody_waits_for_any_more_is_not_sent(api, ready, hub, pump):
    api.post(ORDERS, ready)
    api.put(f"{SETTINGS}/credentials", CREDENTIALS)

    pump()

    assert hub.mail.sent == []
    assert [(each["state"], each["reason"]) for each in emails(api)] == [("cancelled", "not_wanted_any_more")]


# --- the creditor's address ---------------------------------------------------------------------------


def details(api, **changes):
    told = api.get("/v1/creditors/acme").body
    kept = ("name", "country", "organisation_number", "address", "email")
    return {name: told[name] for name in kept} | changes


MOVED = {"lines": ["Havnegata 7"], "postal_code": "0150", "city": "Oslo", "country": "NO"}


@pytest.mark.capability("ZIR-16")
def test_a_new_address_is_told_to_the_agency_once(api, world, hub, pump):
    world.ready()
    api.put(SETTINGS, {"agency_email": AGENCY})

    api.put("/v1/creditors/acme", details(api, address=MOVED))
    api.put("/v1/creditors/acme", details(api, address=MOVED))
    api.put("/v1/creditors/acme", details(api, email="kontor@acme.example"))
    pump()
    pump()

    (letter,) = hub.mail.sent
    assert (letter.recipient, letter.subject) == (AGENCY, "Ny adresse for Acme AS")
    assert "Ny adresse: Havnegata 7, 0150 Oslo, NO" in letter.text
    assert "Tidligere adresse: Storgata 1, 0155 Oslo, NO" in letter.text
    assert [each["kind"] for each in emails(api)] == ["address_change"]


@pytest.mark.capability("ZIR-16")
def test_each_change_is_told(api, world, hub, pump):
    world.ready()
    api.put(SETTINGS, {"agency_email": AGENCY})

    api.put("/v1/creditors/acme", details(api, address=MOVED))
    api.put("/v1/creditors/acme", details(api, address=MOVED | {"lines": ["Havnegata 9"]}))
    pump()

    assert len(hub.mail.sent) == 2


def test_an_agency_that_knows_nothing_of_the_creditor_is_not_written_to(api, world, hub, pump):
    world.creditor()
    api.put(SETTINGS, {"agency_email": AGENCY})

    api.put("/v1/creditors/acme", details(api, address=MOVED))
    pump()

    assert hub.mail.sent == []


def test_a_new_address_that_cannot_be_sent_is_put_before_a_person(api, world, hub):
    world.ready()

    api.put("/v1/creditors/acme", details(api, address=MOVED))

    assert attentions(api) == [("email_not_sent", "no_recipient")]
    (email,) = emails(api)
    assert (email["state"], "Havnegata 7" in email["text"]) == ("by_hand", True)
    (item,) = api.get("/v1/attention").body["items"]
    assert item["subject"] == ["email", "acme", "svea", email["email_id"]]
    api.post(f"/v1/attention/{item['attention_id']}/resolve", {"resolution": "sent"})
    assert emails(api)[0]["state"] == "sent"


def test_a_letter_holds_no_debtor(world, api, ready, hub):
    world.debtor()
    api.post(ORDERS, ready)

    page = hub.store.page(Listing(things.EMAIL, "emails_of", ("acme", "svea")))
    (email,) = [email for _, email in page.items]
    assert email.state is EmailState.QUEUED
    assert "Kari" not in email.text

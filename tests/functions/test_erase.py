"""Erasing a debtor: when it is refused, what goes, what stays, and what an interruption leaves behind."""

from datetime import UTC, datetime

import pytest

from fordring.domain import things
from fordring.domain.correspondence import Message
from fordring.domain.errors import Unavailable
from fordring.domain.questions import AgencyQuestion, QuestionKind
from fordring.domain.refs import Listing
from fordring.usecases import erasing

DEBTOR = "/v1/creditors/acme/debtors/c-17"
ERASE = f"{DEBTOR}/erase"
DETAILS = {
    "kind": "business",
    "country": "NO",
    "name": "Kunde Kundesen AS",
    "organisation_number": "987654325",
    "address": {"lines": ["Hemmelige gate 7"], "postal_code": "0456", "city": "Kundeby", "country": "NO"},
    "email": "post@kunde.example",
    "phone": "+47 22 33 44 55",
    "language": "nn",
    "channel": "ehf",
    "contacts": [{"name": "Kontakt Kundesen", "email": "kontakt@kunde.example", "phone": "99887766"}],
    "metadata": {"segment": "weavers"},
}
PERSONAL = (
    "Kundesen",
    "987654325",
    "Hemmelige",
    "Kundeby",
    "kunde.example",
    "22 33 44 55",
    "99887766",
    "weavers",
    "cannot pay",
    "will call",
)
LONG_AFTER = datetime(2040, 1, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def acme(api, world):
    world.creditor()
    world.agreement()
    api.put(DEBTOR, DETAILS)


@pytest.fixture
def settled(api, world):
    """An invoice that was at an agency, with two messages, and is paid; gives its case."""

    def run(messages=1):
        invoice = world.invoice(debtor_id="c-17").invoice_id
        case = world.case(invoice_id=invoice)
        for _ in range(messages):
            api.post(f"/v1/cases/{case.case_id}/messages", {"text": "Kontakt Kundesen cannot pay."})
        told = Message(case.case_id, "msg_in", "in", "Kundesen will call.", at=world.hub.wall.now())
        world.put(things.MESSAGE(case.case_id, "msg_in"), told)
        pay(api, invoice)
        world.close(case)
        return case

    return run


def pay(api, invoice_id, currency="NOK"):
    amount = {"amount": "1250.00", "currency": currency}
    body = {"amount": amount, "paid_date": "2026-02-20", "origin": "debtor"}
    assert api.post(f"/v1/creditors/acme/invoices/{invoice_id}/payments", body).status == 201


def texts(world, case):
    listing = Listing(things.MESSAGE, "messages_of", (case.case_id,))
    return [message.text for _, message in world.hub.store.page(listing, limit=100).items]


def test_nothing_that_says_who_it_was_remains(api, world, settled, clock):
    case = settled()
    assert all(each in world.everything for each in PERSONAL)
    clock.present = LONG_AFTER

    erased = api.post(ERASE)

    assert erased.status == 200
    assert [each for each in PERSONAL if each in world.everything] == []
    assert texts(world, case) == ["", ""]
    assert erased.body == api.get(DEBTOR).body
    assert erased.headers["etag"] == '"2"'
    assert {name: erased.body[name] for name in DETAILS} == {
        "kind": "business",
        "country": "NO",
        "name": "Erased",
        "organisation_number": None,
        "address": None,
        "email": None,
        "phone": None,
        "language": None,
        "channel": "ehf",
        "contacts": [],
        "metadata": {},
    }
    assert erased.body["erased_at"] == "2040-01-01T12:00:00Z"


def test_what_was_booked_stays(api, world, settled, clock):
    settled()
    clock.present = LONG_AFTER
    before = api.get(f"{DEBTOR}/statement").body["items"]
    api.post(ERASE)
    assert api.get(f"{DEBTOR}/statement").body["items"] == before
    assert before[0]["invoice"]["status"] == "paid"


def test_no_claim_of_an_answer_holds_what_was_erased(api, world, settled, engine):
    settled()
    held = [str(item.data) for item in engine.everything() if item.kind == "claim"]
    assert held
    assert [each for each in PERSONAL if any(each in answer for answer in held)] == []


def test_a_debtor_without_invoices_goes_at_once(api, world):
    assert api.post(ERASE).status == 200
    assert [each for each in PERSONAL if each in world.everything] == []


def test_a_new_put_makes_the_debtor_known_again(api):
    api.post(ERASE)
    again = api.put(DEBTOR, DETAILS)
    assert (again.status, again.body["name"], again.body["erased_at"]) == (200, "Kunde Kundesen AS", None)
    assert again.headers["etag"] == '"3"'


def test_details_that_happen_to_be_those_of_an_erased_debtor_are_details(api):
    api.post(ERASE)
    plain = {"kind": "business", "country": "NO", "name": "Erased", "channel": "ehf"}
    assert api.put(DEBTOR, plain).body["erased_at"] is None


def test_erasing_twice_changes_nothing_more(api, world):
    first = api.post(ERASE)
    again = api.post(ERASE)
    assert (again.status, again.body) == (200, first.body)


def test_what_is_open_is_counted(api, world, clock):
    world.invoice(debtor_id="c-17")  # not paid
    world.case(invoice_id=world.invoice(debtor_id="c-17").invoice_id)  # at an agency
    disputed = world.invoice(debtor_id="c-17").invoice_id
    api.post(f"/v1/creditors/acme/invoices/{disputed}/disputes", {"reason": "not_delivered"})
    pay(api, disputed)
    pay(api, world.invoice(debtor_id="c-17").invoice_id)  # nothing is open on this one
    clock.present = LONG_AFTER

    refused = api.post(ERASE)

    assert (refused.status, refused.code) == (409, "debtor_has_open_invoices")
    assert refused.body["open_invoices"] == 3
    assert "Kunde Kundesen AS" in world.everything


def test_questions_and_answers_lose_their_texts(api, world, settled, clock):
    case = settled()
    ref = things.QUESTION(case.case_id, "qst_1")
    question = AgencyQuestion(
        case.case_id,
        "qst_1",
        "acme",
        "c-17",
        "svea",
        "NO",
        QuestionKind.OTHER,
        "Where does Kontakt Kundesen live?",
        asked_at=clock.now(),
        agency_question_id="Q1",
        answer="In Lillegata.",
        answered_at=clock.now(),
    )
    world.put(ref, question)
    clock.present = LONG_AFTER

    assert api.post(ERASE, {}).status == 200
    assert (world.get(ref).text, world.get(ref).answer, world.get(ref).state) == ("", "", "answered")


def test_a_refusal_leaves_the_messages_alone(api, world, settled):
    case = settled()
    assert api.post(ERASE).code == "retention_not_passed"
    assert "Kundesen will call." in texts(world, case)
    assert api.get(DEBTOR).body["name"] == "Kunde Kundesen AS"


@pytest.mark.parametrize(
    ("country", "currency", "earliest", "midnight"),
    [
        ("NO", "NOK", "2033-01-01", datetime(2032, 12, 31, 23, tzinfo=UTC)),
        ("SE", "SEK", "2035-01-01", datetime(2034, 12, 31, 23, tzinfo=UTC)),
        ("FI", "EUR", "2034-01-01", datetime(2033, 12, 31, 22, tzinfo=UTC)),
        ("DK", "DKK", "2033-01-01", datetime(2032, 12, 31, 23, tzinfo=UTC)),
    ],
)
def test_the_law_says_to_the_day_until_when_it_stays(
    api, world, clock, country, currency, earliest, midnight
):
    world.creditor(country=country)
    pay(api, world.invoice(debtor_id="c-17", currency=currency).invoice_id, currency)
    for too_early in (clock.present, midnight.replace(hour=midnight.hour - 1, minute=59, second=59)):
        clock.present = too_early
        refused = api.post(ERASE)
        assert (refused.status, refused.code) == (409, "retention_not_passed")
        assert refused.body["earliest_date"] == earliest
    clock.present = midnight
    assert api.post(ERASE).status == 200


def test_the_last_thing_that_happened_counts(api, world, clock):
    pay(api, world.invoice(debtor_id="c-17").invoice_id)
    late = world.invoice(debtor_id="c-17").invoice_id
    clock.present = datetime(2027, 12, 31, 22, 59, tzinfo=UTC)
    pay(api, late)
    assert api.post(ERASE).body["earliest_date"] == "2034-01-01"


def test_what_happened_to_a_case_counts_too(api, world, settled, clock):
    case = settled()
    clock.advance(days=366)
    ref = things.CASE(case.case_id)
    world.put(ref, world.get(ref).touched(clock.now()))
    assert api.post(ERASE).body["earliest_date"] == "2034-01-01"


def test_a_country_without_a_row_is_refused_by_name(api, world, monkeypatch, clock):
    pay(api, world.invoice(debtor_id="c-17").invoice_id)
    monkeypatch.setattr("fordring.edge.routes.erasure.retention_rules", lambda: ())
    clock.present = LONG_AFTER
    refused = api.post(ERASE)
    assert (refused.status, refused.code) == (409, "retention_rule_missing")
    assert (refused.body["country"], refused.body["on"]) == ("NO", "2040-01-01")


def test_the_same_request_again_is_answered_as_before(api, world, settled, clock):
    settled()
    clock.present = LONG_AFTER
    first = api.post(ERASE, idempotency_key="once")
    api.put(DEBTOR, DETAILS)
    world.invoice(debtor_id="c-17")  # it would be refused now
    again = api.post(ERASE, idempotency_key="once")
    assert (again.status, again.text) == (200, first.text)
    assert again.headers["idempotent-replayed"] == "true"
    assert api.get(DEBTOR).body["name"] == "Kunde Kundesen AS"
    assert api.post(ERASE).code == "debtor_has_open_invoices"


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
def test_what_was_interrupted_is_completed_by_asking_again(
    api, world, settled, clock, store, monkeypatch, dies_at
):
    case = settled(messages=5)
    clock.present = LONG_AFTER
    monkeypatch.setattr(erasing, "AT_ONCE", 2)  # six messages: three transactions, and the debtor's
    commit, made = store.commit, []

    def dying(changes):
        made.append(None)
        if len(made) == dies_at:
            raise Unavailable
        commit(changes)

    monkeypatch.setattr(store, "commit", dying)
    assert api.post(ERASE, idempotency_key="once").status == 503
    assert texts(world, case).count("") == 2 * (dies_at - 1)
    assert api.get(DEBTOR).body["erased_at"] is None

    assert api.post(ERASE, idempotency_key="once").status == 200
    assert texts(world, case) == [""] * 6
    assert [each for each in PERSONAL if each in world.everything] == []


def test_a_hundred_messages_go_fifty_at_a_time(api, world, settled, clock, store, monkeypatch):
    case = settled()
    for number in range(119):
        ref = things.MESSAGE(case.case_id, f"msg_{number:03d}")
        world.put(ref, Message(case.case_id, ref.ids[1], "in", "Kundesen will call.", at=clock.now()))
    clock.present = LONG_AFTER
    commit, sizes = store.commit, []

    def counted(changes):
        noted = tuple(changes)
        sizes.append(len(noted))
        commit(noted)

    monkeypatch.setattr(store, "commit", counted)
    assert api.post(ERASE).status == 200
    assert sizes == [50, 50, 21, 2]
    assert "Kundesen" not in world.everything


def test_another_creditors_and_unknown_debtors_are_not_there(api, world):
    world.creditor("other")
    world.debtor("other", "d-9")
    stranger = world.client(creditors=["acme"])
    hidden = stranger.post("/v1/creditors/other/debtors/d-9/erase")
    of_other = api.post("/v1/creditors/acme/debtors/d-9/erase")
    missing = api.post("/v1/creditors/acme/debtors/nobody/erase")
    assert (hidden.status, of_other.status, missing.status) == (404, 404, 404)
    assert hidden.problem == of_other.problem == missing.problem
    assert world.get(things.DEBTOR("other", "d-9")).erased_at is None


def test_only_an_admin_erases_and_only_with_a_key_of_its_own_for_the_request(api, world):
    assert world.client("write").post(ERASE).status == 403
    assert api.post(ERASE, idempotency_key="").status == 400
    assert api.get(DEBTOR).body["erased_at"] is None

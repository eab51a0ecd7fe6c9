"""The agency's questions, from the asking to the answer, and who has seen which message."""

from datetime import UTC, datetime

import pytest

from fordring.domain import things
from fordring.domain.agency import Operation
from fordring.domain.refs import Listing
from tests.story.evenness import everything_of
from tests.story.telling import (
    ACME,
    attention,
    faults_of,
    lane,
    pay_agency,
    pay_creditor,
    registered,
    sent,
    there,
    told,
)

SECRET = "Kari Nordmann bor i Lillegata"


def ask(hub, case_id, kind="other", text="Have you a copy of the order?", **more):
    number = hub.case(case_id).case_number
    asked = hub.control("POST", "svea/questions", {"case_number": number, "kind": kind, "text": text, **more})
    hub.pump()
    return asked["question_id"]


def listed(hub, **query):
    filters = "&".join(f"{name}={value}" for name, value in query.items())
    reply = hub.api.get(f"{ACME}/questions?{filters}")
    assert reply.status == 200, reply.text
    return reply.body["items"]


def answer(hub, question, **body):
    return hub.api.post(f"/v1/cases/{question['case_id']}/questions/{question['question_id']}/answer", body)


def business(hub):
    hub.world.debtor(kind="business", organisation_number="974760673")


@pytest.mark.capability("BEY-7")
def test_a_question_is_listed_with_kind_and_deadline_answered_and_told(hub):
    _, case_id = registered(hub)
    ask(hub, case_id, "documentation", deadline_date="2026-03-10")

    (question,) = listed(hub)
    assert question["text"] == "Have you a copy of the order?"
    shown = {name: question[name] for name in ("kind", "state", "deadline_date", "overdue", "case_id")}
    assert shown == {
        "kind": "documentation",
        "state": "open",
        "deadline_date": "2026-03-10",
        "overdue": False,
        "case_id": case_id,
    }
    read = hub.api.get(f"/v1/cases/{case_id}").body
    assert read["open_questions"] == [question["question_id"]]
    assert "answer_question" in read["available_actions"]
    assert [(each.kind, each.reason) for each in attention(hub)] == [("question_open", "documentation")]

    reply = answer(hub, question, text="It is enclosed.")
    assert (reply.status, reply.body["state"]) == (202, "answered")
    hub.pump()

    (theirs,) = there(hub, case_id)["questions"]
    assert (theirs["answer"], theirs["proceed"]) == ("It is enclosed.", None)
    assert listed(hub) == []
    (answered,) = listed(hub, state="answered")
    assert answered["answer"] == "It is enclosed."
    assert hub.api.get(f"/v1/cases/{case_id}/questions").body["items"] == [answered]
    assert "answer_question" not in hub.api.get(f"/v1/cases/{case_id}").body["available_actions"]
    assert attention(hub) == []
    assert [data["kind"] for data in told(hub, "question.asked") + told(hub, "question.answered")] == [
        "documentation"
    ] * 2
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-7")
def test_a_question_past_its_deadline_is_overdue_and_can_still_be_answered(hub):
    _, case_id = registered(hub)
    ask(hub, case_id, deadline_date="2026-03-04")
    ask(hub, case_id, deadline_date="2026-03-20")
    # Midnight in Oslo has passed, not yet in UTC.
    hub.advance_to(hub.api, datetime(2026, 3, 4, 23, 30, tzinfo=UTC))

    first, second = listed(hub)
    assert [(each["deadline_date"], each["overdue"]) for each in (first, second)] == [
        ("2026-03-04", True),
        ("2026-03-20", False),
    ]
    assert answer(hub, first, text="Late, but here.").status == 202


def test_an_answer_is_given_once(hub):
    _, case_id = registered(hub)
    ask(hub, case_id)
    (question,) = listed(hub)
    assert answer(hub, question, text="Yes.").status == 202
    again = answer(hub, question, text="No.")

    assert (again.status, again.code) == (409, "question_not_open")
    assert [row.kind for row in lane(hub, case_id)].count("answer_question") == 1


@pytest.mark.parametrize(
    ("kind", "body", "fault"),
    [
        ("before_tratta", {"text": "Go on."}, {"/proceed": "missing"}),
        ("payment_plan", {}, {"/proceed": "missing"}),
        ("address", {"proceed": True, "text": "x"}, {"/proceed": "not_asked_for"}),
        ("other", {}, {"/text": "missing"}),
        ("other", {"text": ""}, {"/text": "too_short"}),
    ],
)
def test_an_answer_has_the_form_that_the_question_asks_for(hub, kind, body, fault):
    _, case_id = registered(hub)
    ask(hub, case_id, kind)
    (question,) = listed(hub)
    reply = answer(hub, question, **body)

    assert reply.status == 400
    assert reply.faults == fault
    assert listed(hub) == [question]


@pytest.mark.capability("BEY-7")
def test_leave_for_a_tratta_is_refused_while_something_speaks_against_the_claim(hub):
    business(hub)
    invoice_id, case_id = registered(hub)
    ask(hub, case_id, "before_tratta", "May we send a demand with threat of publication?")
    (question,) = listed(hub)
    hub.control("POST", "svea/faults", {"kind": "error_429", "count": 1, "operation": "report_payment"})
    paid = pay_creditor(hub, invoice_id, "250.00")
    hub.pump()
    dispute = hub.api.post(f"{ACME}/invoices/{invoice_id}/disputes", {"reason": "wrong_goods"}).body

    refused = answer(hub, question, proceed=True)
    assert (refused.status, refused.code) == (409, "not_clear_for_tratta")
    assert refused.body["unreported_payments"] == [paid["payment_id"]]
    assert refused.body["open_disputes"] == [dispute["dispute_id"]]
    assert refused.body["private_debtor"] is False
    assert [each["question_id"] for each in listed(hub)] == [question["question_id"]]

    resolved = {"resolution": "rejected"}
    hub.api.post(f"{ACME}/invoices/{invoice_id}/disputes/{dispute['dispute_id']}/resolve", resolved)
    hub.advance(hub.api, hours=1)
    given = answer(hub, question, proceed=True)
    assert given.status == 202, given.text
    hub.pump()
    assert there(hub, case_id)["questions"][0]["proceed"] is True
    assert told(hub, "question.answered")[0]["proceed"] is True


@pytest.mark.capability("BEY-7")
def test_no_to_a_tratta_can_always_be_said(hub):
    invoice_id, case_id = registered(hub)
    ask(hub, case_id, "before_tratta")
    hub.api.post(f"{ACME}/invoices/{invoice_id}/disputes", {"reason": "wrong_goods"})
    (question,) = listed(hub)

    assert answer(hub, question, proceed=False, text="The goods were wrong.").status == 202
    hub.pump()
    (theirs,) = there(hub, case_id)["questions"]
    assert (theirs["proceed"], theirs["answer"]) == (False, "The goods were wrong.")


@pytest.mark.capability("BEY-7")
def test_no_tratta_goes_to_a_private_debtor(hub):
    _, case_id = registered(hub)
    ask(hub, case_id, "before_tratta")
    (question,) = listed(hub)
    refused = answer(hub, question, proceed=True)

    assert (refused.code, refused.body["private_debtor"]) == ("not_clear_for_tratta", True)


@pytest.mark.capability("BEY-7")
def test_leave_that_was_given_lapses_when_the_debtor_objects_before_it_was_told(hub):
    business(hub)
    invoice_id, case_id = registered(hub)
    ask(hub, case_id, "before_tratta")
    (question,) = listed(hub)
    assert answer(hub, question, proceed=True).status == 202
    hub.api.post(f"{ACME}/invoices/{invoice_id}/disputes", {"reason": "wrong_goods"})
    hub.pump()

    assert sent(hub, "answer_question") == []
    (again,) = listed(hub)
    assert (again["question_id"], again["proceed"], again["answered_at"]) == (
        question["question_id"],
        None,
        None,
    )
    assert [each.kind for each in attention(hub)] == ["question_open"]
    assert answer(hub, again, proceed=False).status == 202
    hub.pump()
    assert there(hub, case_id)["questions"][0]["proceed"] is False


@pytest.mark.capability("BEY-7")
def test_a_question_that_the_agency_takes_back_waits_no_more(hub):
    _, case_id = registered(hub)
    theirs = ask(hub, case_id)
    (question,) = listed(hub)
    number = hub.case(case_id).case_number
    hub.control("POST", "svea/withdraw-question", {"case_number": number, "question_id": theirs})
    hub.pump()

    assert listed(hub) == []
    assert [each["question_id"] for each in listed(hub, state="withdrawn")] == [question["question_id"]]
    assert attention(hub) == []
    refused = answer(hub, question, text="Too late.")
    assert (refused.status, refused.code) == (409, "question_not_open")
    assert [data["by"] for data in told(hub, "question.withdrawn")] == ["agency"]
    assert faults_of(hub) == []


@pytest.mark.capability("BEY-7")
def test_the_end_of_a_case_closes_its_questions(hub):
    _, case_id = registered(hub)
    ask(hub, case_id, "address")
    ask(hub, case_id, "other")
    pay_agency(hub, case_id, "1250.00")
    hub.advance(hub.api, days=1)

    assert hub.case(case_id).closed_reason == "paid"
    assert listed(hub) == []
    assert len(listed(hub, state="withdrawn")) == 2
    assert [data["by"] for data in told(hub, "question.withdrawn")] == ["end_of_case"] * 2
    assert faults_of(hub) == []


@pytest.mark.parametrize("fault", ["duplicate_callback", "drop_callback", "reorder_callbacks"])
def test_a_question_is_asked_once_however_it_comes(hub, fault):
    _, case_id = registered(hub)
    hub.control("POST", "svea/faults", {"kind": fault, "count": 1})
    ask(hub, case_id)
    hub.advance(hub.api, days=1)

    assert len(listed(hub)) == 1
    assert len(told(hub, "question.asked")) == 1
    assert len(attention(hub)) == 1


@pytest.mark.capability("BEY-7", "BEY-11")
def test_an_agency_that_takes_no_answers_gets_a_message(hub, monkeypatch):
    from dataclasses import replace

    known = hub.hub.capabilities(hub.agency)
    less = replace(known, operations=known.operations - {Operation.ANSWER_QUESTION})
    monkeypatch.setattr(type(hub.hub), "capabilities", lambda *_: less)
    _, case_id = registered(hub)
    theirs = ask(hub, case_id, "payment_plan")
    (question,) = listed(hub)
    assert answer(hub, question, proceed=True, text="Three instalments.").status == 202
    hub.pump()

    texts = [each["text"] for each in there(hub, case_id)["messages"]]
    assert texts == [f"Svar på spørsmål {theirs}: ja, vennligst fortsett. Three instalments."]
    assert sent(hub, "answer_question") == []


def test_what_was_asked_and_answered_stays_out_of_events_commands_and_claims(hub):
    _, case_id = registered(hub)
    ask(hub, case_id, text=SECRET)
    (question,) = listed(hub)
    assert answer(hub, question, text=SECRET).status == 202
    hub.pump()

    holders = {item.kind for item in hub.engine.everything() if SECRET in str(item.data)}
    assert holders == {"question"}


def test_another_creditors_questions_are_not_there(hub):
    _, case_id = registered(hub)
    ask(hub, case_id)
    (question,) = listed(hub)
    stranger = hub.world.client(creditors=["other"])
    path = f"/v1/cases/{case_id}/questions"

    assert stranger.get(f"{ACME}/questions").status == 404
    assert stranger.get(path).status == 404
    assert stranger.post(f"{path}/{question['question_id']}/answer", {"text": "x"}).status == 404
    assert hub.api.post(f"{path}/qst_0/answer", {"text": "x"}).status == 404


@pytest.mark.capability("ZIR-8")
def test_messages_say_who_has_seen_them(hub):
    _, case_id = registered(hub)
    hub.api.post(f"/v1/cases/{case_id}/messages", {"text": "Is there a plan?"})
    hub.pump()
    (unseen,) = hub.api.get(f"/v1/cases/{case_id}/messages").body["items"]
    assert (unseen["seen_at"], unseen["seen_by"]) == (None, None)
    hub.advance(hub.api, hours=1)

    ours, theirs = hub.api.get(f"/v1/cases/{case_id}/messages").body["items"]
    assert (ours["direction"], ours["seen_by"]) == ("out", "agency")
    assert ours["seen_at"] == there(hub, case_id)["messages"][0]["seen_at"].replace(".000Z", "Z")
    assert theirs["seen_at"] is None

    path = f"/v1/cases/{case_id}/messages/{theirs['message_id']}/seen"
    first = hub.api.post(path, {})
    assert first.status == 200
    hub.advance(hub.api, hours=1)
    second = hub.world.client().post(path, {})
    assert second.body == first.body
    seen = hub.api.get(f"/v1/cases/{case_id}/messages").body["items"][1]
    assert (seen["seen_at"], seen["seen_by"]) == (first.body["seen_at"], first.body["seen_by"])
    own = hub.api.post(f"/v1/cases/{case_id}/messages/{ours['message_id']}/seen", {})
    assert (own.status, own.code) == (409, "message_is_own")
    assert hub.api.post(f"/v1/cases/{case_id}/messages/nothing/seen", {}).status == 404
    kept = everything_of(hub.hub.store, Listing(things.MESSAGE, "messages_of", (case_id,)))
    assert len(kept) == 2
    assert faults_of(hub) == []

"""Many invoices in one request: an answer for each, and one's faults hinder no other."""

import pytest

from fordring.store.engine import ConditionsFailed

AT = "/v1/creditors/acme/invoices/batch"


def new(number: str, **more: object) -> dict[str, object]:
    return {
        "debtor_id": "d-1",
        "document_number": number,
        "principal": {"amount": "100.00", "currency": "NOK"},
        "invoice_date": "2026-01-15",
        "due_date": "2026-01-29",
    } | more


@pytest.fixture(autouse=True)
def acme(world):
    world.ready()


def statuses(reply):
    return [(each["index"], each["status"], each["body"].get("code")) for each in reply.body["items"]]


def test_each_element_is_answered_by_itself(api, engine):
    reply = api.post(
        AT,
        {
            "invoices": [
                new("F-1"),
                new("F-2", principal={"amount": 1.5, "currency": "NOK"}, colour="red"),
                new("F-3", debtor_id="nobody"),
                new("F-1"),
                "nonsense",
                new("F-4"),
            ]
        },
    )
    assert reply.status == 200
    assert statuses(reply) == [
        (0, 201, None),
        (1, 400, "invalid_input"),
        (2, 422, "unknown_debtor"),
        (3, 409, "document_number_taken"),
        (4, 400, "invalid_input"),
        (5, 201, None),
    ]
    faults = {each["pointer"]: each["code"] for each in reply.body["items"][1]["body"]["errors"]}
    assert faults == {"/principal/amount": "wrong_type", "/colour": "unknown_field"}
    made = [item for item in engine.everything() if item.kind == "invoice"]
    assert len(made) == 2


def test_repeated_it_is_answered_alike_and_books_nothing(api, engine):
    body = {"invoices": [new("F-1"), new("F-1"), new("F-2")]}
    first = api.post(AT, body, idempotency_key="b")
    before = engine.everything()
    again = api.post(AT, body, idempotency_key="b")
    assert again.text == first.text
    assert again.headers["idempotent-replayed"] == "true"
    assert engine.everything() == before


def test_an_interrupted_batch_is_completed_by_repeating_it(api, engine, monkeypatch):
    body = {"invoices": [new(f"F-{number}") for number in range(4)]}
    write, made = engine.write, []

    def die_after_two(writes):
        if len(made) == 2:
            raise RuntimeError("killed")
        made.append(write(writes))

    monkeypatch.setattr(engine, "write", die_after_two)
    assert api.post(AT, body, idempotency_key="b").status == 500
    monkeypatch.setattr(engine, "write", write)
    reply = api.post(AT, body, idempotency_key="b")
    assert [each["status"] for each in reply.body["items"]] == [201] * 4
    assert len([item for item in engine.everything() if item.kind == "invoice"]) == 4


def test_whoever_was_overtaken_looks_again(api, engine, monkeypatch):
    write, tried = engine.write, []

    def lose_once(writes):
        tried.append(writes)
        if len(tried) == 1:
            raise ConditionsFailed([0])
        write(writes)

    monkeypatch.setattr(engine, "write", lose_once)
    assert statuses(api.post(AT, {"invoices": [new("F-1")]})) == [(0, 201, None)]


def test_the_key_of_another_batch_is_refused_whole(api, engine):
    api.post(AT, {"invoices": [new("F-1")]}, idempotency_key="b")
    before = engine.everything()
    reply = api.post(AT, {"invoices": [new("F-2"), new("F-3")]}, idempotency_key="b")
    assert (reply.status, reply.code) == (422, "idempotency_key_reused")
    assert engine.everything() == before


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ([], {"": "wrong_type"}),
        ({}, {"/invoices": "missing"}),
        ({"invoices": []}, {"/invoices": "too_few"}),
        ({"invoices": [new("F-1")] * 101}, {"/invoices": "too_many"}),
        ({"invoices": {}}, {"/invoices": "wrong_type"}),
    ],
)
def test_what_is_no_batch_is_refused_whole(api, engine, body, faults):
    before = engine.everything()
    reply = api.post(AT, body)
    assert (reply.status, reply.faults) == (400, faults)
    assert engine.everything() == before


def test_a_hundred_invoices_are_one_look_and_a_write_each(api, engine, meter):
    start = len(meter.calls)
    reply = api.post(AT, {"invoices": [new(f"F-{number}") for number in range(100)]})
    assert {each["status"] for each in reply.body["items"]} == {201}
    made = meter.calls[start:]
    assert sum(call.operation == "TransactWriteItems" for call in made) == 100
    assert sum(call.operation == "BatchGetItem" for call in made) <= 4


def test_another_creditors_batch_is_not_there(world):
    world.creditor("other")
    stranger = world.client(creditors=["acme"])
    assert stranger.post("/v1/creditors/other/invoices/batch", {"invoices": [new("F-1")]}).status == 404
    unknown = world.client().post("/v1/creditors/none/invoices/batch", {"invoices": [new("F-1")]})
    assert [each["status"] for each in unknown.body["items"]] == [404]

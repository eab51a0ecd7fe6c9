"""The attention list by API: who sees what, and what can be done about it."""

import pytest

from fordring.domain import things
from fordring.domain.command import AttentionKind
from fordring.domain.webhooks import Delivery, DeliveryState


def act(api, item, what, body=None):
    return api.post(f"/v1/attention/{item['attention_id']}/{what}", body)


def decide(api, item, resolution):
    return act(api, item, "resolve", {"resolution": resolution})


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (AttentionKind.LEDGER_DRIFT, ("case", "case_1")),
        (AttentionKind.CASE_REJECTED, ("case", "case_1")),
        (AttentionKind.COMMAND_IN_DOUBT, ("case", "case_1")),
        (AttentionKind.COMMAND_REJECTED, ("command", "case_1", "2")),
        (AttentionKind.CALLBACK_PARKED, ("callback", "svea", "acme", "d-1")),
    ],
)
def test_other_things_are_acknowledged(api, world, raised, kind, subject):
    world.ready()
    if subject[0] == "command":
        case = world.case()
        subject = ("command", case.case_id, "1")
    attention = {"attention_id": raised(kind, subject)}

    assert act(api, attention, "retry").code == "action_not_available"
    refused = decide(api, attention, "sent")
    reply = decide(api, attention, "acknowledged")

    assert refused.status == 409
    assert refused.body["resolutions"] == ["acknowledged"]
    assert reply.status == 202
    assert api.get("/v1/attention").body["items"] == []


def test_an_unmatched_payment_is_matched_and_not_waved_away(api, world, raised):
    world.creditor()
    attention = {"attention_id": raised(AttentionKind.PAYMENT_UNMATCHED, ("payment", "pay_1"))}

    assert api.get("/v1/attention").only["resolutions"] == []
    assert decide(api, attention, "acknowledged").code == "action_not_available"


def test_a_dead_delivery_is_replayed(api, world, raised, clock):
    world.creditor()
    delivery = Delivery(
        "dlv_1",
        "end_1",
        "acme",
        ("creditor", "acme", "evt_1"),
        "case.closed",
        clock.now(),
        DeliveryState.DEAD,
        10,
    )
    world.put(things.DELIVERY("dlv_1"), delivery)
    attention = {"attention_id": raised(AttentionKind.DELIVERY_DEAD, ("delivery", "dlv_1"))}

    assert act(api, attention, "retry").status == 202

    again = world.get(things.DELIVERY("dlv_1"))
    assert (again.state, again.step, again.due_at) == (DeliveryState.PENDING, 0, clock.now())


def test_a_failed_synchronisation_is_asked_for_again(api, world, store, hub, raised):
    world.ready()
    attention = {"attention_id": raised(AttentionKind.SYNC_FAILED, ("sync", "acme", "svea"))}

    assert act(api, attention, "retry").status == 202

    due = [ref for ref in store.due(hub.wall.now()) if ref.kind is things.SYNC_REQUEST]
    assert [ref.ids[:2] for ref in due] == [("acme", "svea")]


def test_an_agreement_that_has_ended_is_not_synchronised(api, world, raised):
    world.ready()
    attention = {"attention_id": raised(AttentionKind.SYNC_FAILED, ("sync", "acme", "svea"))}
    api.post("/v1/creditors/acme/agreements/svea/end")

    assert act(api, attention, "retry").code == "action_not_available"
    assert decide(api, attention, "acknowledged").status == 202


def test_the_list_is_kept_apart(api, world, raised):
    world.creditor()
    world.creditor("globex")
    own = raised(AttentionKind.LEDGER_DRIFT, ("case", "case_1"))
    other = raised(AttentionKind.LEDGER_DRIFT, ("case", "case_2"), "globex")
    bound, two = (
        world.client("write", creditors=["acme"]),
        world.client("write", creditors=["acme", "initech"]),
    )

    assert {each["attention_id"] for each in api.get("/v1/attention").body["items"]} == {own, other}
    assert api.get("/v1/attention?creditor_id=globex").only["attention_id"] == other
    assert bound.get("/v1/attention").only["attention_id"] == own
    assert two.get("/v1/attention").faults == {"/query/creditor_id": "missing"}
    assert two.get("/v1/attention?creditor_id=acme").only["attention_id"] == own
    assert bound.get("/v1/attention?creditor_id=globex").status == 404
    for what, body in (("retry", None), ("resolve", {"resolution": "acknowledged"})):
        foreign = bound.post(f"/v1/attention/{other}/{what}", body)
        missing = bound.post(f"/v1/attention/att_00000000000000000000000000/{what}", body)
        assert foreign.status == missing.status == 404
        assert foreign.problem == missing.problem


def test_deciding_needs_a_key_that_may_write(world, raised):
    world.creditor()
    own = {"attention_id": raised(AttentionKind.LEDGER_DRIFT, ("case", "case_1"))}
    reader = world.client("read")

    assert act(reader, own, "retry").status == 403
    assert decide(reader, own, "acknowledged").status == 403
    assert reader.get("/v1/attention").status == 200


def test_a_decision_is_one_of_those_that_are_known(api, world, raised):
    world.creditor()
    own = {"attention_id": raised(AttentionKind.LEDGER_DRIFT, ("case", "case_1"))}

    assert decide(api, own, "forget").faults == {"/resolution": "unknown_value"}
    assert act(api, own, "resolve", {}).faults == {"/resolution": "missing"}


def test_the_list_is_narrowed_by_kind(api, world, raised):
    world.creditor()
    drift = raised(AttentionKind.LEDGER_DRIFT, ("case", "case_1"))
    raised(AttentionKind.CASE_REJECTED, ("case", "case_2"))

    assert api.get("/v1/attention?kind=ledger_drift").only["attention_id"] == drift

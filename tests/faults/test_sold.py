"""Invoices that are administered, checked and sold, with processes killed at every call that they make."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.agency import Service
from fordring.domain.ledger import EntryKind
from fordring.domain.refs import Listing
from tests.faults.ground import End, Ground, Scene
from tests.faults.test_killed import Kill, Story, agency_tries_again, deliver, redeliver, taken
from tests.story.evenness import everything_of

INVOICE = {
    "debtor_id": "d-1",
    "document_number": "F-1",
    "principal": {"amount": "1000.00", "currency": "NOK"},
}
INVOICES = "/v1/creditors/acme/invoices"
CHECKS = "/v1/creditors/acme/credit-checks"
PERSON = "01010750160"


def begin(ground: Ground) -> Scene:
    """Start a try: the creditor sells what it invoices, its debtor is a company that is to be checked."""
    scene = ground.begin()
    ref = things.AGREEMENT("acme", "svea")
    agreement = scene.world.get(ref)
    settings = replace(agreement.settings, service=Service.PURCHASE)
    scene.world.put(ref, replace(agreement, settings=settings))
    scene.world.debtor(
        kind="business", name="Acme Kunde AS", organisation_number="974760673", credit_check=True
    )
    return scene


def invoice(scene: Scene) -> dict[str, Any]:
    today = scene.ground.now.date().isoformat()
    return INVOICE | {
        "invoice_date": today,
        "due_date": scene.ground.now.date().replace(month=12).isoformat(),
    }


def registered(scene: Scene) -> tuple[str, str]:
    """Register an invoice in peace; nothing is sent yet."""
    reply = scene.api.post(INVOICES, invoice(scene))
    assert reply.status == 201, reply.text
    return reply.body["invoice_id"], reply.body["collection"]["case_id"]


# --- the stories ---------------------------------------------------------------------------------


def register(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = begin(ground)
    body = invoice(scene)
    return scene, scene.ask(INVOICES, body, kill), body


def register_again(scene: Scene, body: dict[str, Any]) -> None:
    """The client has heard nothing and asks again."""
    end = scene.ask(INVOICES, body, None, later=True)
    assert end.answer is not None
    assert end.answer["statusCode"] == 201, end
    scene.settle()
    # The agency examines the case, sends the invoice out and decides.
    scene.advance(minutes=6)
    scene.settle()


def offer(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = begin(ground)
    _, case_id = registered(scene)
    return scene, deliver(scene, case_id, kill), case_id


def told(change: str, minutes: int, days: int = 0) -> Any:
    """Kill the process that takes the callback about a change."""

    def strike(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
        scene = begin(ground)
        registered(scene)
        scene.pump()
        scene.aimed_at, scene.plan = change, kill
        scene.advance(minutes=minutes)
        if days:
            scene.pump()
            scene.advance(days=days)
        return scene, taken(scene), None

    return strike


def bought_once(scene: Scene, _given: Any) -> list[str]:
    """Name what is wrong when an invoice was to be registered, sent out, checked and bought, once each."""
    counted = Counter(scene.events())
    wanted = dict.fromkeys(
        (
            "invoice.registered",
            "case.submitted",
            "case.registered",
            "case.status_changed",
            "invoice.delivered",
            "invoice.offered",
            "invoice.purchased",
        ),
        1,
    )
    paid_out = counted.pop("invoice.paid_out", 0)
    wrong = [f"events: {dict(counted)}"] if dict(counted) != wanted else []
    if len(scene.theirs) != 1:
        wrong.append(f"{len(scene.theirs)} cases at the agency")
    page = scene.store.page(Listing(things.INVOICE, "invoices_of", ("acme",)), limit=10)
    (found,) = [each for _, each in page.items]
    entries = everything_of(
        scene.store, Listing(things.INVOICE_ENTRY, "entries_of_invoice", (found.invoice_id,))
    )
    kinds = [EntryKind.CHARGE, EntryKind.PURCHASE] + [EntryKind.PAYOUT] * paid_out
    if [entry.kind for entry in entries] != kinds:
        wrong.append(f"entries: {[entry.kind for entry in entries]}")
    if (found.owner, found.balance.agency_account) != ("agency", 0 if paid_out else 100_000):
        wrong.append(f"{found.owner} owns it, and the account is {found.balance.agency_account}")
    return wrong


STORIES = {
    "register": Story(register, register_again, bought_once),
    "offer": Story(offer, redeliver, bought_once),
    "decision": Story(told("PurchaseDecided", 6), agency_tries_again, bought_once),
    "delivery": Story(told("InvoiceDelivered", 6), agency_tries_again, bought_once),
    "payout": Story(told("InvoicePaidToClient", 6, days=7), agency_tries_again, bought_once),
}


def tell(story: Story, ground: Ground, kill: Kill) -> tuple[End, list[str]]:
    scene, end, given = story.strike(ground, kill)
    story.go_on(scene, given)
    return end, story.check(scene, given) + scene.faults()


@pytest.mark.capability("SAN-1", "SAN-14", "SAN-16")
@pytest.mark.parametrize("name", STORIES)
def test_an_invoice_is_sold_once_wherever_a_process_is_killed(name, ground):
    undisturbed, wrong = tell(STORIES[name], ground, None)
    assert wrong == []
    assert undisturbed.status == 0
    found = {}
    for number, call in enumerate(undisturbed.calls):
        for moment in ("before", "after"):
            end, wrong = tell(STORIES[name], ground, (number, moment))
            assert end.killed, (end, number, moment)
            if wrong:
                found[f"killed {moment} call {number}, {call}"] = wrong
    assert found == {}


# --- a person's number, when the function that has it is killed ----------------------------------


def places(scene: Scene) -> dict[str, str]:
    """Give everything that outlives a process: table, queues, files and log of the hub, and the agency's."""
    with scene.ground.sandbox.bureau.store.reading() as db:
        sandbox = "\n".join(db.iterdump())
    folders = {
        str(path): path.read_bytes().decode("latin-1")
        for path in scene.ground.folder.rglob("*")
        if path.is_file()
    }
    return folders | {
        "the table": scene.world.everything,
        "the agency's ledger": sandbox,
        "its control interface": json.dumps(scene.control("GET", "svea/requests?limit=1000")),
    }


@pytest.mark.capability("SAN-8")
def test_a_persons_number_outlives_no_process(ground):
    body = {"national_identity_number": PERSON, "debtor_id": "d-1"}
    scene = begin(ground)
    undisturbed = scene.ask(CHECKS, body, None)
    assert undisturbed.answer is not None
    assert undisturbed.answer["statusCode"] == 201
    assert {"store.read", "sealer.open", "http.exchange", "store.commit"} <= set(undisturbed.calls)
    checked = 0
    for number in range(len(undisturbed.calls)):
        for moment in ("before", "after"):
            scene = begin(ground)
            assert scene.ask(CHECKS, body, (number, moment)).killed
            first = {place for place, text in places(scene).items() if PERSON in text}
            # The client has heard nothing and asks again.
            again = scene.ask(CHECKS, body, None, later=True)
            assert again.answer is not None
            assert again.answer["statusCode"] == 201
            second = {place for place, text in places(scene).items() if PERSON in text}
            assert first | second == set(), (number, moment)
            checked += 1
    assert checked >= 8
    assert PERSON not in json.dumps(again.answer)
    (check,) = [item for item in scene.engine.everything() if item.kind == "credit_check"]
    assert check.data["decision"] == "approved"

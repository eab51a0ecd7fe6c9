"""Functions killed as real processes, before and after each call that they make: the end is the same.

A story prepares, then one process of it is killed; what happens next is what AWS, the agency and the
schedule do: the message is delivered again, the callback is tried again, the next run begins.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from fordring.domain import things
from fordring.domain.agreement_settings import Grouping
from fordring.domain.member import MOST_INVOICES
from fordring.domain.refs import Listing
from fordring.domain.running import TestClock
from fordring.domain.webhooks import Endpoint, EndpointSecret
from fordring.edge.workers.messages import message_of
from fordring.usecases.documents import file_of
from fordring.usecases.store_port import Change
from tests.faults import following, letters
from tests.faults.ground import CALLBACKS, End, Ground, Scene, sqs
from tests.story.evenness import everything_of

type Kill = tuple[int, str] | None


@dataclass(frozen=True)
class Story:
    """A story with one process in it that may be killed.

    Parameters
    ----------
    strike
        Prepares, and runs the process; gives how it ended, and what it takes to go on.
    check
        Names everything that is wrong at the end, beside what is always looked at.
    """

    strike: Callable[[Ground, Kill], tuple[Scene, End, Any]]
    go_on: Callable[[Scene, Any], None]
    check: Callable[[Scene, Any], list[str]]


def kinds(scene: Scene, **expected: int) -> list[str]:
    """Compare how often events were told."""
    told = Counter(scene.events())
    wanted = {name.replace("__", "."): count for name, count in expected.items()}
    return [f"events: {dict(told)}, not {wanted}"] if dict(told) != wanted else []


# --- deliver_outbox ------------------------------------------------------------------------------


def deliver(scene: Scene, case_id: str, kill: Kill) -> End:
    return scene.run("deliver_outbox", sqs({"case_id": case_id}), kill, later=False)


def redeliver(scene: Scene, case_id: str) -> None:
    """The queue gives the message to somebody else, when the killed one's leases have run out."""
    end = scene.run("deliver_outbox", sqs({"case_id": case_id}), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    scene.settle()
    scene.advance(minutes=6)
    scene.settle()


def register(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    _, case_id = scene.hand_over()
    return scene, deliver(scene, case_id, kill), case_id


def registered_once(scene: Scene, case_id: str) -> list[str]:
    wrong = kinds(scene, case__submitted=1, case__registered=1, invoice__registered=1, case__status_changed=1)
    if len(scene.theirs) != 1:
        wrong.append(f"{len(scene.theirs)} cases at the agency")
    if scene.case(case_id).release != "registered":
        wrong.append(f"the case is {scene.case(case_id).release}")
    return wrong


def report_payment(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    invoice_id, case_id = scene.registered()
    scene.pay_creditor(invoice_id, "1250.00")
    return scene, deliver(scene, case_id, kill), case_id


def payment_told_once(scene: Scene, case_id: str) -> list[str]:
    wrong = kinds(
        scene,
        invoice__registered=1,
        case__submitted=1,
        case__registered=1,
        case__status_changed=1,
        payment__received=1,
        case__closed=1,
    )
    (there,) = scene.theirs
    if [each["amount"] for each in there["payments"]] != ["1250.00"]:
        wrong.append(f"payments at the agency: {there['payments']}")
    if scene.case(case_id).closed_reason != "paid":
        wrong.append(f"closed as {scene.case(case_id).closed_reason}")
    return wrong


def withdraw(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    _, case_id = scene.registered()
    reply = scene.api.post(f"/v1/cases/{case_id}/withdraw", {})
    assert reply.status == 202, reply.text
    return scene, deliver(scene, case_id, kill), case_id


def withdrawn_once(scene: Scene, case_id: str) -> list[str]:
    wrong = kinds(
        scene,
        invoice__registered=1,
        case__submitted=1,
        case__registered=1,
        case__status_changed=1,
        case__closed=1,
    )
    (there,) = scene.theirs
    if there["closed_reason"] != "withdrawn":
        wrong.append(f"the agency has closed it as {there['closed_reason']}")
    if scene.case(case_id).closed_reason != "withdrawn":
        wrong.append(f"closed as {scene.case(case_id).closed_reason}")
    return wrong


MANY = MOST_INVOICES + 5
"""So many that one case is full and is followed by another."""


def gather(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """A case of several invoices is put together, and the next one after it."""
    scene = ground.begin()
    ref = things.AGREEMENT("acme", "svea")
    agreement = scene.world.get(ref)
    scene.world.put(ref, replace(agreement, settings=replace(agreement.settings, grouping=Grouping.DEBTOR)))
    invoices = [scene.world.invoice(amount="10.00").invoice_id for _ in range(MANY)]
    reply = scene.api.post("/v1/creditors/acme/cases", {"agency": "svea", "invoice_id": invoices[0]})
    assert reply.status == 202, reply.text
    message = {"gathering": reply.body["case_id"]}
    return scene, scene.run("deliver_outbox", sqs(message), kill, later=False), (message, invoices)


def gather_again(scene: Scene, given: tuple[dict[str, str], list[str]]) -> None:
    message, _ = given
    end = scene.run("deliver_outbox", sqs(message), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    # What a killed process began under another name is found by what is due.
    scene.settle()
    scene.advance(minutes=6)
    scene.settle()


def gathered_once(scene: Scene, given: tuple[dict[str, str], list[str]]) -> list[str]:
    _, invoices = given
    wrong = kinds(
        scene,
        invoice__registered=MANY,
        case__submitted=2,
        case__registered=2,
        case__status_changed=2,
    )
    sizes = sorted(len(there["invoices"]) for there in scene.theirs)
    if sizes != [MANY - MOST_INVOICES, MOST_INVOICES]:
        wrong.append(f"cases of {sizes} invoices at the agency")
    for invoice_id in invoices:
        invoice = scene.world.get(things.INVOICE(invoice_id))
        if (invoice.release, invoice.submission) != ("registered", 1):
            wrong.append(f"{invoice_id} is {invoice.release}, submission {invoice.submission}")
    return wrong


def add_invoice(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    _, case_id = scene.registered()
    more = scene.world.invoice(amount="50.00").invoice_id
    reply = scene.api.post(f"/v1/cases/{case_id}/invoices", {"invoice_id": more})
    assert reply.status == 202, reply.text
    return scene, deliver(scene, case_id, kill), case_id


def added_once(scene: Scene, case_id: str) -> list[str]:
    wrong = kinds(
        scene,
        invoice__registered=2,
        case__submitted=1,
        case__registered=1,
        case__status_changed=1,
        case__invoice_added=1,
    )
    (there,) = scene.theirs
    if [each["remaining"] for each in there["invoices"]] != ["1250.00", "50.00"]:
        wrong.append(f"at the agency: {there['invoices']}")
    if scene.case(case_id).remaining != 130000:
        wrong.append(f"{scene.case(case_id).remaining} remain")
    return wrong


def deliver_webhook(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    now = scene.hub.wall.now()
    secret = EndpointSecret(scene.hub.vault.seal_secret("end_1", "whsec_c2VjcmV0LW9mLWEtdGVzdA=="), now)
    endpoint = Endpoint("end_1", f"{ground.url}/inbox", None, None, (secret,), now)
    scene.world.put(things.ENDPOINT("end_1"), endpoint)
    scene.world.invoice()
    (event,) = [ref for ref in scene.store.due(ground.now) if ref.kind is things.EVENT]
    message = dict(zip(("parent_kind", "parent_id", "event_id"), event.ids, strict=True))
    return scene, scene.run("deliver_outbox", sqs(message), kill, later=False), message


def redeliver_webhook(scene: Scene, message: dict[str, str]) -> None:
    end = scene.run("deliver_outbox", sqs(message), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    scene.settle()


def webhook_arrived(scene: Scene, message: dict[str, str]) -> list[str]:
    wrong = kinds(scene, invoice__registered=1)
    ids = {headers["webhook-id"] for headers, _ in scene.inbox}
    bodies = {body["data"]["event_id"] for _, body in scene.inbox}
    # At least once, and recognisable: Standard Webhooks asks for no more.
    if len(ids) != 1 or bodies != {message["event_id"]}:
        wrong.append(f"the inbox has {ids} of {bodies}")
    if len(scene.inbox) > 2:
        wrong.append(f"{len(scene.inbox)} attempts")
    for delivery_id in ids:
        delivery = scene.world.get(things.DELIVERY(delivery_id))
        if delivery.state != "delivered":
            wrong.append(f"the delivery is {delivery.state}")
    return wrong


def fetch_letter(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    _, case_id = scene.registered()
    scene.advance(days=2)
    (dispatch,) = [ref for ref in scene.store.due(ground.now) if ref.kind is things.DISPATCH]
    message = {"document_of": case_id, "dispatch_id": dispatch.ids[1]}
    return scene, scene.run("deliver_outbox", sqs(message), kill, later=False), message


def fetch_letter_again(scene: Scene, message: dict[str, str]) -> None:
    end = scene.run("deliver_outbox", sqs(message), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    scene.settle()


def letter_kept(scene: Scene, message: dict[str, str]) -> list[str]:
    dispatch = scene.world.get(things.DISPATCH(message["document_of"], message["dispatch_id"]))
    if dispatch.document is None or dispatch.fetch_at is not None:
        return [f"the document is {dispatch.document_state(scene.ground.now)}"]
    kept = scene.hub.files.get(file_of(dispatch))
    return [] if len(kept) == dispatch.document.size else ["another file is kept"]


def end_rest(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The date comes until which a case rests."""
    scene = ground.begin()
    _, case_id = scene.registered()
    until = (ground.now + timedelta(days=5)).date()
    reply = scene.api.post(f"/v1/cases/{case_id}/pause", {"until_date": until.isoformat()})
    assert reply.status == 202, reply.text
    scene.settle()
    # The agency's own word does not come: it is the hub that ends the rest.
    scene.control("POST", "svea/faults", {"kind": "drop_callback", "count": 9})
    scene.advance(days=5)
    assert scene.case(case_id).processing == "paused"
    end = scene.run("deliver_outbox", sqs({"resume_case_id": case_id}), kill, later=False)
    return scene, end, case_id


def end_rest_again(scene: Scene, case_id: str) -> None:
    end = scene.run("deliver_outbox", sqs({"resume_case_id": case_id}), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    scene.settle()
    # An hour later the hub hears what the agency has said in vain.
    scene.clockwork.synchronise("acme", "svea")
    scene.settle()


def rest_ended_once(scene: Scene, case_id: str) -> list[str]:
    told = Counter(scene.events())
    wrong = [f"{kind}: {told[kind]}" for kind in ("case.paused", "case.resumed") if told[kind] != 1]
    if scene.case(case_id).processing != "open" or scene.theirs[0]["paused"]:
        wrong.append(f"the case is {scene.case(case_id).processing}, there {scene.theirs[0]['paused']}")
    return wrong


def forward(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The table's stream puts ids on queues."""
    scene = ground.begin()
    _, case_id = scene.hand_over()
    image = {"pk": {"S": f"CASE#{case_id}"}, "sk": {"S": "CMD#00000001"}, "kind": {"S": "command"}}
    record = {"eventSource": "aws:dynamodb", "eventName": "INSERT", "dynamodb": {"NewImage": image}}
    return scene, scene.run("deliver_outbox", {"Records": [record]}, kill, later=False), (case_id, record)


def forward_again(scene: Scene, given: tuple[str, Any]) -> None:
    _, record = given
    scene.run("deliver_outbox", {"Records": [record]}, None, later=True)
    messages = scene.messages("agency_queue")
    assert messages
    for message in messages:
        redeliver(scene, message["case_id"])


def sweep(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """What the stream has lost is found by the sweep."""
    scene = ground.begin()
    _, case_id = scene.hand_over()
    stop_the_test_clock(scene)
    return scene, scene.run("deliver_outbox", {"source": "fordring.sweep"}, kill, later=False), case_id


def next_sweep(scene: Scene, case_id: str) -> None:
    scene.run("deliver_outbox", {"source": "fordring.sweep"}, None, later=True)
    scene.world.put(things.TEST_CLOCK(), TestClock(scene.ground.now))
    assert {"case_id": case_id} in scene.messages("agency_queue")
    redeliver(scene, case_id)


def stop_the_test_clock(scene: Scene) -> None:
    """Let real time count: what the schedule sets off does nothing once the test clock is set."""
    read = scene.store.read([things.TEST_CLOCK()])
    scene.store.commit([Change("remove", things.TEST_CLOCK(), None, read[things.TEST_CLOCK()])])


# --- payment_webhook -----------------------------------------------------------------------------


def taken(scene: Scene) -> End:
    assert scene.taken, "no callback came"
    return scene.taken[0]


def agency_tries_again(scene: Scene, _given: Any) -> None:
    scene.advance(minutes=2)
    assert scene.taken[-1].answer is not None
    scene.settle()


def case_number(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    _, case_id = scene.hand_over()
    scene.pump()
    scene.aimed_at, scene.plan = "CaseRegistered", kill
    scene.advance(minutes=6)
    return scene, taken(scene), case_id


def closing_payment(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    scene = ground.begin()
    _, case_id = scene.registered()
    scene.aimed_at, scene.plan = "PaymentReceived", kill
    scene.pay_agency(case_id, "1250.00")
    return scene, taken(scene), case_id


def parked(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """A callback about a case that the hub does not know: kept, and a person is told, once."""
    scene = ground.begin()
    scene.registered()
    scene.aimed_at, scene.plan = "stranger", kill
    body, headers = scene.stranger()
    scene.take_callback(CALLBACKS, headers, body)
    return scene, taken(scene), (body, headers)


def try_parked_again(scene: Scene, given: tuple[bytes, dict[str, str]]) -> None:
    body, headers = given
    reply = scene.take_callback(CALLBACKS, headers, body)
    assert reply is not None
    assert reply.status == 202
    scene.settle()


def parked_once(scene: Scene, _given: Any) -> list[str]:
    rows = everything_of(scene.store, Listing(things.PARKED, "parked_of", ("svea", "acme")))
    wrong = [] if len(rows) == 1 else [f"parked: {rows}"]
    wrong += [f"no file {row.file}" for row in rows if not scene.hub.files.get(row.file)]
    if scene.events().count("attention.raised") != 1:
        wrong.append(f"events: {scene.events()}")
    return wrong


# --- e-mails ------------------------------------------------------------------------------------


def send_order(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """An order goes to the agency by e-mail, which recognises no repetition."""
    scene = ground.begin()
    path = "/v1/creditors/acme/agreements/svea"
    assert scene.api.post(f"{path}/end").status == 200
    assert scene.api.put(path, {"agency_email": "ordre@svea.example"}).status == 200
    order = {
        "contact": {"name": "Ola Nordmann", "email": "ola@acme.example"},
        "consent": {
            "given_by": "Ola Nordmann",
            "terms_version": scene.api.get("/v1/agencies/svea/terms").body["version"],
        },
    }
    assert scene.api.post(f"{path}/orders", order).status == 201
    (ref,) = [ref for ref in scene.store.due(ground.now) if ref.kind is things.EMAIL]
    _, message = message_of(ref)
    return scene, scene.run("deliver_outbox", sqs(message), kill, later=False), message


def send_again(scene: Scene, message: dict[str, str]) -> None:
    """The queue gives the message to somebody else; a person decides where nobody knows, by looking."""
    end = scene.run("deliver_outbox", sqs(message), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    for item in scene.api.get("/v1/attention?creditor_id=acme").body["items"]:
        assert item["kind"] == "email_in_doubt"
        decision = {"resolution": "sent" if scene.letters() else "not_sent"}
        assert scene.api.post(f"/v1/attention/{item['attention_id']}/resolve", decision).status == 202
    scene.run("deliver_outbox", sqs(message), None, later=True)
    scene.settle()


def sent_once(scene: Scene, _message: dict[str, str]) -> list[str]:
    (email,) = scene.api.get("/v1/creditors/acme/agreements/svea/emails").body["items"]
    wrong = [] if email["state"] == "sent" else [f"the e-mail is {email['state']}"]
    return wrong + ([] if len(scene.letters()) == 1 else [f"letters: {scene.letters()}"])


# --- hourly_sync ---------------------------------------------------------------------------------

ONE_AGREEMENT = {"creditor_id": "acme", "agency": "svea"}


def begin_hour(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The schedule puts one message for each agreement on the queue."""
    scene = ground.begin()
    stop_the_test_clock(scene)
    event = {"source": "fordring.hourly"}
    return scene, scene.run("hourly_sync", event, kill, later=False), event


def next_hour(scene: Scene, event: dict[str, Any]) -> None:
    scene.run("hourly_sync", event, None, later=True)
    assert ONE_AGREEMENT in scene.messages("sync_queue")


def pull(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """Numbers, letters with fees and payments that come by poll only, a case that has ended, and the rest."""
    scene = ground.begin(callbacks=False)
    cases = [scene.hand_over()[1] for _ in range(2)]
    scene.pump()
    scene.advance(minutes=6)
    number = {each["external_id"]: each["case_number"] for each in scene.theirs}
    scene.advance(days=20)
    for case_id, amount in zip(cases, ("1250.00", "300.00"), strict=True):
        money = {"amount": amount, "currency": "NOK", "date": ground.now.date().isoformat()}
        there = {"case_number": number[scene.case(case_id).external_id]}
        scene.control("POST", "svea/payments", there | money)
    return scene, scene.run("hourly_sync", sqs(ONE_AGREEMENT), kill, later=False), cases


def pull_again(scene: Scene, _given: Any) -> None:
    end = scene.run("hourly_sync", sqs(ONE_AGREEMENT), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    scene.settle()
    # An hour later the next run begins.
    scene.clockwork.synchronise("acme", "svea")
    scene.settle()


def pulled_once(scene: Scene, cases: list[str]) -> list[str]:
    told = Counter(scene.events())
    letters = sum(len(there["letters"]) for there in scene.theirs)
    expected = {
        "case.registered": 2,
        "payment.received": 2,
        "case.closed": 1,
        "case.dispatch": letters,
        "ledger.drift": 0,
    }
    wrong = [f"{kind}: {told[kind]}, not {count}" for kind, count in expected.items() if told[kind] != count]
    if letters < 2:
        wrong.append("no letters were sent")
    if [scene.case(case_id).processing for case_id in cases] != ["closed", "open"]:
        wrong.append(f"{[scene.case(case_id).processing for case_id in cases]}")
    state = scene.world.get(things.SYNC("acme", "svea"))
    if state.lease_owner is not None or state.last_error is not None:
        wrong.append(f"the run is held: {state}")
    return wrong


# --- a contract that changes ----------------------------------------------------------------------


def begin_change(ground: Ground) -> tuple[Scene, str, str]:
    """A case is registered; then the agency gives the contract another number, and agrees."""
    scene = ground.begin()
    invoice_id, _ = scene.registered()
    client = {"client_number": "4712", "client_id": "acme-new", "secret": "a-new-secret-word"}
    scene.control("POST", "svea/clients", client | {"callback_url": f"{ground.url}{CALLBACKS}"})
    given = {"customer_number": "4712", "user_name": "acme-new", "password": "a-new-secret-word"}
    agreed = {"confirmed_by": "Berit", "confirmed_date": ground.now.date().isoformat()}
    path = "/v1/creditors/acme/agreements/svea/contract-change"
    reply = scene.api.post(path, given | {"confirmation": agreed})
    assert reply.status == 202, reply.text
    return scene, invoice_id, reply.body["job_id"]


def let_go(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The job withdraws the case from the former contract."""
    scene, invoice_id, job_id = begin_change(ground)
    return scene, scene.run("hourly_sync", sqs({"job_id": job_id}), kill, later=False), (invoice_id, job_id)


def send_again_under_new(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The cancellation is confirmed; the job sends the invoice again."""
    scene, invoice_id, job_id = begin_change(ground)
    scene.pump()
    scene.advance(minutes=2)
    return scene, scene.run("hourly_sync", sqs({"job_id": job_id}), kill, later=False), (invoice_id, job_id)


def go_on_moving(scene: Scene, given: tuple[str, str]) -> None:
    end = scene.run("hourly_sync", sqs({"job_id": given[1]}), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    scene.settle()
    scene.advance(minutes=6)
    scene.settle()


def moved_once(scene: Scene, given: tuple[str, str]) -> list[str]:
    invoice_id, job_id = given
    there = {(each["client_number"], each["state"]) for each in scene.theirs}
    wrong = [] if there == {("4711", "closed"), ("4712", "open")} else [f"at the agency: {there}"]
    if len(scene.theirs) != 2:
        wrong.append(f"{len(scene.theirs)} cases at the agency")
    job = scene.world.get(things.JOB(job_id))
    if (job.state, job.progress) != ("done", {"resent": 1}):
        wrong.append(f"the job is {job.state}, {job.progress}")
    if scene.world.get(things.INVOICE(invoice_id)).submission != 2:
        wrong.append("it was not submitted twice")
    told = Counter(scene.events())
    expected = {"case.submitted": 2, "case.closed": 1, "agreement.contract_changed": 2}
    return wrong + [
        f"{kind}: {told[kind]}, not {count}" for kind, count in expected.items() if told[kind] != count
    ]


def nothing_more(_scene: Scene, _given: Any) -> list[str]:
    return []


STORIES = {
    "register_case": Story(register, redeliver, registered_once),
    "report_payment": Story(report_payment, redeliver, payment_told_once),
    "withdraw_case": Story(withdraw, redeliver, withdrawn_once),
    "gathering": Story(gather, gather_again, gathered_once),
    "add_invoice": Story(add_invoice, redeliver, added_once),
    "webhook": Story(deliver_webhook, redeliver_webhook, webhook_arrived),
    "document": Story(fetch_letter, fetch_letter_again, letter_kept),
    "end_of_rest": Story(end_rest, end_rest_again, rest_ended_once),
    "stream": Story(forward, forward_again, lambda scene, given: registered_once(scene, given[0])),
    "sweep": Story(sweep, next_sweep, registered_once),
    "case_number": Story(case_number, agency_tries_again, registered_once),
    "closing_payment": Story(closing_payment, agency_tries_again, payment_told_once),
    "parked": Story(parked, try_parked_again, parked_once),
    "send_order": Story(send_order, send_again, sent_once),
    "take_step": Story(letters.take_step, letters.take_again, letters.sent_once),
    "send_letter": Story(letters.send_letter, letters.take_again, letters.sent_once),
    "bounce": Story(letters.bounce, letters.tell_again, letters.bounced_once),
    "let_go": Story(let_go, go_on_moving, moved_once),
    "send_again": Story(send_again_under_new, go_on_moving, moved_once),
    "ask_for_letter": Story(following.ask_for_letter, following.go_on_to_payment, following.asked_once),
    "hand_over_by_plan": Story(following.hand_over_by_plan, following.look_again, following.handed_over_once),
    "hand_over_group_by_plan": Story(
        following.hand_over_group_by_plan, following.look_again, following.both_handed_over_once
    ),
    "confirm_letter": Story(following.confirm_letter, following.confirm_again, following.confirmed_once),
    "ask_after_letter": Story(following.ask_after_letter, following.look_again, following.asked_after_once),
    "begin_hour": Story(begin_hour, next_hour, nothing_more),
    "pull": Story(pull, pull_again, pulled_once),
}
EXPECTED_ATTENTION = {"parked", "ask_after_letter", "bounce"}


def tell(name: str, ground: Ground, kill: Kill) -> tuple[End, list[str]]:
    """Tell a story to its end; gives how the process ended, and what is wrong."""
    story = STORIES[name]
    scene, end, given = story.strike(ground, kill)
    story.go_on(scene, given)
    wrong = story.check(scene, given)
    always = scene.faults()
    if name in EXPECTED_ATTENTION:
        always = [each for each in always if not each.startswith("attention")]
    return end, wrong + always


@pytest.mark.capability("ZIR-7", "ZIR-9", "ZIR-32", "VIS-9", "BEY-10")
@pytest.mark.parametrize("name", STORIES)
def test_the_end_is_the_same_wherever_a_process_is_killed(name, ground):
    undisturbed, wrong = tell(name, ground, None)
    assert wrong == []
    assert undisturbed.status == 0
    calls = undisturbed.calls
    assert calls
    found = {}
    for number, call in enumerate(calls):
        for moment in ("before", "after"):
            end, wrong = tell(name, ground, (number, moment))
            assert end.killed, (end, number, moment)
            assert end.calls == calls[: number + 1]
            if wrong:
                found[f"killed {moment} call {number}, {call}"] = wrong
    assert found == {}

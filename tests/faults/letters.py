"""Letters that the hub sends, told up to a process that is killed, and from there to their end."""

from datetime import timedelta
from typing import Any

from fordring.domain import things
from fordring.domain.ledger import Component
from fordring.domain.reminder_plan import Sender
from fordring.edge.workers.messages import message_of
from tests.faults.ground import End, Ground, Scene, sqs
from tests.story.following import FEE_BEARING, followed, plan

type Kill = tuple[int, str] | None


def _asked_for(ground: Ground) -> tuple[Scene, str]:
    """Let the hub be asked for a letter that costs something; gives the scene and the invoice."""
    scene = ground.begin()
    # In the morning: each try moves the clock on, and letters do not go out at night.
    scene.clock((ground.now + timedelta(days=1)).replace(hour=9))
    due_date = ground.now.date() - timedelta(days=20)
    scene.world.debtor(email_accepted_date=due_date)
    # One letter and nothing after it, so that nothing is due in the end.
    plan(scene.world, "custom", sender=Sender.HUB, steps=FEE_BEARING[:1])
    invoice_id = followed(scene.world, due_date, invoice_date=due_date - timedelta(days=14))
    return scene, invoice_id


def take_step(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The run takes a step of a plan whose letters the hub sends."""
    scene, invoice_id = _asked_for(ground)
    message = {"follow_up": invoice_id}
    return scene, scene.run("deliver_outbox", sqs(message), kill, later=False), message


def send_letter(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """A letter goes to a debtor by e-mail."""
    scene, invoice_id = _asked_for(ground)
    step = {"follow_up": invoice_id}
    scene.run("deliver_outbox", sqs(step), None, later=False)
    (ref,) = [ref for ref in scene.store.due(ground.now) if ref.kind is things.LETTER]
    _, message = message_of(ref)
    return scene, scene.run("deliver_outbox", sqs(message), kill, later=False), message


def take_again(scene: Scene, message: dict[str, str]) -> None:
    """The queue gives the message to somebody else, and the mail service tells of what it has sent."""
    end = scene.run("deliver_outbox", sqs(message), None, later=True)
    assert end.answer == {"batchItemFailures": []}, end
    for letter in scene.letters():
        named = dict(letter["tags"])
        told = {"mail_event": "Send", "invoice": [named["invoice"]], "letter": [named["letter"]]}
        assert scene.run("deliver_outbox", sqs(told), None, later=True).status == 0
    scene.pump()
    scene.advance(hours=2)
    scene.pump()
    for item in scene.api.get("/v1/attention?creditor_id=acme").body["items"]:
        assert item["kind"] == "letter_in_doubt"
        assert scene.letters() == []
        decision = {"resolution": "not_sent"}
        assert scene.api.post(f"/v1/attention/{item['attention_id']}/resolve", decision).status == 202
    scene.pump()


def sent_once(scene: Scene, message: dict[str, str]) -> list[str]:
    invoice_id = message.get("follow_up") or message["invoice_id"]
    invoice = scene.world.get(things.INVOICE(invoice_id))
    wrong = [] if len(scene.letters()) == 1 else [f"letters: {scene.letters()}"]
    if (len(invoice.reminders), invoice.balance.part(Component.FEE).original) != (1, 3_800):
        wrong.append(f"{invoice.reminders}, {invoice.balance}")
    if scene.events().count("invoice.reminder_sent") != 1:
        wrong.append(f"events: {scene.events()}")
    return wrong


def bounce(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The mail service tells that a letter came back."""
    scene, invoice_id = _asked_for(ground)
    scene.pump()
    letter_id = scene.world.get(things.INVOICE(invoice_id)).follow_up.letter
    message = {"mail_event": "Bounce", "invoice": [invoice_id], "letter": [letter_id]}
    return scene, scene.run("deliver_outbox", sqs(message), kill, later=False), message


def tell_again(scene: Scene, message: dict[str, Any]) -> None:
    for _ in range(2):
        assert scene.run("deliver_outbox", sqs(message), None, later=True).status == 0
    scene.pump()
    # Nothing more is owed, and the plan has nothing more to do with it.
    body = {"date": scene.ground.now.date().isoformat()}
    (invoice_id,) = message["invoice"]
    path = f"/v1/creditors/acme/invoices/{invoice_id}/write-off"
    assert scene.api.post(path, body).status == 201
    scene.advance(days=1)
    scene.pump()


def bounced_once(scene: Scene, message: dict[str, Any]) -> list[str]:
    (invoice_id,) = message["invoice"]
    invoice = scene.world.get(things.INVOICE(invoice_id))
    wrong = [] if len(scene.letters()) == 1 else [f"letters: {scene.letters()}"]
    if (invoice.reminders, invoice.balance.part(Component.FEE).remaining) != ((), 0):
        wrong.append(f"{invoice.reminders}, {invoice.balance}")
    if scene.events().count("invoice.reminder_bounced") != 1:
        wrong.append(f"events: {scene.events()}")
    return wrong

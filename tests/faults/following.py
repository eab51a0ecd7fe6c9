"""Stories of reminder plans with one process in them that may be killed; told by ``test_killed``."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fordring.domain import things
from fordring.domain.agreement_settings import Grouping
from fordring.domain.follow_up import Asked, FollowUp
from fordring.domain.refs import Listing
from fordring.domain.reminder_plan import ReminderPlan
from fordring.usecases.situations import reminder_id_of
from tests.faults.ground import End, Ground, Scene, sqs
from tests.story.evenness import everything_of
from tests.story.following import plan

type Kill = tuple[int, str] | None


def begun(ground: Ground) -> Scene:
    """Begin in the morning: tries before have moved the clock, and letters are asked for by day."""
    scene = ground.begin()
    scene.clock(ground.now.replace(hour=9, minute=0) + timedelta(days=1))
    return scene


def under_way(scene: Scene, made: ReminderPlan, *, done: int, overdue: int, **follow: Any) -> str:
    """Give an invoice, so many days overdue, so many steps behind it, that is due to be looked at."""
    today = scene.ground.now.date()
    invoice = scene.world.invoice(
        invoice_date=today - timedelta(days=overdue + 14), due_date=today - timedelta(days=overdue)
    )
    standing = FollowUp(plan=made.number, done=done, due_at=scene.ground.now, **follow)
    ref = things.INVOICE(invoice.invoice_id)
    scene.world.put(ref, replace(scene.world.get(ref), follow_up=standing))
    return invoice.invoice_id


def look(scene: Scene, invoice_id: str, kill: Kill, *, later: bool = False) -> End:
    return scene.run("deliver_outbox", sqs({"follow_up": invoice_id}), kill, later=later)


def look_again(scene: Scene, given: Any) -> None:
    """The message comes again, twice, and so does the sweep; then what was begun goes its way."""
    for _ in range(2):
        end = look(scene, given, None, later=True)
        assert end.answer == {"batchItemFailures": []}, end
    scene.settle()
    scene.advance(minutes=6)
    scene.settle()


def counted(scene: Scene, **expected: int) -> list[str]:
    told = Counter(scene.events())
    return [
        f"{kind}: {told[kind]}, not {count}"
        for kind, count in ((name.replace("__", "."), count) for name, count in expected.items())
        if told[kind] != count
    ]


def ask_for_letter(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The day of a plan's letter comes."""
    scene = begun(ground)
    invoice_id = under_way(scene, plan(scene.world, "recommended"), done=0, overdue=5)
    return scene, look(scene, invoice_id, kill), invoice_id


def go_on_to_payment(scene: Scene, invoice_id: str) -> None:
    look_again(scene, invoice_id)
    scene.pay_creditor(invoice_id, "1250.00")
    scene.advance(days=4)
    scene.settle()


def asked_once(scene: Scene, invoice_id: str) -> list[str]:
    wrong = counted(scene, invoice__reminder_due=1, attention__raised=0, case__submitted=0)
    follow = scene.world.get(things.INVOICE(invoice_id)).follow_up
    assert follow is not None
    if (follow.done, follow.due_at, follow.stopped) != (0, None, "settled") or follow.asked is None:
        wrong.append(f"it stands as {follow}")
    return wrong


def hand_over_by_plan(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The day of a plan's last step comes."""
    scene = begun(ground)
    invoice_id = under_way(scene, plan(scene.world, "tight"), done=1, overdue=14)
    return scene, look(scene, invoice_id, kill), invoice_id


def handed_over_once(scene: Scene, invoice_id: str) -> list[str]:
    wrong = counted(
        scene, invoice__reminder_due=0, attention__raised=0, case__submitted=1, case__registered=1
    )
    invoice = scene.world.get(things.INVOICE(invoice_id))
    if invoice.follow_up != FollowUp(plan=1, done=2):
        wrong.append(f"it stands as {invoice.follow_up}")
    if (len(scene.theirs), invoice.submission) != (1, 1):
        wrong.append(f"{len(scene.theirs)} cases at the agency, {invoice.submission} submissions")
    return wrong


def hand_over_group_by_plan(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The day of a plan's last step comes, and all that the debtor owes goes along."""
    scene = begun(ground)
    ref = things.AGREEMENT("acme", "svea")
    agreement = scene.world.get(ref)
    scene.world.put(ref, replace(agreement, settings=replace(agreement.settings, grouping=Grouping.DEBTOR)))
    made = plan(scene.world, "tight")
    invoice_id = under_way(scene, made, done=1, overdue=14)
    # Its own day has come, too: whoever is first takes the other one along.
    under_way(scene, made, done=1, overdue=14)
    return scene, look(scene, invoice_id, kill), invoice_id


def both_handed_over_once(scene: Scene, invoice_id: str) -> list[str]:
    wrong = counted(scene, attention__raised=0, case__submitted=1, case__registered=1)
    sizes = [len(there["invoices"]) for there in scene.theirs]
    if sizes != [2] or scene.world.get(things.INVOICE(invoice_id)).submission != 1:
        wrong.append(f"cases of {sizes} invoices at the agency")
    return wrong


def confirm_letter(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """The billing product says that it has sent the letter that it was asked for, which costs something."""
    scene = begun(ground)
    today = ground.now.date()
    deadline = today + timedelta(days=20)
    asked = Asked(step=0, kind="reminder", on=today, deadline_date=deadline, fee=3800)
    invoice_id = under_way(scene, plan(scene.world, "custom"), done=0, overdue=14, asked=asked)
    body = {
        "kind": "reminder",
        "sent_date": today.isoformat(),
        "channel": "email",
        "deadline_date": deadline.isoformat(),
        "fee": {"amount": "38.00", "currency": "NOK"},
        "reminder_id": reminder_id_of(scene.world.get(things.INVOICE(invoice_id)), 0),
    }
    path = f"/v1/creditors/acme/invoices/{invoice_id}/reminders"
    return scene, scene.ask(path, body, kill), (invoice_id, path, body)


def confirm_again(scene: Scene, given: tuple[str, str, Any]) -> None:
    invoice_id, path, body = given
    end = scene.ask(path, body, None, later=True)
    assert end.answer is not None
    assert end.answer["statusCode"] == 201, end
    scene.settle()
    scene.pay_creditor(invoice_id, "1288.00")
    scene.advance(days=30)
    scene.settle()


def confirmed_once(scene: Scene, given: tuple[str, str, Any]) -> list[str]:
    invoice = scene.world.get(things.INVOICE(given[0]))
    wrong = counted(scene, invoice__reminder_due=0, attention__raised=0, case__submitted=0)
    if len(invoice.reminders) != 1 or invoice.remaining.minor:
        wrong.append(f"letters {invoice.reminders}, {invoice.remaining} left")
    if invoice.follow_up != FollowUp(plan=1, done=1, stopped="settled", letters=1):
        wrong.append(f"it stands as {invoice.follow_up}")
    return wrong


def ask_after_letter(ground: Ground, kill: Kill) -> tuple[Scene, End, Any]:
    """Nobody has confirmed a letter for three days."""
    scene = begun(ground)
    asked = Asked(step=0, kind="free_notice", on=ground.now.date() - timedelta(days=3))
    invoice_id = under_way(scene, plan(scene.world, "tight"), done=0, overdue=8, asked=asked)
    return scene, look(scene, invoice_id, kill), invoice_id


def asked_after_once(scene: Scene, invoice_id: str) -> list[str]:
    wrong = counted(scene, invoice__reminder_due=0, attention__raised=1)
    waiting = everything_of(scene.store, Listing(things.ATTENTION, "attention_of", ("acme",), "open"))
    if [each.subject for each in waiting] != [
        ("invoice", invoice_id, reminder_id_of(scene.world.get(things.INVOICE(invoice_id)), 0))
    ]:
        wrong.append(f"somebody is asked for {waiting}")
    return wrong

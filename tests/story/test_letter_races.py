"""Letters of the hub's own in the second in which something stops them, and with several workers at once."""

from datetime import date
from threading import Barrier, Thread

import pytest

from fordring.domain import things
from fordring.domain.hub_letter import LetterState, MailFate
from fordring.domain.law import law
from fordring.domain.reminder_plan import Sender
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.usecases.sending_letters import PostOffice, deliver_letter, note_mail_event
from tests.fakes import MemoryFiles, MemoryMail
from tests.story.following import FEE_BEARING, follow_up, followed, letters_of, plan
from tests.story.test_reminder_run import (
    STOPPED_BY,
    Ground,
    ban,
    credit,
    die,
    dispute,
    end_agreement,
    exclude,
    pay,
    switch_off,
)


def bounce_elsewhere(ground, invoice_id):
    """A letter about another invoice came back from the same address."""
    ground.change(things.DEBTOR("acme", "d-1"), email_bounced_at=ground.clock.present)


def lose_address(ground, invoice_id):
    ground.change(things.DEBTOR("acme", "d-1"), email=None)


STOPS = {what: why for what, why in STOPPED_BY.items() if what is not end_agreement} | {
    bounce_elsewhere: "letter_bounced",
    lose_address: "no_email",
}
assert {pay, credit, dispute, exclude, ban, die, switch_off} <= set(STOPS)


@pytest.fixture
def ground():
    return Ground()


@pytest.fixture
def office():
    return PostOffice(MemoryMail(), "letters@fordring.example", MemoryFiles(), law(), HolidayCalendar())


@pytest.fixture
def written(ground):
    """An invoice whose first letter is written down and waits; gives both ids."""
    ground.world.debtor(email_accepted_date=date(2026, 2, 1))
    plan(ground.world, "custom", steps=FEE_BEARING, sender=Sender.HUB)
    invoice_id = followed(ground.world)
    assert ground.look(invoice_id) == "reminder"
    return invoice_id, follow_up(ground.world, invoice_id).letter


@pytest.mark.parametrize("what", STOPS)
def test_what_arrives_while_a_letter_is_taken_up_comes_first(ground, office, written, what):
    invoice_id, letter_id = written
    ground.engine.writing.append(lambda: what(ground, invoice_id))
    ref = things.LETTER(invoice_id, letter_id)
    assert deliver_letter(ground.hub.desk, office, ref, "worker") is LetterState.CANCELLED
    assert office.mail.sent == []
    assert ground.world.get(things.INVOICE(invoice_id)).reminders == ()
    assert (
        ground.look(invoice_id) == STOPS[what] or follow_up(ground.world, invoice_id).stopped == STOPS[what]
    )
    assert office.mail.sent == []


@pytest.mark.parametrize("workers", [2, 3, 8])
def test_any_number_of_workers_send_a_letter_once(ground, office, written, workers):
    invoice_id, letter_id = written
    ref = things.LETTER(invoice_id, letter_id)
    barrier = Barrier(workers)
    states = []

    def work(number: int) -> None:
        barrier.wait()
        states.append(deliver_letter(ground.hub.desk, office, ref, f"worker-{number}"))

    threads = [Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert states.count(LetterState.SENT) == 1
    assert len(office.mail.sent) == 1
    assert letters_of(ground.world.get(things.INVOICE(invoice_id))) == [("reminder", "2026-03-30")]


@pytest.mark.parametrize("fates", [["Send"], ["Bounce"], ["Send", "Bounce"], ["Bounce", "Send"], ["Reject"]])
def test_what_the_mail_service_tells_before_its_answer_comes_counts_once(ground, written, fates):
    invoice_id, letter_id = written
    ref = things.LETTER(invoice_id, letter_id)

    class Slow(MemoryMail):
        """Its events are faster than its answer."""

        def send(self, letter):
            super().send(letter)
            for fate in fates * 2:
                note_mail_event(ground.hub.desk, ref, MailFate(fate))

    office = PostOffice(Slow(), "letters@fordring.example", MemoryFiles(), law(), HolidayCalendar())
    deliver_letter(ground.hub.desk, office, ref, "worker")
    for fate in fates:
        note_mail_event(ground.hub.desk, ref, MailFate(fate))

    counts = fates == ["Send"]
    invoice = ground.world.get(things.INVOICE(invoice_id))
    assert len(invoice.reminders) == counts
    assert invoice.remaining.text == ("1288.00" if counts else "1250.00")
    told = ground.events(invoice_id)
    assert told.count("invoice.reminder_sent") == (fates[0] == "Send")
    assert told.count("invoice.reminder_bounced") == (fates == ["Send", "Bounce"])
    ends = {"Send": LetterState.SENT, "Bounce": LetterState.BOUNCED, "Reject": LetterState.NOT_SENT}
    ended = next((fate for fate in fates if fate != "Send"), "Send")
    assert ground.world.get(ref).state is ends[ended]
    # Only a bounce tells something of the address.
    bounced = ground.world.get(things.DEBTOR("acme", "d-1")).email_bounced_at is not None
    assert bounced == (ended == "Bounce")
    assert len(office.mail.sent) == 1

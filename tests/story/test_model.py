"""Random stories over a network that loses, repeats, reorders and goes back in time: the books even out.

No HTTP and no sandbox, so that there can be many: the agency is a small model with a ledger of its own.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fordring.agencies.svea.terms import CAPABILITIES
from fordring.domain import things
from fordring.domain.ids import RandomIds
from fordring.domain.invoice import Release
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.domain.refs import Listing
from fordring.domain.vouchers import Account
from fordring.edge.hub import Hub, LiveClock
from fordring.edge.settings import Settings
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.calling_back import Callback, receive
from fordring.usecases.crediting import NewCreditNote, register_credit_note
from fordring.usecases.delivering import deliver_lane
from fordring.usecases.giving_up import WriteOff, write_off
from fordring.usecases.invoicing import document_ref
from fordring.usecases.lanes import lane_of
from fordring.usecases.paying import NewPayment, Target, pay
from fordring.usecases.publishing import FannedOut, fan_out
from fordring.usecases.restoring import raise_epoch
from fordring.usecases.reversing import Reversal
from fordring.usecases.sealed import Vault
from fordring.usecases.submitting import withdraw, write_message
from fordring.usecases.synchronising import synchronise
from fordring.usecases.work import Desk, transact
from tests.fakes import MemorySealer
from tests.functions.conftest import CALLBACK_TOKEN, FixedClock, World
from tests.story.evenness import everything_of, faults_of_the_hub
from tests.story.model_agency import FakeAgency, Killed, There
from tests.story.stage import refill

FATES = (
    "fine",
    "fine",
    "fine",
    "taken_in",
    "lost",
    "answer_lost",
    "later",
    "killed_before",
    "killed_after",
)


class Stories(RuleBasedStateMachine):
    """What may happen, in any order."""

    @initialize(
        seed=st.integers(0, 2**32),
        amounts=st.lists(st.integers(1, 5), min_size=1, max_size=3),
        known=st.integers(0, 3),
    )
    def begin(self, seed: int, amounts: list[int], known: int) -> None:
        """Begin with some cases, most of which the agency has: what is rare by chance alone happens often."""
        self.chance = Random(seed)
        self.clock = FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.engine = MemoryEngine()
        environment = Settings(table="t", tenant="demo", stage="development", mode="live")
        self.hub = Hub(environment, Repository(self.engine), self.clock)
        self.hub.vault = Vault(MemorySealer())
        # Ids from a seed: a story that fails does so again.
        self.hub.desk = replace(self.hub.desk, ids=RandomIds(Random(seed).getrandbits))
        ids = iter(range(10**9))
        self.desk = Desk(
            self.hub.store,
            self.hub.desk.ids,
            self.clock,
            LiveClock(self.clock),
            lambda bits: next(ids) % 2**bits,
        )
        self.world = World(self.hub, self.engine, None)  # type: ignore[arg-type]
        self.world.ready()
        self.agreement = self.world.get(things.AGREEMENT("acme", "svea"))
        self.credentials = self.hub.vault.credentials_of(self.agreement)
        self.agency = FakeAgency(self.clock)
        self.invoices: dict[str, str] = {}
        self.owners = 0
        self.seen: dict[str, Any] = {}
        self.paid: list[str] = []
        self.backup: tuple[Any, dict[str, str], list[str]] | None = None
        self.asked: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        for amount in amounts:
            self.register_and_hand_over(amount)
        for document in list(self.invoices)[:known]:
            self._deliver(self.world.get(things.INVOICE(self.invoices[document])).case_id or "")
        for case in self._theirs():
            self.agency.number(case)

    # --- what a billing product does, and does again when it was forgotten ------------------------

    def _ask(self, act: Callable[..., None], *about: Any) -> None:
        self.asked.append((act, about))
        act(*about)

    @rule(amount=st.integers(1, 5))
    def register_and_hand_over(self, amount: int) -> None:
        document = f"F-{self.chance.getrandbits(40)}"
        self._ask(self._register, document, amount)
        self._ask(self._hand_over, document)

    def _register(self, document: str, amount: int) -> None:
        self.invoices[document] = self.world.invoice(number=document, amount=f"{amount * 100}.00").invoice_id

    def _hand_over(self, document: str) -> None:
        invoice = self._invoice(document)
        if self._money_on_its_way(document, invoice.invoice_id):
            # Money for the earlier case that is heard of after the next one was made is a drift, and told.
            return
        if not invoice.release.live and invoice.balance.owed_to_creditor > 0:
            self.world.case(invoice_id=invoice.invoice_id)

    def _money_on_its_way(self, document: str, invoice_id: str) -> bool:
        """Whether the agency has taken, or given back, what the hub has not heard of."""
        there = [case for case in self._theirs() if case.document == document]
        received = sorted(name for case in there for name in case.bookings if name[0] == "P")
        known = sorted(
            payment.agency_payment_id
            for payment in self._payments()
            if payment.agency_payment_id and payment.invoice_id == invoice_id and payment.match != "reversed"
        )
        return received != known

    def _payments(self) -> list[Any]:
        return everything_of(self.hub.store, Listing(things.PAYMENT, "payments_of", ("acme",)))

    @precondition(lambda self: self.invoices)
    @rule()
    def hand_over_again(self) -> None:
        self._ask(self._hand_over, self._document())

    @precondition(lambda self: self.invoices)
    @rule(amount=st.integers(1, 400))
    def pay_the_creditor(self, amount: int) -> None:
        document = self._document()
        owed = self._invoice(document).balance.owed_to_creditor
        if owed > 0:
            self._ask(self._pay, document, min(amount * 100, owed), f"pay_{self.chance.getrandbits(40)}")

    def _pay(self, document: str, amount: int, payment_id: str) -> None:
        target = Target(self.desk, "acme", self.invoices[document])
        new = NewPayment(Money(amount, "NOK"), date(2026, 3, 2), Origin.DEBTOR, payment_id=payment_id)
        paid = transact(self.desk, target.refs, lambda work: pay(work, target.invoice(work), new))
        self.paid.append(paid.payment_id)

    @precondition(lambda self: self.paid)
    @rule()
    def the_payment_bounces(self) -> None:
        self._ask(self._bounce, self.chance.choice(self.paid))

    def _bounce(self, payment_id: str) -> None:
        self.paid.remove(payment_id)
        reversal = Reversal(self.desk, payment_id)
        ref = things.PAYMENT(payment_id)
        payment = self.world.get(ref)
        invoice = self.world.get(things.INVOICE(payment.invoice_id))
        if invoice.release.live and (not payment.reported or payment.case_id != invoice.case_id):
            # Of what was paid before a case was made the agency knows nothing: that is a drift, and told.
            return
        transact(
            self.desk,
            reversal.refs,
            lambda work: reversal.carry_out(work, work.get(ref), date(2026, 3, 2)),
        )

    @precondition(lambda self: self.invoices)
    @rule(amount=st.integers(1, 200))
    def credit(self, amount: int) -> None:
        self._ask(self._credit, f"C-{self.chance.getrandbits(40)}", self._document(), amount)

    def _credit(self, number: str, invoice: str, amount: int) -> None:
        invoice_id = self.invoices[invoice]
        new = NewCreditNote(number, Money(amount * 100, "NOK"), date(2026, 3, 2), invoice_id)
        target = Target(self.desk, "acme", invoice_id)
        document = document_ref("acme", "credit_note", new.document_number)
        transact(
            self.desk,
            lambda: (document, *target.refs()),
            lambda work: register_credit_note(work, "acme", new, target.invoice(work)),
        )

    @precondition(lambda self: self.invoices)
    @rule(amount=st.integers(1, 200))
    def give_up(self, amount: int) -> None:
        self._ask(self._give_up, f"wof_{self.chance.getrandbits(40)}", self._document(), amount * 100)

    def _give_up(self, name: str, document: str, amount: int) -> None:
        target = Target(self.desk, "acme", self.invoices[document])
        owed = self._invoice(document).balance.owed_to_creditor
        if owed > 0:
            lost = Money(min(amount, owed), "NOK")
            wanted = WriteOff(date(2026, 3, 2), "loss", lost, agency_asked=True, write_off_id=name)
            transact(
                self.desk,
                target.refs,
                lambda work: write_off(work, target.invoice(work), wanted, CAPABILITIES),
            )

    @precondition(lambda self: self.invoices)
    @rule()
    def take_back(self) -> None:
        self._ask(self._take_back, self._document())

    def _take_back(self, document: str) -> None:
        case = self._case(document)
        if case is None or not case.open or case.withdrawing:
            return
        lane: list[Any] = []

        def refs() -> Any:
            lane[:] = lane_of(self.desk, case.case_id)
            return (
                things.CASE(case.case_id),
                things.EPOCH(),
                things.INVOICE(case.members[0].invoice_id),
                *(things.COMMAND(case.case_id, row.seq) for row in lane),
            )

        transact(
            self.desk,
            refs,
            lambda work: withdraw(work, work.get(things.CASE(case.case_id)), lane, CAPABILITIES),
        )

    @precondition(lambda self: self.invoices)
    @rule()
    def write(self) -> None:
        case = self._case(self._document())
        if case is not None and case.open and not case.withdrawing:
            refs = (things.CASE(case.case_id), things.EPOCH())
            transact(
                self.desk,
                refs,
                lambda work: write_message(work, work.get(things.CASE(case.case_id)), CAPABILITIES, "?"),
            )

    # --- what happens at the agency --------------------------------------------------------------

    @precondition(lambda self: self._theirs())
    @rule()
    def number(self) -> None:
        case = self.chance.choice(self._theirs())
        if case.number is None:
            self.agency.number(case)

    @precondition(lambda self: self._theirs())
    @rule(amount=st.integers(1, 400))
    def pay_the_agency(self, amount: int) -> None:
        case = self.chance.choice(self._theirs())
        if case.number is not None and case.open and case.principal > 0:
            self.agency.take_money(case, amount * 100)

    @precondition(lambda self: self._theirs())
    @rule()
    def the_agencys_payment_bounces(self) -> None:
        case = self.chance.choice(self._theirs())
        received = [name for name in case.bookings if name.startswith("P")]
        if received and case.open:
            self.agency.give_back(case, self.chance.choice(received))

    @precondition(lambda self: self._theirs())
    @rule()
    def the_agency_settles(self) -> None:
        self.agency.settle()

    # --- the hub at work, and the network --------------------------------------------------------

    @precondition(lambda self: self.invoices)
    @rule(fates=st.lists(st.sampled_from(FATES), max_size=3))
    def deliver(self, fates: list[str]) -> None:
        self.agency.fates = list(fates)
        for case in self._cases():
            if case.waiting:
                self._deliver(case.case_id)
        self.agency.fates = []

    @rule(fates=st.lists(st.sampled_from(FATES), max_size=4))
    def hourly(self, fates: list[str]) -> None:
        self.agency.fates = list(fates)
        self._synchronise()
        self.agency.fates = []

    @precondition(lambda self: self.agency.pending)
    @rule(fate=st.sampled_from(("comes", "comes", "twice", "lost")))
    def callback(self, fate: str) -> None:
        place = self.chance.randrange(len(self.agency.pending))
        number = self.agency.pending.pop(place)
        for _ in range({"comes": 1, "twice": 2, "lost": 0}[fate]):
            self._take(number)

    @rule(minutes=st.sampled_from((1, 3, 11, 61)))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def a_backup_is_made(self) -> None:
        self.backup = (self.engine.everything(), dict(self.invoices), list(self.paid))
        self.asked.clear()

    @precondition(lambda self: self.backup)
    @rule()
    def the_hub_goes_back_in_time(self) -> None:
        assert self.backup is not None
        items, invoices, paid = self.backup
        refill(self.engine, items)
        raise_epoch(self.desk)
        self.invoices, self.paid, self.seen = dict(invoices), list(paid), {}
        for act, about in self.asked:
            act(*about)

    # --- what always holds -----------------------------------------------------------------------

    @invariant()
    def no_case_turns_back(self) -> None:
        if not hasattr(self, "hub"):
            return
        order = [Release.QUEUED, Release.SUBMITTED, Release.REGISTERED]
        for case in self._cases():
            before = self.seen.get(case.case_id)
            if before is not None:
                assert before.open or not case.open, "a closed case was opened"
                assert before.case_number in (None, case.case_number), "a number was changed"
                if case.release in order and before.release in order:
                    assert order.index(before.release) <= order.index(case.release)
            self.seen[case.case_id] = case
        live = [case.members[0].invoice_id for case in self._cases() if case.open]
        assert len(live) == len(set(live)), "an invoice is in two open cases"

    @invariant()
    def nothing_is_owed_below_zero(self) -> None:
        for invoice_id in getattr(self, "invoices", {}).values():
            balance = self.world.get(things.INVOICE(invoice_id)).balance
            assert all(part.remaining >= 0 for part in balance.parts.values())

    def teardown(self) -> None:
        if not hasattr(self, "hub"):
            return
        for _ in range(12):
            self.clock.advance(hours=25)
            for case in self._theirs():
                if case.number is None:
                    self.agency.number(case)
            while self.agency.pending:
                self._take(self.agency.pending.pop(0))
            for case in self._cases():
                self._deliver(case.case_id)
            self._synchronise()
            self._publish()
            if not self.agency.pending and not self.hub.store.due(self.clock.now() + timedelta(days=99)):
                break
        self.no_case_turns_back()
        assert list(faults_of_the_hub(self.hub.store, self.clock.now())) == []
        assert list(self._differences()) == []

    # --- how -------------------------------------------------------------------------------------

    def _differences(self) -> Any:
        for case in self._cases():
            there = self.agency.named(case)
            if there is None:
                if case.release not in (Release.QUEUED, Release.REJECTED) or case.open:
                    yield f"{case} never arrived"
                continue
            if case.open != there.open:
                yield f"{case.case_id}: open {case.open} here, {there.open} there"
            current = self.world.get(things.INVOICE(case.members[0].invoice_id)).case_id == case.case_id
            if case.open and current and case.remaining != max(there.principal, 0):
                yield f"{case.case_id}: {case.remaining} here, {there.principal} there"
        documents = [case.document for case in self.agency.cases.values() if case.open]
        if len(documents) != len(set(documents)):
            yield "an invoice is in two open cases at the agency"
        received = [name for case in self.agency.cases.values() for name in case.bookings if name[0] == "P"]
        booked = [
            payment.agency_payment_id
            for payment in self._payments()
            if payment.agency_payment_id and payment.match != "reversed"
        ]
        if sorted(booked) != sorted(received):
            yield f"payments: {booked} here, {received} there"
        vouchers = everything_of(self.hub.store, Listing(things.VOUCHER, "vouchers_of", ("acme",)))
        claims = sum(voucher.on(Account.AGENCY_CLAIMS) for voucher in vouchers)
        if claims != self.agency.owes():
            yield f"the vouchers say that the agency owes {claims}, its books {self.agency.owes()}"

    def _deliver(self, case_id: str) -> None:
        self.owners += 1
        with suppress(Killed):
            deliver_lane(
                self.desk, lambda _: self.agency, lambda _: self.credentials, case_id, str(self.owners)
            )

    def _synchronise(self) -> None:
        self.owners += 1
        with suppress(Killed):
            synchronise(self.desk, self.agency, self.credentials, self.agreement, str(self.owners))

    def _take(self, number: int) -> None:
        callback = Callback("svea", CALLBACK_TOKEN, {}, str(number).encode())
        receive(
            self.desk, self.agency, self.hub.vault.credentials_of_token, lambda name, body: None, callback
        )

    def _publish(self) -> None:
        due = self.hub.store.due(self.clock.now(), limit=1000)
        fan_out(self.desk, [ref for ref in due if ref.kind is things.EVENT], "worker", FannedOut())

    def _cases(self) -> list[Any]:
        listed = everything_of(self.hub.store, Listing(things.CASE, "cases_of", ("acme",)))
        return [self.world.get(things.CASE(case.case_id)) for case in listed]

    def _document(self) -> str:
        return self.chance.choice(list(self.invoices))

    def _invoice(self, document: str) -> Any:
        return self.world.get(things.INVOICE(self.invoices[document]))

    def _case(self, document: str) -> Any:
        invoice = self._invoice(document)
        return self.world.get(things.CASE(invoice.case_id)) if invoice.case_id else None

    def _theirs(self) -> list[There]:
        return list(self.agency.cases.values())


Stories.TestCase.settings = settings(
    max_examples=2000,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
)


@pytest.mark.capability("BEY-10")
class TestStories(Stories.TestCase):
    """As pytest finds it."""


@pytest.mark.capability("ZIR-32")
def test_a_doubt_from_before_a_restore_begins_anew():
    """What the lost time has sent is not visible at once: that it was not found before says nothing now."""
    story = Stories()
    story.begin(seed=1, amounts=[3], known=0)
    story.deliver(fates=["lost"])
    story.time_passes(minutes=11)
    story.a_backup_is_made()
    story.deliver(fates=[])
    assert story.agency.registrations == 1
    story.the_hub_goes_back_in_time()
    story.deliver(fates=[])
    assert story.agency.registrations == 1
    story.teardown()

"""Random stories over a network that loses, repeats and reorders: the books stay right, and even out.

No HTTP and no sandbox, so that there can be many: the agency is a small model with a ledger of its own.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fordring.agencies.svea.terms import CAPABILITIES, DOUBTS
from fordring.domain import things
from fordring.domain.agency import Accepted, ClosedReason, Credentials, InDoubt, Rejected, Stage, TryLater
from fordring.domain.facts import (
    AgencyBalance,
    BalancePage,
    CaseClosed,
    CaseKey,
    CaseRegistered,
    Changes,
    Delivery,
    Fact,
    PaymentReceived,
    PaymentReversed,
)
from fordring.domain.instructions import (
    RegisterCase,
    ReportCredit,
    ReportPayment,
    ReversePayment,
    SendMessage,
    WithdrawCase,
)
from fordring.domain.invoice import Release
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.domain.refs import Listing
from fordring.domain.transport import TransportFailed
from fordring.edge.hub import Hub, LiveClock
from fordring.edge.settings import Settings
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.calling_back import Callback, receive
from fordring.usecases.crediting import NewCreditNote, register_credit_note
from fordring.usecases.delivering import deliver_lane
from fordring.usecases.invoicing import document_ref
from fordring.usecases.lanes import lane_of
from fordring.usecases.matching import Reversal
from fordring.usecases.paying import NewPayment, Target, pay
from fordring.usecases.publishing import fan_out
from fordring.usecases.sealed import Vault
from fordring.usecases.submitting import withdraw, write_message
from fordring.usecases.synchronising import synchronise
from fordring.usecases.work import Desk, transact
from tests.fakes import MemorySealer
from tests.functions.conftest import CALLBACK_TOKEN, FixedClock, World
from tests.story.evenness import everything_of, faults_of_the_hub

FATES = ("fine", "fine", "fine", "lost", "answer_lost", "later", "killed_before", "killed_after")
INVISIBLE = timedelta(minutes=5)


class Killed(BaseException):
    """The process that was working has died."""


@dataclass
class There:
    """A case as the agency knows it."""

    external_id: str
    document: str
    principal: int
    taken_at: datetime
    number: str | None = None
    open: bool = True
    bookings: dict[str, int] = field(default_factory=dict)


class FakeAgency:
    """An agency with a ledger, behind a network with a fate for each exchange."""

    capabilities = CAPABILITIES
    doubts = DOUBTS

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.cases: dict[str, There] = {}
        self.facts: list[Fact] = []
        self.pending: list[int] = []
        self.fates: list[str] = []
        self.registrations = 0

    # --- the network -----------------------------------------------------------------------------

    def _exchange(self, act: Any) -> Any:
        fate = self.fates.pop(0) if self.fates else "fine"
        if fate == "killed_before":
            raise Killed
        if fate == "later":
            return TryLater("too_many_requests")
        if fate == "lost":
            return InDoubt("read_timeout")
        answer = act()
        if fate == "killed_after":
            raise Killed
        return InDoubt("read_timeout") if fate == "answer_lost" else answer

    def _asked(self, act: Any) -> Any:
        answer = self._exchange(act)
        if isinstance(answer, InDoubt | TryLater):
            raise TransportFailed("maybe", answer.reason)
        return answer

    # --- the port --------------------------------------------------------------------------------

    def send(self, command: Any, credentials: Credentials) -> Any:
        return self._exchange(lambda: self._carry_out(command))

    def _carry_out(self, command: Any) -> Any:
        match command:
            case RegisterCase():
                self.registrations += 1
                # As at Svea: whoever sends twice has two cases.
                key = command.external_id
                assert key not in self.cases, f"{key} was registered twice"
                (invoice,) = command.invoices
                self.cases[key] = There(
                    key, invoice.document_number, invoice.remaining.minor, self.clock.now()
                )
                return Accepted()
            case ReportPayment() | ReportCredit():
                name = getattr(command, "payment_id", None) or command.credit_note_id
                return self._book(command, f"+{name}", -command.amount.minor, command.settles)
            case ReversePayment():
                return self._book(command, f"-{command.payment_id}", command.amount.minor, False)
            case WithdrawCase():
                case = self.cases[command.external_id]
                self._close(case, ClosedReason.WITHDRAWN)
                return Accepted()
            case SendMessage():
                case = self.cases[command.external_id]
                known = case.bookings.setdefault(command.message_id, 0)
                return Accepted(already_existed=bool(known))
        return Rejected(("agency_refused",))

    def _book(self, command: Any, name: str, amount: int, settles: bool) -> Accepted:
        case = self.cases[command.external_id]
        if name in case.bookings:
            return Accepted(already_existed=True)
        case.bookings[name] = amount
        case.principal += amount
        if case.principal <= 0 and settles:
            self._close(case, ClosedReason.PAID)
        return Accepted()

    def look_up(self, command: Any, credentials: Credentials) -> Any:
        def look() -> Accepted | None:
            case = self.cases.get(command.external_id)
            if case is None or case.taken_at + INVISIBLE > self.clock.now():
                return None
            return Accepted(case.number, already_existed=True)

        return self._asked(look) if isinstance(command, RegisterCase) else None

    def changes_since(self, cursor: str | None, credentials: Credentials) -> Changes:
        start = int(cursor or 0)
        end = min(start + 3, len(self.facts))
        return self._asked(lambda: Changes(tuple(self.facts[start:end]), str(end), end < len(self.facts)))

    def rewind(self, cursor: str | None, window: timedelta) -> str | None:
        return None

    def open_cases(self, page: str | None, credentials: Credentials) -> BalancePage:
        found = tuple(self._balance(case) for case in self.cases.values() if case.open)
        return self._asked(lambda: BalancePage(found, None))

    def case(self, key: CaseKey, credentials: Credentials) -> AgencyBalance | None:
        case = self.cases.get(key.external_id or "")
        return self._asked(lambda: self._balance(case) if case else None)

    def _balance(self, case: There) -> AgencyBalance:
        return AgencyBalance(
            case=CaseKey(case.external_id, case.number),
            agency_status="Sent" if case.open else "Paid",
            stage=Stage.ADMINISTERED,
            open=case.open,
            principal_remaining=Money(max(case.principal, 0), "NOK"),
            cost_remaining=Money(0, "NOK"),
            interest_remaining=Money(0, "NOK"),
            as_of=self.clock.now(),
        )

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Credentials], now: datetime
    ) -> bool:
        return True

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        return Delivery(f"d-{body.decode()}", (self.facts[int(body)],))

    # --- what happens there ----------------------------------------------------------------------

    def say(self, fact: Fact) -> None:
        self.pending.append(len(self.facts))
        self.facts.append(fact)

    def number(self, case: There) -> None:
        case.number = f"N{len(self.facts)}"
        self.say(CaseRegistered(self._key(case), case.number, self.clock.now()))

    def take_money(self, case: There, amount: int) -> str:
        payment_id = f"P{len(self.facts)}"
        amount = min(amount, case.principal)
        case.principal -= amount
        case.bookings[payment_id] = -amount
        zero, paid = Money(0, "NOK"), Money(amount, "NOK")
        self.say(
            PaymentReceived(
                self._key(case), payment_id, paid, paid, zero, zero, date(2026, 3, 2), self.clock.now()
            )
        )
        if case.principal <= 0:
            self._close(case, ClosedReason.PAID)
        return payment_id

    def give_back(self, case: There, payment_id: str) -> None:
        case.principal -= case.bookings.pop(payment_id)
        self.say(PaymentReversed(self._key(case), payment_id, f"{payment_id}-R", self.clock.now()))

    def _close(self, case: There, reason: ClosedReason) -> None:
        if case.open:
            case.open = False
            self.say(CaseClosed(self._key(case), reason, "Paid", self.clock.now()))

    def _key(self, case: There) -> CaseKey:
        return CaseKey(case.external_id, case.number)


class Stories(RuleBasedStateMachine):
    """What may happen, in any order."""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.chance = Random(seed)
        self.clock = FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        self.engine = MemoryEngine()
        environment = Settings(table="t", tenant="demo", stage="development", mode="live")
        self.hub = Hub(environment, Repository(self.engine), self.clock)
        self.hub.vault = Vault(MemorySealer())
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
        self.invoices: list[str] = []
        self.owners = 0
        self.seen: dict[str, Any] = {}
        self.paid: list[str] = []

    # --- what a billing product does -------------------------------------------------------------

    @rule(amount=st.integers(1, 5))
    def register_and_hand_over(self, amount: int) -> None:
        invoice = self.world.invoice(amount=f"{amount * 100}.00")
        self.invoices.append(invoice.invoice_id)
        self.world.case(invoice_id=invoice.invoice_id)

    @precondition(lambda self: self.invoices)
    @rule()
    def hand_over_again(self) -> None:
        invoice = self._invoice()
        if not invoice.release.live and invoice.balance.owed_to_creditor > 0:
            self.world.case(invoice_id=invoice.invoice_id)

    @precondition(lambda self: self.invoices)
    @rule(amount=st.integers(1, 400))
    def pay_the_creditor(self, amount: int) -> None:
        invoice = self._invoice()
        owed = invoice.balance.owed_to_creditor
        if owed <= 0:
            return
        target = Target(self.desk, "acme", invoice.invoice_id)
        new = NewPayment(Money(min(amount * 100, owed), "NOK"), date(2026, 3, 2), Origin.DEBTOR)
        paid = transact(self.desk, target.refs, lambda work: pay(work, target.invoice(work), new))
        self.paid.append(paid.payment_id)

    @precondition(lambda self: self.paid)
    @rule()
    def the_payment_bounces(self) -> None:
        payment_id = self.paid.pop(self.chance.randrange(len(self.paid)))
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
        invoice_id = self.chance.choice(self.invoices)
        new = NewCreditNote(
            f"C-{self.chance.getrandbits(40)}", Money(amount * 100, "NOK"), date(2026, 3, 2), invoice_id
        )
        target = Target(self.desk, "acme", invoice_id)
        document = document_ref("acme", "credit_note", new.document_number)
        transact(
            self.desk,
            lambda: (document, *target.refs()),
            lambda work: register_credit_note(work, "acme", new, target.invoice(work)),
        )

    @precondition(lambda self: self.invoices)
    @rule()
    def take_back(self) -> None:
        case = self._case()
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
        case = self._case()
        if case is not None and case.open and not case.withdrawing:
            refs = (things.CASE(case.case_id), things.EPOCH())
            transact(
                self.desk, refs, lambda work: write_message(work, work.get(things.CASE(case.case_id)), "?")
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

    # --- the hub at work, and the network --------------------------------------------------------

    @precondition(lambda self: self.invoices)
    @rule(fates=st.lists(st.sampled_from(FATES), max_size=3))
    def deliver(self, fates: list[str]) -> None:
        self.agency.fates = list(fates)
        case = self._case()
        if case is not None:
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
        for invoice_id in getattr(self, "invoices", ()):
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
            there = self.agency.cases.get(case.external_id)
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
        listing = Listing(things.PAYMENT, "payments_of", ("acme",))
        booked = [
            payment.agency_payment_id
            for payment in everything_of(self.hub.store, listing)
            if payment.agency_payment_id and payment.match != "reversed"
        ]
        if sorted(booked) != sorted(received):
            yield f"payments: {booked} here, {received} there"

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
        fan_out(self.desk, [ref for ref in due if ref.kind is things.EVENT])

    def _cases(self) -> list[Any]:
        listed = everything_of(self.hub.store, Listing(things.CASE, "cases_of", ("acme",)))
        return [self.world.get(things.CASE(case.case_id)) for case in listed]

    def _case(self) -> Any:
        invoice = self._invoice()
        return self.world.get(things.CASE(invoice.case_id)) if invoice.case_id else None

    def _invoice(self) -> Any:
        return self.world.get(things.INVOICE(self.chance.choice(self.invoices)))

    def _theirs(self) -> list[There]:
        return list(self.agency.cases.values())


Stories.TestCase.settings = settings(
    max_examples=200,
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

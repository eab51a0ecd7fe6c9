"""An agency of a few lines, with a ledger, behind a network that has a fate for each exchange."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from fordring.agencies.svea.terms import CAPABILITIES, DOUBTS
from fordring.domain.agency import (
    Accepted,
    CaseKey,
    ClosedReason,
    Credentials,
    InDoubt,
    Rejected,
    Stage,
    TryLater,
    Underway,
)
from fordring.domain.agency_answers import AgencyBalance, BalancePage, Changes, Delivery
from fordring.domain.facts import (
    CaseClosed,
    CaseRegistered,
    Fact,
    PaymentReceived,
    PaymentReversed,
    SettlementLine,
    SettlementMade,
)
from fordring.domain.instructions import (
    RegisterCase,
    ReportCredit,
    ReportPayment,
    ReportWriteOff,
    ReversePayment,
    SendMessage,
    WithdrawCase,
)
from fordring.domain.money import Money
from fordring.domain.transport import TransportFailed
from tests.functions.conftest import FixedClock

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
    settled: int = 0
    """What of the money received was paid out, commission and its VAT included."""

    @property
    def received(self) -> int:
        """What debtors have paid here and was not given back."""
        return -sum(amount for name, amount in self.bookings.items() if name.startswith("P"))


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
        self.results: dict[str, Any] = {}
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
        taken_in = self.fates[:1] == ["taken_in"]
        answer = self._exchange(lambda: self._carry_out(command))
        if not taken_in:
            return answer
        ticket = f"T{len(self.results)}"
        self.results[ticket] = answer
        return Underway(ticket, timedelta(seconds=30))

    def result_of(self, ticket: str, credentials: Credentials) -> Any:
        fate = self.fates[0] if self.fates else "fine"
        if fate == "lost":
            # Not the question alone: the agency has lost what it was asked about.
            self.results[ticket] = InDoubt("unknown_batch")
        answer = self._exchange(lambda: self.results.get(ticket, InDoubt("unknown_batch")))
        if fate == "taken_in":
            return Underway(ticket, timedelta(seconds=30))
        return TryLater("read_timeout") if fate == "answer_lost" else answer

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
            case ReportWriteOff():
                return self._book(command, f"+{command.write_off_id}", -command.amount.minor, command.settles)
            case ReversePayment():
                return self._book(command, f"-{command.payment_id}", command.amount.minor, False)
            case WithdrawCase():
                if (case := self.named(command)) is None:
                    return Rejected(("unknown_case",))
                self._close(case, ClosedReason.WITHDRAWN)
                return Accepted()
            case SendMessage():
                if (case := self.named(command)) is None:
                    return Rejected(("unknown_case",))
                known = case.bookings.setdefault(command.message_id, 0)
                return Accepted(already_existed=bool(known))
        return Rejected(("agency_refused",))

    def named(self, command: Any) -> There | None:
        """Give the case that a command, a key or a case of the hub means."""
        if command.case_number is None:
            return self.cases.get(command.external_id)
        return next((case for case in self.cases.values() if case.number == command.case_number), None)

    def _book(self, command: Any, name: str, amount: int, settles: bool) -> Accepted | Rejected:
        case = self.named(command)
        if case is None:
            return Rejected(("unknown_case",))
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
            if case is not None and self._visible(case):
                return Accepted(case.number, already_existed=True)
            for case in self.cases.values():
                # As at Svea: an invoice that a hub gone back in time has forgotten is found by its document.
                forgotten = not case.external_id.startswith(command.external_id.rpartition("-")[0])
                known = case.document == command.invoices[0].document_number and self._visible(case)
                if known and (case.open or (forgotten and case.principal <= 0)):
                    return Accepted(case.number, already_existed=True, external_id=case.external_id)
            return None

        return self._asked(look) if isinstance(command, RegisterCase) else None

    def _visible(self, case: There) -> bool:
        return case.taken_at + INVISIBLE <= self.clock.now()

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
        case = self.named(key)
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

    def settle(self) -> None:
        """Pay out what has come in since the last time, less what was given back, and keep a commission."""
        lines = [self._settled(case) for case in self.cases.values() if case.received != case.settled]
        if lines:
            paid = sum(line.payout.minor for line in lines)
            name, today = f"S{len(self.facts)}", date(2026, 3, 2)
            self.say(SettlementMade(name, today, Money(paid, "NOK"), tuple(lines), self.clock.now()))

    def _settled(self, case: There) -> SettlementLine:
        principal, case.settled = case.received - case.settled, case.received
        commission = principal // 20
        parts = (principal, 0, 0, commission, commission // 4, principal - commission - commission // 4)
        return SettlementLine(self._key(case), *(Money(part, "NOK") for part in parts))

    def owes(self) -> int:
        """What the agency owes the creditor by its own books."""
        return sum(case.received - case.settled for case in self.cases.values())

    def _close(self, case: There, reason: ClosedReason) -> None:
        if case.open:
            case.open = False
            self.say(CaseClosed(self._key(case), reason, "Paid", self.clock.now()))

    def _key(self, case: There) -> CaseKey:
        return CaseKey(case.external_id, case.number)

"""One line of a bank's file: which invoices it pays, or why a person has to look."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from fordring.domain import things
from fordring.domain.bank_accounts import is_among
from fordring.domain.bank_days import BankCalendar, first_bank_day_after
from fordring.domain.calendar import local_date
from fordring.domain.creditor import Creditor
from fordring.domain.ledger import Source
from fordring.domain.matching import Decision, Incoming, Owed, Rule, match
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment, Settlement
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.leads import Leads, OpenInvoices, leads_of, words_of
from fordring.usecases.paying import NewPayment, Target, owed_on, pay, unmatched
from fordring.usecases.recording import derived_id
from fordring.usecases.reversing import Reversal
from fordring.usecases.store_port import Conflict
from fordring.usecases.unmatched import REVERSAL, attention_of_payment
from fordring.usecases.work import Desk, Work, transact

if TYPE_CHECKING:
    from fordring.usecases.banking import Line


@dataclass(frozen=True, slots=True)
class Account:
    """Whose file it is, from which accounts each agency pays out, and when banks are open."""

    creditor: Creditor
    payouts: Mapping[str, tuple[str, ...]]
    owing: OpenInvoices
    calendar: BankCalendar


class DayToCome(Exception):
    """A line is of a day that has not come: nothing of it is booked."""


def book_line(desk: Desk, account: Account, line: "Line") -> tuple[Payment | None, bool]:
    """Book one payment of a file in a transaction of its own; tells whether it was new.

    A line on which nothing was paid, or that is no debtor's payment, gives no payment.

    Raises
    ------
    DayToCome
        When it is of a day after the next bank day.
    """
    if not line.amount or line.passed_over:
        return None, False
    booking = _Booking(desk, account, line)
    return transact(desk, booking.refs, booking.decide)


@dataclass(slots=True)
class _Booking:
    """A line with what it leads to, found anew at every attempt."""

    desk: Desk
    account: Account
    line: "Line"
    leads: Leads = field(default_factory=Leads, init=False)
    targets: dict[str, Target] = field(default_factory=dict, init=False)
    reversals: tuple[Reversal, ...] = field(default=(), init=False)
    settlements: tuple[tuple[str, Ref[Settlement]], ...] = field(default=(), init=False)

    @property
    def creditor_id(self) -> str:
        return self.account.creditor.creditor_id

    @property
    def payment_id(self) -> str:
        return derived_id("pay", self.creditor_id, self.line.line_id)

    def refs(self) -> Iterable[Ref[Any]]:
        self.leads = leads_of(self.desk, self.account.creditor, self.line, self.account.owing)
        self.settlements = tuple(
            (agency, things.SETTLEMENT(derived_id("set", agency, self.creditor_id, word)))
            for agency in self.account.payouts
            for word in self._words()
        )
        named: list[Ref[Any]] = [
            things.PAYMENT(self.payment_id),
            attention_of_payment(self.payment_id),
            things.CREDITOR(self.creditor_id),
            *(ref for _, ref in self.settlements),
        ]
        self.targets, self.reversals = {}, ()
        if self.line.reversal:
            self.reversals = tuple(Reversal(self.desk, original) for original in self._originals())
            for reversal in self.reversals:
                named.extend(reversal.refs())
            return named
        for share in self._decision([owed_on(each) for each in self.leads.invoices]).shares:
            target = self.targets[share.invoice_id] = Target(self.desk, self.creditor_id, share.invoice_id)
            named.extend(target.refs())
        return named

    def _words(self) -> list[str]:
        """Give the words that may name a settlement: in the text, as an id, or where a reference stands.

        A reference that leads to an invoice names that, and nothing else.
        """
        line = self.line
        references = () if self.leads.invoices else (line.kid, *line.more_references)
        said = filter(None, (line.end_to_end_id, *references))
        return list(dict.fromkeys([*words_of(line.text), *said]))

    def decide(self, work: Work) -> tuple[Payment, bool]:
        known = work.find(things.PAYMENT(self.payment_id))
        if known is not None:
            return known, False
        self._refuse_day_to_come(work)
        agency, why = self._payer(work)
        if agency is not None:
            return self._settlement(work, agency, why), True
        if self.line.reversal:
            return self._reverse(work), True
        return self._pay(work, why), True

    def _refuse_day_to_come(self, work: Work) -> None:
        # Banks send a file of today with the value date, or the settlement date, of the next bank day.
        country = self.account.creditor.country
        today = local_date(work.now, country)
        if self.line.bank_date <= today:
            return
        if self.line.bank_date > first_bank_day_after(today, country, self.account.calendar):
            raise DayToCome

    def _decision(self, owed: Iterable[Owed]) -> Decision:
        line = self.line
        incoming = Incoming(line.amount, line.bank_date, line.channel, line.kid is not None)
        return match(incoming, [replace(each, earlier=self.leads.earlier(each.invoice_id)) for each in owed])

    def _pay(self, work: Work, why: str) -> Payment:
        """Book the line on the invoices that the rules choose, or keep it for a person."""
        decision = self._decision(
            owed_on(self.targets[each.invoice_id].invoice(work) if each.invoice_id in self.targets else each)
            for each in self.leads.invoices
        )
        if decision.shares and not {each.invoice_id for each in decision.shares} <= self.targets.keys():
            raise Conflict
        if not decision.matched:
            new = replace(self._new(decision.rule), hints=self.leads.hints)
            return unmatched(work, self.creditor_id, new, decision.rule.value)
        paid: list[Payment] = []
        for share in decision.shares:
            new = replace(
                self._new(decision.rule, "reference" + why),
                amount=Money(share.amount, self.line.amount.currency),
                # The first share carries the line's own id, by which the line is recognised.
                payment_id=derived_id("pay", self.payment_id, share.invoice_id) if paid else self.payment_id,
            )
            paid.append(pay(work, self.targets[share.invoice_id].invoice(work), new))
        return paid[0]

    def _originals(self) -> list[str]:
        """Find the latest payment that this line gives back: of the same references and amount.

        What one line paid on many invoices is given back on all of them.
        """
        found: dict[str, list[Payment]] = {}
        for payments in self.leads.payments.values():
            for payment in payments:
                if payment.match is Match.MATCHED and payment.source is Source.BANK_FILE:
                    name = payment.bank_transaction_id or payment.payment_id
                    found.setdefault(name, []).append(payment)
        given_back = -self.line.amount.minor
        fitting: list[list[Payment]] = [[each] for many in found.values() for each in many]
        fitting += [many for many in found.values() if len(many) > 1]
        fitting = [many for many in fitting if sum(each.amount for each in many) == given_back]
        if not fitting:
            return []
        latest = max(fitting, key=lambda many: (many[0].paid_date.isoformat(), many[0].payment_id))
        return [each.payment_id for each in latest]

    def _payer(self, work: Work) -> tuple[str | None, str]:
        """Tell which agency paid, and how that is known; or what is odd about the payer."""
        payer = self.line.payer_account
        for agency, accounts in self.account.payouts.items():
            if is_among(payer, accounts):
                return agency, "agency_account"
        for agency, ref in self.settlements:
            if work.find(ref) is not None:
                return agency, "settlement_id"
        own = self.account.creditor.bank_account
        return None, "_from_own_account" if own and is_among(payer, [own]) else ""

    def _settlement(self, work: Work, agency: str, reason: str) -> Payment:
        """Keep the agency's payout: it pays no debt a second time and is never reported (BEY-2)."""
        return self._keep(
            work,
            match=Match.SETTLEMENT,
            origin=Origin.AGENCY_SETTLEMENT,
            reason=reason,
            rule=Rule.AGENCY_PAYOUT,
            agency=agency,
        )

    def _reverse(self, work: Work) -> Payment:
        if not self.reversals:
            return unmatched(work, self.creditor_id, self._new(Rule.REVERSAL), REVERSAL)
        taken_back = [
            reversal.carry_out(work, work.get(things.PAYMENT(reversal.payment_id)), self.line.bank_date)
            for reversal in self.reversals
        ]
        return self._keep(
            work,
            match=Match.REVERSED,
            origin=Origin.DEBTOR,
            reason="reversal",
            rule=Rule.REVERSAL,
            invoice_id=taken_back[0].invoice_id,
            reversed_date=self.line.bank_date,
        )

    def _keep(self, work: Work, **more: Any) -> Payment:
        payment = Payment(
            payment_id=self.payment_id,
            creditor_id=self.creditor_id,
            amount=abs(self.line.amount.minor),
            currency=self.line.amount.currency,
            paid_date=self.line.bank_date,
            source=Source.BANK_FILE,
            created_at=work.now,
            reference=self.line.kid,
            bank_transaction_id=self.line.bank_transaction_id,
            machine_readable=self.line.machine_readable,
            channel=self.line.channel,
            **more,
        )
        work.add(things.PAYMENT(self.payment_id), payment)
        return payment

    def _new(self, rule: Rule, reason: str = "") -> NewPayment:
        amount = self.line.amount
        return NewPayment(
            amount=Money(abs(amount.minor), amount.currency),
            paid_date=self.line.bank_date,
            origin=Origin.DEBTOR,
            source=Source.BANK_FILE,
            reference=self.line.kid,
            bank_transaction_id=self.line.bank_transaction_id,
            machine_readable=self.line.machine_readable,
            channel=self.line.channel,
            rule=rule,
            reason=reason,
            payment_id=self.payment_id,
        )

"""Reports equal slow, obvious sums over the ledgers, whatever happened and whichever day is asked for."""

from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.receivables import read_receivables
from fordring.domain import things
from fordring.domain.ageing import bucket_of
from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import Teller
from fordring.domain.facts import LetterDispatched, PaymentReceived, PaymentReversed
from fordring.domain.invoice import Terms
from fordring.domain.ledger import CREDITORS_OWN, EntryKind
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.domain.refs import Listing
from fordring.usecases.invoicing import NewInvoice, refs_to_register, register
from fordring.usecases.paying import NewPayment, pay, refs_to_pay
from fordring.usecases.reporting import ageing, recovery
from fordring.usecases.synchronising import apply_one
from tests.unit.books import NOW, Books

DATA = Path(__file__).parents[4] / "shared" / "data" / "receivables.csv"
TODAY = NOW.date()
SVEA = Teller("acme", "svea")
DAYS = st.integers(-60, 0).map(lambda days: TODAY + timedelta(days=days))
AMOUNTS = st.integers(1, 60_000)

ACTIONS = st.one_of(
    st.tuples(st.just("invoice"), st.integers(-120, 30), st.integers(10_000, 200_000)),
    st.tuples(st.just("hand_over"), st.integers(0, 9), st.just(0)),
    st.tuples(st.just("pay"), st.integers(0, 9), AMOUNTS, DAYS),
    st.tuples(st.just("pay_agency"), st.integers(0, 9), AMOUNTS, DAYS, st.integers(0, 5_000)),
    st.tuples(st.just("letter"), st.integers(0, 9), st.integers(1, 9_000), DAYS),
    st.tuples(st.just("reverse"), st.integers(0, 9), DAYS),
)


class Story:
    """What happens to a creditor's invoices, one thing after the other."""

    def __init__(self):
        self.books = Books()
        self.invoices = []
        self.cases = []
        self.stages = {}
        self.payments = []
        self.told = []
        self.made = 0

    def invoice(self, due, amount):
        self.made += 1
        due_date = TODAY + timedelta(days=due)
        new = NewInvoice(
            "d-1",
            f"F-{self.made}",
            Money(amount, "NOK"),
            due_date - timedelta(days=14),
            Terms(due_date=due_date),
        )
        made = self.books.act(refs_to_register("acme", new), lambda work: register(work, "acme", new))
        self.invoices.append(made.invoice_id)

    def hand_over(self, which, _):
        invoice = self._invoice(which)
        if invoice is None or invoice.release.live or invoice.balance.remaining <= 0:
            return
        if invoice.terms.due_date >= TODAY:
            return
        self.cases.append(self.books.case(invoice).case_id)

    def pay(self, which, amount, day):
        invoice = self._invoice(which)
        if invoice is None:
            return
        new = NewPayment(Money(amount, "NOK"), day, Origin.DEBTOR)
        paid = self.books.act(
            refs_to_pay(invoice),
            lambda work: pay(work, work.get(things.INVOICE(invoice.invoice_id)), new),
        )
        self.payments.append(getattr(paid, "payment", paid).payment_id)

    def pay_agency(self, which, amount, day, cost):
        case = self._case(which)
        if case is None:
            return
        self.made += 1
        parts = (Money(amount + cost, "NOK"), Money(amount, "NOK"), Money(0, "NOK"), Money(cost, "NOK"))
        fact = PaymentReceived(CaseKey(case.external_id), f"p-{self.made}", *parts, day, NOW)
        apply_one(self.books.desk, fact, SVEA)
        self.told.append((case.external_id, fact.agency_payment_id))

    def letter(self, which, fee, day):
        case = self._case(which)
        if case is None:
            return
        self.made += 1
        fact = LetterDispatched(
            CaseKey(case.external_id),
            f"l-{self.made}",
            "reminder",
            "letter",
            day,
            None,
            Money(fee, "NOK"),
            NOW,
        )
        apply_one(self.books.desk, fact, SVEA)

    def reverse(self, which, day):
        if not self.told:
            return
        outside, payment = self.told[which % len(self.told)]
        at = NOW.replace(year=day.year, month=day.month, day=day.day)
        apply_one(self.books.desk, PaymentReversed(CaseKey(outside), payment, f"{payment}-r", at), SVEA)

    def _invoice(self, which):
        if not self.invoices:
            return None
        return self.books.get(things.INVOICE(self.invoices[which % len(self.invoices)]))

    def _case(self, which):
        return self.books.get(things.CASE(self.cases[which % len(self.cases)])) if self.cases else None

    # --- the slow way ---------------------------------------------------------------------------------

    def entries(self, kind, listing, owner):
        page = self.books.store.page(Listing(kind, listing, (owner,)), limit=1000)
        return [entry for _, entry in page.items]

    def slow_ageing(self, on):
        sums = defaultdict(int)
        for invoice_id in self.invoices:
            invoice = self.books.get(things.INVOICE(invoice_id))
            owed = 0
            for entry in self.entries(things.INVOICE_ENTRY, "entries_of_invoice", invoice_id):
                if on < TODAY and entry.entry_date > on:
                    continue
                own = sum(entry.amounts.get(part, 0) for part in CREDITORS_OWN)
                back = entry.kind is EntryKind.REVERSAL
                kind = entry.reversed_kind if back else entry.kind
                sign = (1 if kind is EntryKind.CHARGE else -1) * (-1 if back else 1)
                owed += sign * own
            if owed > 0:
                sums[bucket_of(invoice.terms.due_date, on)] += owed
        return dict(sums)

    def slow_recovery(self, on):
        collected = charged = paid = given_up = 0
        for case_id in self.cases:
            for entry in self.entries(things.CASE_ENTRY, "entries_of_case", case_id):
                if entry.entry_date <= on:
                    sign = -1 if entry.kind is EntryKind.REVERSAL else 1
                    kind = entry.reversed_kind if sign < 0 else entry.kind
                    charged += sign * entry.total * (kind is EntryKind.CHARGE)
                    paid += sign * entry.total * (kind is EntryKind.PAYMENT)
                    given_up += sign * entry.total * (kind is EntryKind.WRITE_OFF)
        for invoice_id in self.invoices:
            entries = {
                entry.seq: entry
                for entry in self.entries(things.INVOICE_ENTRY, "entries_of_invoice", invoice_id)
            }
            handed_over = [
                self.books.get(things.CASE(case_id))
                for case_id in self.cases
                if self.books.get(things.CASE(case_id)).member(invoice_id)
            ]
            if not handed_over:
                continue
            undone = {
                entry.reverses: entry.entry_date
                for entry in entries.values()
                if entry.reversed_kind is EntryKind.PAYMENT
            }
            for entry in entries.values():
                if entry.kind is not EntryKind.PAYMENT or entry.seq <= self.before[invoice_id]:
                    continue
                stands = entry.seq not in undone or undone[entry.seq] > on
                if entry.entry_date <= on and stands:
                    collected += sum(entry.amounts.get(part, 0) for part in CREDITORS_OWN)
        return collected, charged, paid, given_up

    def play(self, actions):
        self.before = {}
        for name, *details in actions:
            cases = len(self.cases)
            getattr(self, name)(*details)
            if len(self.cases) > cases:
                member = self.books.get(things.CASE(self.cases[-1])).members[0]
                seq = self.books.get(things.INVOICE(member.invoice_id)).last_entry
                self.before.setdefault(member.invoice_id, seq)


@pytest.mark.capability("BEY-12")
@settings(max_examples=60, deadline=None)
@given(st.lists(ACTIONS, min_size=3, max_size=25), st.integers(-130, 5))
def test_a_report_equals_the_slow_sum_over_the_ledger(actions, days):
    story = Story()
    story.play([("invoice", -40, 100_000), ("hand_over", 0, 0), *actions])
    on = TODAY + timedelta(days=days)

    found = ageing(story.books.desk, "acme", on, TODAY, "")
    ages = found.get("NOK", {}).get("d-1")
    assert (dict(ages.amounts) if ages else {}) == story.slow_ageing(on)

    later = TODAY + timedelta(days=abs(days))
    brought = recovery(story.books.desk, "acme", later, "", None, "NO")["NOK"]
    slow = story.slow_recovery(later)
    assert (brought.total, brought.charged, brought.paid, brought.given_up) == slow
    assert brought.cases == len(story.cases)


@pytest.mark.capability("BEY-12")
def test_real_receivables_age_as_their_file_says():
    if not DATA.exists():
        pytest.skip("the real data is not on this machine")
    books = Books()
    rows = read_receivables(DATA)[:300]
    for row in rows:
        new = NewInvoice(
            "d-1",
            row.number,
            Money(int(row.amount * 100), "NOK"),
            row.invoice_date,
            Terms(due_date=row.due_date),
        )
        made = books.act(refs_to_register("acme", new), lambda work, new=new: register(work, "acme", new))
        payment = NewPayment(new.principal, row.settled_date, Origin.DEBTOR)
        books.act(
            refs_to_pay(made),
            lambda work, made=made, payment=payment: pay(
                work, work.get(things.INVOICE(made.invoice_id)), payment
            ),
        )
    for on in (date(2012, 6, 30), date(2013, 1, 31), date(2013, 7, 31), date(2013, 12, 31)):
        expected = defaultdict(int)
        for row in rows:
            if row.invoice_date <= on < row.settled_date:
                expected[bucket_of(row.due_date, on)] += int(row.amount * 100)
        found = ageing(books.desk, "acme", on, TODAY, "").get("NOK", {})
        assert (dict(found["d-1"].amounts) if found else {}) == dict(expected)
    assert ageing(books.desk, "acme", TODAY, TODAY, "") == {}

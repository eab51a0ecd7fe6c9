"""Vouchers: whatever moves money, each balances, and together they say what the ledgers say."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.domain import things
from fordring.domain.agency import CaseKey
from fordring.domain.agency_answers import Teller
from fordring.domain.facts import Fact, PaymentReceived, PaymentReversed, SettlementLine, SettlementMade
from fordring.domain.ledger import Component
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment
from fordring.domain.refs import Listing
from fordring.domain.spreading import Handling
from fordring.domain.vouchers import Account, Posting, Unbalanced, VoucherKind
from fordring.usecases.facts import apply
from fordring.usecases.giving_up import AddedCost, WriteOff, add_cost, write_off
from fordring.usecases.matching import Choice, ignore_by_hand, match_by_hand
from fordring.usecases.naming import refs_of_facts
from fordring.usecases.paying import NewPayment, Target, pay, unmatched
from fordring.usecases.receiving_reversals import refs_of_original
from fordring.usecases.reversing import Reversal
from fordring.usecases.unmatched import attention_of_payment
from tests.unit.books import NOW, Books

DAY = date(2026, 2, 20)
SVEA = Teller("acme", "svea")


def nok(minor: int) -> Money:
    return Money(minor, "NOK")


class Bookkeeper:
    """A creditor's books, one invoice at an agency, and everything that can happen to its money."""

    def __init__(self, order: str = "costs_first") -> None:
        self.books = Books(order)
        invoice = self.books.invoice()
        self.invoice_id = invoice.invoice_id
        self.case = self.books.case(invoice)
        self.paid: list[str] = []
        self.at_agency: dict[str, int] = {}
        self.strays: list[str] = []
        self.settled = 0
        self.count = 0

    @property
    def invoice(self):
        return self.books.get(things.INVOICE(self.invoice_id))

    def vouchers(self):
        listing = Listing(things.VOUCHER, "vouchers_of", ("acme",))
        return [voucher for _, voucher in self.books.desk.every(listing)]

    def on(self, account: Account) -> int:
        return sum(voucher.on(account) for voucher in self.vouchers())

    def name(self) -> str:
        self.count += 1
        return f"{self.count:04d}"

    def on_invoice(self, decide: Any) -> Any:
        target = Target(self.books.desk, "acme", self.invoice_id)
        return self.books.act(target.refs, lambda work: decide(work, target.invoice(work)))

    def tell(self, fact: Fact) -> None:
        store = self.books.store
        refs = lambda: (*refs_of_facts([fact], SVEA), *refs_of_original(store, [fact], SVEA))  # noqa: E731
        self.books.act(refs, lambda work: apply(work, fact, SVEA))

    def pay(self, minor: int) -> None:
        new = NewPayment(nok(minor), DAY, Origin.DEBTOR)
        self.paid.append(self.on_invoice(lambda work, invoice: pay(work, invoice, new)).payment_id)

    def pay_with_interest(self, minor: int) -> None:
        principal = min(minor, self.invoice.principal_remaining)
        parts = {Component.PRINCIPAL: principal, Component.INTEREST: minor - principal + 7}
        new = NewPayment(nok(minor + 7), DAY, Origin.DEBTOR, parts=parts)
        self.paid.append(self.on_invoice(lambda work, invoice: pay(work, invoice, new)).payment_id)

    def pay_agency(self, minor: int) -> None:
        name = self.name()
        key = CaseKey(self.case.external_id)
        self.tell(
            PaymentReceived(key, name, nok(minor + 300), nok(minor), nok(100), nok(200), DAY, occurred_at=NOW)
        )
        self.at_agency[name] = minor

    def agency_takes_back(self, minor: int) -> None:
        if self.at_agency:
            name = sorted(self.at_agency)[minor % len(self.at_agency)]
            del self.at_agency[name]
            self.tell(PaymentReversed(CaseKey(self.case.external_id), name, f"{name}-R", NOW))

    def stray(self, minor: int) -> None:
        payment_id = f"pay_{self.name()}"
        new = NewPayment(nok(minor), DAY, payment_id=payment_id)
        refs = (things.PAYMENT(payment_id), attention_of_payment(payment_id))
        self.books.act(refs, lambda work: unmatched(work, "acme", new, "unknown_reference"))
        self.strays.append(payment_id)

    def decide(self, minor: int) -> None:
        if not self.strays:
            return
        payment_id = self.strays.pop(minor % len(self.strays))
        own = (things.PAYMENT(payment_id), attention_of_payment(payment_id))
        payment = self.books.get(own[0])
        if minor % 3 == 0:
            self.books.act(own, lambda work: ignore_by_hand(work, work.get(own[0])))
            return
        above = payment.amount > self.invoice.balance.owed_to_creditor
        handling = Handling.COLLECTION if minor % 3 == 1 and above else Handling.NORMAL
        choice = Choice(handling, None if handling is Handling.COLLECTION else Origin.DEBTOR)
        target = Target(self.books.desk, "acme", self.invoice_id)
        self.books.act(
            lambda: (*own, *target.refs()),
            lambda work: match_by_hand(work, work.get(own[0]), target.invoice(work), choice),
        )
        self.paid.append(payment_id)

    def take_back(self, minor: int) -> None:
        if self.paid:
            reversal = Reversal(self.books.desk, self.paid.pop(minor % len(self.paid)))
            ref = things.PAYMENT(reversal.payment_id)
            self.books.act(reversal.refs, lambda work: reversal.carry_out(work, work.get(ref), DAY))

    def give_up(self, minor: int) -> None:
        owed = self.invoice.balance.owed_to_creditor
        if owed > 0:
            wanted = WriteOff(DAY, "loss", nok(min(minor, owed)), agency_asked=True)
            self.on_invoice(lambda work, invoice: write_off(work, invoice, wanted, self.books.capabilities))

    def charge(self, minor: int) -> None:
        part = [Component.FEE, Component.INTEREST, Component.COMPENSATION][minor % 3]
        added = AddedCost(part, nok(minor), DAY, "by_hand", agency_asked=True)
        self.on_invoice(lambda work, invoice: add_cost(work, invoice, added))

    def settle(self, minor: int) -> None:
        """The agency pays out; now and then its parts do not make up the payout."""
        principal = sum(self.at_agency.values()) - self.settled
        commission, vat, interest, odd = minor % 50, minor % 7, minor % 11, minor % 2 * 3
        payout = principal + interest - commission - vat + odd
        line = SettlementLine(
            CaseKey(self.case.external_id),
            nok(principal),
            nok(0),
            nok(interest),
            nok(commission),
            nok(vat),
            nok(payout),
        )
        self.tell(SettlementMade(self.name(), DAY, nok(payout), (line,), NOW))
        self.settled += principal + odd


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "pay",
                "pay_with_interest",
                "pay_agency",
                "agency_takes_back",
                "stray",
                "decide",
                "take_back",
                "give_up",
                "charge",
                "settle",
            ]
        ),
        st.integers(1, 150_000),
    ),
    max_size=14,
)


@pytest.mark.capability("VIS-15", "BEY-8")
@settings(max_examples=80, deadline=None)
@given(steps=STEPS, order=st.sampled_from(["costs_first", "principal_first"]))
def test_every_voucher_balances_and_together_they_are_the_ledgers(steps, order):
    keeper = Bookkeeper(order)
    for step, minor in steps:
        getattr(keeper, step)(minor)
        assert [voucher.voucher_id for voucher in keeper.vouchers() if voucher.balance] == []
    balance = keeper.invoice.balance
    principal = balance.part(Component.PRINCIPAL)
    # What agencies owe: what they have received less what they have settled.
    assert keeper.on(Account.AGENCY_CLAIMS) == sum(keeper.at_agency.values()) - keeper.settled
    # The invoice itself is booked by the billing product: here is what changed it since.
    assert keeper.on(Account.RECEIVABLE) == balance.owed_to_creditor - principal.original
    payments = [
        payment for _, payment in keeper.books.desk.every(Listing(things.PAYMENT, "payments_of", ("acme",)))
    ]
    by_match = lambda match: [each for each in payments if each.match is match]  # noqa: E731
    assert keeper.on(Account.UNMATCHED) == -sum(each.amount for each in by_match(Match.UNMATCHED))
    assert keeper.on(Account.SURPLUS) == -sum(each.surplus for each in by_match(Match.MATCHED))
    assert keeper.on(Account.LOSS) == sum(part.written_off for part in balance.parts.values())


@pytest.mark.capability("NET-31", "NET-33")
def test_interest_and_a_collection_fee_are_booked_on_the_voucher():
    keeper = Bookkeeper()
    keeper.pay_with_interest(125000)
    (voucher,) = keeper.vouchers()
    assert (voucher.kind, voucher.on(Account.BANK)) == (VoucherKind.PAYMENT, 125007)
    assert (voucher.on(Account.RECEIVABLE), voucher.on(Account.INTEREST_INCOME)) == (-125000, -7)


@pytest.mark.capability("NET-32")
def test_setting_a_payment_aside_voids_its_voucher():
    keeper = Bookkeeper()
    keeper.stray(132000)
    (voucher,) = keeper.vouchers()
    assert (voucher.kind, voucher.on(Account.BANK)) == (VoucherKind.UNMATCHED_PAYMENT, 132000)
    keeper.decide(3)
    (voided,) = keeper.vouchers()
    assert voided.voided_at == NOW
    assert keeper.on(Account.BANK) == 0


@pytest.mark.capability("NET-29", "NET-31")
def test_a_collection_fee_goes_to_the_collection_account():
    keeper = Bookkeeper()
    keeper.stray(132000)
    keeper.decide(1)
    matched, stray = sorted(keeper.vouchers(), key=lambda each: each.kind)
    assert (stray.on(Account.UNMATCHED), matched.on(Account.UNMATCHED)) == (-132000, 132000)
    assert (matched.on(Account.RECEIVABLE), matched.on(Account.COLLECTION_COST)) == (-125000, -7000)


@pytest.mark.capability("VIS-6", "VIS-14", "VIS-15")
def test_money_at_the_agency_stands_on_its_balance_account_until_it_settles():
    keeper = Bookkeeper()
    keeper.pay(25000)
    assert (keeper.on(Account.BANK), keeper.on(Account.AGENCY_CLAIMS)) == (25000, 0)
    keeper.pay_agency(100000)
    assert (keeper.on(Account.BANK), keeper.on(Account.AGENCY_CLAIMS)) == (25000, 100000)
    keeper.settle(48)
    settlement = next(each for each in keeper.vouchers() if each.kind is VoucherKind.SETTLEMENT)
    assert keeper.on(Account.AGENCY_CLAIMS) == 0
    assert settlement.on(Account.AGENCY_CLAIMS) == -100000
    assert settlement.on(Account.COLLECTION_COST) == 48
    assert settlement.on(Account.VAT) == 6


def test_nothing_that_does_not_balance_is_kept():
    with pytest.raises(Unbalanced):
        Posting().debit(Account.BANK, 2).credit(Account.RECEIVABLE, 1).balanced()


def test_a_payment_that_turns_out_to_be_a_payout_leaves_no_voucher_of_its_own():
    keeper = Bookkeeper()
    keeper.stray(1000)
    own = (things.PAYMENT(keeper.strays[0]), attention_of_payment(keeper.strays[0]))
    target = Target(keeper.books.desk, "acme", keeper.invoice_id)
    choice = Choice(origin=Origin.AGENCY_SETTLEMENT)
    settled: Payment = keeper.books.act(
        lambda: (*own, *target.refs()),
        lambda work: match_by_hand(work, work.get(own[0]), target.invoice(work), choice),
    )
    assert settled.match is Match.SETTLEMENT
    assert keeper.on(Account.BANK) == 0

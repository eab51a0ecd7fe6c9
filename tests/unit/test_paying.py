"""Payments, credit notes and reversals in any order: the ledger adds up, and the case follows."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from fordring.domain import things
from fordring.domain.agency import CommandKind
from fordring.domain.ledger import Balance, Component
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment
from fordring.usecases.crediting import NewCreditNote, register_credit_note
from fordring.usecases.invoicing import document_ref
from fordring.usecases.lanes import lane_of
from fordring.usecases.paying import NewPayment, Target, pay
from fordring.usecases.reversing import Reversal
from tests.unit.books import Books

DAY = date(2026, 2, 20)


def nok(minor: int) -> Money:
    return Money(minor, "NOK")


def pay_in(books: Books, invoice_id: str, minor: int, origin: Origin | None = Origin.DEBTOR) -> Payment:
    target = Target(books.desk, "acme", invoice_id)
    return books.act(
        target.refs, lambda work: pay(work, target.invoice(work), NewPayment(nok(minor), DAY, origin))
    )


def take_back(books: Books, payment: Payment) -> Payment:
    reversal = Reversal(books.desk, payment.payment_id)
    ref = things.PAYMENT(payment.payment_id)
    return books.act(reversal.refs, lambda work: reversal.carry_out(work, work.get(ref), DAY))


def credit(books: Books, invoice_id: str, minor: int, number: str) -> None:
    target = Target(books.desk, "acme", invoice_id)
    note = NewCreditNote(number, nok(minor), DAY)
    books.act(
        lambda: (document_ref("acme", "credit_note", number), *target.refs()),
        lambda work: register_credit_note(work, "acme", note, target.invoice(work)),
    )


STEPS = st.lists(
    st.tuples(st.sampled_from(["pay", "settle", "credit", "reverse", "transfer"]), st.integers(1, 200_000)),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, order=st.sampled_from(["costs_first", "principal_first"]))
def test_whatever_happens_the_ledger_adds_up_and_the_case_follows(steps, order):
    books = Books(order)
    invoice_id = books.invoice().invoice_id
    paid: list[Payment] = []
    case_id = None
    for number, (step, minor) in enumerate(steps):
        invoice = books.get(things.INVOICE(invoice_id))
        if step == "pay":
            paid.append(pay_in(books, invoice_id, minor))
        elif step == "settle" and invoice.submission:
            settled = pay_in(books, invoice_id, minor, Origin.AGENCY_SETTLEMENT)
            assert (settled.match, settled.reported) == (Match.SETTLEMENT, False)
        elif step == "credit":
            credit(books, invoice_id, minor, f"K-{number}")
        elif step == "reverse" and paid:
            assert take_back(books, paid.pop(minor % len(paid))).match is Match.REVERSED
        elif step == "transfer" and not invoice.release.live and invoice.balance.owed_to_creditor > 0:
            case_id = books.case(invoice).case_id

        invoice = books.get(things.INVOICE(invoice_id))
        entries = books.entries(invoice)
        assert Balance.of("NOK", entries) == invoice.balance
        assert [entry.seq for entry in entries] == list(range(1, invoice.last_entry + 1))
        assert all(part.remaining >= 0 for part in invoice.balance.parts.values())
        standing = [books.get(things.PAYMENT(each.payment_id)) for each in paid]
        debtors = [each for each in standing if each.match is Match.MATCHED]
        # Nothing of a payment is lost or doubled: what it did not settle is its surplus.
        assert sum(each.amount - each.surplus for each in debtors) == sum(
            part.paid for part in invoice.balance.parts.values()
        )
        assert set(invoice.surplus_payments) == {each.payment_id for each in debtors if each.surplus}
        if case_id is not None:
            case = books.get(things.CASE(case_id))
            lane = lane_of(books.desk, case_id)
            assert case.remaining == invoice.balance.owed_to_creditor
            # What the agency will know of, once the lane is empty, is what was handed over less reports.
            assert case.unreported == sum(row.principal for row in lane)
            assert case.waiting == len(lane)
            assert [row.due_at is not None for row in lane] == [True] + [False] * (len(lane) - 1)


def test_a_payment_for_nothing_owed_is_all_surplus_and_still_told_to_the_agency():
    books = Books()
    invoice = books.invoice()
    case = books.case(invoice)
    pay_in(books, invoice.invoice_id, 125000)
    late = pay_in(books, invoice.invoice_id, 500)
    assert (late.surplus, late.entry, late.reported) == (500, None, True)
    reports = [row for row in lane_of(books.desk, case.case_id) if row.kind is CommandKind.REPORT_PAYMENT]
    assert [row.principal for row in reports] == [125000, 0]


def test_a_payment_by_parts_is_booked_as_it_says():
    books = Books()
    invoice = books.invoice()
    target = Target(books.desk, "acme", invoice.invoice_id)
    new = NewPayment(nok(1000), DAY, parts={Component.PRINCIPAL: 1000, Component.FEE: 0})
    payment = books.act(target.refs, lambda work: pay(work, target.invoice(work), new))
    [_, entry] = books.entries(invoice)
    assert (entry.amounts, entry.payment_id) == ({Component.PRINCIPAL: 1000}, payment.payment_id)


def test_an_invoice_that_got_a_case_meanwhile_is_read_again(monkeypatch):
    books = Books()
    invoice = books.invoice()
    target = Target(books.desk, "acme", invoice.invoice_id)
    attempts = []

    def refs():
        named = tuple(target.refs())
        attempts.append(named)
        if len(attempts) == 1:
            books.case(invoice)
        return named

    payment = books.act(
        refs, lambda work: pay(work, target.invoice(work), NewPayment(nok(100), DAY, Origin.DEBTOR))
    )
    assert (len(attempts), payment.reported) == (2, True)

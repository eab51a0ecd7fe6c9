"""One line of a bank's file: which invoice it pays, or why a person has to look."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fordring.domain import things
from fordring.domain.creditor import Creditor
from fordring.domain.invoice import Invoice
from fordring.domain.ledger import EntryKind, Source
from fordring.domain.money import Money
from fordring.domain.payment import Match, Origin, Payment, Settlement
from fordring.domain.references import kid_forms
from fordring.domain.refs import Listing, Ref
from fordring.usecases.matching import REVERSAL, Reversal
from fordring.usecases.paying import NewPayment, Target, agency_account, pay, unmatched
from fordring.usecases.recording import derived_id
from fordring.usecases.unmatched import attention_of_payment
from fordring.usecases.work import Desk, Work, transact

if TYPE_CHECKING:
    from fordring.usecases.banking import Line


@dataclass(frozen=True, slots=True)
class Account:
    """Whose file it is, and from which accounts each agency pays out."""

    creditor: Creditor
    payouts: Mapping[str, tuple[str, ...]]


def book_line(desk: Desk, account: Account, line: "Line") -> tuple[Payment | None, bool]:
    """Book one payment of a file in a transaction of its own; tells whether it was new.

    A line on which nothing was paid, or that is no debtor's payment, gives no payment.
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
    reason: str = field(default="", init=False)
    target: Target | None = field(default=None, init=False)
    reversal: Reversal | None = field(default=None, init=False)
    settlements: tuple[tuple[str, Ref[Settlement]], ...] = field(default=(), init=False)

    @property
    def creditor_id(self) -> str:
        return self.account.creditor.creditor_id

    @property
    def payment_id(self) -> str:
        return derived_id("pay", self.creditor_id, self.line.line_id)

    def refs(self) -> Iterable[Ref[Any]]:
        self.target = self.reversal = None
        self.reason = "no_reference"
        self.settlements = tuple(
            (agency, things.SETTLEMENT(derived_id("set", agency, self.creditor_id, word)))
            for agency in self.account.payouts
            for word in (self.line.text or "").split()[:20]
        )
        refs: tuple[Ref[Any], ...] = (
            things.PAYMENT(self.payment_id),
            attention_of_payment(self.payment_id),
            things.CREDITOR(self.creditor_id),
            *(ref for _, ref in self.settlements),
        )
        invoices = self._invoices()
        if self.line.reversal:
            original = self._original(invoices)
            if original is None:
                return refs
            self.reversal = Reversal(self.desk, original)
            return (*refs, *self.reversal.refs())
        chosen = self._choose(invoices)
        if chosen is None:
            return refs
        self.target = Target(self.desk, self.creditor_id, chosen.invoice_id)
        return (*refs, *self.target.refs())

    def decide(self, work: Work) -> tuple[Payment, bool]:
        known = work.find(things.PAYMENT(self.payment_id))
        if known is not None:
            return known, False
        agency, why = self._payer(work)
        if agency is not None:
            return self._settlement(work, agency, why), True
        if self.line.reversal:
            return self._reverse(work), True
        if self.target is None:
            return unmatched(work, self.creditor_id, self._new(), self.reason), True
        return pay(work, self.target.invoice(work), self._new("reference" + why)), True

    def _invoices(self) -> list[Invoice]:
        """Find the invoices that the reference leads to: as it is written, then filled with zeros."""
        kid = self.line.kid
        if kid is None:
            return []
        self.reason = "unknown_reference"
        bare = kid.lstrip("0") or kid
        for form in dict.fromkeys((kid, *kid_forms(bare, self.account.creditor.kid_formats))):
            listing = Listing(things.REFERENCE, "holders_of", (self.creditor_id, form))
            holders = [holder.invoice_id for _, holder in self.desk.store.page(listing, limit=50).items]
            if holders:
                found = self.desk.read(*(things.INVOICE(each) for each in holders))
                invoices = [found.find(things.INVOICE(each)) for each in holders]
                return [invoice for invoice in invoices if invoice is not None]
        return []

    def _choose(self, invoices: list[Invoice]) -> Invoice | None:
        fitting = [each for each in invoices if each.currency == self.line.amount.currency]
        if invoices and not fitting:
            self.reason = "wrong_currency"
        owing = [each for each in fitting if each.balance.remaining > 0]
        if len(owing) == 1:
            return owing[0]
        if len(fitting) == 1:
            # Paid before: the money is the invoice's surplus, which the creditor owes back.
            return fitting[0]
        if fitting:
            self.reason = "ambiguous_reference"
        return None

    def _original(self, invoices: list[Invoice]) -> str | None:
        """Find the latest payment that this line gives back: of the same reference and amount."""
        found: list[tuple[str, str]] = []
        for invoice in invoices:
            listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
            entries = [entry for _, entry in self.desk.store.page(listing, limit=100).items]
            names = [
                entry.payment_id
                for entry in entries
                if entry.kind is EntryKind.PAYMENT and entry.source is Source.BANK_FILE and entry.payment_id
            ]
            read = self.desk.read(*(things.PAYMENT(name) for name in names))
            for name in names:
                payment = read.find(things.PAYMENT(name))
                if (
                    payment is not None
                    and payment.match is Match.MATCHED
                    and payment.amount == -self.line.amount.minor
                ):
                    found.append((payment.paid_date.isoformat(), name))
        return max(found)[1] if found else None

    def _payer(self, work: Work) -> tuple[str | None, str]:
        """Tell which agency paid, and how that is known; or what is odd about the payer."""
        payer = self.line.payer_account
        for agency, accounts in self.account.payouts.items():
            if agency_account(accounts, payer):
                return agency, "agency_account"
        for agency, ref in self.settlements:
            if work.find(ref) is not None:
                return agency, "settlement_id"
        own = self.account.creditor.bank_account
        return None, "_from_own_account" if own and agency_account([own], payer) else ""

    def _settlement(self, work: Work, agency: str, reason: str) -> Payment:
        """Keep the agency's payout: it pays no debt a second time and is never reported (BEY-2)."""
        return self._keep(
            work, match=Match.SETTLEMENT, origin=Origin.AGENCY_SETTLEMENT, reason=reason, agency=agency
        )

    def _reverse(self, work: Work) -> Payment:
        if self.reversal is None:
            return unmatched(work, self.creditor_id, self._new(), REVERSAL)
        original = work.get(things.PAYMENT(self.reversal.payment_id))
        reversed_payment = self.reversal.carry_out(work, original, self.line.bank_date)
        return self._keep(
            work,
            match=Match.REVERSED,
            origin=Origin.DEBTOR,
            reason="reversal",
            invoice_id=reversed_payment.invoice_id,
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
            **more,
        )
        work.add(things.PAYMENT(self.payment_id), payment)
        return payment

    def _new(self, reason: str = "") -> NewPayment:
        amount = self.line.amount
        return NewPayment(
            amount=Money(abs(amount.minor), amount.currency),
            paid_date=self.line.bank_date,
            origin=Origin.DEBTOR,
            source=Source.BANK_FILE,
            reference=self.line.kid,
            bank_transaction_id=self.line.bank_transaction_id,
            machine_readable=self.line.machine_readable,
            reason=reason,
            payment_id=self.payment_id,
        )

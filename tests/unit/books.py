"""A creditor's books in memory, for tests of use cases."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from fordring.agencies.registry import capabilities
from fordring.domain import things
from fordring.domain.agency import Address
from fordring.domain.agreement import Agreement, AgreementState, SealedCredentials
from fordring.domain.agreement_settings import Settings
from fordring.domain.case import Case
from fordring.domain.clock import utc
from fordring.domain.creditor import Creditor, Debtor
from fordring.domain.ids import RandomIds
from fordring.domain.invoice import Invoice, Terms
from fordring.domain.ledger import Entry
from fordring.domain.money import Money
from fordring.domain.refs import Listing, Ref
from fordring.edge.hub import LiveClock, SystemClock
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.invoicing import NewInvoice, refs_to_register, register
from fordring.usecases.submitting import Submission, refs_to_submit, submit
from fordring.usecases.work import Desk, Work, transact

NOW = utc(2026, 3, 2, 9)


class StandingClock(SystemClock):
    def now(self) -> datetime:
        return NOW

    def pause(self, duration: timedelta) -> None:
        pass


@dataclass
class Books:
    """A creditor with a debtor and an agreement, and what was booked."""

    clearing_order: str = "costs_first"
    engine: MemoryEngine = field(default_factory=MemoryEngine)

    def __post_init__(self) -> None:
        wall = StandingClock()
        chance = random.Random(1)
        self.store = Repository(self.engine)
        self.desk = Desk(self.store, RandomIds(chance.getrandbits), wall, LiveClock(wall), chance.getrandbits)
        self.capabilities = capabilities("svea")
        address = Address(("Storgata 1",), "0155", "Oslo", "NO")
        creditor = Creditor(
            "acme", "Acme AS", "974760673", "NO", address, None, (), self.clearing_order, None, NOW, NOW
        )
        debtor = Debtor("acme", "d-1", "private", "Kari Nordmann", "NO", NOW, NOW, address=address)
        agreement = Agreement(
            "acme",
            "svea",
            1,
            AgreementState.ACTIVE,
            Settings(),
            NOW,
            NOW,
            credentials=SealedCredentials("", NOW),
        )

        def write(work: Work) -> None:
            work.add(things.CREDITOR("acme"), creditor)
            work.add(things.DEBTOR("acme", "d-1"), debtor)
            work.add(things.AGREEMENT("acme", "svea"), agreement)

        self.act((), write)

    def act[R](
        self, refs: Iterable[Ref[Any]] | Callable[[], Iterable[Ref[Any]]], decide: Callable[[Work], R]
    ) -> R:
        return transact(self.desk, refs, decide)

    def get[T](self, ref: Ref[T]) -> T:
        return self.desk.read(ref).get(ref)

    def invoice(self, number: str = "F-1", amount: str = "1250.00") -> Invoice:
        terms = Terms(due_date=date(2026, 1, 29))
        new = NewInvoice("d-1", number, Money.parse(amount, "NOK"), date(2026, 1, 15), terms)
        return self.act(refs_to_register("acme", new), lambda work: register(work, "acme", new))

    def case(self, invoice: Invoice) -> Case:
        wanted = Submission("acme", "svea", invoice.invoice_id)
        return self.act(refs_to_submit(wanted), lambda work: submit(work, wanted, self.capabilities))

    def entries(self, invoice: Invoice) -> list[Entry]:
        listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
        return [entry for _, entry in self.store.page(listing, limit=100).items]

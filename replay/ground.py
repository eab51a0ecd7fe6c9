"""A hub in memory with one creditor, and what its billing product does."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from demo.receivables import Receivable
from fordring.agencies.registry import capabilities
from fordring.domain import things
from fordring.domain.agency import Address, Capabilities
from fordring.domain.agreement import Agreement, AgreementState, SealedCredentials
from fordring.domain.agreement_settings import Settings
from fordring.domain.calendar import start_of_business
from fordring.domain.command import AttentionKind
from fordring.domain.creditor import Creditor, Debtor
from fordring.domain.ids import RandomIds
from fordring.domain.invoice import Invoice, Reminder, Terms
from fordring.domain.law import CURRENCY, law
from fordring.domain.money import Money
from fordring.domain.payment import Origin
from fordring.domain.refs import Listing, Ref
from fordring.domain.reminder_plan import ReminderPlan
from fordring.edge.bank_calendar import HolidayCalendar
from fordring.edge.hub import LiveClock, SystemClock
from fordring.store.memory import MemoryEngine
from fordring.store.repository import Repository
from fordring.usecases.disputing import open_dispute
from fordring.usecases.following_up import Rules, follow_up_due
from fordring.usecases.invoicing import NewInvoice, refs_to_register, register
from fordring.usecases.paying import NewPayment, Target, pay
from fordring.usecases.planning import Ground as PlanGround
from fordring.usecases.planning import Wish, put_plan
from fordring.usecases.publishing import FannedOut, fan_out
from fordring.usecases.reminding import SentLetter, record_reminder
from fordring.usecases.store_port import Change
from fordring.usecases.work import Desk, transact
from replay.plans import Followed
from replay.turns import SharedEngine

CREDITOR = "replay"
AGENCY = "svea"


class Calendar(SystemClock):
    """A clock that is moved from day to day."""

    def __init__(self, present: datetime) -> None:
        self.present = present

    def now(self) -> datetime:
        """The present instant."""
        return self.present

    def pause(self, duration: timedelta) -> None:
        """Nobody waits: time stands still while a day's work is done."""


@dataclass
class Ledger:
    """One creditor's receivables under one plan in one country.

    Parameters
    ----------
    followed
        Whose law, under which plan; amounts are taken to be of the country's currency.
    seed
        From which ids and chance are drawn.
    """

    followed: Followed
    first: date
    seed: Callable[[int], int]
    engine: SharedEngine = field(init=False)
    clock: Calendar = field(init=False)
    store: Repository = field(init=False)
    desk: Desk = field(init=False)
    rules: Rules = field(init=False)
    invoices: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Register the creditor, its agreement and its plan."""
        self.clock = Calendar(datetime(self.first.year, self.first.month, self.first.day, tzinfo=UTC))
        self.engine = SharedEngine(MemoryEngine())
        self.store = Repository(self.engine)
        self.desk = Desk(self.store, RandomIds(self.seed), self.clock, LiveClock(self.clock), self.seed)
        followed, country = self.followed, self.followed.country
        offered = _everywhere(country)
        self.rules = Rules(law(), HolidayCalendar(), lambda _: offered)
        now = self.clock.now()
        creditor = Creditor(
            creditor_id=CREDITOR,
            name="Replay",
            organisation_number="974760673",
            country=country,
            address=Address(("Main street 1",), "0001", "Town", country),
            email=None,
            kid_formats=(),
            clearing_order="costs_first",
            bank_account=None,
            created_at=now,
            updated_at=now,
        )
        agreement = Agreement(
            creditor_id=CREDITOR,
            agency=AGENCY,
            number=1,
            state=AgreementState.ACTIVE,
            settings=Settings(level=followed.level),
            created_at=now,
            updated_at=now,
            credentials=SealedCredentials("none", now),
        )
        self._add(things.CREDITOR(CREDITOR), creditor)
        self._add(things.AGREEMENT(CREDITOR, AGENCY), agreement)
        wish = Wish(
            followed.plan,
            followed.steps,
            agency=AGENCY,
            active_from=self.first,
            fees_agreed=True,
            claims_compensation=followed.claims_compensation,
        )
        refs = (
            things.CREDITOR(CREDITOR),
            things.AGREEMENT(CREDITOR, AGENCY),
            things.REMINDER_PLAN(CREDITOR),
        )
        ground = PlanGround(offered, hub_sends=False)
        transact(self.desk, refs, lambda work: put_plan(work, CREDITOR, wish, ground))

    def _add(self, ref: Ref[Any], value: Any) -> None:
        self.store.commit([Change("add", ref, value)])

    def invoice(self, number: str) -> Invoice:
        """Look an invoice up."""
        ref = things.INVOICE(self.invoices[number])
        found: Invoice = self.store.read([ref])[ref].value
        return found

    # --- what happens on a day ----------------------------------------------------------------------

    def morning(self, day: date) -> None:
        """Let a day begin: its work starts at eight, local time."""
        self.clock.present = start_of_business(day, self.followed.country)

    def registered(self, each: Receivable) -> None:
        """Register an invoice, and its debtor with the first one."""
        debtor = things.DEBTOR(CREDITOR, each.customer)
        if debtor not in self.store.read([debtor]):
            self._add(debtor, _debtor(each.customer, self.followed, self.clock.now()))
        new = NewInvoice(
            debtor_id=each.customer,
            document_number=each.number,
            principal=Money.parse(str(each.amount), CURRENCY[self.followed.country]),
            invoice_date=each.invoice_date,
            terms=Terms(due_date=each.due_date),
        )
        made = transact(
            self.desk, refs_to_register(CREDITOR, new), lambda work: register(work, CREDITOR, new)
        )
        self.invoices[each.number] = made.invoice_id

    def disputed(self, each: Receivable) -> None:
        """Register the debtor's objection."""
        ref = things.INVOICE(self.invoices[each.number])
        transact(
            self.desk,
            (ref, things.EPOCH()),
            lambda work: open_dispute(work, work.get(ref), "other", 1, self.rules.capabilities_of),
        )

    def paid(self, each: Receivable) -> None:
        """Book the payment of everything that is owed, at the creditor."""
        target = Target(self.desk, CREDITOR, self.invoices[each.number])

        def book(work: Any) -> None:
            invoice = target.invoice(work)
            owed = Money(invoice.balance.owed_to_creditor, invoice.currency)
            pay(work, invoice, NewPayment(owed, each.settled_date, Origin.DEBTOR))

        transact(self.desk, target.refs, book)

    def due(self) -> list[str]:
        """Name the invoices that the run looks at now; what was told meanwhile goes into the feed."""
        found = self.store.due(self.clock.now(), limit=10_000)
        events = [ref for ref in found if ref.kind is things.EVENT]
        fan_out(self.desk, events, "replay", FannedOut())
        return [ref.ids[0] for ref in found if ref.kind is things.INVOICE]

    def look(self, invoice_id: str) -> str | None:
        """Look at one invoice, as a run does."""
        return follow_up_due(self.desk, self.rules, invoice_id)

    def confirm(self, invoice_ids: Sequence[str]) -> None:
        """Confirm the letters that invoices ask for, as a billing product that has sent them."""
        refs = [things.INVOICE(invoice_id) for invoice_id in invoice_ids]
        found = self.store.read(refs)
        for ref in refs:
            follow = found[ref].value.follow_up
            if follow is not None and follow.asked is not None:
                self._confirm(ref)

    @property
    def steps(self) -> int:
        """How many steps the plan has."""
        ref = things.REMINDER_PLAN(CREDITOR)
        plan: ReminderPlan = self.store.read([ref])[ref].value
        return len(plan.followed)

    def rows_missing(self) -> Iterator[str]:
        """Name the rows of law for want of which letters waited: country, rule, debtors' kind."""
        listing = Listing(things.ATTENTION, "attention_of", (CREDITOR,))
        for _, each in self.desk.every(listing):
            if each.kind is AttentionKind.LAW_ROW_MISSING:
                yield " ".join(each.subject[2:])

    def _confirm(self, ref: Ref[Invoice]) -> None:
        def sent(work: Any) -> None:
            invoice = work.get(ref)
            asked = invoice.follow_up.asked if invoice.follow_up else None
            if asked is None:
                return
            letter = Reminder(asked.kind, asked.on, "email", asked.deadline_date, asked.fee)
            record_reminder(work, invoice, SentLetter(letter, asked.compensation), self.rules.calendar)

        creditor_id = CREDITOR
        refs = (
            ref,
            things.CREDITOR(creditor_id),
            things.REMINDER_PLAN(creditor_id),
            things.FORMER_PLAN(creditor_id, "1"),
        )
        transact(self.desk, refs, sent)


def _everywhere(country: str) -> Capabilities:
    """What the agency can do, as if it worked in every country of the replay."""
    return replace(capabilities(AGENCY), countries=(country,), currencies=(CURRENCY[country],))


def _debtor(customer: str, followed: Followed, now: datetime) -> Debtor:
    country, business = followed.country, followed.debtor_kind == "business"
    return Debtor(
        creditor_id=CREDITOR,
        debtor_id=customer,
        kind="business" if business else "private",
        organisation_number="974760673" if business else None,
        name="Somebody",
        country=country,
        created_at=now,
        updated_at=now,
        address=Address(("Side street 1",), "0001", "Town", country),
    )

"""An unpaid invoice that follows a reminder plan, day by day, in memory: what ``domain`` decides is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from fordring.domain.agency import Level
from fordring.domain.clock import utc
from fordring.domain.following_up import Next, next_step
from fordring.domain.invoice import Dispute, Invoice, Reminder, Terms
from fordring.domain.late_interest import principal_course
from fordring.domain.law import law
from fordring.domain.ledger import Balance, Component, Entry, EntryKind, Source
from fordring.domain.letter_charges import letter_on
from fordring.domain.plan_check import faults_of
from fordring.domain.reminder_plan import PlanName, PlanStep, ReminderPlan, StepKind, named_steps
from fordring.domain.situation import Situation, stopped_by
from fordring.domain.under_way import done_with
from fordring.edge.bank_calendar import HolidayCalendar
from tests.law_checker import CURRENCIES, Claim, HandedOver, Sent

CALENDAR = HolidayCalendar()
DUE = date(2026, 3, 2)
"""A Monday."""

NOTICE, REMINDER, DEMAND, TRANSFER = (
    StepKind.FREE_NOTICE,
    StepKind.REMINDER,
    StepKind.NOTICE_OF_COLLECTION,
    StepKind.TRANSFER,
)


def days(count: int) -> timedelta:
    """So many days."""
    return timedelta(days=count)


def invoice_of(country: str = "NO", due: date = DUE, principal: int = 1_000_000) -> Invoice:
    """Make an invoice on which the principal is owed."""
    currency = CURRENCIES[country]
    made = Invoice(
        invoice_id="inv_1",
        creditor_id="acme",
        debtor_id="d-1",
        document_number="1",
        country=country,
        currency=currency,
        principal=principal,
        invoice_date=due - days(14),
        terms=Terms(due),
        content_digest="x",
        balance=Balance(currency),
        created_at=utc(2026, 1, 1),
        updated_at=utc(2026, 1, 1),
    )
    amounts = {Component.PRINCIPAL: principal}
    return made.booked(
        made.entry(EntryKind.CHARGE, amounts, due - days(14), utc(2026, 1, 1), Source.CREDITOR)
    )


def plan_of(*steps: PlanStep, level: Level = Level.REMINDER, **more: object) -> ReminderPlan:
    """Make a creditor's own plan."""
    made = ReminderPlan(
        creditor_id="acme",
        number=1,
        name=PlanName.CUSTOM,
        steps=steps,
        agency="visma",
        level=level,
        created_at=utc(2026, 1, 1),
        active_from=date(2020, 1, 1),
    )
    return replace(made, **more)


def named(name: PlanName, level: Level = Level.REMINDER, **more: object) -> ReminderPlan:
    """Make one of the named plans."""
    return plan_of(*named_steps(name, level), level=level, name=name, **more)


def paid_reminder(at: int, deadline_days: int | None = None) -> PlanStep:
    """Make a step: a reminder with a fee, so many days after the due date."""
    return PlanStep(REMINDER, at, deadline_days=deadline_days, fee=True)


def faults(plan: ReminderPlan, country: str = "NO", due: date = DUE) -> dict[str, tuple[str, str]]:
    """Tell code and sentence by pointer of what is wrong with a plan."""
    return {
        fault.pointer: (fault.code, fault.detail)
        for fault in faults_of(law(), plan, invoice_of(country, due))
    }


@dataclass
class Course:
    """What becomes of one invoice.

    Parameters
    ----------
    letters, handed_over
        What has happened, as the checker of the law reads it.
    taken
        The steps that were taken, each with the day and the plan's own step in its place.
    untold
        The rows for want of which letters told no interest.
    """

    plan: ReminderPlan
    country: str = "NO"
    debtor: str = "consumer"
    due: date = DUE
    principal: int = 1_000_000
    done: int = 0
    letters: list[Sent] = field(default_factory=list)
    handed_over: HandedOver | None = None
    taken: list[tuple[Next, date, PlanStep]] = field(default_factory=list)
    interest: list[tuple[date, int | None]] = field(default_factory=list)
    untold: list[Mapping[str, object]] = field(default_factory=list)
    asks_interest: bool = False
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.invoice = invoice_of(self.country, self.due, self.principal)
        at = utc(2026, 1, 1)
        self.entries.append(
            replace(self.invoice, last_entry=0).entry(
                EntryKind.CHARGE,
                {Component.PRINCIPAL: self.principal},
                self.due - days(14),
                at,
                Source.CREDITOR,
            )
        )

    def book(self, kind: EntryKind, component: Component, amount: int, day: date) -> None:
        """Write a line in the ledger."""
        entry = self.invoice.entry(kind, {component: amount}, day, utc(2026, 1, 1), Source.CREDITOR)
        self.invoice = self.invoice.booked(entry)
        self.entries.append(entry)

    @property
    def balance_course(self) -> Sequence[tuple[date, int]]:
        """What was owed of the principal from which day on."""
        return principal_course(self.entries, self.invoice.currency)

    @property
    def situation(self) -> Situation:
        """Everything that decides what happens next."""
        return Situation(
            self.plan,
            self.invoice,
            self.debtor,
            (),
            self.invoice.reminders,
            self.done,
            self.invoice.balance.part(Component.FEE).original,
            self.invoice.balance.part(Component.COMPENSATION).original,
            self.balance_course if self.asks_interest else (),
        )

    @property
    def claim(self) -> Claim:
        """The same, as the checker of the law looks at it."""
        objections = tuple((each.opened_date, each.resolved_date) for each in self.invoice.disputes)
        return Claim(
            self.country,
            self.debtor,
            self.due,
            self.principal,
            self.plan.fees_agreed,
            self.plan.agency_notice_from,
            objections,
        )

    def coming(self, today: date) -> Next | None:
        """Tell the next step."""
        return next_step(law(), self.situation, today)

    def run(self, today: date) -> None:
        """Do what one run does: at most one step."""
        if self.handed_over is not None or stopped_by(self.situation) is not None:
            return
        coming = self.coming(today)
        if coming is None or coming.first_date > today:
            return
        self.taken.append((coming, today, self.plan.followed[self.done]))
        self.done += 1
        if not coming.step.is_letter:
            self.handed_over = HandedOver(today, coming.level.value)
            return
        letter, charges = letter_on(law(), self.situation, coming.step, today, CALENDAR)
        self.invoice = replace(self.invoice, reminders=(*self.invoice.reminders, letter))
        self.letters.append(Sent(letter.kind, today, letter.deadline_date, charges.fee, charges.compensation))
        self.interest.append((today, charges.interest))
        if charges.missing is not None:
            self.untold.append(charges.missing.facts)
        for component, amount in (
            (Component.FEE, charges.fee),
            (Component.COMPENSATION, charges.compensation),
        ):
            if amount:
                self.book(EntryKind.CHARGE, component, amount, today)

    def record(self, letter: Reminder) -> None:
        """Record a letter that the creditor sent beside the plan."""
        self.invoice = replace(self.invoice, reminders=(*self.invoice.reminders, letter))
        self.letters.append(Sent(letter.kind, letter.sent_date, letter.deadline_date, letter.fee))

    def move_to(self, plan: ReminderPlan) -> None:
        """Go on by another plan: what was sent counts."""
        self.plan = plan
        self.done = done_with(plan, self.invoice.reminders)

    def object_on(self, day: date) -> None:
        """The debtor objects."""
        self.invoice = replace(
            self.invoice, disputes=(*self.invoice.disputes, Dispute("dis_1", "other", day))
        )

    def resolve_on(self, day: date) -> None:
        """Every open objection is resolved."""
        self.invoice = replace(
            self.invoice,
            disputes=tuple(
                each if each.resolved_date else replace(each, resolved_date=day)
                for each in self.invoice.disputes
            ),
        )

    def until(self, last: int, first: int = 0) -> "Course":
        """Run once a day, from so many days after the due date to so many."""
        for after in range(first, last + 1):
            self.run(self.due + days(after))
        return self

    def told(self) -> Iterator[tuple[str, int, int | None, int]]:
        """Tell each step that was taken: what, days after the due date, days to its deadline, fee."""
        for letter in self.letters:
            time = (letter.deadline - letter.on).days if letter.deadline else None
            yield letter.kind, (letter.on - self.due).days, time, letter.fee
        if self.handed_over is not None:
            yield self.handed_over.level, (self.handed_over.on - self.due).days, None, 0

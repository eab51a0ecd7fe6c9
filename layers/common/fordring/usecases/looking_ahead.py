"""What happens next with invoices that follow a reminder plan: read, and nothing done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from fordring.domain import things
from fordring.domain.bank_days import BankCalendar
from fordring.domain.calendar import local_date
from fordring.domain.creditor import Debtor
from fordring.domain.errors import Refused
from fordring.domain.follow_up import FollowUp
from fordring.domain.invoice import Invoice
from fordring.domain.law import law
from fordring.domain.ledger import Entry
from fordring.domain.refs import Listing
from fordring.domain.reminder_plan import ReminderPlan
from fordring.domain.under_way import Outlook, Preview, done_with, going_on, outlook, preview, situation_of
from fordring.domain.values import dataclass
from fordring.usecases.work import Desk


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is to come for an invoice, under which plan, and how many of its steps are behind."""

    plan: ReminderPlan
    done: int
    preview: Preview


@dataclass(frozen=True, slots=True)
class Around:
    """What several invoices of a creditor are looked at with, all of it read at once."""

    desk: Desk
    present: ReminderPlan | None
    plans: Mapping[int, ReminderPlan]
    debtors: Mapping[str, Debtor]
    now: datetime

    @classmethod
    def read(cls, desk: Desk, creditor_id: str, invoices: Sequence[Invoice]) -> "Around":
        """Read the plans and debtors of some invoices; a second time when invoices were moved meanwhile."""
        ref = things.REMINDER_PLAN(creditor_id)
        numbers = {invoice.follow_up.plan for invoice in invoices if invoice.follow_up is not None}
        debtors = {invoice.debtor_id: things.DEBTOR(creditor_id, invoice.debtor_id) for invoice in invoices}
        formers = {number: things.FORMER_PLAN(creditor_id, number) for number in numbers}
        work = desk.read(ref, *formers.values(), *debtors.values())
        present = work.find(ref)
        plans = {number: plan for number, each in formers.items() if (plan := work.find(each)) is not None}
        if present is not None:
            plans[present.number] = present
            moved = present.goes_on_by(0)
            if moved and moved not in plans:
                plans[moved] = desk.read(things.FORMER_PLAN(creditor_id, moved)).get(
                    things.FORMER_PLAN(creditor_id, moved)
                )
        return cls(
            desk,
            present,
            plans,
            {debtor_id: work.get(each) for debtor_id, each in debtors.items()},
            work.now,
        )

    def today(self, invoice: Invoice) -> date:
        """The local date where an invoice is."""
        return local_date(self.now, invoice.country)

    def _plan_of(self, invoice: Invoice) -> tuple[ReminderPlan, FollowUp] | None:
        """Give the plan that an invoice goes on by, and how far it is; ``None``: it follows none."""
        if invoice.follow_up is None or self.present is None:
            return None
        plan = self.plans[self.present.goes_on_by(invoice.follow_up.plan)]
        return going_on(self.present, plan, invoice.follow_up, invoice.reminders)

    def outlook(self, invoice: Invoice) -> Outlook | None:
        """Tell what happens next with an invoice; ``None``: it follows no plan."""
        found = self._plan_of(invoice)
        if found is None:
            return None
        plan, follow_up = found
        return outlook(law(), plan, invoice, follow_up, self.debtors[invoice.debtor_id], self.today(invoice))

    def preview(self, invoice: Invoice, tried: ReminderPlan | None, calendar: BankCalendar) -> Foreseen:
        """Tell every step that is to come.

        Parameters
        ----------
        tried
            A plan to try; ``None``: the one that the invoice follows, else the present one.

        Raises
        ------
        Refused
            ``no_reminder_plan``.
        """
        found = self._plan_of(invoice) if tried is None else None
        if found is not None:
            plan, done = found[0], found[1].done
        else:
            plan = tried or self._present()
            done = done_with(plan, invoice.reminders)
        debtor = self.debtors[invoice.debtor_id]
        situation = situation_of(plan, invoice, debtor, done, self._entries(invoice))
        return Foreseen(plan, done, preview(law(), situation, self.today(invoice), calendar))

    def _present(self) -> ReminderPlan:
        if self.present is None:
            raise Refused("no_reminder_plan", "the creditor has no reminder plan; give one to try")
        return self.present

    def _entries(self, invoice: Invoice) -> Iterable[Entry]:
        listing = Listing(things.INVOICE_ENTRY, "entries_of_invoice", (invoice.invoice_id,))
        return (entry for _, entry in self.desk.every(listing))

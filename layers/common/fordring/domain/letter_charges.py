"""What a letter of a reminder plan costs on its day, its deadline, and the interest that it tells of."""

from datetime import date

from fordring.domain.bank_days import BankCalendar
from fordring.domain.invoice import Reminder
from fordring.domain.late_interest import LateInterest, claim_on, late_interest
from fordring.domain.law import CURRENCY, Law, LawRowMissing
from fordring.domain.lawful_letters import deadline_of, fee_allowed, must_state_interest
from fordring.domain.reminder_plan import PlanStep, StepKind
from fordring.domain.situation import Situation
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Charges:
    """What a letter adds to the debt, minor units, and what it tells of interest.

    Parameters
    ----------
    late
        The late interest that it tells of; ``None``: it tells none.
    missing
        The row of law for want of which that is: interest is owed, and nobody can say how much.
    """

    fee: int
    compensation: int
    late: LateInterest | None = None
    missing: LawRowMissing | None = None

    @property
    def interest(self) -> int | None:
        """The late interest that the letter tells of, minor units."""
        return None if self.late is None else self.late.amount


def letter_on(
    law: Law, situation: Situation, step: PlanStep, sent: date, calendar: BankCalendar | None
) -> tuple[Reminder, Charges]:
    """Work out the letter of a step that is sent on a day; see ``deadline_of`` for ``calendar``.

    Where businesses are asked for the lump sum for late payment it offsets fees: the larger, not the sum
    (forsinkelsesrenteloven § 3 a). The law speaks in its country's currency, and nothing is converted: a
    letter for an invoice in another one is free. For want of a rate the letter tells no interest, unless it
    must: see ``must_state_interest``.

    Raises
    ------
    LawRowMissing
        When a rule that it needs has no row for the time.
    """
    plan, debt = situation.plan, situation.debt
    priced = step.fee and situation.invoice.currency == CURRENCY.get(debt.country)
    fee = fee_allowed(law, debt, step.kind, sent, agreed=plan.fees_agreed) if priced else 0
    compensation = 0
    before = situation.compensation_charged
    if priced and (before or plan.claims_compensation):
        fees, lump = situation.fees_charged + fee, before
        if not before:
            # It needs no agreement and no waiting time, as a fee does.
            lump = law.number(debt.country, "late_compensation", debt.debtor_kind, sent) or 0
        owed = max(0, max(lump, fees) - situation.fees_charged - before)
        if lump > fees:
            fee, compensation = 0, owed
        else:
            fee = min(fee, owed)
    deadline = deadline_of(law, debt, step, sent, calendar)
    late = missing = None
    if situation.course and step.kind is not StepKind.FREE_NOTICE:
        claim = claim_on(situation.invoice, debt.debtor_kind, situation.course)
        try:
            late = late_interest(law, claim, sent)
        except LawRowMissing as unknown:
            if must_state_interest(debt.country, step.kind):
                raise
            missing = unknown
    letter = Reminder(step.kind.value, sent, plan.channels[0], deadline, fee)
    return letter, Charges(fee, compensation, late, missing)

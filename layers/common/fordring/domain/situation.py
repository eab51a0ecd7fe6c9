"""How an unpaid invoice stands under a reminder plan, and what stops the plan.

What stops it is told as a code: it goes on by itself once that is gone, except where the invoice has left.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fordring.domain.invoice import Invoice, Release, Reminder
from fordring.domain.late_interest import Course
from fordring.domain.lawful_letters import Debt
from fordring.domain.reminder_plan import PlanStep, ReminderPlan, StepKind
from fordring.domain.values import dataclass

if TYPE_CHECKING:
    from fordring.domain.letter_charges import Charges

STOPS: Final = {
    "plan_ended": "the plan is switched off",
    "completed": "every step has been taken",
    "transferred": "the invoice is at an agency",
    "owned_by_agency": "the agency has bought the invoice",
    "settled": "nothing is owed",
    "below_minimum": "less is owed than the plan follows up",
    "excluded_from_dunning": "the invoice is excluded from dunning",
    "disputed": "an objection to the invoice is open",
    "collection_ban": "the debtor must not be transferred",
    "debtor_deceased": "the debtor is dead",
    "law_row_missing": "there is no row of law that the next step needs",
    "returned": "the invoice has been at an agency: it is handed over by hand again",
    "no_email": "the debtor has no e-mail address, and the hub has no other way to send",
    "email_not_accepted": "in Norway this letter goes by e-mail only to an address that the debtor used "
    "lately or accepted",
    "letter_bounced": "a letter to the debtor's e-mail address came back",
    "letter_not_sent": "the hub could not send the letter",
}
"""Why nothing happens."""

_OF_THE_DEBTOR: Final = ("debtor_deceased", "collection_ban")


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything that decides what happens next.

    Parameters
    ----------
    debtor_kind
        ``consumer`` or ``business``.
    debtor_blocks
        What stands in the way on the debtor's side, as codes.
    letters
        Every letter that was sent.
    compensation_charged
        What was charged for late payment before, minor units.
    fees_charged
        What was charged for letters before, minor units.
    course
        What was owed of the principal from which day on; empty where interest is not asked for.
    """

    plan: ReminderPlan
    invoice: Invoice
    debtor_kind: str
    debtor_blocks: tuple[str, ...]
    letters: tuple[Reminder, ...]
    done: int = 0
    fees_charged: int = 0
    compensation_charged: int = 0
    course: Course = ()

    @property
    def debt(self) -> Debt:
        """What the law looks at."""
        invoice = self.invoice
        return Debt(
            invoice.country, self.debtor_kind, invoice.terms.due_date, self.letters, invoice.principal
        )

    def after(self, letter: Reminder, charges: "Charges") -> "Situation":
        """Give the situation once the next step's letter was sent."""
        return replace(
            self,
            letters=(*self.letters, letter),
            done=self.done + 1,
            fees_charged=self.fees_charged + charges.fee,
            compensation_charged=self.compensation_charged + charges.compensation,
        )


def stopped_by(situation: Situation) -> str | None:
    """Tell why nothing happens with the invoice; ``None``: something may."""
    plan, invoice = situation.plan, situation.invoice
    owed = invoice.balance.owed_to_creditor
    minimum = plan.minimum
    blocks = [code for code in _OF_THE_DEBTOR if code in situation.debtor_blocks]
    checks = (
        ("plan_ended", plan.ended_at is not None),
        ("transferred", invoice.release.live),
        ("owned_by_agency", invoice.owner != "creditor"),
        ("settled", owed <= 0),
        (
            "below_minimum",
            minimum is not None and minimum.currency == invoice.currency and owed < minimum.minor,
        ),
        ("excluded_from_dunning", invoice.excluded_from_dunning),
        ("disputed", invoice.disputed),
        *((code, True) for code in blocks),
    )
    return next((code for code, holds in checks if holds), None)


def stopped_before(invoice: Invoice, step: PlanStep) -> str | None:
    """Tell why a step is not taken though nothing stops the plan; ``None``: it is.

    Whoever has taken an invoice back from an agency, or whose invoice was refused, decides about its next
    hand-over.
    """
    returned = invoice.release in (Release.ENDED, Release.REJECTED)
    return "returned" if step.kind is StepKind.TRANSFER and returned else None

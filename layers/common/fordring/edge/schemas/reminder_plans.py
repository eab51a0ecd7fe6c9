"""Reminder plans: what is asked."""

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from fordring.domain.agency import Level
from fordring.domain.reminder_plan import Anchor, PlanName, PlanStep, Sender, StepKind
from fordring.edge.schemas.common import (
    AgencyName,
    BusinessDate,
    Given,
    PositiveMoney,
    Words,
    fault,
)
from fordring.edge.schemas.debtors import Language
from fordring.edge.schemas.given_cases import InvoiceId
from fordring.usecases.planning import Wish

type PlanChannel = Literal["ehf", "email", "paper"]

MOST_STEPS = 12


class GivenStep(Given):
    """One step of a plan of your own. It happens on its day, or on the first lawful one after it."""

    kind: Annotated[
        StepKind,
        Field(strict=False, description="`transfer` hands over to the agency, and is the last step."),
    ]
    days: Annotated[int, Field(ge=0, le=365, description="After the anchor.")]
    anchor: Annotated[
        Anchor,
        Field(
            strict=False,
            description="`due_date`; `last_letter`: the day on which the last letter was sent; "
            "`last_deadline`: the deadline in it.",
        ),
    ] = Anchor.DUE_DATE
    deadline_days: Annotated[
        int | None,
        Field(ge=1, le=90, description="The deadline in the letter; the law's own where that is longer."),
    ] = None
    fee: Annotated[bool, Field(description="Whether the letter costs what the law allows.")] = False

    @model_validator(mode="after")
    def _is_a_step(self) -> Self:
        if self.kind is StepKind.TRANSFER and (self.fee or self.deadline_days is not None):
            raise fault("transfer_is_no_letter", "a transfer has neither a fee nor a deadline")
        return self

    @property
    def step(self) -> PlanStep:
        """The step in the hub's own form."""
        return PlanStep(self.kind, self.days, self.anchor, self.deadline_days, self.fee)


class PlanToTry(Given):
    """A reminder plan; what is left out gets its default."""

    plan: Annotated[
        PlanName,
        Field(
            strict=False,
            description="`tight`: a free notice on day 3 after the due date, transfer on day 14. "
            "`recommended`: on days 5 and 10, transfer on day 21. `calm`: on days 7, 14 and 21, transfer on "
            "day 28. `custom`: your own `steps`.",
        ),
    ]
    steps: Annotated[
        list[GivenStep] | None, Field(min_length=1, max_length=MOST_STEPS, description="Of `custom` only.")
    ] = None
    agency: Annotated[
        AgencyName | None,
        Field(description="Where the last step hands over to; `null`: letters only."),
    ] = None
    level: Annotated[
        Literal["reminder", "collection"] | None,
        Field(description="At which level; `null`: the agreement's. It never differs from that."),
    ] = None
    sender: Annotated[
        Sender,
        Field(
            strict=False,
            description="Who sends the letters: `billing_product` (it is asked by `invoice.reminder_due`), "
            "`hub` (by e-mail), or `agency`: then nothing is sent before, and the invoice goes to it the day "
            "after the due date.",
        ),
    ] = Sender.BILLING_PRODUCT
    channels: Annotated[
        list[PlanChannel],
        Field(
            default_factory=lambda: ["email"],
            min_length=1,
            max_length=3,
            description="In the order of preference; `paper` is a letter by post.",
        ),
    ]
    sms: Annotated[
        bool, Field(description="Whether an SMS goes in addition. It is never the letter itself.")
    ] = False
    local_steps: Annotated[
        int | None,
        Field(
            ge=0,
            le=MOST_STEPS,
            description="How many reminders go out before the agency; `null`: all of the plan's. A notice of "
            "collection is none of them.",
        ),
    ] = None
    minimum: Annotated[
        PositiveMoney | None,
        Field(description="Below it nothing is sent and nothing handed over; of invoices in its currency."),
    ] = None
    active_from: Annotated[
        BusinessDate | None,
        Field(
            description="Invoices with this date or a later one are followed up by themselves. Left out: "
            "as in the plan that is on, else from today."
        ),
    ] = None
    fees_agreed: Annotated[
        bool, Field(description="Whether fees were agreed when the debts arose. Sweden asks for that.")
    ] = False
    claims_compensation: Annotated[
        bool, Field(description="Whether businesses are asked for the lump sum for late payment.")
    ] = False
    agency_notice_from: Annotated[
        BusinessDate | None,
        Field(
            description="From when on only an agency may send the notice of collection: the plan's own "
            "becomes the transfer."
        ),
    ] = None
    wording: Annotated[
        dict[Language, Annotated[Words, Field(max_length=500)]],
        Field(
            default_factory=dict,
            description="A sentence of the creditor's own in letters, by language. No personal data.",
        ),
    ]

    @field_validator("channels")
    @classmethod
    def _each_once(cls, value: list[PlanChannel]) -> list[PlanChannel]:
        if len(set(value)) != len(value):
            raise fault("channel_twice", "each channel is named once")
        return value

    @property
    def wish(self) -> Wish:
        """The plan in the hub's own form."""
        return Wish(
            name=self.plan,
            steps=tuple(each.step for each in self.steps or ()),
            agency=self.agency,
            level=Level(self.level) if self.level else None,
            sender=self.sender,
            channels=tuple(self.channels),
            sms=self.sms,
            local_steps=self.local_steps,
            minimum=self.minimum.money if self.minimum else None,
            active_from=self.active_from,
            fees_agreed=self.fees_agreed,
            claims_compensation=self.claims_compensation,
            agency_notice_from=self.agency_notice_from,
            wording=tuple(sorted(self.wording.items())),
        )


class GivenPlan(PlanToTry):
    """Choose a reminder plan; what is left out gets its default."""

    move: Annotated[
        bool,
        Field(
            description="Whether invoices under way go on by this plan, each with the letters that it has "
            "had; `move_job_id` names the job that sees to it. Otherwise they go on by the plan that they "
            "started with."
        ),
    ] = False

    @property
    def wish(self) -> Wish:
        """The plan in the hub's own form."""
        return replace(super().wish, move=self.move)


class PlanPreview(Given):
    """What shall be previewed: one invoice or the whole ledger, under the plans as they are, or another."""

    invoice_id: Annotated[
        InvoiceId | None, Field(description="`null`: every invoice that is open and not at an agency.")
    ] = None
    plan: Annotated[
        PlanToTry | None,
        Field(
            description="A plan to try on each of them, with the letters that it has had. `null`: the plan "
            "that the invoice follows, or else the present one, as if it were enrolled."
        ),
    ] = None

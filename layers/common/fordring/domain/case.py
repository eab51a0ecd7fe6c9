"""A case at an agency: four states that never overwrite each other, and the rules for their changes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from fordring.domain.agency import ClosedReason, Level, Stage
from fordring.domain.case_states import Handling, PaymentState, Processing
from fordring.domain.errors import Refused
from fordring.domain.invoice import Release
from fordring.domain.ledger import Balance, Entry
from fordring.domain.member import LeftOut, Member, MemberState
from fordring.domain.money import Money
from fordring.domain.recovery import CostMove, Receipt, cost_after, receipts_after
from fordring.domain.values import dataclass

_COLLECTING: Final = frozenset({Stage.COLLECTION, Stage.LEGAL, Stage.ENFORCEMENT})
"""The stages that no case reaches before it is a collection case."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between the two ledgers, and for how many runs it has been seen."""

    principal: int
    cost: int
    runs: int


@dataclass(frozen=True, slots=True)
class Case:
    """A case, from the decision to submit it to its end and beyond.

    Parameters
    ----------
    release
        How the submission went: queued, submitted, registered, rejected.
    stage, processing, payment, agency_status
        Four separate answers to "where does it stand": the canonical stage, open or closed, paid or not,
        and the agency's own word.
    costs
        What the agency has added to the debt and what of it was paid: projection of the case's ledger.
    unreported
        Principal that was settled at the creditor and that the agency has not confirmed yet, minor
        units: subtracted when ledgers are compared.
    waiting
        How many commands of the case's lane are not settled; only the first of them is ever due.
    last_command, last_entry
        Positions in the case's lane of commands and in its ledger.
    collection_since
        Since when there is a collection case, or ``None``. From then on debtors pay the agency (VIS-6): it
        neither follows the stage back nor begins with a reminder case.
    paused_until, resume_at
        Until the morning of which date the case rests, and the instant at which the hub goes on with it;
        ``None`` when the agency decides that.
    rest_changed_at
        When it was last decided that the case rests or goes on: what the agency tells of earlier is late.
    commission, withdrawal_cost
        As agreed when the case was made: see ``Settings``.
    cost_confirmed_at
        When somebody has confirmed what taking the case back costs.
    open_questions
        The ids of the agency's questions that wait for an answer.
    handling
        How the creditor has acknowledged the end of the case; ``None`` while it has not.
    told_as
        The external id by which the agency knows the case where that is another: it was registered in a time
        that the hub has lost.
    """

    case_id: str
    creditor_id: str
    debtor_id: str
    agency: str
    agreement_number: int
    level: Level
    external_id: str
    members: tuple[Member, ...]
    currency: str
    costs: Balance
    opened_at: datetime
    updated_at: datetime
    release: Release = Release.QUEUED
    case_number: str | None = None
    stage: Stage = Stage.RECEIVED
    processing: Processing = Processing.OPEN
    payment: PaymentState = PaymentState.UNPAID
    agency_status: str | None = None
    agency_status_at: datetime | None = None
    closed_reason: ClosedReason | None = None
    closed_at: datetime | None = None
    rejected_reasons: tuple[str, ...] = ()
    withdrawing: bool = False
    unreported: int = 0
    waiting: int = 0
    last_command: int = 0
    last_entry: int = 0
    difference: Difference | None = None
    paused_until: date | None = None
    resume_at: datetime | None = None
    rest_changed_at: datetime | None = None
    open_questions: tuple[str, ...] = ()
    commission: int | None = None
    withdrawal_cost: Money | None = None
    cost_confirmed_at: datetime | None = None
    revision: int = 1
    grouped: bool = False
    left_out: tuple[LeftOut, ...] = ()
    collection_since: datetime | None = None
    receipts: tuple[Receipt, ...] = ()
    cost_moves: tuple[CostMove, ...] = ()
    handling: Handling | None = None
    told_as: str | None = None

    @property
    def as_told(self) -> "Case":
        """The case by the name that the agency has for it; so is its invoice, if it is the only one."""
        if self.told_as is None:
            return self
        members = self.members
        if len(members) == 1:
            members = (replace(members[0], external_id=self.told_as),)
        return replace(self, external_id=self.told_as, members=members)

    @property
    def held(self) -> tuple[Member, ...]:
        """The invoices that are in the case, without those that have left."""
        return tuple(member for member in self.members if member.inside)

    def member(self, invoice_id: str | None) -> Member | None:
        """Find one of its invoices, by the hub's id; also one that has left."""
        return next((member for member in self.members if member.invoice_id == invoice_id), None)

    @property
    def assembling(self) -> bool:
        """Whether it is being put together: nothing of it has been told to the agency."""
        return self.release is Release.ASSEMBLING

    @property
    def open(self) -> bool:
        """Whether the case is open or paused."""
        return self.processing is not Processing.CLOSED

    @property
    def principal(self) -> int:
        """What was handed over, minor units."""
        return sum(member.principal for member in self.held)

    @property
    def remaining(self) -> int:
        """What is still owed to the creditor, minor units."""
        return sum(member.remaining for member in self.held)

    def settled(
        self,
        invoice_id: str,
        remaining: int,
        now: datetime,
        last_entry: int,
        entries: Sequence[Entry] = (),
    ) -> "Case":
        """Give the case after an invoice of it was booked on; the payment state follows.

        ``entries`` are those that were booked and that the case is to remember as its own.
        """
        member = self.member(invoice_id)
        if member is None or not member.inside:
            return self
        booked = replace(member, remaining=remaining)
        if self.assembling:
            # Nothing has been handed over yet: that will be what is left then, with the ledger until then.
            booked = replace(booked, principal=remaining, mirrored=last_entry if member.mirrored else 0)
            return self.with_member(booked, now)
        receipts = receipts_after(self.receipts, invoice_id, entries, self.stage)
        return replace(self.with_member(booked, now), receipts=receipts)

    def with_member(self, changed: Member, now: datetime) -> "Case":
        """Give the case with a new or changed invoice; the payment state follows."""
        members = tuple(changed if each.invoice_id == changed.invoice_id else each for each in self.members)
        if self.member(changed.invoice_id) is None:
            members = (*members, changed)
        return self._with_members(members, now)

    def without(self, invoice_id: str, now: datetime) -> "Case":
        """Give the case after one of its invoices has left; its place is kept."""
        return self._with_members(
            tuple(
                replace(member, state=MemberState.LEFT, remaining=0, disputed=False)
                if member.invoice_id == invoice_id
                else member
                for member in self.members
            ),
            now,
        )

    def _with_members(self, members: tuple[Member, ...], now: datetime) -> "Case":
        held = tuple(member for member in members if member.inside)
        left = sum(member.remaining for member in held)
        state = PaymentState.UNPAID
        if left <= 0:
            state = PaymentState.PAID
        elif left < sum(member.principal for member in held):
            state = PaymentState.PART_PAID
        return self.touched(now, members=members, payment=state)

    def booked(self, entry: Entry) -> "Case":
        """Give the case with one more entry of agency cost or interest in its own ledger."""
        return self.touched(
            entry.at,
            costs=self.costs.after(entry),
            last_entry=entry.seq,
            cost_moves=cost_after(self.cost_moves, entry),
        )

    def numbered(self, case_number: str, now: datetime) -> "Case":
        """Give the case with the agency's number; the same number again changes nothing.

        Raises
        ------
        Refused
            When it already has another number: ``case_number_conflict``.
        """
        if self.case_number == case_number:
            return self
        if self.case_number is not None:
            raise Refused("case_number_conflict", "the agency has given this case another number before")
        since = now if self.level is Level.COLLECTION else None
        return self.touched(
            now,
            case_number=case_number,
            release=Release.REGISTERED,
            collection_since=self.collection_since or since,
        )

    def with_status(
        self, agency_status: str, stage: Stage | None, occurred_at: datetime, now: datetime
    ) -> "Case":
        """Give the case with the agency's status, unless a later one is already known.

        That there is a collection case is learnt from an earlier one, too.
        """
        since = self.collection_since or (occurred_at if stage in _COLLECTING else None)
        stale = self.agency_status_at is not None and occurred_at < self.agency_status_at
        # What leaves the stage alone may happen twice; told twice it is the same instant.
        again = stage is None and self.agency_status_at is not None and occurred_at > self.agency_status_at
        if stale or (self.agency_status == agency_status and not again and stage in (None, self.stage)):
            known = since == self.collection_since
            return self if known else self.touched(now, collection_since=since)
        moved = self.stage if stage is None or stage is Stage.CLOSED or not self.open else stage
        return self.touched(
            now,
            agency_status=agency_status,
            agency_status_at=occurred_at,
            stage=moved,
            collection_since=since,
        )

    def closed(self, reason: ClosedReason, agency_status: str | None, now: datetime) -> "Case":
        """Give the case after its end; a closed one stays as it is."""
        if not self.open:
            return self
        return self.touched(
            now,
            processing=Processing.CLOSED,
            stage=Stage.CLOSED,
            closed_reason=reason,
            closed_at=now,
            agency_status=agency_status or self.agency_status,
            withdrawing=False,
            difference=None,
            paused_until=None,
            resume_at=None,
            open_questions=(),
        )

    def paused(
        self,
        until_date: date | None,
        now: datetime,
        *,
        resume_at: datetime | None = None,
        told_at: datetime | None = None,
    ) -> "Case":
        """Give the case at rest; ``told_at`` is when the agency decided so, where it did."""
        return self.touched(
            now,
            processing=Processing.PAUSED,
            paused_until=until_date,
            resume_at=resume_at,
            rest_changed_at=told_at or now,
        )

    def resumed(self, now: datetime, *, told_at: datetime | None = None) -> "Case":
        """Give the case after its rest."""
        return self.touched(
            now,
            processing=Processing.OPEN,
            paused_until=None,
            resume_at=None,
            rest_changed_at=told_at or now,
        )

    def touched(self, now: datetime, **fields: object) -> "Case":
        """Give the case with some fields changed, a new revision and the instant of the change."""
        return replace(self, updated_at=now, revision=self.revision + 1, **fields)  # type: ignore[arg-type]

"""How far an invoice has come under its creditor's reminder plan: a part of the invoice."""

from datetime import date, datetime

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter that somebody was asked to send: what it says, as worked out on that day, minor units."""

    step: int
    kind: str
    on: date
    deadline_date: date | None = None
    fee: int = 0
    compensation: int = 0


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How far an invoice has come under a plan.

    Parameters
    ----------
    plan
        The number of the plan that it follows.
    done
        How many of the plan's steps are behind it.
    due_at
        When it is looked at next; ``None``: not before something happens to it.
    asked
        The letter that the sender was asked to send and has not confirmed.
    stopped
        Why nothing happens at the moment: one of ``situation.STOPS``, or a reason against a transfer.
    letter
        The latest letter that the hub itself was to send; see ``hub_letter``.
    letters
        How many letters it has had by plans, of whichever: they give the next one its id.
    """

    plan: int
    done: int = 0
    due_at: datetime | None = None
    asked: Asked | None = None
    stopped: str | None = None
    letter: str | None = None
    letters: int = 0

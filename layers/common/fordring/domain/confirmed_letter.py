"""Letters of a reminder plan that the billing product has sent and confirmed: what they were held to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fordring.domain.invoice import Reminder
from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class ConfirmedLetter:
    """A letter as it was confirmed; written once. Its words are the billing product's own.

    Parameters
    ----------
    reminder_id
        The id that it was, or would have been, asked for by.
    plan, step
        Which step of which plan it was, counted from 0.
    compensation
        What it asks for as compensation for late payment, minor units.
    law
        The rows of law that it was held to: country, rule, value, since when, and the source.
    """

    reminder_id: str
    plan: int
    step: int
    reminder: Reminder
    confirmed_at: datetime
    compensation: int = 0
    law: tuple[Mapping[str, Any], ...] = ()

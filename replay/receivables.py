"""Receivables with the days on which they were paid, moved to a time whose law is known."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from demo.receivables import Receivable, read_receivables

SHIFT: Final = timedelta(days=4383)
"""Twelve years, so that weekdays and leap years stay as they were: due dates of 2012 become those of 2024."""


def shifted(path: Path, by: timedelta = SHIFT) -> list[Receivable]:
    """Read the file and move every day.

    Raises
    ------
    Failed
        When the file is none of receivables.
    """
    return [
        replace(
            each,
            invoice_date=each.invoice_date + by,
            due_date=each.due_date + by,
            settled_date=each.settled_date + by,
        )
        for each in read_receivables(path)
    ]

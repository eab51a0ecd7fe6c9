"""Text in columns, for a person at a terminal."""

from collections.abc import Sequence


def in_columns(rows: Sequence[Sequence[str]], left: Sequence[bool]) -> tuple[list[str], list[int]]:
    """Spell rows so that their columns stand below one another; gives the lines and the columns' widths.

    Parameters
    ----------
    left
        For each column, whether it begins at the left; figures end at the right.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(left))]
    lines = [
        "  ".join(
            cell.ljust(width) if begins else cell.rjust(width)
            for cell, width, begins in zip(row, widths, left, strict=True)
        ).rstrip()
        for row in rows
    ]
    return lines, widths

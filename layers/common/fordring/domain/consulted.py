"""The law together with what was asked of it: what a letter rests on is told, and kept, with the letter."""

from datetime import date

from fordring.domain.law import Law, LawRow


class Consulted(Law):
    """The law, and the rows that it has given, in the order in which they were first asked for."""

    __slots__ = ("used",)

    used: list[LawRow]

    def __init__(self, law: Law) -> None:
        super().__init__(law.rows)
        object.__setattr__(self, "used", [])

    def row(self, country: str, rule: str, debtor_kind: str, on: date) -> LawRow:
        """Give the row that holds on a day, and note it.

        Raises
        ------
        LawRowMissing
            When there is none.
        """
        found = super().row(country, rule, debtor_kind, on)
        if found not in self.used:
            self.used.append(found)
        return found

"""The creditor's own accounts, by number: where bookkeeping is proposed to go."""

from dataclasses import fields

from fordring.domain.values import dataclass


@dataclass(frozen=True, slots=True)
class Accounts:
    """Account numbers as the creditor's chart has them, as text; ``None`` where none was chosen.

    Parameters
    ----------
    receivable
        What debtors owe.
    bank
        Where payments to the creditor arrive.
    agency_claims
        What the agency owes: payments after a collection case exists stand here until it settles (VIS-15);
        1510, for example. One for each agency, because each has an agreement of its own.
    collection_cost
        What the agency keeps, and cost that a debtor paid above the principal (NET-29).
    interest_income, fee_income
        Interest and the creditor's own fees when they are paid.
    vat
        VAT on what the agency charges.
    loss
        What is written off.
    unmatched
        Money that came and leads to no invoice yet.
    surplus
        What was paid too much, and is owed back.
    """

    receivable: str | None = None
    bank: str | None = None
    agency_claims: str | None = None
    collection_cost: str | None = None
    interest_income: str | None = None
    fee_income: str | None = None
    vat: str | None = None
    loss: str | None = None
    unmatched: str | None = None
    surplus: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """Name the accounts that were not chosen."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) is None)

    @property
    def confused(self) -> tuple[str, ...]:
        """Name the accounts that must differ from the agency's balance account and do not (VIS-15).

        On one account with the debtors or the bank, nobody could tell what the agency owes.
        """
        claims = self.agency_claims
        return tuple(
            name for name in ("receivable", "bank") if claims is not None and getattr(self, name) == claims
        )

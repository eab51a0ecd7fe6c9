"""Which invoice a payment pays: rules in a fixed order, the first that applies decides, and says so.

Nothing here looks anything up. The same payment and the same invoices give the same decision, in whatever
order the invoices come. A payment without a reference is never booked by itself: for it there are
suggestions only.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from fordring.domain.money import Money
from fordring.domain.values import dataclass

MOST_INVOICES: Final = 12
"""One payment pays at most so many invoices: each may have a case, and a transaction has 100 writes."""

DUPLICATE_WITHIN: Final = timedelta(days=3)
"""The same money, told by two entrances, may carry dates that differ by a weekend."""

MOST_SUGGESTIONS: Final = 5


class Rule(StrEnum):
    """Why a payment was matched as it was: kept on it. The rules of the matcher stand in their order."""

    AGENCY_PAYOUT = "agency_payout"
    """The agency pays out what it had received: no debtor's payment (BEY-2)."""
    REVERSAL = "reversal"
    """Money that went back, and the payment that it was."""
    NO_REFERENCE = "no_reference"
    UNKNOWN_REFERENCE = "unknown_reference"
    WRONG_CURRENCY = "wrong_currency"
    """The reference leads to invoices in other currencies only."""
    PROBABLE_DUPLICATE = "probable_duplicate"
    """The same amount came for the invoice within three days by another entrance."""
    REFERENCE_AND_AMOUNT = "reference_and_amount"
    """Exactly what remains on the only invoice with that remainder (NET-26)."""
    SECOND_PAYMENT = "second_payment"
    """Exactly the rest that an earlier payment has left."""
    ONE_FOR_MANY = "one_payment_for_many"
    """Exactly the sum of what remains on all the invoices that the references lead to."""
    AMBIGUOUS_REFERENCE = "ambiguous_reference"
    """Several invoices, and neither one of them nor all of them remain with this amount."""
    ABOVE_PRINCIPAL = "interest_or_costs_above_principal"
    """More than remains on an invoice at an agency: it may hold interest or costs (NET-27)."""
    ALREADY_PAID = "already_paid"
    """Nothing remains: all of it is surplus, which the creditor owes back."""
    OVER_PAYMENT = "over_payment"
    """More than remains: the rest is surplus."""
    PART_PAYMENT = "part_payment"
    """Less than remains."""
    BY_HAND = "by_hand"
    """A person has decided."""
    COLLECTION = "collection"
    """A person has decided that what is above the principal is a collection fee (NET-28)."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """Money that came.

    ``channel`` is the entrance: ``api``, ``ocr_giro``, ``camt.054`` or ``agency``.
    """

    amount: Money
    paid_date: date
    channel: str
    has_reference: bool = True


@dataclass(frozen=True, slots=True)
class Earlier:
    """A payment that came before for the same invoice and stands."""

    amount: int
    paid_date: date
    channel: str


@dataclass(frozen=True, slots=True)
class Owed:
    """An invoice that the references of a payment lead to.

    ``remaining`` is what is owed to the creditor on it, minor units; ``at_agency`` whether it is handed over;
    ``earlier`` holds the payments that reached the creditor, ``paid_before`` tells whether any came at all.
    """

    invoice_id: str
    currency: str
    remaining: int
    due_date: date
    at_agency: bool = False
    paid_before: bool = False
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payment is for which invoice, minor units; what is above its remainder is surplus there."""

    invoice_id: str
    amount: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The rule that applied, and what is booked where; no shares: a person decides."""

    rule: Rule
    shares: tuple[Share, ...] = ()

    @property
    def matched(self) -> bool:
        """Whether the payment is booked."""
        return bool(self.shares)


type _Rule = Callable[[Incoming, Sequence[Owed]], Decision | None]


def match(incoming: Incoming, candidates: Iterable[Owed]) -> Decision:
    """Decide what a payment pays, given the invoices that its references lead to."""
    found = sorted(candidates, key=lambda each: (each.due_date, each.invoice_id))
    for rule in _RULES:
        decision = rule(incoming, found)
        if decision is not None:
            return decision
    raise AssertionError("the last rule always applies")


def explain(incoming: Incoming, owed: Owed) -> Rule:
    """Say what a payment is to the invoice that somebody has named for it."""
    if owed.remaining <= 0:
        return Rule.ALREADY_PAID
    if incoming.amount.minor == owed.remaining:
        return Rule.SECOND_PAYMENT if owed.paid_before else Rule.REFERENCE_AND_AMOUNT
    return Rule.PART_PAYMENT if incoming.amount.minor < owed.remaining else Rule.OVER_PAYMENT


def _nothing_found(incoming: Incoming, found: Sequence[Owed]) -> Decision | None:
    if found:
        return None
    return Decision(Rule.UNKNOWN_REFERENCE if incoming.has_reference else Rule.NO_REFERENCE)


def _wrong_currency(incoming: Incoming, found: Sequence[Owed]) -> Decision | None:
    return None if _fitting(incoming, found) else Decision(Rule.WRONG_CURRENCY)


def _probable_duplicate(incoming: Incoming, found: Sequence[Owed]) -> Decision | None:
    same = any(
        earlier.amount == incoming.amount.minor
        and earlier.channel != incoming.channel
        and abs(earlier.paid_date - incoming.paid_date) <= DUPLICATE_WITHIN
        for owed in _fitting(incoming, found)
        for earlier in owed.earlier
    )
    return Decision(Rule.PROBABLE_DUPLICATE) if same else None


def _exact(incoming: Incoming, found: Sequence[Owed]) -> Decision | None:
    exact = [each for each in _owing(incoming, found) if each.remaining == incoming.amount.minor]
    if len(exact) != 1:
        return None
    return Decision(explain(incoming, exact[0]), _all_on(incoming, exact[0]))


def _one_for_many(incoming: Incoming, found: Sequence[Owed]) -> Decision | None:
    owing = _owing(incoming, found)
    if not 1 < len(owing) <= MOST_INVOICES or sum(each.remaining for each in owing) != incoming.amount.minor:
        return None
    return Decision(Rule.ONE_FOR_MANY, tuple(Share(each.invoice_id, each.remaining) for each in owing))


def _ambiguous(incoming: Incoming, found: Sequence[Owed]) -> Decision | None:
    owing = _owing(incoming, found)
    unclear = len(owing) > 1 or (not owing and len(_fitting(incoming, found)) > 1)
    return Decision(Rule.AMBIGUOUS_REFERENCE) if unclear else None


def _above_principal(incoming: Incoming, found: Sequence[Owed]) -> Decision | None:
    only = _only(incoming, found)
    return (
        Decision(Rule.ABOVE_PRINCIPAL) if only.at_agency and incoming.amount.minor > only.remaining else None
    )


def _on_the_only_one(incoming: Incoming, found: Sequence[Owed]) -> Decision:
    only = _only(incoming, found)
    return Decision(explain(incoming, only), _all_on(incoming, only))


_RULES: Final[tuple[_Rule, ...]] = (
    _nothing_found,
    _wrong_currency,
    _probable_duplicate,
    _exact,
    _one_for_many,
    _ambiguous,
    _above_principal,
    _on_the_only_one,
)


def _fitting(incoming: Incoming, found: Sequence[Owed]) -> list[Owed]:
    return [each for each in found if each.currency == incoming.amount.currency]


def _owing(incoming: Incoming, found: Sequence[Owed]) -> list[Owed]:
    return [each for each in _fitting(incoming, found) if each.remaining > 0]


def _only(incoming: Incoming, found: Sequence[Owed]) -> Owed:
    """Give the invoice that is left: the one that owes, or the one that has been paid."""
    (only,) = _owing(incoming, found) or _fitting(incoming, found)
    return only


def _all_on(incoming: Incoming, owed: Owed) -> tuple[Share, ...]:
    return (Share(owed.invoice_id, incoming.amount.minor),)


@dataclass(frozen=True, slots=True)
class Hint:
    """What a bank line said besides its reference that points to an invoice.

    ``code`` is ``reference`` (it leads there, and something else was in the way), ``document_number`` or
    ``payer`` (the account is the debtor's, by name). The text and the name themselves are not kept.
    """

    invoice_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An invoice that an unmatched payment may be for, with the reasons, the strongest first."""

    invoice_id: str
    reasons: tuple[str, ...]


_WEIGHTS: Final = {
    "reference": 16,
    "document_number": 12,
    "amount": 8,
    "amount_with_costs": 6,
    "payer": 5,
    "near_due_date": 1,
}
NEAR_DUE_DATE: Final = timedelta(days=30)


def suggest(
    amount: Money, paid_date: date, hints: Iterable[Hint], candidates: Iterable[tuple[Owed, int]]
) -> tuple[Suggestion, ...]:
    """Rank invoices for a payment that nobody could match: by what was said, by amount, payer and date.

    Parameters
    ----------
    candidates
        Invoices that owe something, each with what its agency adds to it, minor units.
    """
    said: dict[str, list[str]] = {}
    for hint in hints:
        said.setdefault(hint.invoice_id, []).append(hint.code)
    ranked: list[tuple[int, date, str, tuple[str, ...]]] = []
    for owed, costs in {owed.invoice_id: (owed, costs) for owed, costs in candidates}.values():
        if owed.currency != amount.currency or owed.remaining <= 0:
            continue
        reasons = list(dict.fromkeys(said.get(owed.invoice_id, ())))
        if amount.minor == owed.remaining:
            reasons.append("amount")
        elif costs and amount.minor == owed.remaining + costs:
            reasons.append("amount_with_costs")
        if not reasons:
            continue
        if abs(paid_date - owed.due_date) <= NEAR_DUE_DATE:
            reasons.append("near_due_date")
        reasons.sort(key=lambda code: -_WEIGHTS[code])
        weight = sum(_WEIGHTS[code] for code in reasons)
        ranked.append((-weight, owed.due_date, owed.invoice_id, tuple(reasons)))
    return tuple(
        Suggestion(invoice_id, reasons) for _, _, invoice_id, reasons in sorted(ranked)[:MOST_SUGGESTIONS]
    )

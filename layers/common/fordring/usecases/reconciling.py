"""Comparing the two ledgers, case by case and component by component (BEY-10, VIS-9).

What is on its way to the agency is subtracted. A difference counts when a second run finds the same one:
a payment that crosses the comparison is no drift.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import CaseKey, ClosedReason, Credentials
from fordring.domain.agency_answers import AgencyBalance, Teller
from fordring.domain.agency_port import Agency
from fordring.domain.case import Case, Difference
from fordring.domain.command import AttentionKind
from fordring.domain.events import EventType
from fordring.domain.invoice import Release
from fordring.domain.money import Money
from fordring.domain.refs import Listing, Ref
from fordring.usecases.naming import case_ref, drift_of
from fordring.usecases.recording import ask_for_attention, attention_id, tell, tell_of_case
from fordring.usecases.submitting import end
from fordring.usecases.unmatched import said, settle_attention
from fordring.usecases.work import Desk, Work, transact

PERSISTS_FOR = 2
"""In how many runs in a row a difference must be found before it is told."""


def reconcile(
    desk: Desk,
    agency: Agency,
    credentials: Credentials,
    teller: Teller,
    number: int,
    before: Iterable[Mapping[str, Any]] = (),
) -> tuple[dict[str, Any], ...]:
    """Compare every open case with the agency's list of open cases; gives the differences that were found.

    Cases of another contract than the agreement's present one, by its ``number``, are on no such list.
    ``before`` are the differences of the run before.
    """
    theirs = _their_open_cases(agency, credentials)
    names = {balance.case.case_number: name for name, balance in theirs.items()}
    found = []
    for case in _our_open_cases(desk, teller, number):
        balance = _pop(theirs, names, case)
        if case.release not in (Release.SUBMITTED, Release.REGISTERED):
            continue
        if balance is None:
            balance = agency.case(CaseKey(case.as_told.external_id, case.case_number), credentials)
        if case.release is Release.SUBMITTED and not _is_settled(balance):
            # Accepted, and not examined yet: an agency may show it nowhere, as it came, or as refused.
            continue
        if balance is not None and not balance.open:
            _close(desk, case, balance)
            continue
        if _differs(case, balance) or case.difference is not None:
            found.extend(_note(desk, case.case_id, balance))
    for external_id, balance in theirs.items():
        found.extend(_examine_stranger(desk, teller, external_id, balance))
    for case_id in {each.get("case_id") for each in before} - {each.get("case_id") for each in found}:
        if case_id is not None:
            _ended_there_too(desk, case_id)
    return tuple(found)


def _ended_there_too(desk: Desk, case_id: str) -> None:
    """Forget that a case was open at the agency and closed here, when it is open nowhere any more."""
    ref = things.CASE(case_id)
    attention = drift_of(case_id)

    def decide(work: Work) -> None:
        case = work.get(ref)
        if case.open or case.difference is None:
            return
        work.change(ref, replace(case, difference=None))
        settle_attention(work, attention, "closed at the agency too")

    transact(desk, [ref, attention], decide)


def _their_open_cases(agency: Agency, credentials: Credentials) -> dict[str, AgencyBalance]:
    cases: dict[str, AgencyBalance] = {}
    page = None
    while True:
        answer = agency.open_cases(page, credentials)
        for balance in answer.cases:
            cases[balance.case.external_id or f"#{balance.case.case_number}"] = balance
        page = answer.next_page
        if page is None:
            return cases


def _pop(
    theirs: dict[str, AgencyBalance], names: Mapping[str | None, str], case: Case
) -> AgencyBalance | None:
    """Take a case off the agency's list, by the external id, or by its number if it goes by another."""
    name = case.as_told.external_id
    if name in theirs or case.case_number is None:
        return theirs.pop(name, None)
    return theirs.pop(names.get(case.case_number, ""), None)


def _our_open_cases(desk: Desk, teller: Teller, number: int) -> list[Case]:
    listing = Listing(things.CASE, "cases_of", (teller.creditor_id,), "open#")
    mine = (teller.agency, number)
    return [case for _, case in desk.every(listing) if (case.agency, case.agreement_number) == mine]


def _difference(case: Case, balance: AgencyBalance | None) -> tuple[int, int]:
    """Give hub minus agency, principal and cost, minor units; nothing on the agency's side counts as zero."""
    if balance is None:
        return case.remaining, 0
    principal = case.remaining - balance.principal_remaining.minor
    in_flight = case.unreported
    # A report that is on its way may have arrived: anything from none to all of it is no difference.
    if min(-in_flight, 0) <= principal <= max(-in_flight, 0):
        principal = 0
    cost = case.costs.remaining - balance.cost_remaining.minor - balance.interest_remaining.minor
    return principal, cost


def _is_settled(balance: AgencyBalance | None) -> bool:
    """Whether the agency says that a case ended because nothing was left of it."""
    return balance is not None and not balance.open and balance.principal_remaining.minor <= 0


def _differs(case: Case, balance: AgencyBalance | None) -> bool:
    """Whether the two sides disagree about an amount, or about whether the case is open at all."""
    open_there = balance is not None and balance.open
    return _difference(case, balance) != (0, 0) or case.open != open_there


def _note(desk: Desk, case_id: str, balance: AgencyBalance | None) -> list[dict[str, Any]]:
    """Write a difference down; the second time in a row it is told."""
    ref = things.CASE(case_id)
    attention = drift_of(case_id)

    def decide(work: Work) -> list[dict[str, Any]]:
        case = work.get(ref)
        principal, cost = _difference(case, balance)
        if not _differs(case, balance):
            if case.difference is not None:
                work.change(ref, replace(case, difference=None))
                settle_attention(work, attention, "the ledgers agree again")
            return []
        before = case.difference
        same = before is not None and (before.principal, before.cost) == (principal, cost)
        runs = before.runs + 1 if before is not None and same else 1
        if runs <= PERSISTS_FOR:
            work.change(ref, replace(case, difference=Difference(principal, cost, runs)))
        facts = _sides(case, balance)
        if runs == PERSISTS_FOR:
            tell_of_case(work, EventType.LEDGER_DRIFT, case, **facts)
            ask_for_attention(
                work, AttentionKind.LEDGER_DRIFT, case.creditor_id, ("case", case.case_id), "balances_differ"
            )
        return [{"case_id": case.case_id, "runs": runs, **facts}]

    return transact(desk, [ref, attention], decide)


def _sides(case: Case, balance: AgencyBalance | None) -> dict[str, Any]:
    currency = case.currency
    zero = Money.zero(currency)
    return {
        "hub": {
            "principal": said(Money(case.remaining, currency)),
            "cost": said(Money(case.costs.remaining, currency)),
            "open": case.open,
        },
        "at_agency": {
            "principal": said(balance.principal_remaining if balance else zero),
            "cost": said(balance.cost_remaining + balance.interest_remaining if balance else zero),
            "open": balance is not None and balance.open,
        },
    }


def _close(desk: Desk, case: Case, balance: AgencyBalance) -> None:
    """Close a case of which the agency says itself that it has ended (NET-18)."""
    ref = things.CASE(case.case_id)
    refs: list[Ref[Any]] = [ref, *(things.INVOICE(member.invoice_id) for member in case.members)]

    def decide(work: Work) -> None:
        present = work.get(ref)
        if present.open:
            reason = ClosedReason.PAID if present.remaining <= 0 else ClosedReason.OTHER
            work.change(ref, end(work, present, reason, balance.agency_status))

    transact(desk, refs, decide)


def _examine_stranger(
    desk: Desk, teller: Teller, external_id: str, balance: AgencyBalance
) -> list[dict[str, Any]]:
    """Look at a case that is open at the agency and not here: closed here, or unknown altogether."""
    ref = case_ref(balance.case)
    stored = desk.store.read([ref]).get(ref) if ref else None
    if ref is not None and stored is not None and stored.value.creditor_id == teller.creditor_id:
        case: Case = stored.value
        if case.open or case.waiting:
            return []
        return _note(desk, case.case_id, balance)
    subject = ("agency_case", teller.agency, teller.creditor_id, external_id)
    attention = things.ATTENTION(attention_id(AttentionKind.LEDGER_DRIFT, subject))
    sides = {
        "external_id": balance.case.external_id,
        "case_number": balance.case.case_number,
        "agency": teller.agency,
        "creditor_id": teller.creditor_id,
        "hub": None,
        "at_agency": {"principal": said(balance.principal_remaining), "open": balance.open},
    }

    def decide(work: Work) -> None:
        known = work.find(attention)
        if known is None:
            tell(work, EventType.LEDGER_DRIFT, teller.creditor_id, ("creditor", teller.creditor_id), sides)
        ask_for_attention(
            work, AttentionKind.LEDGER_DRIFT, teller.creditor_id, subject, "case_unknown_to_the_hub"
        )

    transact(desk, [attention], decide)
    return [sides]

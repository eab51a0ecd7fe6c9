"""What may be done with a case and the invoices in it: the same in every answer and in every refusal."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from fordring.domain import things
from fordring.domain.actions import (
    Circumstances,
    available_actions,
    depends_on_agreement,
    depends_on_registration,
    hands_over,
    may_be_taken_back,
    refusal,
)
from fordring.domain.agency import Capabilities, CommandKind
from fordring.domain.case import Case
from fordring.domain.command import is_untouched
from fordring.domain.invoice import Invoice
from fordring.domain.refs import Ref
from fordring.usecases.recording import epoch_of
from fordring.usecases.work import Desk, Work

type CapabilitiesOf = Callable[[str], Capabilities]

_REGISTRATION: Final = 1
"""The place of the registration in a case's lane: before it, nothing of a case is told."""


def _refs_around(case: Case, capabilities: Capabilities) -> tuple[Ref[Any], ...]:
    """Name what the actions of a case depend on besides the case; of most cases that is nothing."""
    if depends_on_agreement(case, capabilities):
        return (things.AGREEMENT(case.creditor_id, case.agency),)
    if depends_on_registration(case, capabilities):
        return things.COMMAND(case.case_id, _REGISTRATION), things.EPOCH()
    return ()


def _around(work: Work, case: Case, capabilities: Capabilities) -> Circumstances:
    work.seek_all(_refs_around(case, capabilities))
    if depends_on_agreement(case, capabilities):
        agreement = work.find(things.AGREEMENT(case.creditor_id, case.agency))
        return Circumstances(hands_over=hands_over(agreement, case.level))
    if depends_on_registration(case, capabilities):
        row = work.find(things.COMMAND(case.case_id, _REGISTRATION))
        registers = row is not None and row.kind is CommandKind.REGISTER_CASE
        unsent = row is not None and registers and is_untouched(row) and row.epoch == epoch_of(work)
        return Circumstances(unsent=unsent)
    return Circumstances()


def actions_of(work: Work, case: Case, capabilities: Capabilities) -> tuple[str, ...]:
    """Tell what may be done with a case now; what that depends on is read when it was not."""
    return available_actions(case, capabilities, _around(work, case, capabilities))


def actions_of_all(
    desk: Desk, cases: Iterable[Case], capabilities_of: CapabilitiesOf
) -> Mapping[str, tuple[str, ...]]:
    """Tell what may be done with each of some cases that were read, by case; one more read at the most."""
    each = [(case, capabilities_of(case.agency)) for case in cases]
    refs = dict.fromkeys(ref for case, capabilities in each for ref in _refs_around(case, capabilities))
    work = desk.read(*refs) if refs else Work({}, (), desk.wall.now(), desk.ids)
    return {case.case_id: actions_of(work, case, capabilities) for case, capabilities in each}


def refuse_unless_available(work: Work, case: Case, action: str, capabilities: Capabilities) -> None:
    """Refuse an action that cannot be taken now.

    Raises
    ------
    Refused
        ``operation_not_offered``, with agency and operation, when the agency has no way for it;
        ``action_not_available``, with the actions that are, when the case does not allow it now.
    """
    if refusal(case, action, capabilities, Circumstances()) is None:
        # Allowed whatever is around the case.
        return
    refused = refusal(case, action, capabilities, _around(work, case, capabilities))
    if refused is not None:
        raise refused


def leaves_its_case(work: Work, invoice: Invoice, capabilities_of: CapabilitiesOf) -> bool:
    """Whether an invoice may be taken back from the agency that has it; its case is read when it was not."""
    if not invoice.release.live or invoice.case_id is None:
        return False
    case = work.seek(things.CASE(invoice.case_id))
    if case is None:
        return False
    actions = actions_of(work, case, capabilities_of(case.agency))
    return may_be_taken_back(case, invoice.invoice_id, actions)


def those_that_may_leave(
    desk: Desk, invoices: Sequence[Invoice], cases: Mapping[str, Case], capabilities_of: CapabilitiesOf
) -> frozenset[str]:
    """Tell which of some invoices may be taken back, given the cases of those at an agency."""
    live = [
        (each, case) for each in invoices if each.release.live and (case := cases.get(each.case_id or ""))
    ]
    actions = actions_of_all(desk, (case for _, case in live), capabilities_of)
    return frozenset(
        each.invoice_id
        for each, case in live
        if may_be_taken_back(case, each.invoice_id, actions[case.case_id])
    )


def cases_with(desk: Desk, invoices: Sequence[Invoice]) -> Mapping[str, Case]:
    """Read the cases of those invoices that are at an agency."""
    refs = {
        each.case_id: things.CASE(each.case_id) for each in invoices if each.release.live and each.case_id
    }
    if not refs:
        return {}
    work = desk.read(*refs.values())
    return {case_id: case for case_id, ref in refs.items() if (case := work.find(ref)) is not None}

"""What a creditor may do with a case now, given what the case is like and what its agency can do (BEY-11)."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from fordring.domain.agency import Capabilities, ClosedReason, Level, Operation
from fordring.domain.agreement import Agreement
from fordring.domain.candidates import levels_of
from fordring.domain.case import Case
from fordring.domain.case_states import Processing
from fordring.domain.errors import Refused
from fordring.domain.invoice import Release
from fordring.domain.member import MOST_INVOICES, Member, MemberState
from fordring.domain.values import dataclass

OPERATIONS: Final[Mapping[str, tuple[Operation, ...]]] = MappingProxyType(
    {
        "send_message": (Operation.SEND_MESSAGE,),
        "withdraw": (Operation.WITHDRAW_CASE,),
        "pause": (Operation.PAUSE_CASE, Operation.SEND_MESSAGE),
        "resume": (Operation.RESUME_CASE, Operation.SEND_MESSAGE),
        "answer_question": (Operation.ANSWER_QUESTION, Operation.SEND_MESSAGE),
        "add_invoice": (Operation.ADD_INVOICE,),
        "withdraw_invoice": (Operation.WITHDRAW_INVOICE,),
        "offer_invoice": (Operation.PURCHASE_INVOICES,),
        "acknowledge_closed": (),
    }
)
"""What each action takes at the agency: the first of these that it offers. A message to the case handler
stands in for what an agency does not offer, where a person there can do the same. Of an
action without any nothing is told to the agency."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a case does not say of itself and what its actions depend on.

    Parameters
    ----------
    hands_over
        Whether the agreement hands anything over at the case's level now.
    unsent
        Whether the registration has certainly not left the hub.
    """

    hands_over: bool = False
    unsent: bool = False


def depends_on_agreement(case: Case, capabilities: Capabilities) -> bool:
    """Whether an action of the case depends on what its agreement hands over."""
    return case.open and case.release is Release.REGISTERED and _offered(capabilities, "add_invoice")


def depends_on_registration(case: Case, capabilities: Capabilities) -> bool:
    """Whether an action of the case depends on its registration having left the hub."""
    several = case.release is Release.QUEUED and len(_to_be_taken_back(case)) > 1
    return case.open and several and not _offered(capabilities, "withdraw_invoice")


def hands_over(agreement: Agreement | None, level: Level) -> bool:
    """Whether an agreement hands anything over at a level now."""
    return agreement is not None and not agreement.missing and level in levels_of(agreement.settings)


def available_actions(case: Case, capabilities: Capabilities, around: Circumstances) -> tuple[str, ...]:
    """Tell what the creditor may do with a case now: each of these works, everything else is refused."""
    return tuple(
        action
        for action in OPERATIONS
        if _fits(case, action, around) and _possible(case, capabilities, action, around)
    )


def may_be_taken_back(case: Case, invoice_id: str, actions: Collection[str]) -> bool:
    """Whether the creditor may take one invoice of a case back now, given the case's actions."""
    left = [member.invoice_id for member in _to_be_taken_back(case)]
    return invoice_id in left and ("withdraw" if len(left) == 1 else "withdraw_invoice") in actions


def _possible(case: Case, capabilities: Capabilities, action: str, around: Circumstances) -> bool:
    """Whether somebody can do what an action takes: the agency, or the hub alone while it knows nothing."""
    if action == "withdraw_invoice" and (case.assembling or around.unsent):
        return True
    return _offered(capabilities, action)


def _offered(capabilities: Capabilities, action: str) -> bool:
    needed = OPERATIONS[action]
    return not needed or any(operation in capabilities.operations for operation in needed)


def _to_be_taken_back(case: Case) -> tuple[Member, ...]:
    return tuple(member for member in case.members if member.state is MemberState.HELD)


def _fits(case: Case, action: str, around: Circumstances) -> bool:
    """Whether an action fits the state that the case is in, whatever the agency."""
    if action == "acknowledge_closed":
        return _ended_without_account(case)
    if not case.open or case.withdrawing:
        return False
    if case.assembling and action not in ("withdraw", "withdraw_invoice"):
        return False
    match action:
        case "add_invoice":
            room = len(case.members) < MOST_INVOICES
            return case.release is Release.REGISTERED and around.hands_over and room
        case "withdraw":
            return not any(member.sold for member in case.held)
        case "withdraw_invoice":
            return len(_to_be_taken_back(case)) > 1 and not any(member.sold for member in case.held)
        case "offer_invoice":
            return case.level is Level.ADMINISTRATION and any(map(_for_sale, case.held))
        case "resume":
            return case.processing is Processing.PAUSED
        case "answer_question":
            return bool(case.open_questions)
        case _:
            return True


def _for_sale(member: Member) -> bool:
    """Whether an invoice can be offered now: neither sold, nor awaiting a decision, nor disputed."""
    return member.remaining > 0 and not (member.sold or member.offered or member.disputed)


def _ended_without_account(case: Case) -> bool:
    """Whether the agency had the case and has ended it, and nobody has said what became of the debt."""
    known = case.closed_reason in (ClosedReason.PAID, ClosedReason.CREDITED, ClosedReason.WITHDRAWN)
    had_it = case.case_number is not None and case.release is not Release.REJECTED
    return not case.open and had_it and not known and case.handling is None


def refusal(case: Case, action: str, capabilities: Capabilities, around: Circumstances) -> Refused | None:
    """Make the refusal of an action that cannot be taken now; ``None`` when it can.

    ``operation_not_offered``, with agency and operation, when the agency has no way for it;
    ``action_not_available``, with the actions that are, when the case does not allow it now. Why the
    agreement hands nothing over is told with everything else that stands in an invoice's way.
    """
    if _fits(case, action, replace(around, hands_over=True)):
        possible = _possible(case, capabilities, action, around)
        return None if possible else not_offered(capabilities, OPERATIONS[action][0])
    available = available_actions(case, capabilities, around)
    return Refused(
        "action_not_available",
        "the case does not allow this now",
        facts={"available_actions": list(available), "processing": case.processing.value},
    )


def not_offered(capabilities: Capabilities, operation: Operation) -> Refused:
    """Make the refusal of what an agency does not offer in any way."""
    return Refused(
        "operation_not_offered",
        "the agency does not offer this",
        facts={"agency": capabilities.agency, "operation": operation.value},
    )

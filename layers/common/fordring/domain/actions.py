"""What a creditor may do with a case now, given what the case is like and what its agency can do (BEY-11)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fordring.domain.agency import Capabilities, ClosedReason, Level, Operation
from fordring.domain.case import Case
from fordring.domain.case_states import Processing
from fordring.domain.errors import Refused
from fordring.domain.invoice import Release
from fordring.domain.member import Member

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


def available_actions(case: Case, capabilities: Capabilities) -> tuple[str, ...]:
    """Tell what the creditor may do with a case now: each of these works, everything else is refused."""
    return tuple(action for action in OPERATIONS if _fits(case, action) and _offered(capabilities, action))


def _offered(capabilities: Capabilities, action: str) -> bool:
    needed = OPERATIONS[action]
    return not needed or any(operation in capabilities.operations for operation in needed)


def _fits(case: Case, action: str) -> bool:
    """Whether an action fits the state that the case is in, whatever the agency."""
    if action == "acknowledge_closed":
        return _ended_without_account(case)
    if not case.open or case.withdrawing:
        return False
    if case.assembling:
        return action == "withdraw"
    match action:
        case "add_invoice":
            return case.release is Release.REGISTERED
        case "withdraw":
            return not any(member.sold for member in case.held)
        case "withdraw_invoice":
            return len(case.held) > 1 and not all(member.sold for member in case.held)
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


def refuse_unless_available(case: Case, action: str, capabilities: Capabilities) -> None:
    """Refuse an action that cannot be taken now.

    Raises
    ------
    Refused
        ``operation_not_offered``, with agency and operation, when the agency has no way for it;
        ``action_not_available``, with the actions that are, when the case does not allow it now.
    """
    if _fits(case, action) and not _offered(capabilities, action):
        raise not_offered(capabilities, OPERATIONS[action][0])
    available = available_actions(case, capabilities)
    if action not in available:
        raise Refused(
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

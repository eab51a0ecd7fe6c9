"""An agency activates an agreement by calling (NET-1): ready when all it needs has come, either way round."""

from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency_answers import Teller
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.command import AttentionKind
from fordring.domain.errors import Unauthenticated
from fordring.domain.events import EventType
from fordring.domain.facts import ServiceActivated
from fordring.domain.refs import Ref
from fordring.usecases.recording import ask_for_attention, attention_id, tell
from fordring.usecases.unmatched import settle_attention
from fordring.usecases.work import Work


def attention_of_activation(creditor_id: str, agency: str) -> Ref[Any]:
    """Name the attention that an activation raises when something is missing."""
    subject = ("agreement", creditor_id, agency)
    return things.ATTENTION(attention_id(AttentionKind.ACTIVATION_INCOMPLETE, subject))


def refs_of_activation(teller: Teller) -> tuple[Ref[Any], ...]:
    """Name what ``activate`` looks at, besides the callback's token."""
    return (
        things.AGREEMENT(teller.creditor_id, teller.agency),
        attention_of_activation(teller.creditor_id, teller.agency),
    )


def activate(work: Work, fact: ServiceActivated, teller: Teller) -> bool:
    """Write down that the agency has activated the creditor's contract; tells whether that was new.

    With credentials the agreement is active from now on. Without, the contract number is kept, and a person
    is asked for the rest. The same activation again, or of an agreement that has ended, changes nothing.

    Raises
    ------
    Unauthenticated
        When another contract was activated before: another one takes another order.
    """
    ref = things.AGREEMENT(teller.creditor_id, teller.agency)
    agreement = work.find(ref)
    if agreement is None or agreement.state not in (AgreementState.ORDERED, AgreementState.ACTIVE):
        return False
    if not _names_its_token(work, agreement):
        # It came by the address of an order that was replaced meanwhile.
        return False
    if agreement.contract_number not in (None, fact.contract_number):
        # A contract is activated once. Who means another one is answered as who knows no token.
        raise Unauthenticated
    activated = agreement.activated(fact.contract_number, fact.bank_accounts, work.now)
    if activated is agreement:
        return False
    work.change(ref, activated)
    token_ref = things.CALLBACK_TOKEN(agreement.callback_digest or "")
    work.change(token_ref, replace(work.get(token_ref), contract_number=fact.contract_number))
    if activated.state is not AgreementState.ACTIVE:
        ask_for_attention(
            work,
            AttentionKind.ACTIVATION_INCOMPLETE,
            agreement.creditor_id,
            ("agreement", agreement.creditor_id, agreement.agency),
            "credentials_missing",
        )
    elif agreement.state is not AgreementState.ACTIVE:
        tell_activated(work, activated)
    return True


def _names_its_token(work: Work, agreement: Agreement) -> bool:
    try:
        return work.find(things.CALLBACK_TOKEN(agreement.callback_digest or "-")) is not None
    except LookupError:
        return False


def tell_activated(work: Work, agreement: Agreement) -> None:
    """Tell that an agreement is active; the attention that it may have raised must have been read."""
    settle_attention(
        work, attention_of_activation(agreement.creditor_id, agreement.agency), "the agreement is active"
    )
    tell(
        work,
        EventType.AGREEMENT_ACTIVATED,
        agreement.creditor_id,
        ("creditor", agreement.creditor_id),
        {
            "creditor_id": agreement.creditor_id,
            "agency": agreement.agency,
            "agreement_number": agreement.number,
            "by": "credentials" if agreement.contract_number is None else "agency",
        },
    )

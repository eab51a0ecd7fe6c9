"""Agreements with agencies: order, credentials, end."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Capabilities, Credentials
from fordring.domain.agreement import (
    Agreement,
    AgreementState,
    CallbackToken,
    Consent,
    Order,
    SealedCredentials,
)
from fordring.domain.email import Email, EmailKind
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.activating import attention_of_activation, tell_activated
from fordring.usecases.letters import Contact, order_subject, order_text
from fordring.usecases.mailing import cancel_unsent, email_of_order, write_email
from fordring.usecases.requesting import has_open_cases
from fordring.usecases.sealed import is_same
from fordring.usecases.store_port import Conflict
from fordring.usecases.terms import Terms
from fordring.usecases.work import Desk, Work


@dataclass(frozen=True, slots=True)
class Ordered:
    """An agreement after an order, the order, and the e-mail that tells the agency of it."""

    agreement: Agreement
    order: Order
    email: Email


def refs_with_token(desk: Desk, creditor_id: str, agency: str) -> Callable[[], tuple[Ref[Any], ...]]:
    """Name an agreement with its creditor, its callback token and the e-mail of its order.

    Only the agreement tells the last two.
    """

    def refs() -> tuple[Ref[Any], ...]:
        ref = things.AGREEMENT(creditor_id, agency)
        agreement = desk.read(ref).find(ref)
        digest = agreement.callback_digest if agreement else None
        token = (things.CALLBACK_TOKEN(digest),) if digest else ()
        order = agreement.order if agreement else None
        email = (email_of_order(creditor_id, agency, order.order_id),) if order else ()
        attention = attention_of_activation(creditor_id, agency)
        return (things.CREDITOR(creditor_id), ref, *token, *email, attention, things.EPOCH())

    return refs


def refuse_while_cases_are_open(desk: Desk, agreement: Agreement | None) -> None:
    """Refuse to order anew while cases of the ended agreement are open: they need its credentials.

    Raises
    ------
    Refused
        ``cases_still_open``.
    """
    if agreement is None or agreement.state is not AgreementState.ENDED:
        return
    if has_open_cases(desk, agreement):
        raise Refused("cases_still_open", "wait until the cases of the ended agreement are closed")


def _token_of(work: Work, agreement: Agreement) -> CallbackToken | None:
    """Give the agreement's callback token; what was read may be the one of a moment ago."""
    if agreement.callback_digest is None:
        return None
    try:
        return work.find(things.CALLBACK_TOKEN(agreement.callback_digest))
    except LookupError:
        raise Conflict from None


def order(
    work: Work,
    capabilities: Capabilities,
    creditor_id: str,
    contact: Contact,
    consent_by: str,
    terms_version: str,
    terms: Terms,
    callback_digest: str,
    sender: str | None,
) -> Ordered:
    """Order access to an agency (ZIR-12 to ZIR-14); ordered again before it is active, the later one counts.

    See ``refs_with_token`` for what must have been read.

    Parameters
    ----------
    consent_by, terms_version
        Who confirms having read which version of the terms.
    terms
        The current ones.
    callback_digest
        Of the token in the address at which the agency will call back.
    sender
        From whom the e-mail to the agency comes; ``None``: it is to be sent by hand.

    Raises
    ------
    NotFound
        When there is no such creditor.
    Refused
        ``settings_missing``: nothing was chosen yet; ``agreement_already_active``.
    Unprocessable
        ``terms_outdated``: the consent is to another version than the current one.
    """
    creditor = work.get(things.CREDITOR(creditor_id))
    ref = things.AGREEMENT(creditor_id, capabilities.agency)
    agreement = work.find(ref)
    if agreement is None:
        raise Refused("settings_missing", "choose the agreement's settings before ordering it")
    if terms_version != terms.version:
        raise Unprocessable(
            "terms_outdated",
            "the consent must be to the current version of the terms",
            faults=[Fault("/consent/terms_version", "terms_outdated", "this is not the current version")],
            facts={"terms_version": terms.version},
        )
    consent = Consent(consent_by, work.now, terms_version)
    made = Order(
        order_id=work.new_id("ord"),
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=contact.phone,
        consent=consent,
        text=order_text(creditor, agreement.settings, contact, consent),
        ordered_at=work.now,
    )
    replaced = _token_of(work, agreement) if agreement.state is AgreementState.ORDERED else None
    _cancel_email(work, agreement)
    ordered = agreement.ordered(made, callback_digest, work.now)
    work.change(ref, ordered)
    if replaced is not None and agreement.callback_digest is not None:
        # Nobody can have signed with it yet: there were no credentials.
        work.remove(things.CALLBACK_TOKEN(agreement.callback_digest))
    work.add(
        things.CALLBACK_TOKEN(callback_digest),
        CallbackToken(creditor_id, capabilities.agency, ordered.number, ordered.credentials, None),
    )
    email = write_email(
        work,
        ordered,
        sender,
        email_of_order(creditor_id, capabilities.agency, made.order_id),
        EmailKind.ORDER,
        made.order_id,
        order_subject(creditor),
        made.text,
        contact.email,
    )
    return Ordered(ordered, made, email)


def _cancel_email(work: Work, agreement: Agreement) -> None:
    """Cancel the e-mail of an earlier order, if it was not sent yet."""
    if agreement.order is None:
        return
    ref = email_of_order(agreement.creditor_id, agreement.agency, agreement.order.order_id)
    try:
        cancel_unsent(work, ref, "ordered_again")
    except LookupError:
        # What was read may be the agreement of a moment ago.
        raise Conflict from None


def write_credentials(
    work: Work, creditor_id: str, agency: str, credentials: Credentials, sealed: SealedCredentials
) -> Agreement:
    """Write what the agency has handed out down (ZIR-15): an ordered agreement is active from then on.

    The same ones again change nothing. The ones before stay good for callbacks that were signed with them.
    See ``refs_with_token`` for what must have been read.

    Raises
    ------
    NotFound
        When there is no such agreement.
    Refused
        ``agreement_not_ordered``.
    Unprocessable
        ``contract_number_differs`` from the one that the agency has activated.
    """
    ref = things.AGREEMENT(creditor_id, agency)
    agreement = work.get(ref)
    known = agreement.credentials
    number = agreement.contract_number
    if number and credentials.customer_number not in ("", number):
        raise Unprocessable(
            "contract_number_differs",
            "the agency has activated another contract",
            faults=[
                Fault("/customer_number", "contract_number_differs", "not the number that was activated")
            ],
        )
    if known is not None and is_same(known, credentials):
        # A repetition would otherwise push out the ones before, with which callbacks are still signed.
        return agreement
    active = agreement.with_credentials(sealed, work.now)
    work.change(ref, active)
    if active.state is not agreement.state:
        tell_activated(work, active)
    token = _token_of(work, agreement)
    if token is not None and agreement.callback_digest is not None:
        work.change(
            things.CALLBACK_TOKEN(agreement.callback_digest),
            replace(token, credentials=active.credentials, previous_credentials=active.previous_credentials),
        )
    return active


def end_agreement(work: Work, creditor_id: str, agency: str) -> Agreement:
    """End an agreement: nothing new is handed over; open cases go on, and so does their callback address.

    Raises
    ------
    NotFound
        When there is no such agreement.
    Refused
        ``agreement_not_active``.
    """
    ref = things.AGREEMENT(creditor_id, agency)
    ended = work.get(ref).ended(work.now)
    work.change(ref, ended)
    return ended

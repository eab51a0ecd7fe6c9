"""Creditors: registered and changed."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Address
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.creditor import Creditor
from fordring.domain.email import EmailKind, EmailState
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.references import KidFormat
from fordring.domain.refs import Ref
from fordring.domain.values import dataclass
from fordring.usecases.letters import address_change_subject, address_change_text
from fordring.usecases.mailing import ask_for_hand, write_email
from fordring.usecases.work import Work


@dataclass(frozen=True, slots=True)
class CreditorDetails:
    """What a billing product says of a creditor."""

    name: str
    organisation_number: str
    country: str
    address: Address
    email: str | None
    kid_formats: tuple[KidFormat, ...]
    clearing_order: str
    bank_account: str | None


def refs_to_keep_creditor(creditor_id: str, agencies: Iterable[str]) -> tuple[Ref[Any], ...]:
    """Name what ``keep_creditor`` looks at; ``agencies`` are all that there are."""
    agreements = (things.AGREEMENT(creditor_id, agency) for agency in agencies)
    return (things.CREDITOR(creditor_id), *agreements, things.EPOCH())


def keep_creditor(
    work: Work, creditor_id: str, said: CreditorDetails, agencies: Sequence[str], sender: str | None
) -> Creditor:
    """Register a creditor, or change it; saying the same again changes nothing.

    A new address is told to the agencies that know the old one, by e-mail from ``sender`` (ZIR-16).

    Raises
    ------
    Refused
        ``country_fixed``: an agreement rests on the country.
    Unprocessable
        ``kid_format_too_long``: an agreement sends shorter references.
    """
    ref = things.CREDITOR(creditor_id)
    known = work.find(ref)
    details: dict[str, Any] = {field.name: getattr(said, field.name) for field in fields(said)}
    if known is None:
        new = Creditor(creditor_id=creditor_id, created_at=work.now, updated_at=work.now, **details)
        work.add(ref, new)
        return new
    agreements = [
        agreement
        for agency in agencies
        if (agreement := work.find(things.AGREEMENT(creditor_id, agency))) is not None
    ]
    _refuse_contradictions(known, said, agreements)
    changed = replace(known, **details)
    if changed == known:
        return known
    changed = replace(changed, updated_at=work.now, revision=known.revision + 1)
    work.change(ref, changed)
    if changed.address != known.address:
        for agreement in agreements:
            if agreement.state in (AgreementState.ORDERED, AgreementState.ACTIVE):
                _tell_address(work, agreement, changed, known.address, sender)
    return changed


def _tell_address(
    work: Work, agreement: Agreement, creditor: Creditor, former: Address, sender: str | None
) -> None:
    ref = things.EMAIL(agreement.creditor_id, agreement.agency, work.new_id("mail"))
    email = write_email(
        work,
        agreement,
        sender,
        ref,
        EmailKind.ADDRESS_CHANGE,
        str(creditor.revision),
        address_change_subject(creditor),
        address_change_text(creditor, former),
        creditor.email,
    )
    if email.state is EmailState.BY_HAND:
        # Nobody waits for an answer to this one, as somebody does who orders: so it goes on the list.
        ask_for_hand(work, ref)


def _refuse_contradictions(known: Creditor, said: CreditorDetails, agreements: Iterable[Agreement]) -> None:
    present = [agreement for agreement in agreements if agreement.state is not AgreementState.NONE]
    if said.country != known.country and present:
        raise Refused("country_fixed", "the law of an agreement follows from the country: it stays as it is")
    lengths = [
        agreement.settings.kid_length
        for agreement in agreements
        if agreement.settings.kid_length and agreement.state is not AgreementState.ENDED
    ]
    too_long = [
        position
        for position, kid_format in enumerate(said.kid_formats)
        if lengths and kid_format.length > min(lengths)
    ]
    if too_long:
        raise Unprocessable(
            "kid_format_too_long",
            "an agreement sends references of a shorter length; change its kid_length first",
            faults=[
                Fault(f"/kid_formats/{position}/length", "kid_format_too_long", "longer than the agreement's")
                for position in too_long
            ],
        )

"""Creditors: registered and changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from fordring.domain import things
from fordring.domain.agency import Address
from fordring.domain.agreement import Agreement, AgreementState
from fordring.domain.creditor import Creditor
from fordring.domain.errors import Fault, Refused, Unprocessable
from fordring.domain.references import KidFormat
from fordring.domain.refs import Ref
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
    return (things.CREDITOR(creditor_id), *(things.AGREEMENT(creditor_id, agency) for agency in agencies))


def keep_creditor(work: Work, creditor_id: str, said: CreditorDetails, agencies: Sequence[str]) -> Creditor:
    """Register a creditor, or change it; saying the same again changes nothing.

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
    return changed


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

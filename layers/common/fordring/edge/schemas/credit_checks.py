"""Credit checks: what is asked and told."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from fordring.domain.credit import CreditCheck, CreditDecision
from fordring.edge.schemas.common import ChosenId, Country, Given, fault
from fordring.edge.schemas.told import About, Instant, Told, ToldMoney, instant, money


class NewCreditCheck(Given):
    """Ask for somebody's credit: a debtor's, an organisation's or a person's."""

    debtor_id: Annotated[
        ChosenId | None,
        Field(description="By itself: its organisation number is checked. With a number: the check is its."),
    ] = None
    organisation_number: Annotated[str | None, Field(min_length=2, max_length=40)] = None
    # Left out of whatever is written of the body: of the fingerprint, of every dump and representation.
    national_identity_number: Annotated[
        str | None,
        Field(
            min_length=6,
            max_length=20,
            exclude=True,
            repr=False,
            description="Held in memory for this call and never stored. A repeated `Idempotency-Key` is "
            "answered with the first decision, whatever number comes with it.",
            json_schema_extra={"writeOnly": True},
        ),
    ] = None
    country: Annotated[
        Country | None, Field(description="Whose number it is; by default the creditor's country.")
    ] = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        numbers = [self.organisation_number, self.national_identity_number]
        given = sum(number is not None for number in numbers)
        if given > 1 or (not given and self.debtor_id is None):
            raise fault("one_number", "give a debtor, or one number")
        return self


class ToldCreditCheck(Told):
    """What a check came to; nothing of a person."""

    credit_check_id: str
    agency: str
    decision: CreditDecision
    service: Annotated[
        Literal["purchase", "administration"], About("What the agency can do with an invoice now.")
    ]
    limit: Annotated[ToldMoney | None, About("Up to this amount; `null`: no limit was named.")]
    basis: Literal["organisation_number", "national_identity_number"]
    debtor_id: str | None
    checked_at: Instant
    valid_until: Instant


def tell_credit_check(check: CreditCheck) -> dict[str, Any]:
    """Tell a check."""
    limit = money(check.limit, check.currency) if check.limit is not None and check.currency else None
    return {
        "credit_check_id": check.check_id,
        "agency": check.agency,
        "decision": check.decision.value,
        "service": "purchase" if check.decision is CreditDecision.APPROVED else "administration",
        "limit": limit,
        "basis": check.basis,
        "debtor_id": check.debtor_id,
        "checked_at": instant(check.checked_at),
        "valid_until": instant(check.expires_at),
    }

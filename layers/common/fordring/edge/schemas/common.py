"""Types that many requests share: strict, named, described."""

from datetime import date, datetime
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)
from pydantic_core import PydanticCustomError

from fordring.domain.money import Money, MoneyError
from fordring.edge.identifiers import chosen_id_fault

EMAIL: Final = r'^[^@\s,;:<>()\[\]"\\]+@[^@\s,;:<>()\[\]"\\]+$'
"""One address, without the characters that make a list or a name of it in an e-mail's header (RFC 5322)."""


class Given(BaseModel):
    """A request: unknown fields are refused, and nothing is converted."""

    # Built when it is first checked against, not at start-up: of a function's many, one request needs one.
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


def fault(code: str, detail: str) -> PydanticCustomError:
    """Make a fault with a code of our own; the detail never repeats the value."""
    return PydanticCustomError(code, detail)


def _date(value: object) -> object:
    # JSON has no dates: the strict model takes a date only from a string of exactly this form.
    if isinstance(value, str) and len(value) == 10:
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise fault("malformed_date", "this must be a date such as 2026-01-31")


def _instant(value: object) -> object:
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment
    raise fault("malformed_instant", "this must be an instant with its offset, such as 2026-01-31T08:00:00Z")


def _chosen(value: str) -> str:
    found = chosen_id_fault(value, "")
    if found is not None:
        raise fault(found.code, found.detail)
    return value


BusinessDate = Annotated[date, BeforeValidator(_date), Field(description="A local date of the country.")]
GivenInstant = Annotated[datetime, BeforeValidator(_instant), Field(description="An instant, RFC 3339.")]
ChosenId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[A-Za-z0-9._-]{1,64}$",
        description="An id of your own choice. Never a national identity number.",
    ),
    AfterValidator(_chosen),
]
# Something that can be read: no white space alone, and no control characters but, in words, line breaks.
_LINE = r"[^\x00-\x1f\x7f]"
_LINES = r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=rf"^{_LINE}*[^\s\x00-\x1f\x7f]{_LINE}*$")]
Words = Annotated[
    str, Field(min_length=1, max_length=4000, pattern=rf"^{_LINES}*[^\s\x00-\x1f\x7f]{_LINES}*$")
]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z0-9_]+$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2.")]
AgencyName = Annotated[str, Field(pattern=r"^[a-z_]{1,32}$", description="An agency of GET /v1/agencies.")]
Metadata = Annotated[
    dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")], Annotated[str, Field(max_length=200)]],
    Field(max_length=20, description="Up to 20 pairs of your own. No personal data."),
]


class GivenMoney(Given):
    """An amount: a decimal string with at most the currency's decimals, and the currency."""

    amount: Annotated[str, Field(max_length=20, examples=["1250.00"])]
    currency: Annotated[str, Field(max_length=3, examples=["NOK"])]

    @model_validator(mode="after")
    def _is_money(self) -> Self:
        try:
            Money.parse(self.amount, self.currency)
        except MoneyError as error:
            raise fault(error.reason, str(error)) from None
        return self

    @property
    def money(self) -> Money:
        """The amount in the hub's own form."""
        return Money.parse(self.amount, self.currency)


def _positive(value: GivenMoney) -> GivenMoney:
    if value.money.minor <= 0:
        raise fault("amount_not_positive", "the amount must be above zero")
    return value


PositiveMoney = Annotated[GivenMoney, AfterValidator(_positive)]


class Paging(Given):
    """Which page of a list."""

    limit: Annotated[str, Field(pattern=r"^([1-9]|[1-9][0-9]|100)$", description="1 to 100.")] = "50"
    cursor: Annotated[str | None, Field(max_length=2000, description="`next_cursor` of the page before.")] = (
        None
    )

    @property
    def size(self) -> int:
        """How many items at the most."""
        return int(self.limit)


class Empty(Given):
    """A body without members."""


PERCENT = r"^(100(\.0{1,2})?|[1-9]?[0-9](\.[0-9]{1,2})?)$"
"""From 0 to 100 per cent, with two decimals at the most."""

AgreedInterest = Annotated[
    str,
    Field(
        pattern=PERCENT,
        description="The rate of late interest that was agreed with a business, per cent a year. Without it "
        "the law's holds, as it does for every private person.",
        examples=["18.00"],
    ),
]


def hundredths(percent_text: str | None) -> int | None:
    """Read a percentage of at most two decimals into hundredths of a per cent."""
    if percent_text is None:
        return None
    whole, _, part = percent_text.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0"))

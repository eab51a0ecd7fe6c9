"""What answers are described with, and how amounts, instants and dates are spelt in them.

Nothing here needs pydantic: an answer is written without it, and only whoever describes it makes models.
So a route that is given nothing but a path starts without.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from fordring.domain.money import Money
from fordring.domain.values import dataclass

if TYPE_CHECKING:
    from pydantic import BaseModel, GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Told:
    """An answer, as the API's description has it.

    Answers are written by ``tell_…`` functions, and nothing reads these classes while requests are answered:
    so they cost nothing at start-up, and become models only when somebody describes them.
    """

    @classmethod
    def model(cls) -> "type[BaseModel]":
        """Make the model."""
        return _model_of(cls)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: "GetCoreSchemaHandler") -> "CoreSchema":
        """Stand for the model where other models hold this."""
        del source
        return handler.generate_schema(_model_of(cls))


_models: "dict[type[Told], type[BaseModel]]" = {}


def _model_of(told: type[Told]) -> "type[BaseModel]":
    if told not in _models:
        from pydantic import create_model

        hints = get_type_hints(told, include_extras=True)
        parts: dict[str, Any] = {name: (hint, getattr(told, name, ...)) for name, hint in hints.items()}
        _models[told] = create_model(told.__name__, __doc__=told.__doc__, __module__=told.__module__, **parts)
    return _models[told]


@dataclass(frozen=True)
class About:
    """What the API's description says of a member of an answer besides its type."""

    description: str = ""
    examples: tuple[str, ...] = ()

    def __get_pydantic_json_schema__(self, core: Any, handler: Callable[[Any], Any]) -> dict[str, Any]:
        """Add it to the description of the type."""
        described: dict[str, Any] = handler(core)
        if self.description:
            described["description"] = self.description
        if self.examples:
            described["examples"] = list(self.examples)
        return described


Instant = Annotated[datetime, About("An instant, RFC 3339.")]


class ToldMoney(Told):
    """An amount in an answer, with all of the currency's decimals."""

    amount: Annotated[str, About(examples=("1250.00",))]
    currency: Annotated[str, About(examples=("NOK",))]


class Fault(Told):
    """One fault of a request."""

    pointer: str
    code: str
    detail: str


def money(minor: int, currency: str) -> dict[str, str]:
    """Tell an amount of minor units."""
    return {"amount": Money(minor, currency).text, "currency": currency}


def instant(moment: datetime | None) -> str | None:
    """Tell an instant."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def day(moment: date | None) -> str | None:
    """Tell a date."""
    return moment.isoformat() if moment else None


def agreed(amount: Money | None) -> dict[str, str] | None:
    """Tell an amount that may not have been agreed."""
    return None if amount is None else money(amount.minor, amount.currency)


def percent(hundredths: int | None) -> str | None:
    """Tell hundredths of a per cent as a decimal text with two decimals."""
    return None if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"

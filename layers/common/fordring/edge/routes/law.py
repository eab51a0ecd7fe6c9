"""What the law says about letters and late interest: the route that reads it."""

from fordring.domain.creditor import Scope
from fordring.domain.law import law
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.law import LawQuery, ToldLaw, tell_law


def read_law(call: Call) -> Answer:
    """Tell what holds in a country on a day."""
    asked = call.asked(LawQuery)
    call.read()
    return Answer.of(200, tell_law(law(), asked.country, asked.on))


LAW_ROUTES = (
    Route(
        "GET",
        "/v1/law",
        read_law,
        "Read what the law says on a day",
        "law",
        Scope.READ,
        {200: ToldLaw},
        query=LawQuery,
        description=(
            "The dated rows that fees, deadlines and late interest come from, each with its source. What no "
            "row says is refused wherever it is needed (`law_row_missing`): nothing is carried over."
        ),
    ),
)

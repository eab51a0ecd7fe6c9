"""What agencies send: the route of ``payment_webhook``."""

from typing import TYPE_CHECKING, Any

from fordring.domain.errors import NotFound, TooLarge, Unauthenticated
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route, Routes
from fordring.edge.telemetry import Count, count, log
from fordring.usecases.calling_back import Callback, receive

if TYPE_CHECKING:
    from fordring.edge.route import Answers

LARGEST_CALLBACK = 256_000
"""Bytes (design, "Security")."""

_COUNTS = {"applied": Count.CALLBACK_APPLIED, "parked": Count.CALLBACK_PARKED}


def take_callback(call: Call) -> Answer:
    """Verify, store and apply a callback; a repetition is answered like the first one."""
    if len(call.raw) > LARGEST_CALLBACK:
        raise TooLarge
    name = call.path["agency"]
    try:
        adapter = call.hub.agency(name)
    except NotFound:
        # An agency that does not exist is told apart from a wrong token by nobody.
        raise Unauthenticated from None
    callback = Callback(name, call.path["token"], call.headers, call.raw)
    try:
        outcome = receive(
            call.hub.desk, adapter, call.hub.vault.credentials_of_token, call.hub.files_at_need, callback
        )
    except Unauthenticated:
        count(Count.CALLBACK_REFUSED)
        raise
    if outcome in _COUNTS:
        count(_COUNTS[outcome])
    log.info("callback_taken", agency=name, outcome=outcome)
    told: dict[str, Any] = {"outcome": outcome}
    return Answer.of(202 if outcome == "parked" else 200, told)


def told() -> "Answers":
    """Give the models of the answers, which this function needs for its description only."""
    from fordring.edge.schemas.callbacks import ToldCallback

    return {200: ToldCallback, 202: ToldCallback}


ROUTES = Routes(
    Route(
        "POST",
        "/v1/callbacks/{agency}/{token}",
        take_callback,
        "Take an agency's callback",
        "callbacks",
        None,
        told,
        description=(
            "Signed by the agency in its own scheme; a wrong token and a wrong signature answer alike."
        ),
    ),
)

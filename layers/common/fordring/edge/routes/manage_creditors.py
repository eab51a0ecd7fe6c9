"""Setting up, and what a person decides: the routes of ``manage_creditors``."""

from fordring.edge.route import Group, Route, Routes


def _keys() -> tuple[Route, ...]:
    from fordring.edge.routes.keys import KEY_ROUTES

    return KEY_ROUTES


def _creditors() -> tuple[Route, ...]:
    from fordring.edge.routes.creditors import CREDITOR_ROUTES

    return CREDITOR_ROUTES


def _agreements() -> tuple[Route, ...]:
    from fordring.edge.routes.agreements import AGREEMENT_ROUTES

    return AGREEMENT_ROUTES


def _reminder_plans() -> tuple[Route, ...]:
    from fordring.edge.routes.reminder_plans import REMINDER_PLAN_ROUTES

    return REMINDER_PLAN_ROUTES


def _endpoints() -> tuple[Route, ...]:
    from fordring.edge.routes.endpoints import ENDPOINT_ROUTES

    return ENDPOINT_ROUTES


def _attention() -> tuple[Route, ...]:
    from fordring.edge.routes.attention import ATTENTION_ROUTES

    return ATTENTION_ROUTES


def _clock() -> tuple[Route, ...]:
    from fordring.edge.routes.clock import CLOCK_ROUTES

    return CLOCK_ROUTES


ROUTES = Routes(
    Group(
        _keys,
        "POST /v1/api-keys",
        "DELETE /v1/api-keys/{key_id}",
    ),
    Group(
        _creditors,
        "PUT /v1/creditors/{creditor_id}",
    ),
    Group(
        _agreements,
        "PUT /v1/creditors/{creditor_id}/agreements/{agency}",
        "POST /v1/creditors/{creditor_id}/agreements/{agency}/orders",
        "PUT /v1/creditors/{creditor_id}/agreements/{agency}/credentials",
        "POST /v1/creditors/{creditor_id}/agreements/{agency}/contract-change",
        "POST /v1/creditors/{creditor_id}/agreements/{agency}/end",
    ),
    Group(
        _reminder_plans,
        "PUT /v1/creditors/{creditor_id}/reminder-plan",
        "DELETE /v1/creditors/{creditor_id}/reminder-plan",
    ),
    Group(
        _endpoints,
        "POST /v1/webhook-endpoints",
        "DELETE /v1/webhook-endpoints/{endpoint_id}",
        "POST /v1/webhook-endpoints/{endpoint_id}/test",
        "POST /v1/webhook-endpoints/{endpoint_id}/rotate-secret",
        "POST /v1/deliveries/{delivery_id}/replay",
    ),
    Group(
        _attention,
        "POST /v1/attention/{attention_id}/retry",
        "POST /v1/attention/{attention_id}/resolve",
    ),
    Group(
        _clock,
        "POST /v1/test-clock",
    ),
)

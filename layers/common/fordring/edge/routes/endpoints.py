"""Webhook endpoints and their deliveries: the routes."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.errors import InvalidInput
from fordring.domain.refs import Listing
from fordring.domain.webhooks import Delivery, Endpoint, EndpointSecret
from fordring.edge.call import Call
from fordring.edge.listing import answer_list, caller
from fordring.edge.once import random_bytes, show_once
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.schemas.common import Paging
from fordring.edge.schemas.webhooks import (
    DeliveryQuery,
    NewEndpoint,
    ToldDeliveries,
    ToldDelivery,
    ToldEndpoints,
    ToldNewSecret,
    tell_delivery,
    tell_endpoint,
    tell_new_secret,
)
from fordring.edge.standard_webhooks import SECRET_BYTES, new_secret
from fordring.usecases.endpoints import (
    endpoint_of,
    refuse_too_many,
    register_endpoint,
    rotate_secret,
    try_out,
)
from fordring.usecases.keys import within
from fordring.usecases.notifying import replay
from fordring.usecases.work import Work


def create_endpoint(call: Call) -> Answer:
    """Register an endpoint and show its secret once."""
    from fordring.edge.addresses import target_fault

    body = call.given(NewEndpoint)
    wrong = target_fault(body.url, allow_loopback=call.hub.settings.allow_loopback)
    if wrong is not None:
        raise InvalidInput(faults=[wrong])
    call.read()
    refuse_too_many(call.hub.desk)
    desk = call.hub.desk
    real = desk.wall.now()
    endpoint_id = desk.ids.new("end", real)
    secret = new_secret(random_bytes(desk, SECRET_BYTES))
    endpoint = Endpoint(
        service_windows=tuple(each.window for each in body.service_windows),
        endpoint_id=endpoint_id,
        url=body.url,
        creditors=tuple(dict.fromkeys(body.creditors)) if body.creditors is not None else None,
        types=tuple(dict.fromkeys(each.value for each in body.types)) if body.types is not None else None,
        secrets=(EndpointSecret(call.hub.vault.seal_secret(endpoint_id, secret), real),),
        created_at=real,
    )
    answer = call.transact(
        (), lambda work: register_endpoint(work, endpoint, caller(call)), tell_new_secret, status=201
    )
    return show_once(answer, secret=secret)


def _managed(call: Call, work: Work) -> Endpoint:
    return endpoint_of(work, call.path["endpoint_id"], caller(call))


def delete_endpoint(call: Call) -> Answer:
    """Remove an endpoint."""
    ref = things.ENDPOINT(call.path["endpoint_id"])

    def decide(work: Work) -> None:
        _managed(call, work)
        work.remove(ref)

    return call.transact((ref,), decide, lambda _: None, status=204)


def rotate_endpoint_secret(call: Call) -> Answer:
    """Replace an endpoint's secret and show the new one once."""
    ref = things.ENDPOINT(call.path["endpoint_id"])
    endpoint_id = _managed(call, call.read(ref)).endpoint_id
    secret = new_secret(random_bytes(call.hub.desk, SECRET_BYTES))
    sealed = call.hub.vault.seal_secret(endpoint_id, secret)
    real = call.hub.wall.now()
    answer = call.transact(
        (ref,), lambda work: rotate_secret(work, _managed(call, work), sealed, real), tell_new_secret
    )
    return show_once(answer, secret=secret)


def try_endpoint(call: Call) -> Answer:
    """Send a test event."""
    refs = (things.ENDPOINT(call.path["endpoint_id"]),)
    return call.transact(refs, lambda work: try_out(work, _managed(call, work)), tell_delivery, status=202)


def list_endpoints(call: Call) -> Answer:
    """List the endpoints that the key may manage."""
    call.read()
    own = caller(call)
    keep = None if own.creditors is None else lambda endpoint: within(own, endpoint.creditors)
    return answer_list(call, Listing(things.ENDPOINT, "endpoints"), tell_endpoint, keep=keep)


def list_deliveries(call: Call) -> Answer:
    """List deliveries, the newest first."""
    call.read()
    own = caller(call)
    asked = call.asked(DeliveryQuery)

    def keep(delivery: Delivery) -> bool:
        return (
            own.reaches(delivery.creditor_id)
            and asked.endpoint_id in (None, delivery.endpoint_id)
            and asked.state in (None, delivery.state)
        )

    listing = Listing(things.DELIVERY, "deliveries", newest_first=True)
    narrow = own.creditors is not None or asked.endpoint_id is not None or asked.state is not None
    return answer_list(call, listing, tell_delivery, keep=keep if narrow else None)


def replay_delivery(call: Call) -> Answer:
    """Deliver again."""
    ref = things.DELIVERY(call.path["delivery_id"])

    def decide(work: Work) -> Delivery:
        delivery = work.get(ref)
        call.reach(delivery.creditor_id)
        return replay(work, delivery)

    return call.transact((ref,), decide, tell_delivery, status=202)


ENDPOINT_ROUTES = (
    Route(
        "POST",
        "/v1/webhook-endpoints",
        create_endpoint,
        "Register a webhook endpoint",
        "webhooks",
        Scope.ADMIN,
        {201: ToldNewSecret},
        body=NewEndpoint,
        claims=True,
        description=(
            "Webhooks follow Standard Webhooks 1.0. The secret is in the answer to the first request only; "
            "if that was lost, rotate the secret."
        ),
    ),
    Route(
        "DELETE",
        "/v1/webhook-endpoints/{endpoint_id}",
        delete_endpoint,
        "Remove a webhook endpoint",
        "webhooks",
        Scope.ADMIN,
        {204: None},
    ),
    Route(
        "POST",
        "/v1/webhook-endpoints/{endpoint_id}/test",
        try_endpoint,
        "Send a test event to a webhook endpoint",
        "webhooks",
        Scope.ADMIN,
        {202: ToldDelivery},
        claims=True,
        description="An event of the type `webhook.test`, to this endpoint only.",
    ),
    Route(
        "POST",
        "/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
        rotate_endpoint_secret,
        "Replace a webhook endpoint's secret",
        "webhooks",
        Scope.ADMIN,
        {200: ToldNewSecret},
        claims=True,
        description="For 24 hours the secret before signs beside the new one.",
    ),
    Route(
        "POST",
        "/v1/deliveries/{delivery_id}/replay",
        replay_delivery,
        "Deliver a webhook again",
        "webhooks",
        Scope.WRITE,
        {202: ToldDelivery},
        claims=True,
        description="From the first step of the schedule, under the same `webhook-id`.",
    ),
)
ENDPOINT_READ_ROUTES = (
    Route(
        "GET",
        "/v1/webhook-endpoints",
        list_endpoints,
        "List the webhook endpoints",
        "webhooks",
        Scope.READ,
        {200: ToldEndpoints},
        query=Paging,
    ),
    Route(
        "GET",
        "/v1/deliveries",
        list_deliveries,
        "Read the log of webhook deliveries",
        "webhooks",
        Scope.READ,
        {200: ToldDeliveries},
        query=DeliveryQuery,
    ),
)

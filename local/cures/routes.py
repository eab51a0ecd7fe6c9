"""Import the OpenAPI body of an HTTP API.

SAM puts the routes of ``AWS::Serverless::HttpApi`` into the ``Body`` of ``AWS::ApiGatewayV2::Api``.
MiniStack 1.5.33 reports CREATE_COMPLETE and drops that body, so the API has no routes.
"""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

__all__ = ["apply"]


def _import_body(api_id: str, body: dict[str, Any]) -> None:
    integrations: dict[str, str] = {}
    for path, operations in body.get("paths", {}).items():
        for verb, operation in operations.items():
            wanted = operation["x-amazon-apigateway-integration"]
            uri = wanted["uri"]
            if uri not in integrations:
                integrations[uri], _ = provisioners._apigw_v2_integration_create(
                    "Integration",
                    {
                        "ApiId": api_id,
                        "IntegrationType": wanted["type"].upper(),
                        "IntegrationUri": uri,
                        "PayloadFormatVersion": wanted.get("payloadFormatVersion", "2.0"),
                    },
                    "",
                )
            method = "ANY" if verb == "x-amazon-apigateway-any-method" else verb.upper()
            route = "$default" if path.endswith("$default") else f"{method} {path}"
            provisioners._apigw_v2_route_create(
                "Route",
                {"ApiId": api_id, "RouteKey": route, "Target": f"integrations/{integrations[uri]}"},
                "",
            )
    cors = body.get("x-amazon-apigateway-cors")
    if cors:
        # the body's keys are the camelCase ones that are read at run time
        apigateway._apis[api_id]["corsConfiguration"] = cors


def apply() -> None:
    """Wrap the emulator's provisioner of HTTP APIs."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGatewayV2::Api"]
    create, update = handlers["create"], handlers["update"]

    def create_with_body(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        body = properties.get("Body")
        if not isinstance(body, dict):
            return create(logical_id, properties, stack)
        tags = {tag["name"]: tag.get("x-amazon-apigateway-tag-value") for tag in body.get("tags", [])}
        tags |= properties.get("Tags") or {}
        created = create(logical_id, properties | {"ProtocolType": "HTTP", "Tags": tags}, stack)
        _import_body(created[0], body)
        return created

    def update_with_body(
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack: str,
        logical_id: str | None = None,
    ) -> Any:
        updated = update(physical_id, old, new, stack, logical_id)
        body = new.get("Body")
        if isinstance(body, dict) and body != old.get("Body"):
            for kept in (apigateway._routes, apigateway._integrations):
                kept[physical_id] = {}
            _import_body(physical_id, body)
        return updated

    handlers["create"], handlers["update"] = create_with_body, update_with_body

"""A creditor and its agreement with the agency, from the terms to the credentials."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from demo.client import Scene


@dataclass(frozen=True, slots=True)
class Client:
    """A creditor, and the number under which the agency knows it."""

    creditor_id: str
    client_number: str


def register_creditor(scene: Scene, creditor_id: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Register a creditor."""
    told: dict[str, Any] = scene.hub.put(f"/v1/creditors/{creditor_id}", details)
    return told


def agree(scene: Scene, creditor_id: str, client_number: str, person: str) -> tuple[Client, dict[str, Any]]:
    """Come to an agreement with the agency; gives the client and the agreement as it then stands.

    The order goes to the agency by hand: here its control interface plays that part. What it hands out,
    the creditor writes down as its credentials.
    """
    hub, agency = scene.hub, scene.agency.name
    at = f"/v1/creditors/{creditor_id}/agreements/{agency}"
    terms = hub.get(f"/v1/agencies/{agency}/terms")
    hub.put(at, {"level": "reminder"})
    order = hub.post(
        f"{at}/orders",
        {
            "contact": {"name": person, "email": f"post@{creditor_id}.example"},
            "consent": {"given_by": person, "terms_version": terms["version"]},
        },
    )
    client_id, secret = f"{creditor_id}-api", secrets.token_urlsafe(24)
    scene.agency.onboard(client_number, client_id, secret, order["callback_url"])
    agreement: dict[str, Any] = hub.put(
        f"{at}/credentials", {"customer_number": client_number, "user_name": client_id, "password": secret}
    )
    return Client(creditor_id, client_number), agreement

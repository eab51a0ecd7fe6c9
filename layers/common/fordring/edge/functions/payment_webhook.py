"""The function payment_webhook; for now it only shows that it is wired."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["handler"]


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answer with the function's name and the route that led here."""
    body = {"status": "ok", "function": "payment_webhook", "route": event.get("routeKey")}
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}

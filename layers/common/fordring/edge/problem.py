"""Answers, and errors as RFC 9457 problem documents."""

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Final

from fordring.domain.errors import FordringError, Refused
from fordring.domain.values import dataclass

PROBLEM: Final = "application/problem+json"
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers; ``body`` is text as it goes out, ``content`` bytes in its place."""

    status: int
    body: str = ""
    media: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None

    @classmethod
    def of(cls, status: int, content: Any, headers: Mapping[str, str] | None = None) -> "Answer":
        """Answer with JSON."""
        return cls(status, dump(content), JSON, headers or {})


def dump(content: Any) -> str:
    """Write JSON the way every answer is written: compact, and the same for the same content."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def problem(error: FordringError, request_id: str = "") -> Answer:
    """Answer with a problem document (RFC 9457).

    ``code`` is what a caller programs against; ``errors`` names every fault of the input.
    """
    code = error.reason if isinstance(error, Refused) else error.code
    document: dict[str, Any] = {
        "type": f"urn:fordring:problem:{code}",
        "title": error.title,
        "status": error.status,
        "code": code,
        "detail": error.detail,
        "retryable": error.retryable,
    }
    if error.faults:
        document["errors"] = [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in error.faults
        ]
    for name, fact in error.facts.items():
        document.setdefault(name, fact)
    if request_id:
        document["request_id"] = request_id
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return Answer(error.status, dump(document), PROBLEM, headers)

"""Give the emulator the condition keys of the template's roles, and note which partitions each role touches.

MiniStack 1.5.33 enforces roles without ``dynamodb:LeadingKeys``, which binds a function to its partitions,
and ``kms:EncryptionContext``: a mistake would first be seen on AWS. It also sees every request come without
TLS, which on one machine there is none of. When an e-mail is sent it asks neither for the identity nor for
``ses:FromAddress``.

The notes are lines of ``role action partition`` in the file ``LOCAL_ACCESS_LOG``, one for each combination
seen, the partition cut after its first ``#``, with ``denied`` at the end where the role forbade it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.services import ses_v2, sts

__all__ = ["apply"]

_PARTITION_KEYS = frozenset({"pk", "list_pk", "due_pk", "attention_pk"})
_EQUALS = re.compile(r"(#?\w+)\s*=\s*(:\w+)")
_LEADING_KEYS = "dynamodb:LeadingKeys"
Request = dict[str, Any]


def _parsed(body: bytes) -> Request:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return {}  # the service itself refuses it
    return request if isinstance(request, dict) else {}


def _items(request: Request) -> Iterator[Request]:
    """Give every key and item that a request names."""
    yield request.get("Key") or request.get("Item") or {}
    for action in request.get("TransactItems") or []:
        for part in action.values():
            yield part.get("Key") or part.get("Item") or {}
    for part in (request.get("RequestItems") or {}).values():
        if isinstance(part, dict):
            yield from part.get("Keys", [])
        else:
            for write in part:
                yield from (body.get("Key") or body.get("Item") or {} for body in write.values())


def _leading_keys(request: Request) -> list[str]:
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    found = {item["pk"]["S"] for item in _items(request) if "pk" in item}
    for name, value in _EQUALS.findall(request.get("KeyConditionExpression") or ""):
        if names.get(name, name) in _PARTITION_KEYS and value in values:
            found.add(values[value]["S"])
    return sorted(found)


def _add_leading_keys() -> None:
    known = iam_actions.dynamodb_service_context

    def with_leading_keys(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = known(body)
        keys = _leading_keys(_parsed(body))
        return context | {_LEADING_KEYS: keys} if keys else context

    iam_actions.dynamodb_service_context = with_leading_keys


def _add_encryption_context() -> None:
    known = iam_actions.request_tag_context

    def with_encryption_context(service: str, action: str, body: bytes, *rest: Any) -> dict[str, Any]:
        context: dict[str, Any] = known(service, action, body, *rest)
        if service == "kms":
            pairs = _parsed(body).get("EncryptionContext") or {}
            context |= {f"kms:EncryptionContext:{name}": value for name, value in pairs.items()}
        return context

    iam_actions.request_tag_context = with_encryption_context


def _name_the_senders_identity() -> None:
    """AWS authorises an e-mail by the identity it comes from: the address, or the domain that it is in."""
    known = iam_actions._ses_v2_resource_arn

    enforce = iam_evaluator.enforce
    sender: ContextVar[str] = ContextVar("sender", default="")

    def resource(method: str, path: str, body: bytes, region: str, account_id: str) -> str:
        address = _parsed(body).get("FromEmailAddress")
        if not path.endswith("/outbound-emails") or not isinstance(address, str):
            found: str = known(method, path, body, region, account_id)
            return found
        sender.set(address)
        identity = address if ses_v2._identities.get(address) else address.rpartition("@")[2]
        return f"arn:aws:ses:{region}:{account_id}:identity/{identity}"

    def enforcing(access_key: str, action: str, *rest: Any, **named: Any) -> Any:
        if action == "ses:SendEmail":
            # asked right after the resource, in the same request
            context = named.get("service_context") or {}
            named["service_context"] = context | {"ses:FromAddress": sender.get()}
        return enforce(access_key, action, *rest, **named)

    iam_actions._ses_v2_resource_arn = resource
    iam_evaluator.enforce = enforcing


def _pretend_tls() -> None:
    resolve = iam_evaluator._resolve_condition_key

    def resolved(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else resolve(key, context)

    iam_evaluator._resolve_condition_key = resolved


def _judge_batches_as_single() -> None:
    """AWS authorises a batch of messages by the action for one; MiniStack 1.5.33 asks for its own name."""
    enforce = iam_evaluator.enforce

    def enforcing(access_key: str, action: str, *rest: Any, **named: Any) -> Any:
        single = action.removesuffix("Batch") if action.startswith("sqs:") else action
        return enforce(access_key, single, *rest, **named)

    iam_evaluator.enforce = enforcing


def _note_accesses(notes: Path) -> None:
    enforce = iam_evaluator.enforce
    seen: set[str] = set()

    def noting(access_key: str, action: str, *rest: Any, **named: Any) -> Any:
        denied = enforce(access_key, action, *rest, **named)
        keys = (named.get("service_context") or {}).get(_LEADING_KEYS, [])
        session = sts._sessions.get(access_key)
        for key in keys if session else []:
            role = session["Arn"].split("/")[1]
            line = f"{role} {action} {re.match(r'[^#]*#?', key)[0]}{' denied' if denied else ''}\n"  # type: ignore[index]
            if line not in seen:
                seen.add(line)
                with notes.open("a") as file:
                    file.write(line)
        return denied

    iam_evaluator.enforce = noting


def apply() -> None:
    """Add the condition keys and start noting."""
    _add_leading_keys()
    _add_encryption_context()
    _name_the_senders_identity()
    _pretend_tls()
    _judge_batches_as_single()
    _note_accesses(Path(os.environ["LOCAL_ACCESS_LOG"]))

"""The requests that DynamoDB gets for an engine's reads and writes."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from fordring.store.engine import Write
from fordring.store.rows import EXPIRES, INDEX_ATTRIBUTES, Row, content_row, key_row, to_row

TOKEN: Final = "token"  # noqa: S105  an attribute's name
"""The attribute by which a single write recognises itself when it is tried again."""

MEMBERS: Final = {"put": "Put", "update": "Update", "delete": "Delete", "check": "ConditionCheck"}
"""What each write is called in a transaction."""

_ABSENT: Final = "attribute_not_exists(pk)"
_AS_READ: Final = "attribute_exists(pk) AND version = :was"
_PLACING: Final = (*(name for pair in INDEX_ATTRIBUTES.values() for name in pair), EXPIRES)


def write_request(table: str, write: Write, token: str | None = None) -> Row:
    """Spell one write with its condition.

    An update sets what this release writes and removes the attributes that place the item where it no
    longer stands; it never replaces the row, so that attributes of other releases stay.
    """
    item = write.item
    request: Row = {"TableName": table}
    if write.action == "put":
        row = to_row(item)
        if token is not None:
            row[TOKEN] = {"S": token}
        return request | {"Item": row, "ConditionExpression": _ABSENT}
    request["Key"] = key_row(item.pk, item.sk)
    request["ConditionExpression"] = _AS_READ
    values = {":was": {"N": str(write.version)}}
    if write.action == "update":
        row = content_row(item)
        if token is not None:
            row[TOKEN] = {"S": token}
        expression, names = _update_of(frozenset(row))
        request["UpdateExpression"] = expression
        request["ExpressionAttributeNames"] = names
        for name, value in row.items():
            values[":" + name] = value
    request["ExpressionAttributeValues"] = values
    return request


@cache
def _update_of(present: frozenset[str]) -> tuple[str, Mapping[str, str]]:
    """Spell the update that sets what is present and removes every other placing attribute."""
    sets = ", ".join(f"#{name} = :{name}" for name in sorted(present))
    removed = [name for name in _PLACING if name not in present]
    removes = " REMOVE " + ", ".join(f"#{name}" for name in removed) if removed else ""
    return f"SET {sets}{removes}", {f"#{name}": name for name in (*sorted(present), *removed)}


def query_request(
    table: str,
    index: str | None,
    pk: str,
    *,
    prefix: str,
    until: str | None,
    since: str,
    after: Mapping[str, str] | None,
    newest_first: bool,
) -> dict[str, Any]:
    """Spell a query of one partition."""
    pk_name, sk_name = INDEX_ATTRIBUTES[index] if index else ("pk", "sk")
    condition, values = f"{pk_name} = :pk", {":pk": {"S": pk}}
    if until is not None:
        condition, values[":sk"] = f"{condition} AND {sk_name} <= :sk", {"S": until}
    elif since:
        condition, values[":sk"] = f"{condition} AND {sk_name} >= :sk", {"S": since}
    elif prefix:
        condition, values[":sk"] = f"{condition} AND begins_with({sk_name}, :sk)", {"S": prefix}
    request = {
        "TableName": table,
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": values,
        "ConsistentRead": index is None,
        "ScanIndexForward": not newest_first,
    }
    if index:
        request["IndexName"] = index
    if after is not None:
        start = key_row(after.get("pk", pk), after["sk"])
        request["ExclusiveStartKey"] = (
            start | {pk_name: {"S": pk}, sk_name: {"S": after["place"]}} if index else start
        )
    return request

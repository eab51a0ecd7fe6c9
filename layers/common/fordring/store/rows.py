"""Rows: how an item is spelt in DynamoDB's attribute values, and read back.

Numbers are integers, everywhere: a float or a fraction is refused on the way in and on the way out. What is
too large for an item as it stands, as a settlement of thousands of cases, is packed.
"""

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from fordring.store.items import Item

type Row = dict[str, Any]
"""Attribute names to attribute values, as the wire has them: ``{"pk": {"S": "…"}}``."""

INDEX_ATTRIBUTES: Final[Mapping[str, tuple[str, str]]] = {
    "lists": ("list_pk", "list_sk"),
    "due": ("due_pk", "due_sk"),
    "attention": ("attention_pk", "attention_sk"),
}
"""The attributes that place an item in each index: partition and sort key."""

EXPIRES: Final = "expires"
"""The attribute that the table's time to live looks at, in seconds since 1970."""

PACKED_FROM: Final = 200_000
"""Characters of JSON from which a thing is packed: an item holds 400 kB, and spelt out it is larger."""

_FEW: Final = 200
"""A thing with no more elements than this in any of its members is never that large."""

LARGEST_NUMBER: Final = 10**38
"""DynamoDB keeps 38 digits."""


class InexactNumber(TypeError):
    """A float, or a number with a fraction or beyond 38 digits, was to be written or was read."""


def to_value(part: Any) -> Row:
    """Spell one value.

    Raises
    ------
    InexactNumber
        For a float, or a number with a fraction.
    TypeError
        For anything that is neither text, whole number, truth, nothing, list nor mapping.
    """
    writer = _WRITERS.get(type(part))
    if writer is not None:
        return writer(part)
    if isinstance(part, str):
        return {"S": str(part)}
    if isinstance(part, float | Decimal):
        message = "an amount is a whole number of minor units"
        raise InexactNumber(message)
    message = f"a {type(part).__name__} cannot be kept"
    raise TypeError(message)


def from_value(value: Mapping[str, Any]) -> Any:
    """Read one value back.

    Raises
    ------
    InexactNumber
        For a number with a fraction.
    TypeError
        For sets and bytes, which are no part of anything.
    """
    for tag, part in value.items():
        if tag == "S" or tag == "BOOL":
            return part
        if tag == "M":
            return {name: inner["S"] if "S" in inner else from_value(inner) for name, inner in part.items()}
        if tag == "L":
            return [from_value(inner) for inner in part]
        if tag == "N":
            return _from_number(part)
        if tag == "NULL":
            return None
        break
    message = "an attribute of a type that is never written"
    raise TypeError(message)


def _number(part: int) -> Row:
    if -LARGEST_NUMBER < part < LARGEST_NUMBER:
        return {"N": str(part)}
    message = "a number of more than 38 digits"
    raise InexactNumber(message)


def _from_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        pass
    number = Decimal(text)  # somebody else's spelling of a whole number: 1E+2, 12.00
    if number == number.to_integral_value():
        return int(number)
    message = "a number with a fraction was read"
    raise InexactNumber(message)


def _mapping(part: Mapping[str, Any]) -> Row:
    # Most of what is kept is text, which is spelt here: a call for each of a row's members is felt.
    return {
        "M": {name: {"S": inner} if type(inner) is str else to_value(inner) for name, inner in part.items()}
    }


def _list(part: Iterable[Any]) -> Row:
    return {"L": [to_value(inner) for inner in part]}


_WRITERS: Final[Mapping[type, Callable[[Any], Row]]] = {
    str: lambda part: {"S": part},
    int: _number,
    bool: lambda part: {"BOOL": part},
    type(None): lambda _: {"NULL": True},
    dict: _mapping,
    list: _list,
    tuple: _list,
}


def key_row(pk: str, sk: str) -> Row:
    """Spell a key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def content_row(item: Item) -> Row:
    """Spell what an update sets besides the key and the kind: absent index attributes are left out."""
    row: Row = {
        "v": {"N": str(item.v)},
        "version": {"N": str(item.version)},
        "data": _content(item.data),
    }
    for index, (pk_name, sk_name) in INDEX_ATTRIBUTES.items():
        place = getattr(item, index)
        if place is not None:
            row[pk_name] = {"S": place[0]}
            row[sk_name] = {"S": place[1]}
    if item.expires is not None:
        row[EXPIRES] = {"N": str(item.expires)}
    return row


def to_row(item: Item) -> Row:
    """Spell a whole item."""
    return {**key_row(item.pk, item.sk), "kind": {"S": item.kind}, **content_row(item)}


def from_row(row: Mapping[str, Any]) -> Item:
    """Read an item, or what an index projects of it; attributes without a meaning here are passed over."""
    return Item(
        row["pk"]["S"],
        row["sk"]["S"],
        row["kind"]["S"] if "kind" in row else "",
        int(row["version"]["N"]) if "version" in row else 0,
        _read_content(row["data"]) if "data" in row else {},
        v=int(row["v"]["N"]) if "v" in row else 0,
        lists=_place(row, "list_pk", "list_sk"),
        due=_place(row, "due_pk", "due_sk"),
        attention=_place(row, "attention_pk", "attention_sk"),
        expires=int(row[EXPIRES]["N"]) if EXPIRES in row else None,
    )


def packed(data: Mapping[str, Any]) -> bytes | None:
    """Give the packed form of a thing that is too large to be spelt member by member; ``None``: it is not."""
    if all(len(part) <= _FEW for part in data.values() if isinstance(part, list | tuple | dict)):
        return None
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode()) if len(text) >= PACKED_FROM else None


def _content(data: Mapping[str, Any]) -> Row:
    # Spelt in any case: that refuses what cannot be kept.
    spelt, small = _mapping(data), packed(data)
    return spelt if small is None else {"B": small}


def _read_content(value: Mapping[str, Any]) -> Any:
    return json.loads(zlib.decompress(bytes(value["B"]))) if "B" in value else from_value(value)


def _place(row: Mapping[str, Any], pk_name: str, sk_name: str) -> tuple[str, str] | None:
    return (row[pk_name]["S"], row[sk_name]["S"]) if pk_name in row and sk_name in row else None

"""Reading what a caller sent: bytes into checked models, with every fault named by JSON pointer."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from fordring.domain.errors import Fault, InvalidInput, TooLarge

if TYPE_CHECKING:
    from pydantic import BaseModel

LARGEST_BODY: Final = 1_000_000
"""Bytes; larger bodies are refused (design, "Security")."""

_CODES: Final = {
    "extra_forbidden": ("unknown_field", "this field is not known"),
    "missing": ("missing", "this field is required"),
    "string_type": ("wrong_type", "this must be a string"),
    "int_type": ("wrong_type", "this must be an integer"),
    "bool_type": ("wrong_type", "this must be true or false"),
    "list_type": ("wrong_type", "this must be an array"),
    "tuple_type": ("wrong_type", "this must be an array"),
    "dict_type": ("wrong_type", "this must be an object"),
    "model_type": ("wrong_type", "this must be an object"),
    "model_attributes_type": ("wrong_type", "this must be an object"),
    "string_pattern_mismatch": ("malformed", "this has the wrong form"),
    "string_too_short": ("too_short", "this is too short"),
    "string_too_long": ("too_long", "this is too long"),
    "too_short": ("too_few", "there are too few of these"),
    "too_long": ("too_many", "there are too many of these"),
    "enum": ("unknown_value", "this is none of the values that are known"),
    "literal_error": ("unknown_value", "this is none of the values that are known"),
    "date_from_datetime_parsing": ("malformed_date", "this must be a date such as 2026-01-31"),
    "date_parsing": ("malformed_date", "this must be a date such as 2026-01-31"),
    "date_type": ("malformed_date", "this must be a date such as 2026-01-31"),
    "greater_than_equal": ("out_of_range", "this is too small"),
    "less_than_equal": ("out_of_range", "this is too large"),
}


class _Malformed(ValueError):
    """JSON that is well formed and means two things at once."""


def body_of(event: Mapping[str, Any]) -> bytes:
    """Give the raw bytes of a request's body.

    Raises
    ------
    TooLarge
        When there are more than the limit.
    InvalidInput
        When the gateway says base64 and it is not.
    """
    text = event.get("body") or ""
    if len(text) > LARGEST_BODY * 4 // 3 + 4:
        raise TooLarge
    try:
        raw = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidInput(
            faults=[Fault("", "malformed", "the body is not what it is said to be")]
        ) from error
    if len(raw) > LARGEST_BODY:
        raise TooLarge
    return raw


def json_of(raw: bytes) -> Any:
    """Read JSON strictly: UTF-8, no member twice, no NaN; numbers with a fraction stay text.

    Raises
    ------
    InvalidInput
        ``malformed_json`` or ``duplicate_member``.
    """
    try:
        return json.loads(
            raw.decode(),
            parse_constant=_refuse,
            object_pairs_hook=_members,
        )
    except _Malformed as error:
        raise InvalidInput(faults=[Fault("", "malformed_json", str(error))]) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(faults=[Fault("", "malformed_json", "the body is not JSON")]) from error


def _refuse(_: str) -> Any:
    message = "NaN and infinity are no JSON"
    raise _Malformed(message)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        message = "a member is given twice"
        raise _Malformed(message)
    return members


def check[M: "BaseModel"](model: type[M], content: Any, prefix: str = "") -> M:
    """Check content against a model.

    Raises
    ------
    InvalidInput
        With every fault, each by the JSON pointer of the offending value.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [
            _fault(each["type"], each["loc"], each["msg"], prefix) for each in error.errors(include_url=False)
        ]
        raise InvalidInput(faults=faults) from None


def _fault(kind: str, path: tuple[int | str, ...], message: str, prefix: str) -> Fault:
    # Of a member whose name is wrong, pydantic says so behind the name.
    named = path[:-1] if path and path[-1] == "[key]" else path
    pointer = prefix + "".join(f"/{_escape(str(part))}" for part in named)
    if kind in _CODES:
        code, detail = _CODES[kind]
    else:
        # Types of our own carry their code as their name and a fixed text as their message.
        code, detail = kind, message
    return Fault(pointer, code, detail)


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")

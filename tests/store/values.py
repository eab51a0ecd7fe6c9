"""Values of every kind, made from the annotations of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from types import UnionType
from typing import Any, Literal, TypeAliasType, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from fordring.domain.references import KidFormat, Modulus
from fordring.domain.refs import Kind, Ref
from fordring.store.keys import _KEYS, _PARENTS

TEXT = st.text(max_size=20)
WHOLE = st.integers(-(10**14), 10**14)
INSTANT = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
FREE = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
"""What stands where the annotation says ``object``: plain data without floats."""

_PLAIN: Mapping[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: WHOLE,
    bool: st.booleans(),
    datetime: INSTANT,
    date: st.dates(),
    type(None): st.none(),
    Any: FREE,
    object: FREE,
}


def values_of(annotation: Any) -> st.SearchStrategy[Any]:
    """Any value that fits an annotation."""
    if isinstance(annotation, TypeAliasType):
        return values_of(annotation.__value__)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if annotation is KidFormat:  # refuses other lengths
        return st.builds(KidFormat, st.integers(2, 25), values_of(Modulus))
    if isinstance(annotation, type) and is_dataclass(annotation):
        hints = get_type_hints(annotation)
        return st.builds(
            annotation, **{field.name: values_of(hints[field.name]) for field in fields(annotation)}
        )
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return st.sampled_from(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin in (Union, UnionType):
        return st.one_of(*map(values_of, arguments))
    if origin is Mapping:
        return st.dictionaries(values_of(arguments[0]), values_of(arguments[1]), max_size=3)
    if origin is tuple and arguments[1:] == (...,):
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*map(values_of, arguments))
    message = f"no values of {annotation}"
    raise TypeError(message)


IDS = st.text(st.characters(exclude_characters="#", exclude_categories=["Cs"]), min_size=1, max_size=60)
SEQUENCES = st.integers(0, 10**8 - 1).map(str)


def refs_of(kind: Kind[Any]) -> st.SearchStrategy[Ref[Any]]:
    """Any name of a thing of a kind."""
    code = _KEYS[kind.name].__code__
    parts = []
    for name in code.co_varnames[: code.co_argcount]:
        if name in ("seq", "position"):
            parts.append(SEQUENCES)
        elif name == "kind":
            parts.append(st.sampled_from(sorted(_PARENTS)))
        else:
            parts.append(IDS)
    return st.tuples(*parts).map(lambda ids: Ref(kind, ids))


def sample(annotation: Any, name: str, *, full: bool) -> Any:
    """The same value every time: with everything that is optional, or with nothing of it."""
    if isinstance(annotation, TypeAliasType):
        return sample(annotation.__value__, name, full=full)
    if annotation is KidFormat:
        return KidFormat(25 if full else 2, sample(Modulus, name, full=full))
    if isinstance(annotation, type) and is_dataclass(annotation):
        hints = get_type_hints(annotation)
        return annotation(
            **{field.name: sample(hints[field.name], field.name, full=full) for field in fields(annotation)}
        )
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return list(annotation)[-1 if full else 0]
    plain = {str: f"{name} æ" if full else "", int: 1234 if full else 0, bool: full, type(None): None}
    if annotation in plain:
        return plain[annotation]
    if annotation is datetime:
        return datetime(2026, 11, 21, 19, 15, 30, 123456 if full else 0, tzinfo=UTC)
    if annotation is date:
        return date(2026, 11, 21)
    if annotation in (Any, object):
        return {"text": "x", "number": 5, "list": [1, None]} if full else None
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return arguments[-1 if full else 0]
    if origin in (Union, UnionType):
        some = next(part for part in arguments if part is not type(None))
        return sample(some, name, full=full) if full else None
    if origin is Mapping:
        keys = sample(arguments[0], name, full=full)
        return {keys: sample(arguments[1], name, full=full)} if full else {}
    if arguments[1:] == (...,):
        return (sample(arguments[0], name, full=full),) if full else ()
    return tuple(sample(part, name, full=full) for part in arguments)


def sample_ref(kind: Kind[Any]) -> Ref[Any]:
    """The same name every time."""
    code = _KEYS[kind.name].__code__
    given = {"seq": "7", "position": "7", "kind": "case"}
    return Ref(kind, tuple(given.get(name, f"{name}-1") for name in code.co_varnames[: code.co_argcount]))

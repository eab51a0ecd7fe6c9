"""Shapes: which fields of a stored thing this release knows, and what to do with the ones it does not.

While two releases run side by side, each reads and writes what the other one has written. Fields that a
newer release has added are kept, in the thing itself, in the objects in it and in the values of its
mappings. The elements of lists have no names by which an element could be found again, so a new field
there takes two releases: one that reads it, then one that writes it.
"""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from types import UnionType
from typing import Any, Final, Literal, Union, get_args, get_origin

from fordring.domain.values import dataclass

type Data = dict[str, Any]
type Way = Literal["object", "values", "elements"]

_CONTAINERS: Final[Mapping[Any, Way]] = {
    Mapping: "values",
    dict: "values",
    tuple: "elements",
    list: "elements",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a type.

    Parameters
    ----------
    names
        Its fields.
    optional
        Those whose default is ``None``: left out when they are.
    empty
        Those whose default is zero, false or empty: left out when they are.
    inner
        Those that hold other things, with how they hold them and the shape of those.
    """

    names: frozenset[str]
    optional: frozenset[str]
    empty: frozenset[str]
    inner: Mapping[str, tuple[Way, "Shape"]]


_shapes: Final[dict[Any, Shape]] = {}


def shape_of(kept: Any) -> Shape:
    """Work out the shape of a dataclass, once."""
    shape = _shapes.get(kept)
    if shape is None:
        shape = _shapes[kept] = _worked_out(kept)
    return shape


def _worked_out(kept: Any) -> Shape:
    inner = {}
    for field in fields(kept):
        found = _thing_in(field.type)
        if found is not None:
            inner[field.name] = (found[0], shape_of(found[1]))
    return Shape(
        names=frozenset(field.name for field in fields(kept)),
        optional=frozenset(field.name for field in fields(kept) if field.default is None),
        empty=frozenset(field.name for field in fields(kept) if _is_empty(_default_of(field))),
        inner=inner,
    )


def _default_of(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


def _is_empty(default: Any) -> bool:
    return default is not None and default is not MISSING and not default


def _thing_in(annotation: Any) -> tuple[Way, type] | None:
    """Find the dataclass in an annotation: ``X``, ``X | None``, ``tuple[X, ...]``, ``Mapping[str, X]``."""
    if isinstance(annotation, type) and is_dataclass(annotation):
        return "object", annotation
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (UnionType, Union):
        return next((found for part in arguments if (found := _thing_in(part))), None)
    way = _CONTAINERS.get(origin)
    if way is not None:
        for part in arguments:
            if isinstance(part, type) and is_dataclass(part):
                return way, part
    return None


def _each(way: Way, part: Any) -> Any:
    if way == "object":
        return (part,)
    return part.values() if way == "values" else part


def without_nothing(shape: Shape, data: Data) -> Data:
    """Leave out nothing, zero, false and empty where that is what is read back, in place and at every depth.

    A unit of writing is a kilobyte: what a row does not say is not paid for at each change of it.
    """
    for name, (way, inner) in shape.inner.items():
        part = data.get(name)
        if part:
            for one in _each(way, part):
                without_nothing(inner, one)
    for name in shape.optional:
        if data.get(name, MISSING) is None:
            del data[name]
    for name in shape.empty:
        part = data.get(name)
        if part is not None and not part:
            del data[name]
    return data


def unknown_in(shape: Shape, data: Mapping[str, Any]) -> Data:
    """Pick what this release does not know, at the place where it stands."""
    found = {} if data.keys() <= shape.names else {n: p for n, p in data.items() if n not in shape.names}
    for name, (way, inner) in shape.inner.items():
        part = data.get(name)
        if not isinstance(part, Mapping):
            continue
        if way == "object":
            unknown = unknown_in(inner, part)
        else:
            unknown = {
                key: more
                for key, one in part.items()
                if isinstance(one, Mapping) and (more := unknown_in(inner, one))
            }
        if unknown:
            found[name] = unknown
    return found


def with_unknown(shape: Shape, data: Data, unknown: Mapping[str, Any]) -> Data:
    """Put what is not known back, in place; what stood in an object that is gone is gone with it."""
    for name, part in unknown.items():
        if name not in shape.names:
            data[name] = part
            continue
        way, inner = shape.inner[name]
        target = data.get(name)
        if not isinstance(target, dict):
            continue
        if way == "object":
            with_unknown(inner, target, part)
            continue
        for key, more in part.items():
            if isinstance(target.get(key), dict):
                with_unknown(inner, target[key], more)
    return data

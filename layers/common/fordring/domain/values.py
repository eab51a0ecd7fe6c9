"""Values: frozen dataclasses whose methods are compiled when they are first used.

``dataclasses.dataclass`` writes and compiles six methods for each class, which takes half a millisecond. A
function loads some hundred and fifty classes, and a cold start that answers one request uses thirty of them:
the rest would be a fifth of its time. Before a snapshot all are compiled.
"""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False) -> Callable[[type], type]:
        """Make a dataclass, as ``dataclasses.dataclass`` does; of a frozen one the methods follow.

        A frozen one may have no dataclass among its bases.
        """
        if not frozen:
            return dataclasses.dataclass(slots=slots)
        return lambda cls: _value(cls, slots)


def complete_all() -> None:
    """Compile the methods of every value that is loaded: before a snapshot."""
    while _waiting:
        _complete(_waiting.pop())


def _complete(cls: type) -> None:
    members: dict[str, Any] = {
        each.name: dataclasses.field(
            default=each.default,
            default_factory=each.default_factory,
            init=each.init,
            repr=each.repr,
            hash=each.hash,
            compare=each.compare,
            kw_only=each.kw_only is True,
        )
        for each in dataclasses.fields(cls)
    }
    members["__annotations__"] = {each.name: each.type for each in dataclasses.fields(cls)}
    members["__qualname__"] = cls.__qualname__
    members["__doc__"] = cls.__doc__
    if hasattr(cls, "__post_init__"):
        members["__post_init__"] = cls.__post_init__
    model: type = dataclasses.dataclass(frozen=True)(type(cls.__name__, (), members))
    for name, method in _STANDING_IN.items():
        if vars(cls)[name] is method:
            setattr(cls, name, vars(model)[name])
    _waiting.discard(cls)


def _value(cls: type, slots: bool) -> type:
    own = vars(cls).keys()
    made: type = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(cls)
    for name, method in (_STANDING_IN | _FROZEN).items():
        if name not in own:
            setattr(made, name, method)
    _waiting.add(made)
    return made


def _standing_in(name: str) -> Callable[..., Any]:
    def method(self: Any, *arguments: Any, **named: Any) -> Any:
        _complete(type(self))
        return getattr(type(self), name)(self, *arguments, **named)

    method.__name__ = name
    return method


def _no_change(self: Any, name: str, value: Any = None) -> NoReturn:
    del self, value
    message = f"cannot change field {name!r}"
    raise dataclasses.FrozenInstanceError(message)


def _state(self: Any) -> list[Any]:
    return [getattr(self, each.name) for each in dataclasses.fields(self)]


def _restore(self: Any, state: list[Any]) -> None:
    for each, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, each.name, value)


_waiting: set[type] = set()
_STANDING_IN: Final = {name: _standing_in(name) for name in ("__init__", "__repr__", "__eq__", "__hash__")}
_FROZEN: Final[dict[str, Callable[..., Any]]] = {
    "__setattr__": _no_change,
    "__delattr__": _no_change,
    "__getstate__": _state,
    "__setstate__": _restore,
}

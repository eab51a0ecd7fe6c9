"""Values behave as frozen dataclasses do, though their methods are compiled when they are first used."""

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, asdict, field, fields, replace

import pytest

from fordring.domain.values import complete_all, dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """A place."""

    x: int
    y: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple, compare=False)
    name: str | None = field(default=None, repr=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("left of the map")


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """The same, made by the standard library."""

    x: int
    y: int = 0
    notes: tuple[str, ...] = field(default_factory=tuple, compare=False)
    name: str | None = field(default=None, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class First:
    """What is done first with it differs."""

    x: int = 1


@dataclass(frozen=True, slots=True)
class Spelt:
    """Has a way of its own to be shown."""

    x: int

    def __repr__(self) -> str:
        return "mine"


def test_it_takes_arguments_and_defaults_as_a_dataclass_does() -> None:
    point = Point(1, name="home")

    assert (point.x, point.y, point.notes, point.name) == (1, 0, (), "home")
    assert [each.name for each in fields(point)] == [each.name for each in fields(Reference(1))]
    assert asdict(point) == asdict(Reference(1, name="home"))
    assert repr(point).replace("Point", "Reference") == repr(Reference(1, name="home"))
    assert hash(point) == hash(Reference(1, name="home"))
    with pytest.raises(TypeError, match=r"Point.__init__\(\) missing 1 required positional argument"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="left of the map"):
        Point(-1)


def test_it_is_equal_by_what_it_holds() -> None:
    assert Point(1, 2, ("a",)) == Point(1, 2, ("b",)) != Point(1, 3)
    assert Point(1) != Reference(1)
    assert {Point(1), Point(1), Point(2)} == {Point(2), Point(1)}


def test_it_cannot_be_changed_and_can_be_replaced() -> None:
    point = Point(1)

    with pytest.raises(FrozenInstanceError, match="cannot change field 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x  # type: ignore[misc]
    assert not hasattr(point, "__dict__")
    assert replace(point, y=5) == Point(1, 5)


def test_it_can_be_copied() -> None:
    point = Point(1, name="home")

    assert copy.copy(point) == copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point


@pytest.mark.parametrize("use", [repr, hash, lambda each: each == First()])
def test_any_use_may_be_the_first(use) -> None:
    # msgspec makes values without calling their class.
    made = object.__new__(First)
    object.__setattr__(made, "x", 7)

    use(made)
    assert repr(made) == "First(x=7)"


def test_methods_of_its_own_stay() -> None:
    assert repr(Spelt(1)) == "mine"
    assert Spelt(1) == Spelt(1)


def test_everything_can_be_compiled_at_once() -> None:
    @dataclass(frozen=True, slots=True)
    class Late:
        x: int

    before = Late.__init__
    complete_all()

    assert Late.__init__ is not before
    assert Late(1) == Late(1)

"""The kill points are the ports' methods: none can be forgotten, and each is reached by a story."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import fordring.domain
import fordring.usecases
from fordring.store.repository import Repository
from tests.faults.points import PORTS, Blade, Mortal, all_points, methods_of

NOT_OUTSIDE = {
    "Agency": "an adapter talks through Http only",
    "ChecksCredit": "so does one whose agency checks credit",
    "BankCalendar": "data of a package",
    "AnswersLater": "so does one whose agency answers later",
    "Surroundings": "what an advance moves, by way of Store, Http and Queue",
    "BusinessClock": "reads what the store has read",
    "WallClock": "time",
    "Ids": "chance",
    "Line": "a line of a parsed file",
    "ParsedFile": "a parsed file",
}
"""Protocols through which nothing outside is reached, or only by way of other ports."""

ELSEWHERE = {
    "sealer.seal": "credentials and secrets are sealed by manage_creditors and register_invoice",
    "store.upcoming": "only the test clock",
}
"""Points that no story of the three functions reaches, and why."""


def protocols() -> dict[str, type]:
    """Find every protocol of the inner layers, wherever it is defined."""
    found = {}
    for package in (fordring.domain, fordring.usecases):
        for module in iter_modules([str(Path(str(package.__file__)).parent)]):
            name = f"{package.__name__}.{module.name}"
            for value in vars(import_module(name)).values():
                if getattr(value, "_is_protocol", False) and value.__module__ == name:
                    found[value.__name__] = value
    return found


def test_every_port_is_mortal_or_reaches_nothing_outside():
    mortal = {protocol for protocols in PORTS.values() for protocol in protocols}
    unknown = [
        name for name, protocol in protocols().items() if protocol not in mortal and name not in NOT_OUTSIDE
    ]
    assert unknown == []


def test_what_the_repository_offers_is_in_its_ports():
    offered = {name for name in dir(Repository) if not name.startswith("_")}
    assert offered == methods_of("store")


def test_a_call_past_the_ports_is_refused():
    mortal = Mortal("store", object(), Blade(None, 0))
    with pytest.raises(AttributeError, match="kill point"):
        mortal.delete_everything  # noqa: B018 - the access is what is tested


def test_each_point_is_reached_by_a_story(ground):
    from tests.faults.test_killed import STORIES

    reached = set()
    for story in STORIES.values():
        _, end, _ = story.strike(ground, None)
        reached.update(end.calls)
    assert all_points() - reached == ELSEWHERE.keys()

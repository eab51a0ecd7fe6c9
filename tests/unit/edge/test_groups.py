"""Routes are loaded in groups, when one of theirs is called; each group holds what it says."""

from importlib import import_module

import pytest

from fordring.domain.creditor import Scope
from fordring.edge.problem import Answer
from fordring.edge.route import Group, Route, Routes
from tests.functions.caller import FUNCTIONS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_group_holds_the_routes_that_it_names(function: str) -> None:
    routes: Routes = import_module(f"fordring.edge.routes.{function}").ROUTES

    for group in routes.groups:
        assert {route.key for route in group.load()} == set(group.keys), group.load.__name__


def a_route(path: str) -> Route:
    return Route("GET", path, lambda _: Answer.of(200, {}), "A route", "tests", Scope.READ, {200: None})


def test_only_the_group_of_the_route_that_is_called_is_loaded() -> None:
    loaded = []

    def load(name: str) -> tuple[Route, ...]:
        loaded.append(name)
        return (a_route(f"/{name}/1"), a_route(f"/{name}/2"))

    routes = Routes(
        a_route("/usual"),
        Group(lambda: load("a"), "GET /a/1", "GET /a/2"),
        Group(lambda: load("b"), "GET /b/1", "GET /b/2"),
    )

    usual, first, second = routes.find("GET /usual"), routes.find("GET /a/1"), routes.find("GET /a/2")
    assert usual and first and second
    assert (usual.path, first.path, second.path) == ("/usual", "/a/1", "/a/2")
    assert routes.find("GET /elsewhere") is None
    assert loaded == ["a"]


def test_before_a_snapshot_every_group_is_loaded_once() -> None:
    loaded = []

    def load() -> tuple[Route, ...]:
        loaded.append(True)
        return (a_route("/a"), a_route("/b"))

    routes = Routes(Group(load, "GET /a", "GET /b"))
    routes.load()
    routes.load()

    assert [route.path for route in routes] == ["/a", "/b"]
    assert loaded == [True]

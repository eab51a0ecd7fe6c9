"""The description that the routes give of themselves."""

import json
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Annotated, Literal

import pytest
import schemathesis
from pydantic import BaseModel, ConfigDict, Field

from fordring.domain.creditor import Scope
from fordring.edge import openapi
from fordring.edge.openapi import document, text
from fordring.edge.route import Route


class Amount(BaseModel):
    """An amount of money."""

    amount: str = Field(examples=["1250.00"])
    currency: str


class NewThing(BaseModel):
    """A thing to register."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str, Field(max_length=20, description="Your own number.")]
    principal: Amount
    note: str | None = None


class Thing(BaseModel):
    """A registered thing."""

    thing_id: str
    level: Literal["reminder", "collection"] | None
    principal: Amount
    left_out_when_null: str | None = None


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Query(BaseModel):
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: str | None = None
    colour: Annotated[Colour | None, Field(description="Only of this colour.")] = None
    since: str


def create_thing(call):
    """Never called here."""


def put_thing(call):
    """Never called here."""


def look(call):
    """Handles two routes, so it names neither."""


POST = Route(
    "POST",
    "/v1/creditors/{creditor_id}/things",
    create_thing,
    "Register a thing",
    "things",
    Scope.WRITE,
    {201: Thing},
    body=NewThing,
    media=("application/json", "application/xml"),
    claims=True,
    description="More about it.",
    examples={
        "plain": {"number": "1", "principal": {"amount": "1.00", "currency": "NOK"}},
        "xml": "<Invoice/>",
    },
)
ROUTES = (
    Route("GET", "/v1/health", look, "Health", "meta", None, {200: None}),
    Route(
        "GET",
        "/v1/creditors/{creditor_id}/things",
        look,
        "Things",
        "things",
        Scope.READ,
        {200: Thing},
        None,
        Query,
    ),
    POST,
    Route(
        "PUT",
        "/v1/creditors/{creditor_id}/things/{thing_id}",
        put_thing,
        "Change a thing",
        "things",
        Scope.ADMIN,
        {200: Thing},
        body=NewThing,
    ),
    Route("DELETE", "/v1/things/{thing_id}", lambda call: None, "Go", "things", Scope.WRITE, {204: None}),
    Route(
        "POST",
        "/v1/test-clock",
        lambda call: None,
        "Move",
        "clock",
        Scope.ADMIN,
        {202: None},
        test_mode_only=True,
    ),
    Route("POST", "/v1/callbacks/{token}", lambda call: None, "In", "in", None, {204: None, 401: None}),
)


@pytest.fixture(scope="module")
def made():
    return document(ROUTES)


def operation(made, method, path):
    return made["paths"][path][method]


def test_it_is_openapi_and_schemathesis_takes_it(made):
    schema = schemathesis.openapi.from_dict(made)
    schema.validate()
    assert len([result.ok() for result in schema.get_all_operations()]) == len(ROUTES)


def test_every_reference_leads_somewhere(made):
    def walk(part):
        if isinstance(part, dict):
            if isinstance(part.get("$ref"), str):
                yield part["$ref"]
            for each in part.values():
                yield from walk(each)
        elif isinstance(part, list):
            for each in part:
                yield from walk(each)

    references = set(walk(made))
    assert "#/components/schemas/Amount" in references
    for reference in references:
        target = made
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def test_the_order_of_the_routes_makes_no_difference():
    assert text(ROUTES) == text(reversed(ROUTES))


def test_operations_are_named_after_their_handlers_when_that_is_one_to_one(made):
    assert operation(made, "post", POST.path)["operationId"] == "create_thing"
    assert operation(made, "get", "/v1/health")["operationId"] == "get_health"
    names = [each["operationId"] for item in made["paths"].values() for each in item.values()]
    assert len(set(names)) == len(names) == len(ROUTES)


def test_a_command(made):
    found = operation(made, "post", POST.path)
    assert found["description"] == "More about it.\n\nNeeds the scope `write`."
    assert found["security"] == [{"key": []}]
    by_name = {each["name"]: each for each in found["parameters"]}
    assert by_name["creditor_id"]["schema"]["pattern"] == "^[A-Za-z0-9._-]{1,64}$"
    assert by_name["Idempotency-Key"]["required"]
    assert "If-Match" not in by_name
    content = found["requestBody"]["content"]
    assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/NewThing"}
    assert list(content["application/json"]["examples"]) == ["plain"]
    assert content["application/xml"] == {
        "schema": {"type": "string"},
        "examples": {"xml": {"value": "<Invoice/>"}},
    }
    assert list(found["responses"]) == [
        "201", "400", "401", "403", "404", "409", "413", "415", "422", "429", "503",
    ]  # fmt: skip
    assert "Idempotent-Replayed" in found["responses"]["201"]["headers"]
    assert found["responses"]["409"] == {"$ref": "#/components/responses/Refused"}


def test_a_list(made):
    found = operation(made, "get", POST.path)
    by_name = {each["name"]: each for each in found["parameters"]}
    assert by_name["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
    assert by_name["cursor"] == {
        "name": "cursor",
        "in": "query",
        "required": False,
        "schema": {"type": "string"},
    }
    assert by_name["colour"]["schema"] == {"$ref": "#/components/schemas/Colour"}
    assert by_name["colour"]["description"] == "Only of this colour."
    assert by_name["since"]["required"]
    assert made["components"]["schemas"]["Colour"]["enum"] == ["red", "blue"]
    assert "requestBody" not in found
    assert list(found["responses"]) == ["200", "400", "401", "403", "404", "429", "503"]


def test_a_setting(made):
    found = operation(made, "put", "/v1/creditors/{creditor_id}/things/{thing_id}")
    assert [each["name"] for each in found["parameters"]] == ["creditor_id", "thing_id", "If-Match"]
    assert "412" in found["responses"]


def test_what_needs_no_key(made):
    assert operation(made, "get", "/v1/health")["security"] == []
    assert list(operation(made, "get", "/v1/health")["responses"]) == ["200", "429"]
    callback = operation(made, "post", "/v1/callbacks/{token}")
    assert list(callback["responses"]) == ["204", "400", "401", "413", "429"]


def test_the_test_clock_says_that_it_is_one(made):
    assert "test mode only" in operation(made, "post", "/v1/test-clock")["description"]


def test_what_is_always_told_is_promised(made):
    assert made["components"]["schemas"]["Thing"]["required"] == ["thing_id", "level", "principal"]
    assert made["components"]["schemas"]["NewThing"]["required"] == ["number", "principal"]


def test_problems_are_problem_documents(made):
    for response in made["components"]["responses"].values():
        schema = response["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}


class TestCommand:
    @pytest.fixture
    def routes(self, monkeypatch):
        module = ModuleType("fordring.edge.routes")
        module.all_routes = lambda: {"one": ROUTES[:3], "two": ROUTES[3:]}
        monkeypatch.setitem(sys.modules, "fordring.edge.routes", module)
        return module

    def test_written_and_checked(self, routes, tmp_path, capsys):
        path = tmp_path / "openapi.json"
        assert openapi.main(["--check", str(path)]) == 1
        assert "make openapi" in capsys.readouterr().err
        assert openapi.main(["--write", str(path)]) == 0
        assert openapi.main(["--check", str(path)]) == 0
        assert json.loads(path.read_text()) == document(ROUTES)

    def test_a_difference_is_shown(self, routes, tmp_path, capsys):
        path = tmp_path / "openapi.json"
        openapi.main(["--write", str(path)])
        path.write_text(path.read_text().replace("Register a thing", "Register two things"))
        assert openapi.main(["--check", str(path)]) == 1
        told = capsys.readouterr().err
        assert "two things" in told
        assert "Register a thing" in told

    def test_no_routes_yet(self, monkeypatch, capsys):
        monkeypatch.setitem(sys.modules, "fordring.edge.routes", None)
        assert openapi.main(["--check"]) == 2
        assert "no routes" in capsys.readouterr().err


def test_pydantic_is_loaded_with_the_first_document_only():
    code = "import sys, fordring.edge.openapi; sys.exit('pydantic' in sys.modules)"
    environment = {"PYTHONPATH": str(Path(__file__).parents[3] / "layers" / "common")}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0

"""What the documentation names is there: files, headings, make targets, routes, codes, working examples."""

import base64
import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from fordring.domain.agency import Stage
from fordring.domain.case_states import PaymentState, Processing
from fordring.domain.command import AttentionKind
from fordring.domain.webhooks import DELIVERY_SCHEDULE, DeliveryState
from fordring.edge.routes import all_routes
from fordring.edge.standard_webhooks import sign

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "sandbox" / "README.md")
COMMANDED = ("README.md", "getting-started.md", "operators.md", "api-conventions.md", "webhooks.md")


def page(name: str) -> str:
    return (ROOT / name if name == "README.md" else ROOT / "docs" / name).read_text()


def prose(text: str) -> str:
    """Leave blocks of code out."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S)


def anchors(path: Path) -> set[str]:
    """Give the anchors of a page's headings, spelt as GitHub does."""
    headings = re.findall(r"^#+ (.+)$", prose(path.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def routes() -> set[tuple[str, str]]:
    """Give every route of the API: those of the table."""
    return {(route.method, _spelt(route.path)) for found in all_routes().values() for route in found}


def _spelt(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path.split("?")[0].rstrip("/"))


def _fits(path: str, known: str) -> bool:
    """Tell whether a path that may have ids in it is one of a route."""
    parts, wanted = path.split("/"), known.split("/")
    return len(parts) == len(wanted) and all(
        want in ("{}", part) or part == "{}" for part, want in zip(parts, wanted, strict=True)
    )


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path.read_text())):
        if target.startswith(("http://", "https://")):
            continue
        file, _, anchor = target.partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_exist(path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    named = set(re.findall(r"\bmake ([a-z][a-z-]+)\b", "\n".join(_code(path.read_text()))))
    assert named <= targets


def _code(text: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", text, re.M | re.S) + re.findall(r"`([^`\n]+)`", prose(text))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_routes_exist(path):
    if path.name in ("data.md", "capabilities.md"):
        pytest.skip("data.md has a test of its own, and the catalogue is about what is to come, too")
    named = re.findall(
        r"\b(GET|PUT|POST|PATCH|DELETE)(?:`)? (?:`)?(/(?:v1/|docs\b)[A-Za-z0-9{}_./-]*)", path.read_text()
    )
    for method, target in named:
        spelt = _spelt(target.rstrip("."))
        assert any(method == verb and _fits(spelt, known) for verb, known in routes()), (method, target)


@pytest.mark.parametrize("name", COMMANDED)
def test_requests_of_the_commands_go_to_routes(name):
    for block in re.findall(r"^```sh\n(.*?)^```$", page(name), re.M | re.S):
        for target in re.findall(r"(?:call \"?|127\.0\.0\.1:8080)(/(?:v1|docs)[^\s\"?]*)", block):
            spelt = re.sub(r"\$[A-Z_]+", "{}", target)
            assert any(_fits(spelt, known) for _, known in routes()), target


def test_words_of_the_tables():
    conventions, webhooks, events = page("api-conventions.md"), page("webhooks.md"), page("events.md")
    for words in (Stage, Processing, PaymentState):
        assert all(f"`{word.value}`" in conventions for word in words)
    assert all(f"`{state.value}`" in webhooks for state in DeliveryState)
    assert all(f"`{kind.value}`" in events for kind in AttentionKind)


def test_the_schedule_of_webhooks():
    waits = [wait.total_seconds() for wait in DELIVERY_SCHEDULE]
    assert waits == [0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
    assert "5 seconds, 5 minutes, 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in page("webhooks.md")


def test_json_is_json():
    for path in PAGES:
        for block in re.findall(r"^```json\n(.*?)^```$", path.read_text(), re.M | re.S):
            json.loads(block)


def test_every_alarm_and_parameter_is_explained():
    class Loader(yaml.SafeLoader):
        pass

    Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    template = yaml.load((ROOT / "template.yaml").read_text(), Loader)
    operators = page("operators.md")
    alarms = {n for n, each in template["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    queues = {n for n, each in template["Resources"].items() if each["Type"] == "AWS::SQS::Queue"}
    assert alarms
    for name in alarms | queues | set(template["Parameters"]):
        assert f"`{name}`" in operators, name


# --- the examples of checking a signature ------------------------------------------------------------------

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(32)).decode()
BODY = '{"type":"webhook.test","data":{"name":"Strøm"}}'.encode()


def _signed() -> dict[str, dict[str, str]]:
    now = datetime.now(UTC).replace(microsecond=0)
    good = sign("dlv_1", now, BODY, [OTHER, SECRET])
    return {
        "right": good,
        "wrong": sign("dlv_1", now, BODY, [OTHER]),
        "old": sign("dlv_1", now.replace(year=now.year - 1), BODY, [SECRET]),
        "other id": {**good, "webhook-id": "dlv_2"},
        "nothing": {},
    }


def _block(name: str, language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", page(name), re.M | re.S)
    return str(found)


def test_python_example_checks_signatures(tmp_path, monkeypatch):
    alone: dict[str, Any] = {}
    exec(_block("webhooks.md", "python"), alone)
    receiver: dict[str, Any] = {"__file__": str(tmp_path / "receiver.py")}
    (tmp_path / "webhook-secret").write_text(SECRET + "\n")
    whole = _block("getting-started.md", "python")
    exec(whole.replace('HTTPServer(("127.0.0.1", 9000), Receiver).serve_forever()', ""), receiver)
    for name, headers in _signed().items():
        assert alone["verified"](headers, BODY, SECRET) is (name == "right"), name
        assert receiver["verified"](headers, BODY) is (name == "right"), name


def test_javascript_example_checks_signatures(tmp_path):
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    (tmp_path / "verify.js").write_text(_block("webhooks.md", "javascript"))
    script = (
        "const { verified } = require('./verify.js');"
        "const { cases, body, secret } = JSON.parse(require('fs').readFileSync(0));"
        "const told = {};"
        "for (const [name, headers] of Object.entries(cases))"
        " told[name] = verified(headers, Buffer.from(body, 'base64'), secret);"
        "console.log(JSON.stringify(told));"
    )
    given = {"cases": _signed(), "body": base64.b64encode(BODY).decode(), "secret": SECRET}
    done = subprocess.run(
        [node, "-e", script],
        input=json.dumps(given),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {name: name == "right" for name in _signed()}


def test_what_each_route_reads_and_writes_is_told() -> None:
    page = (ROOT / "docs" / "data.md").read_text()
    told = set(re.findall(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \| ", page, re.MULTILINE))
    routes = {route.key for found in all_routes().values() for route in found}
    # The clock's own routes exist in test mode only; a callback is told of in its budget's test.
    untold = {key for key in routes if "test-clock" in key or "/callbacks/" in key}
    assert told == routes - untold

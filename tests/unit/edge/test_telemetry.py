"""What logs and metrics hold, and above all what they never hold."""

import ast
import io
import json
import logging
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from aws_lambda_powertools import Metrics

from fordring.domain.errors import Unavailable
from fordring.edge import telemetry
from fordring.edge.settings import settings
from fordring.edge.telemetry import FIELDS, Count, FieldRefused, FunctionFailed, Log, count, log, observed

CONTEXT = SimpleNamespace(aws_request_id="11111111-2222-3333-4444-555555555555", function_name="f")
API_EVENT = {"requestContext": {"requestId": "JKJaXmPLvHcESHA="}, "headers": {}}


def forget_metrics():
    shared = Metrics(namespace="Fordring")
    shared.clear_default_dimensions()
    shared.clear_metrics()


@pytest.fixture(autouse=True)
def process(monkeypatch):
    """Give each test a process of its own, as far as telemetry goes."""
    for name, value in {
        "FORDRING_TABLE": "table",
        "FORDRING_TENANT": "acme",
        "FORDRING_STAGE": "staging",
        "FORDRING_MODE": "live",
        "POWERTOOLS_SERVICE_NAME": "submit_case",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(telemetry, "_cold", True)
    caches = (settings, telemetry._logger, telemetry._metrics)
    for cache in caches:
        cache.cache_clear()
    # Metrics of a process share their dimensions, whoever made them.
    forget_metrics()
    yield
    for cache in caches:
        cache.cache_clear()
    forget_metrics()


@pytest.fixture
def lines():
    """Give the lines that were logged, parsed, whenever asked."""
    text = io.StringIO()
    telemetry._logger().registered_handler.setStream(text)
    yield lambda: [json.loads(line) for line in text.getvalue().splitlines()]
    telemetry._logger().registered_handler.setStream(sys.stdout)


def test_a_line_has_its_code_its_fields_and_its_place(lines):
    log.info("case_submitted", case_id="case_01JD", creditor_id="acme-1", attempt=2, replayed=False)
    (line,) = lines()
    assert line["message"] == "case_submitted"
    assert (line["case_id"], line["creditor_id"], line["attempt"], line["replayed"]) == (
        "case_01JD",
        "acme-1",
        2,
        False,
    )
    assert line["location"].startswith("test_a_line_has_its_code")
    assert line["level"] == "INFO"
    assert line["service"] == "submit_case"
    assert line["timestamp"].endswith("+00:00")


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
@pytest.mark.parametrize(
    "fields",
    [
        {"name": "Kari"},
        {"email": "kari@example.com"},
        {"body": "x"},
        {"text": "x"},
        {"amount": 100},
        {"address": "Storgata 1"},
        {"creditor_id": "Kari Nordmann"},
        {"reason": "no such person: Kari"},
        {"external_id": "kari@example.com"},
        {"route": "POST /v1/creditors/Kari Nordmann"},
        {"external_id": "Ærlig"},
        {"external_id": "x" * 201},
        {"external_id": "a\nb"},
        {"status": 1.5},
        {"status": {"name": "Kari"}},
        {"status": ["Kari"]},
    ],
)
def test_anything_else_is_refused(level, fields):
    with pytest.raises(FieldRefused):
        getattr(log, level)("case_submitted", **fields)
    with pytest.raises(FieldRefused):
        log.bind(**fields)


@pytest.mark.parametrize("code", ["", "Case submitted", "case-submitted", f"{'x' * 65}", "æ"])
def test_a_message_is_a_code(code):
    with pytest.raises(FieldRefused):
        log.info(code)


def test_in_production_what_is_refused_is_left_out_and_named(lines):
    Log(strict=False).warning("Dear Kari", name="Kari", case_id="case_1", reason="Kari did it")
    (line,) = lines()
    assert line["message"] == "malformed_code"
    assert line["refused"] == ["name", "reason"]
    assert line["case_id"] == "case_1"
    assert "Kari" not in json.dumps(line)


def test_routes_and_codes_are_seen(lines):
    log.info("answered", route="POST /v1/creditors/{creditor_id}/cases", status=202, code="refused")
    assert lines()[0]["route"] == "POST /v1/creditors/{creditor_id}/cases"


def test_no_field_is_for_text_about_people():
    personal = ("name", "address", "email", "phone", "text", "body", "url", "number", "amount", "message")
    assert not [field for field in FIELDS if any(part == field for part in personal)]


class TestFailures:
    def test_types_places_and_codes_are_told_and_no_message(self, lines):
        class BucketError(Exception):
            response = {"Error": {"Code": "AccessDenied", "Message": "Kari may not"}}  # noqa: RUF012

        def deep():
            raise BucketError("no access for Kari Nordmann")

        try:
            try:
                deep()
            except BucketError as cause:
                raise Unavailable("Kari cannot be reached") from cause
        except Unavailable as error:
            log.failure("file_lost", error, job_id="job_1")
        (line,) = lines()
        outer, inner = line["error"]
        assert outer["type"] == "fordring.domain.errors.Unavailable"
        assert outer["code"] == "unavailable"
        assert inner["type"].endswith("BucketError")
        assert inner["code"] == "AccessDenied"
        assert ":deep:" in inner["at"][-1]
        assert line["job_id"] == "job_1"
        assert "Kari" not in json.dumps(line)
        assert line["level"] == "ERROR"

    def test_what_escapes_a_function_loses_its_message(self, lines, capsys):
        @observed
        def handler(event, context):
            raise KeyError("Kari Nordmann")

        with pytest.raises(FunctionFailed) as caught:
            handler(API_EVENT, CONTEXT)
        assert str(caught.value) == "KeyError"
        assert caught.value.__suppress_context__
        (line,) = lines()
        assert line["message"] == "unhandled_error"
        assert line["error"][0]["type"] == "KeyError"
        assert "Kari" not in json.dumps(line)
        assert json.loads(capsys.readouterr().out)["UnhandledError"] == [1.0]

    def test_wrong_settings_are_named(self, lines, monkeypatch):
        monkeypatch.delenv("FORDRING_TABLE")

        @observed
        def handler(event, context):
            settings()

        with pytest.raises(FunctionFailed):
            handler({"requestContext": None}, CONTEXT)
        assert lines()[0]["error"][0]["settings"] == "FORDRING_TABLE is missing"


class TestInvocations:
    def test_state_does_not_leak_into_the_next_one(self, lines):
        @observed
        def handler(event, context):
            if "case_id" in event:
                log.bind(case_id=event["case_id"])
            log.info("done")
            return "answer"

        assert handler(API_EVENT | {"case_id": "case_1"}, CONTEXT) == "answer"
        handler({"Records": []}, CONTEXT)
        first, second = lines()
        assert first["case_id"] == "case_1"
        assert first["request_id"] == first["correlation_id"] == "JKJaXmPLvHcESHA="
        assert first["function_request_id"] == CONTEXT.aws_request_id
        assert (first["cold_start"], second["cold_start"]) == (True, False)
        assert not {"case_id", "request_id", "correlation_id"} & set(second)

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ("order-20240517-1", "order-20240517-1"),
            ("Kari Nordmann", "JKJaXmPLvHcESHA="),
            ("short", "JKJaXmPLvHcESHA="),
            ("x" * 129, "JKJaXmPLvHcESHA="),
        ],
    )
    def test_a_callers_correlation_id_is_taken_when_it_looks_like_one(self, lines, given, told):
        @observed
        def handler(event, context):
            log.info("done")

        handler(API_EVENT | {"headers": {"x-correlation-id": given}}, CONTEXT)
        assert lines()[0]["correlation_id"] == told

    def test_metrics_go_out_at_the_end_once(self, capsys):
        @observed
        def handler(event, context):
            for _ in range(event["times"]):
                count(Count.WEBHOOK_DELIVERED)
            count(Count.AGENCY_STATUS_UNKNOWN, 3)
            assert capsys.readouterr().out == ""

        handler({"times": 2}, CONTEXT)
        told = json.loads(capsys.readouterr().out)
        assert told["WebhookDelivered"] == [1.0, 1.0]
        assert told["AgencyStatusUnknown"] == [3.0]
        assert (told["tenant"], told["stage"], told["service"]) == ("acme", "staging", "submit_case")
        (metric,) = told["_aws"]["CloudWatchMetrics"]
        assert metric["Namespace"] == "Fordring"
        assert sorted(metric["Dimensions"][0]) == ["service", "stage", "tenant"]
        handler({"times": 0}, CONTEXT)
        assert "WebhookDelivered" not in json.loads(capsys.readouterr().out)

    def test_nothing_counted_prints_nothing(self, capsys):
        observed(lambda event, context: None)({}, CONTEXT)
        assert capsys.readouterr().out == ""


def test_libraries_keep_their_texts_to_themselves(monkeypatch):
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    monkeypatch.setattr(logging.root, "handlers", [handler])
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "f")
    telemetry._logger()
    try:
        raise ValueError("Kari")
    except ValueError:
        logging.getLogger("botocore.parsers").exception("could not parse %s", "Kari")
    assert text.getvalue().startswith("foreign_log botocore.parsers:test_libraries")
    assert "ValueError" in text.getvalue()
    assert "Kari" not in text.getvalue()


def calls_of_a_log():
    for path in sorted(Path(telemetry.__file__).parents[1].rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if name.strip("_") == "log" and node.func.attr in LEVELS | {"failure", "bind"}:
                yield f"{path.name}:{node.lineno}", node


LEVELS = {"debug", "info", "warning", "error"}


def test_every_line_in_the_code_is_one_that_may_be_written():
    calls = list(calls_of_a_log())
    assert calls
    for place, call in calls:
        names = {keyword.arg for keyword in call.keywords}
        assert names <= FIELDS, f"{place}: {names - FIELDS}"
        if call.func.attr != "bind":
            assert isinstance(call.args[0], ast.Constant), f"{place}: the code is not a constant"
            assert telemetry._CODE.fullmatch(call.args[0].value), place


def test_powertools_is_loaded_at_the_first_line_only():
    code = (
        "import sys, fordring.edge.telemetry;"
        "sys.exit(bool({'aws_lambda_powertools', 'pydantic', 'boto3', 'httpx'} & set(sys.modules)))"
    )
    environment = {"PYTHONPATH": str(Path(__file__).parents[3] / "layers" / "common")}
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment).returncode == 0

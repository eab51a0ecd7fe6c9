"""A deployed estate works on the emulator as it would on AWS, and goes on working after a restart."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator import Emulator, start_emulator
from local.front import Front
from local.ports import free_port
from local.template import load_template
from local.versions import delete_old_versions

ESTATE = Path(__file__).with_name("estate.yaml").read_text()
Outputs = dict[str, str]


def deploy(emulator: Emulator) -> Outputs:
    client = emulator.client("cloudformation")
    client.create_stack(
        StackName="estate",
        TemplateBody=ESTATE,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    client.get_waiter("stack_create_complete").wait(StackName="estate", WaiterConfig={"Delay": 1})
    (stack,) = client.describe_stacks(StackName="estate")["Stacks"]
    return {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}


def eventually(reached: Callable[[], bool], seconds: float = 15.0) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def write(emulator: Emulator, table: str, sort: str, kind: str = "command") -> None:
    emulator.client("dynamodb").put_item(
        TableName=table, Item={"pk": {"S": "ROW"}, "sk": {"S": sort}, "kind": {"S": kind}}
    )


def seen(emulator: Emulator, table: str) -> set[str]:
    answer = emulator.client("dynamodb").query(
        TableName=table, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "SEEN"}}
    )
    return {item["sk"]["S"] for item in answer["Items"]}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    running = start_emulator(tmp_path_factory.mktemp("emulator"), persist=False)
    yield running
    running.kill()


@pytest.fixture(scope="module")
def outputs(emulator: Emulator) -> Outputs:
    return deploy(emulator)


@pytest.fixture(scope="module")
def front(emulator: Emulator, outputs: Outputs) -> Iterator[Front]:
    with Front(free_port(), emulator.port, outputs["Api"]) as running:
        yield running


def ask(front: Front, method: str, path: str, body: bytes | None = None) -> tuple[Any, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/octet-stream"})
        answer = connection.getresponse()
        return answer, json.loads(answer.read())
    finally:
        connection.close()


def test_method_and_path_choose_the_route(front: Front) -> None:
    answer, told = ask(front, "POST", "/things/a-1?x=1&x=2", b"{}")
    assert answer.status == 200
    assert told["route"] == "POST /things/{thing}"
    assert told["parameters"] == {"thing": "a-1"}
    assert told["query"] == "x=1&x=2"
    assert answer.headers["X-Kept"] == "Yes"
    assert ask(front, "GET", "/things/a-1")[1]["route"] == "$default"


def test_the_emulators_own_paths_are_out_of_reach(front: Front) -> None:
    for path in ("/_ministack/health", "/_local/save"):
        assert ask(front, "POST", path)[1]["route"] == "$default"


def test_a_body_arrives_byte_by_byte(front: Front) -> None:
    body = bytes(range(256)) * 2000
    assert ask(front, "POST", "/things/x", body)[1]["hex"] == body.hex()


def test_a_connection_serves_many_requests(front: Front) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
    for number in range(5):
        connection.request("POST", f"/things/{number}", b"x")
        assert json.loads(connection.getresponse().read())["parameters"] == {"thing": str(number)}
    connection.close()


def test_a_burst_waits_for_the_processes_there_are(front: Front) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(front, "GET", "/slow"), range(8)))
    assert {answer.status for answer, _ in answers} == {200}
    assert len({told["pid"] for _, told in answers}) <= 2


def test_stream_and_queue_reach_the_function(emulator: Emulator, outputs: Outputs) -> None:
    write(emulator, outputs["Table"], "1")
    write(emulator, outputs["Table"], "2", kind="other")
    emulator.client("sqs").send_message(QueueUrl=outputs["Queue"], MessageBody="q1")
    eventually(lambda: seen(emulator, outputs["Table"]) == {"1", "q1"})


def test_a_gone_emulator_is_a_502(emulator: Emulator, outputs: Outputs) -> None:
    with Front(free_port(), free_port(), outputs["Api"]) as front:
        answer, told = ask(front, "GET", "/slow")
    assert answer.status == 502
    assert told["code"] == "emulator_unavailable"


def test_the_last_two_versions_stay(emulator: Emulator, outputs: Outputs) -> None:
    functions = emulator.client("lambda")
    (name,) = (
        f["FunctionName"] for f in functions.list_functions()["Functions"] if "estate" in f["FunctionName"]
    )
    live = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    for number in range(3):
        functions.update_function_configuration(FunctionName=name, Description=f"change {number}")
        functions.publish_version(FunctionName=name)

    def versions() -> list[str]:
        listed = functions.list_versions_by_function(FunctionName=name)["Versions"]
        return [v["Version"] for v in listed if v["Version"] != "$LATEST"]

    published = versions()
    deleted = delete_old_versions(emulator.client("cloudformation"), functions, "estate")
    # the alias still names the first one, which is live and therefore stays
    assert versions() == [live, *published[-2:]]
    assert deleted == len(published) - 3


def test_the_rule_against_a_test_mode_in_production_is_one_that_refuses(emulator: Emulator) -> None:
    template = load_template()
    body = {
        "Parameters": {
            name: template["Parameters"][name]
            for name in ("Stage", "Mode", "OneMachine", "MailSender", "MailIdentity")
        },
        "Rules": template["Rules"],
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    }

    def create(name: str, stage: str, mode: str, one_machine: str = "false") -> None:
        emulator.client("cloudformation").create_stack(
            StackName=name,
            TemplateBody=json.dumps(body),
            Parameters=[
                {"ParameterKey": "Stage", "ParameterValue": stage},
                {"ParameterKey": "Mode", "ParameterValue": mode},
                {"ParameterKey": "OneMachine", "ParameterValue": one_machine},
            ],
        )

    with pytest.raises(ClientError, match="ProductionIsLive"):
        create("refused", "production", "test")
    with pytest.raises(ClientError, match="OneMachineIsTest"):
        create("elsewhere", "staging", "test", "true")
    create("here", "development", "test", "true")
    create("live", "production", "live")
    create("tried", "staging", "test")


@pytest.mark.parametrize("crash", [False, True], ids=["stop", "kill"])
def test_everything_goes_on_after_a_restart_on_another_port(tmp_path: Path, crash: bool) -> None:
    first = start_emulator(tmp_path)
    outputs = deploy(first)
    table, queue = outputs["Table"], outputs["Queue"]
    for number in range(3):
        write(first, table, f"before-{number}")
    eventually(lambda: len(seen(first, table)) == 3)
    first.save()
    if crash:
        first.kill()
    else:
        first.stop()

    # held: what is written now is in the stream, and no function takes it before the next start
    second = start_emulator(tmp_path, held=True)
    assert second.port != first.port
    write(second, table, "held")
    second.save()
    assert len(seen(second, table)) == 3
    second.kill()

    third = start_emulator(tmp_path)
    try:
        write(third, table, "after")
        third.client("sqs").send_message(QueueUrl=queue, MessageBody="after-q")
        expected = {"before-0", "before-1", "before-2", "held", "after", "after-q"}
        eventually(lambda: seen(third, table) == expected)
        with Front(free_port(), third.port, outputs["Api"]) as front:
            assert ask(front, "POST", "/things/1", b"{}")[0].status == 200
    finally:
        third.kill()

"""The commands of ``docs/getting-started.md``, run as a newcomer runs them."""

import contextlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import mail
from local.ports import free_port
from local.stack import Stack

pytest_plugins = ["tests.stack"]

DOC = Path(__file__).resolve().parents[2] / "docs" / "getting-started.md"
START = "make run"
RECEIVER = "python3 .local/receiver.py &"


@pytest.fixture(scope="module")
def said(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Everything that the commands print, in one shell, with this run's addresses in place of the page's.

    What the receiver prints at the same time comes after it, so that no line stands within another.
    """
    folder = tmp_path_factory.mktemp("newcomer")
    page = DOC.read_text()
    for place, address in {
        "http://127.0.0.1:8080": stack.url,
        "http://127.0.0.1:8090": stack.sandbox.url,
        "9000": str(free_port()),
    }.items():
        assert place in page
        page = page.replace(place, address)
    (folder / ".local").mkdir()
    (folder / ".local" / "api-key").write_text(stack.api_key + "\n")
    for name, program in re.findall(
        r"Save\s+it\s+as\s+`([^`]+)`:\n\n```python\n(.*?)^```$", page, re.M | re.S
    ):
        (folder / name).write_text(program)
    assert RECEIVER in page
    page = page.replace(RECEIVER, RECEIVER.replace("&", "> received 2>&1 &"))
    blocks = [block for block in re.findall(r"^```sh\n(.*?)^```$", page, re.M | re.S) if START not in block]
    script = "set -eu\n" + "".join(f'echo "== {number}"\n{block}' for number, block in enumerate(blocks))
    with (folder / "said").open("wb") as output:
        shell = subprocess.Popen(
            ["bash", "-c", script],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            assert shell.wait(300) == 0, (folder / "said").read_text()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(shell.pid, signal.SIGKILL)  # the receiver, which the page stops by hand
    yield (folder / "said").read_text() + (folder / "received").read_text()


def objects(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_every_request_does_what_the_page_says(said):
    problems = [
        told for told in objects(said) if str(told.get("type", "")).startswith("urn:fordring:problem:")
    ]
    assert [told["code"] for told in problems] == ["fields_locked"]


def test_the_case_ends_paid_and_the_ledgers_agree(said):
    told = objects(said)
    [*_, case] = [each for each in told if "closed_reason" in each and "as_of" in each]
    assert (case["processing"], case["closed_reason"], case["payment"]) == ("closed", "paid", "paid")
    [*_, invoice] = [each for each in told if "dunning_status" in each and each["document_number"] == "10042"]
    assert invoice["status"] == "paid"
    [theirs] = [each for each in told if "letters" in each]
    assert (theirs["state"], theirs["principal"]["remaining"]) == ("closed", "0.00")
    [sync] = [each for each in told if "differences" in each]
    assert sync["differences"] == []


@pytest.mark.capability("FIK-6")
def test_the_reminder_plan_does_what_its_preview_tells(said):
    told = objects(said)
    [preview] = [item for each in told for item in each.get("items", []) if "steps" in item]
    assert [(step["kind"], step["date"]) for step in preview["steps"]] == [
        ("free_notice", "2026-03-29"),
        ("transfer", "2026-04-09"),
    ]
    [follow_up] = [each for each in told if "steps_done" in each]
    assert (follow_up["next"]["kind"], follow_up["next"]["date"]) == ("transfer", "2026-04-09")
    [collection] = [each for each in told if each.keys() >= {"release", "case_id"} and "as_of" not in each]
    assert collection["release"] == "registered"


@pytest.mark.capability("ZIR-14")
def test_the_order_is_in_the_agencys_mailbox(said, stack):
    (message,) = [each for each in mail.sent(stack.emulator) if each["To"] == ["orders@svea.example"]]
    assert message["Source"] == mail.SENDER
    assert message["Subject"].startswith("Bestilling av tilgang for ")
    assert message["BodyText"] in said


def test_the_receiver_prints_each_event(said):
    printed = re.findall(r"^\S+Z ([a-z_]+\.[a-z_]+) ", said, re.M)
    assert sorted(printed) == sorted(
        [
            "webhook.test",
            "invoice.registered",
            "case.submitted",
            "case.registered",
            "case.status_changed",
            "case.status_changed",
            "case.dispatch",
            "payment.received",
            "case.closed",
            "invoice.registered",
            "invoice.reminder_due",
            "case.submitted",
            "case.registered",
            "case.status_changed",
            "settlement.received",
        ]
    )
    assert not re.search(r"Traceback", said)

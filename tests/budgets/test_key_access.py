"""The roles' key conditions, held against the partitions that each function touches in tests and stories."""

import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from local.template import partitions
from tests.budgets.recording import beginning

ROOT = Path(__file__).resolve().parents[2]
READS = {"BatchGetItem", "GetItem", "Query"}
DRIVEN = (
    "tests/functions",
    "tests/budgets/driven.py",
    "tests/budgets/driven_stories.py",
    # Stories that between them touch all that is granted; driving every one would take minutes. On the
    # running stack the emulator enforces the roles for whatever else happens.
    "tests/story/test_callbacks.py",
    "tests/story/test_cases.py",
    "tests/story/test_faults.py",
    "tests/story/test_hub_letters.py",
    "tests/story/test_payments.py",
    "tests/story/test_reading_letters.py",
    "tests/story/test_reconciliation.py",
    "tests/story/test_reminder_plans.py",
    "tests/story/test_restore.py",
    "tests/story/test_restored_letters.py",
    "tests/story/test_uneven_payments.py",
    "tests/story/test_unused_credit.py",
)
PLUGINS = ("-p", "tests.budgets.recording", "-p", "no:cacheprovider")

UNUSED: dict[tuple[str, str, str], str] = {}
"""What is granted and never touched by what is driven here: function, kind, beginning, and the reason."""

type Access = list[tuple[str, str, str, str]]


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Access:
    """Drive every function, in a process of its own, and give what each touched."""
    path = tmp_path_factory.mktemp("access") / "access.json"
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.budgets.recording",
            "-p",
            "no:cacheprovider",
            *DRIVEN,
        ],
        cwd=ROOT,
        env=os.environ | {"RECORD_ACCESS": str(path), "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'common'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert path.exists(), done.stdout + done.stderr
    return [tuple(row) for row in json.loads(path.read_text())]


def test_every_function_is_driven(access: Access) -> None:
    assert {function for function, *_ in access} == set(partitions())


def test_every_access_is_granted(access: Access) -> None:
    granted = partitions()
    refused = [
        (function, action, example)
        for function, action, _, example in access
        if not any(
            fnmatchcase(example, pattern)
            for pattern in granted[function]["read" if action in READS else "write"]
        )
    ]
    assert refused == []


def test_what_is_granted_is_used(access: Access) -> None:
    used = {
        (function, "read" if action in READS else "write", start) for function, action, start, _ in access
    }
    unused = {
        (function, kind, beginning(pattern))
        for function, kinds in partitions().items()
        for kind, patterns in kinds.items()
        for pattern in patterns
        if (function, kind, beginning(pattern)) not in used
    }
    assert unused == set(UNUSED), "granted and not used, or listed and used after all"

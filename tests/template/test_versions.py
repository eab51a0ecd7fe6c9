"""All code is in the layer, and yet every change of it publishes a new version of every function."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local.build import ROOT
from local.template import load_template

COPIED = (
    "layers/common/fordring/__init__.py",
    "layers/common/fordring/domain/money.py",
    "layers/common/Makefile",
)
COPIED += (
    "layers/common/requirements.txt",
    "uv.lock",
    "local/digest.py",
    "local/__init__.py",
    "template.yaml",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small copy of what a build reads."""
    for name in COPIED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "functions", tmp_path / "functions", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


def built(checkout: Path, logical: str, function: Path) -> dict[str, bytes]:
    """Build one function as `sam build` does: make, in a copy of its folder, with ARTIFACTS_DIR."""
    artifacts = checkout / "artifacts" / logical
    shutil.rmtree(artifacts, ignore_errors=True)
    artifacts.mkdir(parents=True)
    subprocess.run(
        ["make", "--silent", "--makefile", str(checkout / "layers/common/Makefile"), f"build-{logical}"],
        cwd=function,
        env=dict(os.environ) | {"ARTIFACTS_DIR": str(artifacts), "PYTHONPATH": ""},
        check=True,
        capture_output=True,
    )
    return {file.name: file.read_bytes() for file in sorted(artifacts.iterdir())}


def versions(checkout: Path) -> set[str]:
    """Give the logical ids of all versions that a deployment of `checkout` publishes."""
    from samtranslator.translator.transform import transform

    template = load_template(checkout / "template.yaml")
    template.pop("Metadata", None)
    for logical, resource in template["Resources"].items():
        source: dict[str, Any] = resource.get("Properties", {})
        if "CodeUri" in source:
            content = built(checkout, logical, checkout / source["CodeUri"])
            assert set(content) == {"app.py", "layer.digest"}
            key = hashlib.sha256(repr(content).encode()).hexdigest()
            source["CodeUri"] = f"s3://artifacts/{key}"
        if "ContentUri" in source:
            source["ContentUri"] = "s3://artifacts/layer"
    expanded = transform(template, {}, SimpleNamespace(load=dict))
    return {name for name, r in expanded["Resources"].items() if r["Type"] == "AWS::Lambda::Version"}


@pytest.fixture(autouse=True)
def region(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-north-1")


@pytest.mark.parametrize("changed", ["layers/common/fordring/domain/money.py", "uv.lock"])
@pytest.mark.filterwarnings("ignore")  # the translator's own
def test_one_byte_gives_new_versions_of_all(checkout: Path, changed: str) -> None:
    before = versions(checkout)
    assert len(before) == 7
    assert versions(checkout) == before, "what has not changed is not published again"
    with (checkout / changed).open("ab") as file:
        file.write(b"#")
    assert not versions(checkout) & before


def test_function_folders_hold_their_wiring_only() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "functions"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    for name in listed:
        assert Path(name).name == "app.py"
        assert len((ROOT / name).read_text().splitlines()) <= 8, name

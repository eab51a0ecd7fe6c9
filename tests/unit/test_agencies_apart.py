"""An agency is known by its name in its own package, in its simulator and in one line of each registry."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from fordring.agencies.registry import agency_names

ROOT = Path(__file__).resolve().parents[2]
KNOW_ALL = {"layers/common/fordring/agencies/registry.py", "sandbox/agencies/__init__.py"}
CODE = ("layers/common/fordring", "sandbox", "functions")


def _names(path: Path) -> Iterator[str]:
    """Every name that a file's code holds: its texts, the docstrings aside, and what it imports."""
    tree = ast.parse(path.read_text(), str(path))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value
        elif isinstance(node, ast.ImportFrom):
            yield from (node.module or "").split(".")
        elif isinstance(node, ast.Import):
            yield from (part for alias in node.names for part in alias.name.split("."))


@pytest.mark.parametrize("agency", agency_names())
def test_nothing_else_knows_an_agency_by_its_name(agency: str) -> None:
    own = tuple(f"{root}/agencies/{agency}/" for root in ("layers/common/fordring", "sandbox"))
    files = [path for folder in CODE for path in sorted((ROOT / folder).rglob("*.py"))]
    knowing = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if not path.relative_to(ROOT).as_posix().startswith(own) and agency in _names(path)
    }
    assert knowing <= KNOW_ALL
    assert agency not in (ROOT / "template.yaml").read_text()


def test_adding_one_is_a_line_in_each_registry() -> None:
    for agency in agency_names():
        registry, simulators = ((ROOT / path).read_text().splitlines() for path in sorted(KNOW_ALL))
        assert sum(line.strip().startswith(f'"{agency}":') for line in registry) == 1
        assert sum(line.strip().startswith(f'"{agency}":') for line in simulators) == 1

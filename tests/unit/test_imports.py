"""Imports point inwards, lazily made ones too, and each layer knows its own third parties only."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMON = ROOT / "layers" / "common"
PACKAGE = COMMON / "fordring"

INWARDS: Mapping[str, frozenset[str]] = {
    "domain": frozenset(),
    "usecases": frozenset({"domain"}),
    "store": frozenset({"domain", "usecases.store_port"}),  # what it implements
    "agencies": frozenset({"domain"}),
    "formats": frozenset({"domain"}),
    "edge": frozenset({"domain", "usecases", "store", "agencies", "formats"}),
}
"""What each layer may import besides itself."""

THIRD_PARTIES: Mapping[str, frozenset[str]] = {
    "domain": frozenset(),
    "usecases": frozenset(),
    "store": frozenset({"botocore", "msgspec", "pynamodb"}),
    "agencies": frozenset(),
    "formats": frozenset({"defusedxml", "netsgiro"}),
    "edge": frozenset(
        {
            "aws_lambda_powertools",
            "botocore",
            "holidays",
            "httpcore",
            "httpx",
            "pydantic",
            "pydantic_core",
            "snapshot_restore_py",  # Lambda's runtime has it, and nothing else does
            "stdnum",
        }
    ),
}
"""The packages outside the standard library that each layer may import."""

ONLY_IN: Mapping[str, frozenset[str]] = {
    "pynamodb": frozenset({"store/dynamo.py"}),
    "httpx": frozenset({"edge/wire.py"}),
    "httpcore": frozenset({"edge/wire.py"}),
}
"""Packages that nobody else knows."""

HEAVY = frozenset({"boto3", "holidays", "httpcore", "httpx", "stdnum"})
"""Packages that are imported where they are used, never when a module is."""

DYNAMIC = frozenset({"agencies/registry.py"})
"""Modules that import by name; what they name is held to the same rule."""


ELSEWHERE = {"dataclasses.dataclass": "fordring.domain.values"}
"""Names that the package takes from a module of its own, and which."""


@dataclass(frozen=True)
class Import:
    module: str
    line: int
    at_load: bool
    for_types: bool


def imports_of(path: Path) -> Iterator[Import]:
    """Every import of a file, wherever it stands, with whether it happens when the module is loaded."""
    yield from _walk(ast.parse(path.read_text(), str(path)), at_load=True, for_types=False)


def _walk(node: ast.AST, *, at_load: bool, for_types: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, at_load, for_types)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "imports are absolute"
            yield Import(child.module or "", child.lineno, at_load, for_types)
            # `from fordring import store` names a layer, too
            for alias in child.names:
                if child.module == "fordring" and alias.name in INWARDS:
                    yield Import(f"fordring.{alias.name}", child.lineno, at_load, for_types)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _walk(child, at_load=False, for_types=for_types)
        elif isinstance(child, ast.If) and ast.unparse(child.test) in (
            "TYPE_CHECKING",
            "typing.TYPE_CHECKING",
        ):
            for statement in child.body:
                yield from _walk(ast.Module([statement], []), at_load=False, for_types=True)
            for statement in child.orelse:
                yield from _walk(ast.Module([statement], []), at_load=at_load, for_types=for_types)
        else:
            yield from _walk(child, at_load=at_load, for_types=for_types)


def within(module: str, allowed: str) -> bool:
    return module == allowed or module.startswith(allowed + ".")


def faults_of(path: Path, relative: str) -> Iterator[str]:
    """What a file of the package imports against the rules."""
    layer = relative.split("/")[0]
    for found in imports_of(path):
        where = f"{relative}:{found.line} imports {found.module}"
        top = found.module.split(".")[0]
        if top == "fordring":
            inner = found.module.removeprefix("fordring").removeprefix(".")
            if inner and not any(within(inner, allowed) for allowed in {layer, *INWARDS[layer]}):
                yield f"{where}: not inwards"
        elif top in sys.stdlib_module_names or (found.for_types and top.startswith("mypy_boto3")):
            continue
        elif top not in THIRD_PARTIES[layer]:
            yield f"{where}: not a package of {layer}"
        elif top in ONLY_IN and relative not in ONLY_IN[top]:
            yield f"{where}: known to {', '.join(ONLY_IN[top])} only"
        elif top in HEAVY and found.at_load and relative not in ONLY_IN.get(top, ()):
            yield f"{where}: heavy, so imported where it is used"


FILES = sorted(
    path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE
)


def test_every_layer_is_known() -> None:
    assert {name.split("/")[0] for name in FILES} <= set(INWARDS)


@pytest.mark.parametrize("relative", FILES)
def test_imports_point_inwards(relative: str) -> None:
    assert list(faults_of(PACKAGE / relative, relative)) == []


@pytest.mark.parametrize(
    "folder", sorted(path.name for path in (ROOT / "functions").iterdir() if path.is_dir())
)
def test_a_function_holds_its_app_and_nothing_else(folder: str) -> None:
    files = [path.name for path in (ROOT / "functions" / folder).iterdir() if path.name != "__pycache__"]
    assert files == ["app.py"]
    tree = ast.parse((ROOT / "functions" / folder / "app.py").read_text())
    modules = [found.module for found in _walk(tree, at_load=True, for_types=False)]
    assert modules
    assert all(within(module, "fordring.edge") or module == "__future__" for module in modules), modules
    assert not any(isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If) for node in ast.walk(tree)), (
        "it wires, it does not decide"
    )


@pytest.mark.parametrize("relative", FILES)
def test_nothing_is_imported_by_name_in_secret(relative: str) -> None:
    tree = ast.parse((PACKAGE / relative).read_text())
    names = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    if relative not in DYNAMIC:
        assert not names & {"import_module", "__import__", "exec", "eval"}
        return
    layer = relative.split("/")[0]
    named = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("fordring.")
    ]
    assert named and all(within(module, f"fordring.{layer}") for module in named)


@pytest.mark.parametrize("relative", FILES)
def test_dataclasses_are_made_by_the_decorator_that_starts_fast(relative: str) -> None:
    taken = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(ast.parse((PACKAGE / relative).read_text()))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    if relative != "domain/values.py":
        assert not taken & ELSEWHERE.keys(), f"take it from {ELSEWHERE}"


def test_heavy_packages_stay_behind_lazy_doors() -> None:
    """Whoever imports a module that knows httpx does so where it is used."""
    behind = ONLY_IN["httpx"] | ONLY_IN["httpcore"]
    doors = {f"fordring.{name.removesuffix('.py').replace('/', '.')}" for name in behind}
    for relative in FILES:
        for found in imports_of(PACKAGE / relative):
            if relative not in behind:
                assert not (found.at_load and found.module in doors), f"{relative}:{found.line}"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import httpx", "not a package of domain"),
        ("def f():\n    import pynamodb.models", "not a package of domain"),
        ("from fordring.store.keys import Key", "not inwards"),
        ("from fordring import store", "not inwards"),
        ("class A:\n    def f(self):\n        from fordring.usecases import work", "not inwards"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import fordring.edge.call", "not inwards"),
        ("try:\n    import boto3\nexcept ImportError:\n    pass", "not a package of domain"),
    ],
)
def test_the_rule_would_notice(tmp_path: Path, source: str, expected: str) -> None:
    path = tmp_path / "bad.py"
    path.write_text(source)
    (fault,) = faults_of(path, "domain/bad.py")
    assert fault.endswith(expected)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("fordring.domain.things", {"msgspec", "pydantic", "botocore", "pynamodb", *HEAVY}),
        ("fordring.usecases.work", {"msgspec", "pydantic", "botocore", "pynamodb", *HEAVY}),
        ("fordring.store.memory", {"pydantic", "botocore", "pynamodb", *HEAVY}),
        ("fordring.store.repository", {"pydantic", "botocore", "pynamodb", *HEAVY}),
        ("fordring.store.dynamo", {"pydantic", "aws_lambda_powertools", *HEAVY}),
    ],
)
def test_a_fresh_process_loads_no_more_than_it_needs(module: str, absent: set[str]) -> None:
    script = f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=COMMON, capture_output=True, text=True, check=True, timeout=60
    )
    assert not absent & set(done.stdout.split())

"""``make capabilities``: the catalogue of ``docs/capabilities.md``, with the tests behind each line."""

import re
import sys
from collections import defaultdict
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

CATALOGUE = Path(__file__).parents[1] / "docs" / "capabilities.md"
_LINE = re.compile(r"- ([A-Z]{3}-\d+) (?:\((context|to come: [^)]+)\) )?(.+)")


class Collector:
    """Notes which tests carry which ids, while pytest collects."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the ids of each collected test, parametrised ones once."""
        for item in items:
            name = item.nodeid.split("[", 1)[0]
            for mark in item.iter_markers("capability"):
                for identifier in mark.args:
                    if name not in self.tests[identifier]:
                        self.tests[identifier].append(name)


def catalogue() -> dict[str, tuple[str | None, str]]:
    """Read the catalogue: note and text by id."""
    lines = map(_LINE.fullmatch, CATALOGUE.read_text().splitlines())
    return {line[1]: (line[2], line[3]) for line in lines if line}


def main() -> int:
    """Print the catalogue with its tests; fail on an id without one, and on a test with an unknown id."""
    collector = Collector()
    said = StringIO()
    with redirect_stdout(said):
        code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider"], plugins=[collector])
    if code != pytest.ExitCode.OK:
        sys.stdout.write(said.getvalue())
        return 1
    lines = catalogue()
    unproven = []
    for identifier, (note, text) in lines.items():
        tests = collector.tests.get(identifier, [])
        mark = "proven" if tests else note or "UNPROVEN"
        print(f"{identifier:<8}{mark:<34}{text}")
        for test in tests:
            print(f"{'':<12}{test}")
        if not tests and note is None:
            unproven.append(identifier)
    unknown = sorted(collector.tests.keys() - lines.keys())
    proven = sum(1 for identifier in lines if collector.tests.get(identifier))
    print(f"\n{len(lines)} lines: {proven} proven, {len(unproven)} unproven, the others context or to come")
    if unproven:
        print(f"without a test: {', '.join(unproven)}")
    if unknown:
        print(f"carried by tests, but not in the catalogue: {', '.join(unknown)}")
    return 1 if unproven or unknown else 0


if __name__ == "__main__":
    sys.exit(main())

"""The rows of a release: what its code writes for one thing of every kind, bare and full.

``items-v1.json`` holds those of shape 1. It is what the next release's code is tried on, so it is written
once for each shape, when that is released, and never changed after that::

    python -m tests.store.previous > tests/store/items-v1.json
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fordring.store.items import KINDS, encode
from fordring.store.rows import Row, to_row
from tests.store.values import sample, sample_ref

FOLDER = Path(__file__).parent


def rows_now() -> dict[str, Row]:
    """The rows that the present code writes."""
    return {
        f"{name} {'full' if full else 'bare'}": to_row(
            encode(sample_ref(kind), sample(kind.type, name, full=full), 3)
        )
        for name, kind in sorted(KINDS.items())
        for full in (False, True)
    }


def rows_of(shape: int) -> dict[str, Any]:
    """The rows of an earlier shape, as they were kept."""
    found: dict[str, Any] = json.loads((FOLDER / f"items-v{shape}.json").read_text())
    return found


if __name__ == "__main__":
    print(json.dumps(rows_now(), indent=1, ensure_ascii=False, sort_keys=True))

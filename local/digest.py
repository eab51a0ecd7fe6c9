"""The digest of what the layer is built from; run as a program, it prints it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

__all__ = ["digest_of", "layer_digest"]

_ROOT = Path(__file__).resolve().parent.parent


def digest_of(paths: Iterable[Path], root: Path) -> str:
    """Give a SHA-256 in hex of files and folders: their paths below `root` and every byte.

    Compiled Python is left out; so is nothing else.
    """
    files = sorted(
        file
        for path in paths
        for file in ([path] if path.is_file() else path.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    )
    digest = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(root).as_posix()}\0{content}\n".encode())
    return digest.hexdigest()


def layer_digest(root: Path = _ROOT) -> str:
    """Give the digest of ``layers/common`` and ``uv.lock`` below `root`."""
    return digest_of([root / "layers" / "common", root / "uv.lock"], root)


if __name__ == "__main__":
    sys.stdout.write(layer_digest() + "\n")

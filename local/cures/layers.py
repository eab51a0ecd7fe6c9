"""Keep a layer's content in a file of its own, and forget content that nothing uses.

MiniStack 1.5.33 writes every layer version, deleted or not, into the state of Lambda: tens of megabytes,
which here would be written every two seconds.
"""

from __future__ import annotations

import base64
import copy
from pathlib import Path
from typing import Any

from ministack.core import persistence
from ministack.services import lambda_svc

__all__ = ["apply"]

_CONTENT = "_zip_data"
_REFERENCE = "_local_file"


def _versions() -> list[dict[str, Any]]:
    return [version for layer in lambda_svc._layers._data.values() for version in layer["versions"]]


def _used() -> set[str]:
    """Give the ARNs of the layer versions that a function, or a version of one, is made with."""
    functions = lambda_svc._functions._data.values()
    configs = [f["config"] for f in functions]
    configs += [v["config"] for f in functions for v in f.get("versions", {}).values()]
    layers = [layer for config in configs for layer in config.get("Layers", [])]
    return {layer if isinstance(layer, str) else layer["Arn"] for layer in layers}


def _forget_unused() -> None:
    used = _used()
    for version in _versions():
        if version.get("_deleted") and version["LayerVersionArn"] not in used:
            version[_CONTENT] = None


def _store(folder: Path, version: dict[str, Any], content: bytes) -> str:
    name = base64.b64decode(version["Content"]["CodeSha256"]).hex() + ".zip"
    file = folder / name
    if not file.exists():
        folder.mkdir(exist_ok=True)
        part = file.with_suffix(".part")
        part.write_bytes(content)
        part.replace(file)
    return name


def apply() -> None:
    """Change how Lambda's state is saved and restored."""
    folder = Path(persistence.STATE_DIR) / "layers"
    get_state, restore = lambda_svc.get_state, lambda_svc.load_persisted_state

    def with_references() -> dict[str, Any]:
        _forget_unused()
        kept = {id(version): version.pop(_CONTENT, None) for version in _versions()}
        try:
            state: dict[str, Any] = get_state()
            references = copy.deepcopy(lambda_svc._layers)
        finally:
            for version in _versions():
                version[_CONTENT] = kept[id(version)]
        saved = [version for layer in references._data.values() for version in layer["versions"]]
        for version, live in zip(saved, _versions(), strict=True):
            if content := live[_CONTENT]:
                version[_REFERENCE] = _store(folder, version, content)
        return state | {"layers": references}

    def restore_content(state: dict[str, Any]) -> Any:
        layers = state.get("layers")
        versions = (
            [version for layer in layers._data.values() for version in layer["versions"]] if layers else []
        )
        wanted = set()
        for version in versions:
            name = version.pop(_REFERENCE, None)
            version[_CONTENT] = (folder / name).read_bytes() if name else None
            wanted.add(name)
        for file in folder.glob("*"):
            if file.name not in wanted:
                file.unlink()
        return restore(state)

    lambda_svc.get_state, lambda_svc.load_persisted_state = with_references, restore_content
    # a few hundred bytes each; removing one that the current generation still names would lose a function
    lambda_svc._prune_orphan_code_blobs = lambda _: None

"""Write what functions print to a file.

MiniStack 1.5.33 keeps it in memory, in a new log stream for each invocation, and never lets go of it; nor
of the metrics of each invocation, which nothing on this machine reads.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc

__all__ = ["apply"]

_MOST_BYTES = 50_000_000


def apply() -> None:
    """Append a line for each invocation, and what it printed, to the file ``LOCAL_FUNCTION_LOG``."""
    path = Path(os.environ["LOCAL_FUNCTION_LOG"])
    lock = threading.Lock()

    def write(
        func: dict[str, Any],
        request_id: str,
        log_text: str,
        error: bool,
        duration_ms: int,
        *,
        log_source: str | None = None,  # noqa: ARG001  part of the replaced signature
    ) -> None:
        name = (func.get("config") or func).get("FunctionName", "?")
        outcome = " failed" if error else ""
        with lock:
            if path.exists() and path.stat().st_size > _MOST_BYTES:
                path.replace(path.with_suffix(".old.log"))
            with path.open("a") as file:
                file.write(f"{name} {request_id} {duration_ms} ms{outcome}\n")
                file.writelines(f"    {line}\n" for line in log_text.splitlines())

    lambda_svc._emit_lambda_logs = write
    lambda_svc._emit_lambda_metrics = lambda *_, **__: None

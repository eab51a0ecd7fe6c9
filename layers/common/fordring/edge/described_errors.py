"""An exception as a log may hold it: types, places and codes, and no message, which may quote a person."""

import re
from traceback import walk_tb
from typing import Any, Final

from fordring.edge.settings import SettingsError

_ERROR_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9._]{0,63}", re.ASCII)
_FRAMES: Final = 8


def described(error: BaseException) -> list[dict[str, Any]]:
    """Describe an exception and its causes, the last one first."""
    chain: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 5:
        frames = [
            f"{frame.f_globals.get('__name__', '?')}:{frame.f_code.co_name}:{line}"
            for frame, line in walk_tb(current.__traceback__)
        ]
        link: dict[str, Any] = {"type": type_name(current), "at": frames[-_FRAMES:]}
        code = _code_of(current)
        if code:
            link["code"] = code
        if isinstance(current, SettingsError):
            # The one message that is told: it names variables, never values.
            link["settings"] = str(current)
        chain.append(link)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def type_name(error: BaseException) -> str:
    """Name an exception's type, with its module unless it is built in."""
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _code_of(error: BaseException) -> str | None:
    """Find the code that errors of the hub, of the transport and of AWS carry beside their message."""
    response = getattr(error, "response", None)
    candidates = [getattr(error, "code", None), getattr(error, "reason", None)]
    if isinstance(response, dict):
        candidates.insert(0, response.get("Error", {}).get("Code"))
    return next((text for text in candidates if isinstance(text, str) and _ERROR_CODE.fullmatch(text)), None)

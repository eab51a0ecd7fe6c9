"""The hub's public API, its test clock, and the agency's control interface, as their callers see them."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

_ATTEMPTS: Final = 6
_PASSING: Final = frozenset({429, 500, 502, 503, 504})
_POLLS: Final = (0.1, 0.05, 0.3)
"""Seconds before the clock is asked at first, the second time, and at the most: asking costs time, too."""

_PATIENCE: Final = timedelta(minutes=10)

FAULTS: Final = (
    "timeout_before",
    "timeout_after",
    "received_but_invisible_for",
    "error_500",
    "error_429",
    "malformed_answer",
    "duplicate_callback",
    "reorder_callbacks",
    "drop_callback",
    "bad_signature",
)
"""Everything that can go wrong at a simulated agency, or on the way to it and back."""

type Pause = Callable[[float], None]


class Refused(Exception):
    """The hub has refused a request. ``reasons`` are sentences, ``code`` is the problem's own."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.code = str(problem.get("code", "unknown"))
        self.problem = problem
        detail = str(problem.get("detail") or problem.get("title") or self.code)
        faults = [
            f"{each.get('code')} at {each.get('pointer') or '/'}" for each in problem.get("errors") or []
        ]
        self.reasons = (f"{self.code}: {detail}", *faults)
        super().__init__("; ".join(self.reasons))


class Failed(Exception):
    """The demo cannot go on; the message is one sentence for the person at the terminal."""


@dataclass
class Spent:
    """How many calls of one kind were made, and how long they took together."""

    calls: int = 0
    seconds: float = 0.0


class Hub:
    """The public API, called with one key.

    Every POST has an ``Idempotency-Key``, so a call whose answer is lost is simply made again.

    Parameters
    ----------
    http
        A client that knows the API's address and shows the key.
    pause
        Waits for some seconds.
    """

    def __init__(self, http: httpx.Client, pause: Pause = time.sleep) -> None:
        self._http = http
        self.pause = pause
        self.spent: dict[str, Spent] = {}

    def get(self, path: str, **query: str) -> Any:
        """Read something."""
        return self._call("GET", path, {"params": query})

    def put(self, path: str, body: Mapping[str, Any]) -> Any:
        """Write something down as it shall be."""
        return self._call("PUT", path, {"json": body})

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Create or command something."""
        return self._call("POST", path, {"json": dict(body or {})})

    def post_xml(self, path: str, content: bytes, **query: str) -> Any:
        """Hand an electronic document in."""
        headers = {"content-type": "application/xml"}
        return self._call("POST", path, {"content": content, "params": query, "headers": headers})

    def every(self, path: str, **query: str) -> Iterator[Any]:
        """Give all items of a list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, limit="100", **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _call(self, method: str, path: str, parts: dict[str, Any]) -> Any:
        if method == "POST":
            parts["headers"] = {**parts.get("headers", {}), "idempotency-key": f"demo-{uuid.uuid4()}"}
        begun = time.monotonic()
        try:
            return self._answer(method, path, parts)
        finally:
            kind = path.split("?")[0].rpartition("/")[2] if method == "POST" else "reads and settings"
            spent = self.spent.setdefault(kind, Spent())
            spent.calls += 1
            spent.seconds += time.monotonic() - begun

    def _answer(self, method: str, path: str, parts: dict[str, Any]) -> Any:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = self._http.request(method, path, **parts)
            except httpx.TransportError as error:
                if attempt == _ATTEMPTS:
                    raise Failed(f"The API does not answer {method} {path}: {error}.") from error
            else:
                if response.is_success:
                    return response.json() if response.content else None
                if response.status_code not in _PASSING or attempt == _ATTEMPTS:
                    raise Refused(response.status_code, _problem(response))
            self.pause(0.1 * 2**attempt)
        raise AssertionError("the last attempt answers or raises")


def _problem(response: httpx.Response) -> Mapping[str, Any]:
    try:
        content = response.json()
    except ValueError:
        content = None
    return content if isinstance(content, dict) else {"code": f"http_{response.status_code}"}


@dataclass
class Clock:
    """The test clock: business time moves only when told."""

    hub: Hub
    now: datetime | None = None
    moves: int = 0
    seconds: float = 0.0

    def move(self, goal: datetime, step: str = "day") -> None:
        """Move the clock to an instant and wait until everything that this sets off is done.

        ``step`` is how often the hourly run is made on the way: every ``hour``, or once a ``day``.

        Raises
        ------
        Failed
            When it does not arrive.
        """
        begun = time.monotonic()
        self.hub.post("/v1/test-clock", {"now": goal.astimezone(UTC).isoformat(), "step": step})
        first, wait, longest = _POLLS
        self.hub.pause(first)
        while (told := self.hub.get("/v1/test-clock"))["moving"]:
            if time.monotonic() - begun > _PATIENCE.total_seconds():
                raise Failed(f"The test clock does not arrive at {goal:%Y-%m-%d %H:%M}.")
            self.hub.pause(wait)
            wait = min(wait * 1.3, longest)
        if told["failure"]:
            raise Failed(f"The test clock stopped on its way to {goal:%Y-%m-%d %H:%M}: {told['failure']}.")
        self.now = goal
        self.moves += 1
        self.seconds += time.monotonic() - begun


class Agency:
    """The control interface of one simulated agency: what debtors and case handlers do there.

    Parameters
    ----------
    http
        A client that knows the sandbox's address.
    name
        The agency.
    """

    def __init__(self, http: httpx.Client, name: str) -> None:
        self._http = http
        self.name = name

    @property
    def title(self) -> str:
        """Its name as people write it."""
        return self.name.replace("_", " ").title()

    def onboard(self, client_number: str, client_id: str, secret: str, callback_url: str) -> None:
        """Make a client known at the agency, which in reality is done by e-mail."""
        client = {"client_number": client_number, "client_id": client_id, "secret": secret}
        self._post("clients", {**client, "callback_url": callback_url})

    def pay(self, amount: str, currency: str, day: str, **who: str) -> str | None:
        """Let a debtor pay the agency by ``case_number`` or ``reference``; gives the case's number."""
        told = self._post("payments", {"amount": amount, "currency": currency, "date": day, **who})
        number: str | None = told["case_number"]
        return number

    def misbehave(self, kind: str, count: int = 1, **settings: str | int) -> None:
        """Switch a fault on for the next requests or callbacks."""
        self._post("faults", {"kind": kind, "count": count, **settings})

    def heal(self) -> None:
        """End all faults that are still on."""
        self._read(self._http.delete(f"/control/{self.name}/faults"))

    def faults(self) -> list[dict[str, Any]]:
        """Give the faults that were switched on, and how often each was used."""
        found: list[dict[str, Any]] = self._get("faults")["items"]
        return found

    def case(self, case_number: str) -> dict[str, Any]:
        """Look a case up in the agency's own ledger."""
        found: dict[str, Any] = self._get(f"cases/{case_number}")
        return found

    def cases(self, client_number: str) -> list[dict[str, Any]]:
        """Give all cases that the agency has of a client, also those that the hub may not know."""
        found: list[dict[str, Any]] = self._get("cases", client_number=client_number)["items"]
        return found

    def _post(self, what: str, body: Mapping[str, Any]) -> Any:
        return self._read(self._http.post(f"/control/{self.name}/{what}", json=body))

    def _get(self, what: str, **query: str) -> Any:
        return self._read(self._http.get(f"/control/{self.name}/{what}", params=query))

    def _read(self, response: httpx.Response) -> Any:
        if not response.is_success:
            raise Failed(f"The sandbox refuses {response.request.url.path}: {response.text}.")
        return response.json()


@dataclass
class Scene:
    """Everything that the demo plays with."""

    hub: Hub
    agency: Agency
    clock: Clock

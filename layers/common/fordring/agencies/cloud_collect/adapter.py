"""Cloud Collect behind the hub's port. Holds no state."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import quote, urlencode

from fordring.agencies.cloud_collect.answers import found, outcome_of, outcome_of_failure, result_of_batch
from fordring.agencies.cloud_collect.commands import RESOURCES, body_of, withdrawal_of
from fordring.agencies.cloud_collect.facts import balance, case_key, fact
from fordring.agencies.cloud_collect.signature import is_signed, key_header
from fordring.agencies.cloud_collect.terms import CAPABILITIES, DOUBTS, SOON, refusal
from fordring.agencies.cloud_collect.values import instant_of
from fordring.agencies.cursors import cursor_after, query_of, rewound
from fordring.agencies.reading import Node, read
from fordring.domain.agency import (
    Accepted,
    CaseKey,
    Credentials,
    InDoubt,
    MalformedAnswer,
    Outcome,
    Rejected,
    TryLater,
    Underway,
)
from fordring.domain.agency_answers import AgencyBalance, BalancePage, Changes, Delivery
from fordring.domain.facts import Fact
from fordring.domain.instructions import Command, RegisterCase
from fordring.domain.transport import Http, Request, Response, TransportFailed

_PAGE: Final = 100
_TIMEOUT_SECONDS: Final = 10.0
_MOST_EVENTS: Final = 50
"""How many events a webhook may carry: it is read before its signature is checked."""


class CloudCollect:
    """The adapter for Cloud Collect's modelled interface (``docs/agencies/cloud_collect.md``).

    Parameters
    ----------
    http
        The port to the outside.
    base_url
        Where the interface begins, for example ``https://api.cloud-collect.example``.
    now
        Not needed: nothing that is sent is signed.
    """

    capabilities = CAPABILITIES
    doubts = DOUBTS

    def __init__(self, http: Http, base_url: str, now: Callable[[], datetime]) -> None:
        del now
        self._http = http
        self._base_url = base_url.rstrip("/")

    def send(self, command: Command, credentials: Credentials) -> Outcome:
        """Send a command; ledger entries are taken in as a batch, whose id is the ticket."""
        return self._post(RESOURCES[command.kind], body_of(command), credentials)

    def result_of(self, ticket: str, credentials: Credentials) -> Outcome:
        """Ask for the result of a batch.

        A registration of which a part failed is taken back as a whole before it is told as refused: nobody
        collects a claim of which a payment is missing.
        """
        try:
            batch = self._ask(f"batches/{quote(ticket, safe='')}", credentials)
            if batch is None:
                return InDoubt("unknown_batch")
            outcome = result_of_batch(batch)
            partly = batch.flag("registers") and batch.text("status") == "PARTIAL"
            reference = batch.identifier("caseReference")
        except TransportFailed as failure:
            return TryLater(failure.reason)
        except MalformedAnswer:
            return TryLater("malformed_answer")
        if partly:
            undone = self._post("withdrawals", withdrawal_of(reference), credentials)
            if not isinstance(undone, Accepted):
                return TryLater("part_not_taken_back")
        return outcome

    def look_up(self, command: Command, credentials: Credentials) -> Accepted | Rejected | Underway | None:
        """Find a registration: a case of that reference, a batch with its entry, a case with its document.

        The last question is for a hub that was restored from a backup: the agency may hold the invoice under
        a reference that the hub has forgotten, open, or closed because nothing remains of it. All other
        commands have a natural key, so that sending them again is the look-up: the answer is ``None``.
        """
        if not isinstance(command, RegisterCase):
            return None
        for case in self._cases({"reference": command.external_id}, credentials):
            if codes := case.texts("refusals"):
                return Rejected(tuple(dict.fromkeys(refusal(code) for code in codes)))
            return Accepted(case.optional_identifier("caseNumber"), already_existed=True)
        entry = self._ask(f"entries/{quote(command.invoices[0].external_id, safe='')}", credentials)
        if entry is not None and entry.text("status") == "QUEUED":
            return Underway(entry.identifier("batchId"), SOON)
        for invoice in command.invoices:
            for case in self._cases({"documentNumber": invoice.document_number}, credentials):
                outside = case_key(case).external_id
                forgotten = outside is None or not outside.startswith(f"{_base(command.external_id)}-")
                if case.text("state") == "OPEN" or (forgotten and _is_settled(case)):
                    return Accepted(case.optional_identifier("caseNumber"), True, outside)
        return None

    def changes_since(self, cursor: str | None, credentials: Credentials) -> Changes:
        """The next page of events. The cursor stays the same while nothing has happened."""
        page = self._demand("events?" + query_of(cursor, _PAGE), credentials)
        events, more = page.nodes("items"), page.flag("hasMore")
        if not events:
            if more:
                raise MalformedAnswer("an empty page cannot have a successor")
            here = cursor if cursor is not None else cursor_after(0, instant_of(page, "asOf"))
            return Changes((), here, False)
        numbers = [event.number("eventNo") for event in events]
        if any(later <= earlier for earlier, later in pairwise(numbers)):
            raise MalformedAnswer("the numbers of events do not grow")
        return Changes(_facts(events), cursor_after(numbers[-1], instant_of(events[-1], "at")), more)

    def rewind(self, cursor: str | None, window: timedelta) -> str | None:
        """Move a cursor back by the agency's clock."""
        return rewound(cursor, window)

    def open_cases(self, page: str | None, credentials: Credentials) -> BalancePage:
        """A page of the cases that have not ended."""
        query = {"state": "OPEN", "limit": str(_PAGE)} | ({"pageToken": page} if page is not None else {})
        answer = self._demand("cases?" + urlencode(query), credentials)
        as_of = instant_of(answer, "asOf")
        cases = tuple(balance(case, as_of) for case in answer.nodes("items"))
        if not all(case.open for case in cases):
            raise MalformedAnswer("a case in the list of open cases is closed")
        return BalancePage(cases, answer.optional_text("nextPage"))

    def case(self, key: CaseKey, credentials: Credentials) -> AgencyBalance | None:
        """One case, by its number where there is one, otherwise by its reference."""
        if key.case_number is not None:
            query = {"caseNumber": key.case_number}
        elif key.external_id is not None:
            query = {"reference": key.external_id}
        else:
            return None
        answer = self._demand("cases?" + urlencode(query), credentials)
        as_of = instant_of(answer, "asOf")
        return next((balance(case, as_of) for case in answer.nodes("items")), None)

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Credentials], now: datetime
    ) -> bool:
        """Whether one of the secrets signed these bytes under this id within 300 seconds of ``now``."""
        return is_signed(headers, body, secrets, now)

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Delivery:
        """Read a webhook: its id is a header, its events are of one case.

        Raises
        ------
        MalformedAnswer
            When it is not what the interface says.
        """
        delivery_id = Node({"id": headers.get("x-webhook-id")}, "headers").identifier("id")
        events = read(body).nodes("events")
        named = {key for event in events if (key := case_key(event)) != CaseKey()}
        if not 1 <= len(events) <= _MOST_EVENTS or len(named) > 1:
            raise MalformedAnswer("the events of a webhook are not of one case")
        return Delivery(delivery_id, _facts(events))

    def _cases(self, query: Mapping[str, str], credentials: Credentials) -> tuple[Node, ...]:
        return self._demand("cases?" + urlencode(query), credentials).nodes("items")

    def _demand(self, resource: str, credentials: Credentials) -> Node:
        answer = self._ask(resource, credentials)
        if answer is None:
            raise MalformedAnswer("a list is never unknown")
        return answer

    def _ask(self, resource: str, credentials: Credentials) -> Node | None:
        return found(self._exchange("GET", resource, b"", credentials))

    def _post(self, resource: str, body: bytes, credentials: Credentials) -> Outcome:
        try:
            answer = self._exchange("POST", resource, body, credentials)
        except TransportFailed as failure:
            return outcome_of_failure(failure)
        return outcome_of(answer)

    def _exchange(self, method: str, resource: str, body: bytes, credentials: Credentials) -> Response:
        client = quote(credentials.customer_number, safe="")
        headers = key_header(credentials) | ({"Content-Type": "application/json"} if body else {})
        url = f"{self._base_url}/clients/{client}/{resource}"
        return self._http.exchange(Request(method, url, headers, body, timeout_seconds=_TIMEOUT_SECONDS))


def _base(external_id: str) -> str:
    """What all submissions of an invoice have in common."""
    return external_id.rpartition("-")[0]


def _is_settled(case: Node) -> bool:
    """Whether nothing remains of a case that was handed over and not refused."""
    return not case.texts("refusals") and case.money("principalOpen", case.currency("currency")).minor <= 0


def _facts(events: Sequence[Node]) -> tuple[Fact, ...]:
    return tuple(told for event in events if (told := fact(event)) is not None)

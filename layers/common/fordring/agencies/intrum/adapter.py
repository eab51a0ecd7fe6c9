"""Intrum behind the hub's port. What it keeps are bearer tokens, in memory."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import urlencode

from fordring.agencies.cursors import cursor_after, query_of, rewound
from fordring.agencies.intrum.activation import activation, is_of_contract
from fordring.agencies.intrum.answers import (
    is_conflict,
    outcome_of,
    outcome_of_failure,
    retry_after,
    successful,
)
from fordring.agencies.intrum.commands import PATHS, body_of
from fordring.agencies.intrum.facts import balance, facts_of, hold_to
from fordring.agencies.intrum.terms import CAPABILITIES, DOUBTS, refusal
from fordring.agencies.intrum.tokens import NoToken, Tokens
from fordring.agencies.reading import Node
from fordring.domain.agency import (
    Accepted,
    CaseKey,
    Credentials,
    Document,
    InDoubt,
    MalformedAnswer,
    Outcome,
    Rejected,
    TryLater,
)
from fordring.domain.agency_answers import AgencyBalance, BalancePage, Changes, Delivery
from fordring.domain.instructions import Command, RegisterCase
from fordring.domain.transport import Http, Request, Response, TransportFailed

_PAGE: Final = 100
_TIMEOUT_SECONDS: Final = 10.0


class Intrum:
    """The adapter for Intrum's modelled interface (``docs/agencies/intrum.md``).

    Parameters
    ----------
    http
        The port to the outside.
    base_url
        Where the interface begins, for example ``https://collection.intrum.example``.
    now
        Real time, aware; never the test clock, because tokens live by it.
    """

    capabilities = CAPABILITIES
    doubts = DOUBTS

    def __init__(self, http: Http, base_url: str, now: Callable[[], datetime]) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._tokens = Tokens(http, f"{self._base_url}/oauth2/token", now)

    def send(self, command: Command, credentials: Credentials) -> Outcome:
        """Carry out a command; every failure is an outcome."""
        path = PATHS.get(command.kind)
        if path is None:
            return Rejected(("operation_not_offered",))
        headers = {"Content-Type": "application/json"}
        request = Request("POST", self._base_url + path, headers, body_of(command, credentials))
        try:
            answer = self._exchange(request, credentials)
        except NoToken as none:
            return TryLater(none.reason, retry_after(none.answer))
        except TransportFailed as failure:
            return outcome_of_failure(failure)
        if isinstance(command, RegisterCase) and is_conflict(answer):
            return self._registered_otherwise(command, credentials, answer)
        return outcome_of(answer, command.external_id)

    def look_up(self, command: Command, credentials: Credentials) -> Accepted | Rejected | None:
        """Find a registration by its external id.

        All other commands have a natural key, so that sending them again is the look-up: the answer is
        ``None``.
        """
        if not isinstance(command, RegisterCase):
            return None
        for case in self._cases("externalId", command.external_id, credentials):
            if codes := case.texts("refusals"):
                return Rejected(tuple(dict.fromkeys(refusal(code) for code in codes)))
            return Accepted(case.optional_identifier("caseNumber"), already_existed=True)
        return None

    def changes_since(self, cursor: str | None, credentials: Credentials) -> Changes:
        """The next page of events. The cursor stays the same while nothing has happened."""
        page = self._ask("/collection/v1/events?" + query_of(cursor, _PAGE), credentials)
        events = page.nodes("events")
        more = page.flag("more")
        if not events:
            if more:
                raise MalformedAnswer("an empty page cannot have a successor")
            return Changes((), cursor if cursor is not None else cursor_after(0, page.instant("asOf")), False)
        sequences = [event.number("number") for event in events]
        if any(later <= earlier for earlier, later in pairwise(sequences)):
            raise MalformedAnswer("the numbers of the events do not grow")
        behind = cursor_after(sequences[-1], events[-1].instant("recordedAt"))
        return Changes(tuple(fact for event in events for fact in facts_of(event, credentials)), behind, more)

    def rewind(self, cursor: str | None, window: timedelta) -> str | None:
        """Move a cursor back by the agency's clock."""
        return rewound(cursor, window)

    def open_cases(self, page: str | None, credentials: Credentials) -> BalancePage:
        """A page of the cases that have not ended."""
        query = {"limit": str(_PAGE)} | ({"page": page} if page is not None else {})
        answer = self._ask("/collection/v1/cases/open?" + urlencode(query), credentials)
        as_of = answer.instant("asOf")
        cases = tuple(balance(case, as_of, credentials) for case in answer.nodes("cases"))
        if not all(case.open for case in cases):
            raise MalformedAnswer("a case in the list of open cases is closed")
        following = answer.optional_text("nextPage")
        if following is not None and following == page:
            raise MalformedAnswer("a page cannot follow itself")
        return BalancePage(cases, following)

    def case(self, key: CaseKey, credentials: Credentials) -> AgencyBalance | None:
        """One case, by its number where there is one, otherwise by its external id."""
        if key.case_number is not None:
            query = {"caseNumber": key.case_number}
        elif key.external_id is not None:
            query = {"externalId": key.external_id}
        else:
            return None
        answer = self._ask("/collection/v1/cases?" + urlencode(query), credentials)
        as_of = answer.instant("asOf")
        return next((balance(case, as_of, credentials) for case in answer.nodes("cases")), None)

    def document(self, key: CaseKey, dispatch_id: str, credentials: Credentials) -> Document | None:  # noqa: ARG002
        """Give nothing: the interface has no documents."""
        return None

    def verify_callback(
        self,
        headers: Mapping[str, str],  # noqa: ARG002
        body: bytes,
        secrets: Sequence[Credentials],
        now: datetime,  # noqa: ARG002
    ) -> bool:
        """Whether an activation is of the contract that the credentials name.

        The token in the URL is what proves who calls: the hub has looked it up before it asks this.
        """
        return is_of_contract(body, secrets)

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Delivery:  # noqa: ARG002
        """Read an activation.

        Raises
        ------
        MalformedAnswer
            When the body is not what the interface says.
        """
        return activation(body)

    def _registered_otherwise(
        self, command: RegisterCase, credentials: Credentials, answer: Response
    ) -> Outcome:
        """Make out what an external id stands for that was used before with another content.

        An earlier attempt at this very case arrived, and something about the debtor has changed since; or it
        is something else, and refused.
        """
        ours = {invoice.external_id for invoice in command.invoices}
        try:
            found = self._cases("externalId", command.external_id, credentials)
        except MalformedAnswer:
            return InDoubt("malformed_answer")
        except TransportFailed as failure:
            return InDoubt(failure.reason)
        if not found:
            return InDoubt("not_found_yet")
        if ours != {invoice.text("externalId") for invoice in found[0].nodes("invoices")}:
            return outcome_of(answer, command.external_id)
        return Accepted(found[0].optional_identifier("caseNumber"), already_existed=True)

    def _cases(self, name: str, value: str, credentials: Credentials) -> tuple[Node, ...]:
        cases = self._ask("/collection/v1/cases?" + urlencode({name: value}), credentials).nodes("cases")
        for case in cases:
            hold_to(case, credentials)
        return cases

    def _ask(self, path: str, credentials: Credentials) -> Node:
        try:
            return successful(self._exchange(Request("GET", self._base_url + path), credentials))
        except NoToken as none:
            raise TransportFailed("no", none.reason) from none

    def _exchange(self, request: Request, credentials: Credentials) -> Response:
        """Send a request with a token; with a new one, once, when a kept one is not taken any more."""
        token, kept = self._tokens.token(credentials)
        answer = self._http.exchange(_bearing(request, token))
        if answer.status != 401:
            return answer
        self._tokens.forget(credentials, token)
        if not kept:
            return answer
        token, _ = self._tokens.token(credentials)
        return self._http.exchange(_bearing(request, token))


def _bearing(request: Request, token: str) -> Request:
    headers = {**request.headers, "Authorization": f"Bearer {token}", "Accept": "application/json"}
    return replace(request, headers=headers, timeout_seconds=_TIMEOUT_SECONDS)

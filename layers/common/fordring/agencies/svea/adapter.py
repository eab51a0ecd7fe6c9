"""Svea behind the hub's port. Holds no state; only ``now``, the real time, for signatures."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import urlencode

from fordring.agencies.cursors import cursor_after, query_of, rewound
from fordring.agencies.reading import Node, read
from fordring.agencies.svea import credit
from fordring.agencies.svea.answers import outcome_of, outcome_of_failure, successful
from fordring.agencies.svea.commands import PATHS, body_of
from fordring.agencies.svea.documents import LARGEST, document_of, path_of
from fordring.agencies.svea.facts import balance, case_key, fact
from fordring.agencies.svea.signature import is_signed, signed_headers
from fordring.agencies.svea.terms import CAPABILITIES, DOUBTS, refusal
from fordring.domain.agency import (
    Accepted,
    CaseKey,
    Credentials,
    Document,
    MalformedAnswer,
    Outcome,
    Rejected,
)
from fordring.domain.agency_answers import AgencyBalance, BalancePage, Changes, Delivery
from fordring.domain.credit import CreditAnswer, CreditSubject
from fordring.domain.facts import Fact
from fordring.domain.instructions import Command, RegisterCase
from fordring.domain.transport import Http, Request, Response, TransportFailed

_PAGE: Final = 100
_TIMEOUT_SECONDS: Final = 10.0
_MOST_CHANGES: Final = 50
"""How many changes a delivery may carry: it is read before its signature is checked."""


class Svea:
    """The adapter for Svea's modelled interface (``docs/agencies/svea.md``).

    Parameters
    ----------
    http
        The port to the outside.
    base_url
        Where the interface begins, for example ``https://collection.svea.example``.
    now
        Real time, aware; never the test clock, because it is signed.
    """

    capabilities = CAPABILITIES
    doubts = DOUBTS

    def __init__(self, http: Http, base_url: str, now: Callable[[], datetime]) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._now = now

    def send(self, command: Command, credentials: Credentials) -> Outcome:
        """Carry out a command; every failure is an outcome."""
        body = body_of(command, credentials)
        headers = signed_headers(body, credentials, self._now()) | {"Content-Type": "application/json"}
        request = Request(
            "POST", self._base_url + PATHS[command.kind], headers, body, timeout_seconds=_TIMEOUT_SECONDS
        )
        try:
            answer = self._http.exchange(request)
        except TransportFailed as failure:
            return outcome_of_failure(failure)
        return outcome_of(answer)

    def look_up(self, command: Command, credentials: Credentials) -> Accepted | Rejected | None:
        """Find a registration by its external id, then by document number.

        The second question is for a hub that was restored from a backup: the agency may hold the invoice
        under an external id that the hub has forgotten, open, or closed because nothing remains of it. All
        other commands have a natural key, so that sending them again is the look-up: the answer is ``None``.
        """
        if not isinstance(command, RegisterCase):
            return None
        for case in self._cases("clientOrderId", command.external_id, credentials):
            if codes := case.texts("RejectionCodes"):
                return Rejected(tuple(dict.fromkeys(refusal(code) for code in codes)))
            return Accepted(case.optional_identifier("CaseNumber"), already_existed=True)
        for invoice in command.invoices:
            for case in self._cases("documentNumber", invoice.document_number, credentials):
                outside = case.optional_identifier("ClientOrderId")
                forgotten = outside is None or not outside.startswith(f"{_base(command.external_id)}-")
                if case.flag("Open") or (forgotten and _is_settled(case)):
                    return Accepted(case.optional_identifier("CaseNumber"), True, outside)
        return None

    def changes_since(self, cursor: str | None, credentials: Credentials) -> Changes:
        """The next page of changes. The cursor stays the same while nothing has happened."""
        page = self._ask("/api/v1/changes?" + query_of(cursor, _PAGE), credentials)
        changes = page.nodes("Changes")
        more = page.flag("More")
        if not changes:
            if more:
                raise MalformedAnswer("an empty page cannot have a successor")
            return Changes((), cursor if cursor is not None else cursor_after(0, page.instant("AsOf")), False)
        sequences = [change.number("Sequence") for change in changes]
        if any(later <= earlier for earlier, later in pairwise(sequences)):
            raise MalformedAnswer("the sequence of changes does not grow")
        behind = cursor_after(sequences[-1], changes[-1].instant("RecordedAt"))
        return Changes(_facts(changes), behind, more)

    def rewind(self, cursor: str | None, window: timedelta) -> str | None:
        """Move a cursor back by the agency's clock."""
        return rewound(cursor, window)

    def open_cases(self, page: str | None, credentials: Credentials) -> BalancePage:
        """A page of the cases that have not ended."""
        query = {"limit": str(_PAGE)} | ({"page": page} if page is not None else {})
        answer = self._ask("/api/v1/cases/open?" + urlencode(query), credentials)
        as_of = answer.instant("AsOf")
        cases = tuple(balance(case, as_of) for case in answer.nodes("Cases"))
        if not all(case.open for case in cases):
            raise MalformedAnswer("a case in the list of open cases is closed")
        return BalancePage(cases, answer.optional_text("NextPage"))

    def case(self, key: CaseKey, credentials: Credentials) -> AgencyBalance | None:
        """One case, by its number where there is one, otherwise by its external id."""
        if key.case_number is not None:
            query = {"caseNumber": key.case_number}
        elif key.external_id is not None:
            query = {"clientOrderId": key.external_id}
        else:
            return None
        answer = self._ask("/api/v1/cases?" + urlencode(query), credentials)
        as_of = answer.instant("AsOf")
        return next((balance(case, as_of) for case in answer.nodes("Cases")), None)

    def document(self, key: CaseKey, dispatch_id: str, credentials: Credentials) -> Document | None:
        """What a dispatch said, as a file; ``None`` when there is none (yet)."""
        answer = self._get(path_of(key, dispatch_id), credentials, largest=LARGEST)
        return document_of(answer)

    def credit_check(self, subject: CreditSubject, credentials: Credentials) -> CreditAnswer:
        """Ask for a credit decision.

        Raises
        ------
        TransportFailed
            When there is no answer within ten seconds.
        MalformedAnswer
            When the answer is not what the interface says.
        """
        body = credit.body_of(subject, credentials)
        headers = signed_headers(body, credentials, self._now()) | {"Content-Type": "application/json"}
        request = Request(
            "POST", self._base_url + credit.PATH, headers, body, timeout_seconds=_TIMEOUT_SECONDS
        )
        return credit.read_answer(successful(self._http.exchange(request)))

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Credentials], now: datetime
    ) -> bool:
        """Whether one of the secrets signed these bytes within 300 seconds of ``now``."""
        return is_signed(headers, body, secrets, now)

    def parse_callback(self, headers: Mapping[str, str], body: bytes) -> Delivery:  # noqa: ARG002
        """Read a callback.

        Raises
        ------
        MalformedAnswer
            When the body is not what the interface says.
        """
        delivery_id, changes = _delivery(body)
        return Delivery(delivery_id, _facts(changes))

    def _cases(self, name: str, value: str, credentials: Credentials) -> tuple[Node, ...]:
        return self._ask("/api/v1/cases?" + urlencode({name: value}), credentials).nodes("Cases")

    def _ask(self, path: str, credentials: Credentials) -> Node:
        return successful(self._get(path, credentials))

    def _get(self, path: str, credentials: Credentials, largest: int = 1024 * 1024) -> Response:
        request = Request(
            "GET",
            self._base_url + path,
            signed_headers(b"", credentials, self._now()),
            timeout_seconds=_TIMEOUT_SECONDS,
            largest_answer=largest,
        )
        return self._http.exchange(request)


def _base(external_id: str) -> str:
    """What all submissions of an invoice have in common."""
    return external_id.rpartition("-")[0]


def _is_settled(case: Node) -> bool:
    """Whether nothing remains of a case that was handed over and not refused."""
    return not case.texts("RejectionCodes") and case.money("PrincipalRemaining", case.currency()).minor <= 0


def _facts(changes: Sequence[Node]) -> tuple[Fact, ...]:
    return tuple(read_fact for change in changes if (read_fact := fact(change)) is not None)


def _delivery(body: bytes) -> tuple[str, tuple[Node, ...]]:
    """Read a callback as far as it can be trusted unverified: a few changes of one case."""
    content = read(body)
    delivery_id, changes = content.identifier("DeliveryId"), content.nodes("Changes")
    if not 1 <= len(changes) <= _MOST_CHANGES or len(_cases_of(changes)) > 1:
        raise MalformedAnswer("the changes of a delivery are not of one case")
    return delivery_id, changes


def _cases_of(changes: Sequence[Node]) -> tuple[CaseKey, ...]:
    keys = dict.fromkeys(case_key(change) for change in changes)
    return tuple(key for key in keys if key != CaseKey())

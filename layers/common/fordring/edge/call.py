"""One call of the API: who calls, what was asked for, and the one way to act on it.

The key is read together with whatever the request needs, so a revoked key is dead at once and costs no
read of its own. A command goes through ``transact``: key, idempotency claim and everything that the use
case looks at are one read; its effects, its events and its claim are one transaction.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from fordring.domain import things
from fordring.domain.creditor import ApiKey
from fordring.domain.errors import (
    Fault,
    Forbidden,
    InvalidInput,
    NotFound,
    PreconditionFailed,
    Refused,
    Unauthenticated,
    Unprocessable,
)
from fordring.domain.refs import Listing, Page, Ref
from fordring.domain.running import CLAIM_LIFE, Claim
from fordring.domain.values import dataclass
from fordring.edge.key_text import digest_of_key, key_id_of
from fordring.edge.problem import Answer, dump, problem
from fordring.edge.route import Route
from fordring.usecases.recording import derived_id
from fordring.usecases.work import Work, transact

if TYPE_CHECKING:
    from pydantic import BaseModel

    from fordring.edge.hub import Hub

REPLAYED: Final = "Idempotent-Replayed"

type Refs = Iterable[Ref[Any]] | Callable[[], Iterable[Ref[Any]]]


@dataclass(slots=True)
class Call:
    """A parsed call.

    Parameters
    ----------
    path, query, headers
        As the gateway gives them; header names in lower case.
    raw
        The body's bytes.
    body, parameters
        The body and the query string after they were checked against the route's models.
    idempotency_key
        What the caller gave, where the route asks for one.
    """

    route: Route
    hub: "Hub"
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes = b""
    media: str = ""
    body: "BaseModel | None" = None
    parameters: "BaseModel | None" = None
    request_id: str = ""
    idempotency_key: str | None = None
    key: ApiKey | None = field(default=None, init=False)

    def given[M](self, model: type[M]) -> M:
        """Give the body as the model that the route promises."""
        return self.body if isinstance(self.body, model) else _wrong_model(model)

    def asked[M](self, model: type[M]) -> M:
        """Give the query string as the model that the route promises."""
        return self.parameters if isinstance(self.parameters, model) else _wrong_model(model)

    @property
    def creditor_id(self) -> str:
        """The creditor in the path."""
        return self.path["creditor_id"]

    # --- who calls -------------------------------------------------------------------------------

    @property
    def _bearer(self) -> str:
        scheme, _, text = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not text.strip():
            raise Unauthenticated
        return text.strip()

    @property
    def key_ref(self) -> Ref[ApiKey]:
        """Name the key that the caller shows.

        Raises
        ------
        Unauthenticated
            When none is shown, or something that is none.
        """
        key_id = key_id_of(self._bearer)
        if key_id is None:
            raise Unauthenticated
        return things.API_KEY(key_id)

    def authorise(self, work: Work) -> ApiKey:
        """Check the key that was read: known, not revoked, of a sufficient scope, for this creditor.

        Raises
        ------
        Unauthenticated
            For an unknown key, a wrong secret and a revoked key alike.
        Forbidden
            When its scope does not allow this.
        NotFound
            When the creditor in the path is none of its own.
        """
        key = work.find(self.key_ref)
        # Compared also when there is none: how long the answer takes tells nothing.
        expected = key.digest if key is not None else digest_of_key("")
        same = hmac.compare_digest(expected, digest_of_key(self._bearer))
        if key is None or not same or key.revoked_at is not None:
            raise Unauthenticated
        if self.route.scope is not None and not key.scope.includes(self.route.scope):
            raise Forbidden(f"this needs the scope {self.route.scope.value}")
        self.key = key
        if "creditor_id" in self.path:
            self.reach(self.path["creditor_id"])
        return key

    def reach(self, creditor_id: str) -> None:
        """Refuse what belongs to a creditor that the key does not act for.

        Raises
        ------
        NotFound
            As for something that does not exist.
        """
        if self.key is None or not self.key.reaches(creditor_id):
            raise NotFound

    # --- looking ---------------------------------------------------------------------------------

    def read(self, *refs: Ref[Any]) -> Work:
        """Read things, and the key with them, in one round trip."""
        work = self.hub.desk.read(self.key_ref, *refs)
        self.authorise(work)
        return work

    def page[T](self, listing: Listing[T], *, limit: int, after: str | None) -> Page[T]:
        """Read a page of a list; the caller has been authorised by a read before."""
        return self.hub.store.page(listing, after=after, limit=limit)

    # --- acting ----------------------------------------------------------------------------------

    def transact[R](
        self,
        refs: Refs,
        decide: Callable[[Work], R],
        render: Callable[[R], Any],
        *,
        status: int = 200,
        headers: Callable[[R], Mapping[str, str]] | None = None,
    ) -> Answer:
        """Carry a command out, once for the same Idempotency-Key, and answer.

        Success and refusals by business rules are kept with the claim and given again; what says nothing
        about the business (400, 401, 404, 429, 5xx) is not.

        Raises
        ------
        Unprocessable
            ``idempotency_key_reused``: the same key came with another body.
        """
        claim_ref = self.claim_ref()

        def named() -> Iterable[Ref[Any]]:
            own = (self.key_ref, claim_ref) if claim_ref else (self.key_ref,)
            return (*own, *(refs() if callable(refs) else refs))

        def carry_out(work: Work) -> Answer:
            self.authorise(work)
            replay = self.replay_of(work, claim_ref)
            if replay is not None:
                return replay
            try:
                result = decide(work)
            except Refused as refusal:
                if claim_ref is None:
                    raise
                work.forget_changes()
                answer = problem(refusal, self.request_id)
            else:
                extra = headers(result) if headers else {}
                answer = Answer(status, dump(render(result)) if status != 204 else "", headers=extra)
            if claim_ref is not None:
                work.put(claim_ref, self._claim(answer))
            return answer

        return transact(self.hub.desk, named, carry_out)

    def claim_ref(self, element: int | None = None) -> Ref[Claim] | None:
        """Name the idempotency claim of this request, or of one element of its batch."""
        if self.idempotency_key is None:
            return None
        parts = [
            self.key_ref.ids[0],
            self.route.method,
            json.dumps(self.path, sort_keys=True),
            self.route.path,
            self.idempotency_key,
            "" if element is None else str(element),
        ]
        return things.CLAIM(hashlib.sha256("\x1f".join(parts).encode()).hexdigest())

    def own_id(self, prefix: str) -> str:
        """Make the id of what this request makes: the same for the same request, however often it comes.

        Also after the table has gone back in time and the claim is lost: what was told to an agency before
        is told again under the same id, which the agency recognises.
        """
        claim = self.claim_ref()
        if claim is None:
            message = "only a request with an Idempotency-Key names what it makes"
            raise TypeError(message)
        return derived_id(prefix, claim.ids[0], self.fingerprint())

    def replay_of(self, work: Work, claim_ref: Ref[Claim] | None) -> Answer | None:
        """Give the answer that was given before to the same request.

        Raises
        ------
        Unprocessable
            ``idempotency_key_reused``.
        """
        claim = work.find(claim_ref) if claim_ref else None
        if claim is None or claim.expires_at <= self.hub.wall.now():
            return None
        if not hmac.compare_digest(claim.fingerprint, self.fingerprint()):
            raise Unprocessable(
                "idempotency_key_reused", "this Idempotency-Key was used before, with another request"
            )
        media = "application/problem+json" if claim.status >= 400 else "application/json"
        return Answer(claim.status, claim.answer, media, {**(claim.headers or {}), REPLAYED: "true"})

    def fingerprint(self) -> str:
        """Make an HMAC of the canonical body and the query string."""
        content = self.body.model_dump_json() if self.body is not None else ""
        canonical = dump([self.media, content, sorted(self.query.items())]).encode() + (
            b"" if self.body is not None else self.raw
        )
        return hmac.new(digest_of_key(self._bearer).encode(), canonical, hashlib.sha256).hexdigest()

    def _claim(self, answer: Answer) -> Claim:
        # Claims live in real time: a caller that repeats itself does so on its own clock.
        real = self.hub.wall.now()
        return Claim(
            self.fingerprint(),
            answer.status,
            answer.body,
            real,
            real + CLAIM_LIFE,
            dict(answer.headers) or None,
        )

    def expected_revision(self) -> int | None:
        """Read ``If-Match``: the revision that the caller has seen.

        Raises
        ------
        InvalidInput
            When it is no revision.
        """
        text = self.headers.get("if-match")
        if text is None:
            return None
        digits = text.strip().removeprefix("W/").strip('"')
        if not digits.isascii() or not digits.isdigit():
            raise InvalidInput(
                faults=[Fault("/headers/If-Match", "malformed", 'an ETag that the hub gave, such as "3"')]
            )
        return int(digits)

    def match_revision(self, present: int | None) -> None:
        """Refuse a change of something that has changed since the caller read it.

        Raises
        ------
        PreconditionFailed
            When ``If-Match`` names another revision than the present one.
        """
        expected = self.expected_revision()
        if expected is not None and expected != (present or 0):
            raise PreconditionFailed(facts={"revision": present or 0})


def etag(revision: int) -> dict[str, str]:
    """Give the header that tells a revision."""
    return {"ETag": f'"{revision}"'}


def _wrong_model(model: type[Any]) -> Any:
    message = f"the route does not promise a {model.__name__}"
    raise TypeError(message)

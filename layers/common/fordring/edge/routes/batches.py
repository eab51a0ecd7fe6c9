"""Many invoices in one request: each is registered or refused by itself.

An element has an idempotency claim of its own, which follows from the request's key and its place. So a
batch that was interrupted is completed by repeating it, and its answer is the same.
"""

import json
from collections.abc import Iterable
from dataclasses import field
from typing import Any, Final

from fordring.domain.creditor import Scope
from fordring.domain.errors import Fault, FordringError, InvalidInput, Refused, Unprocessable
from fordring.domain.invoice import Invoice
from fordring.domain.refs import Ref
from fordring.domain.running import CLAIM_LIFE, Claim
from fordring.domain.values import dataclass
from fordring.edge.call import REPLAYED, Call
from fordring.edge.problem import Answer, dump, problem
from fordring.edge.reading import check
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import agreements_of, told
from fordring.edge.schemas.invoices import GivenInvoice, InvoiceBatch
from fordring.edge.schemas.told_invoices import ToldBatch
from fordring.usecases.invoicing import NewInvoice, refs_to_register, register
from fordring.usecases.store_port import Conflict
from fordring.usecases.work import Work, transact

NOT_IN_A_BATCH: Final = Fault("/credit_check_id", "not_in_a_batch", "register this invoice by itself")


@dataclass(slots=True)
class Element:
    """One invoice of a batch; ``answer`` once it is decided."""

    call: Call
    index: int
    fingerprint: str
    new: NewInvoice | None = None
    answer: Answer | None = None
    refs: tuple[Ref[Any], ...] = field(default=())

    @classmethod
    def of(cls, call: Call, index: int, content: Any, fingerprint: str) -> "Element":
        """Check one element; what is wrong with it is its answer."""
        made = cls(call, index, fingerprint)
        try:
            made.new = check(GivenInvoice, content).new
            if made.new.credit_check_id is not None:
                # Whoever is checked at the counter is invoiced there, too (SAN-6, SAN-7).
                raise InvalidInput(faults=[NOT_IN_A_BATCH])
        except FordringError as error:
            made.answer = problem(error)
        else:
            claim = call.claim_ref(index)
            claims = (claim,) if claim else ()
            looked_at = refs_to_register(call.creditor_id, made.new, call.hub.administrators)
            made.refs = (call.key_ref, *claims, *looked_at, *agreements_of(call.creditor_id))
        return made

    def carry_out(self, work: Work) -> Answer:
        """Register the invoice, once for the same key and place.

        Raises
        ------
        Unprocessable
            ``idempotency_key_reused``: of the whole batch.
        """
        self.call.authorise(work)
        claim_ref = self.call.claim_ref(self.index)
        replay = self.call.replay_of(work, claim_ref)
        if replay is not None:
            return replay
        if self.new is None:
            raise LookupError("an element that was refused is not carried out")
        try:
            content = told(self.call.hub, work, self._registered(work, self.new))
            answer = Answer(201, dump(content))
        except Refused as refusal:
            work.forget_changes()
            answer = problem(refusal)
        if claim_ref is not None:
            real = self.call.hub.wall.now()
            claim = Claim(self.fingerprint, answer.status, answer.body, real, real + CLAIM_LIFE)
            work.put(claim_ref, claim)
        return answer

    def _registered(self, work: Work, new: NewInvoice) -> Invoice:
        return register(work, self.call.creditor_id, new, self.call.hub.administrators)


def register_batch(call: Call) -> Answer:
    """Register up to 100 invoices."""
    desk = call.hub.desk
    fingerprint = call.fingerprint()
    given = call.given(InvoiceBatch).invoices
    elements = [Element.of(call, index, content, fingerprint) for index, content in enumerate(given)]
    wanted = tuple(dict.fromkeys((call.key_ref, *_refs_of(elements), *desk.clock.refs)))
    # One look at everything; whoever then turns out to have been overtaken looks again by itself.
    read = desk.store.read(wanted)
    now = desk.clock.now(read)
    call.authorise(Work(read, wanted, now, desk.ids))
    for element in elements:
        if element.answer is not None:
            continue
        work = Work(read, wanted, now, desk.ids)
        try:
            element.answer = _decide(element, work)
            if work.changes:
                desk.store.commit(work.changes)
        except Conflict:
            element.answer = transact(desk, element.refs, lambda later, one=element: _decide(one, later))  # type: ignore[misc]
    answers = [element.answer for element in elements if element.answer is not None]
    replayed = {REPLAYED: "true"} if any(REPLAYED in answer.headers for answer in answers) else {}
    return Answer.of(
        200,
        {
            "items": [
                {"index": index, "status": answer.status, "body": json.loads(answer.body)}
                for index, answer in enumerate(answers)
            ]
        },
        replayed,
    )


def _decide(element: Element, work: Work) -> Answer:
    """Carry an element out; what says nothing about the business is its answer too, and is not kept."""
    try:
        return element.carry_out(work)
    except Unprocessable:
        # The key was used for another batch: that concerns all of it.
        raise
    except FordringError as error:
        work.forget_changes()
        return problem(error)


def _refs_of(elements: Iterable[Element]) -> Iterable[Ref[Any]]:
    for element in elements:
        yield from element.refs


BATCH_ROUTES = (
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/invoices/batch",
        register_batch,
        "Register up to 100 invoices",
        "invoices",
        Scope.WRITE,
        {200: ToldBatch},
        body=InvoiceBatch,
        claims=True,
        description="Each element is registered or refused by itself: look at every `status`. Repeated with "
        "the same key after an interruption, the batch is completed.",
    ),
)

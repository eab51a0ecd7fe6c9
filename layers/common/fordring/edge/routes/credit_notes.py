"""Credit notes: registered with their invoice or without, and matched later."""

from collections.abc import Iterable
from typing import Any

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.payment import CreditNote
from fordring.domain.refs import Ref
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.edge.routes.invoice_answers import location, named_invoice, note_of
from fordring.edge.schemas.credit_notes import (
    CreditNoteMatch,
    GivenCreditNote,
    ToldCreditNote,
    tell_credit_note,
)
from fordring.usecases.crediting import match_credit_note, register_credit_note
from fordring.usecases.invoicing import document_ref
from fordring.usecases.paying import Target
from fordring.usecases.work import Work


def register_note(call: Call) -> Answer:
    """Register a credit note."""
    new = call.given(GivenCreditNote).note
    target = Target(call.hub.desk, call.creditor_id, new.invoice_id) if new.invoice_id else None

    def refs() -> Iterable[Ref[Any]]:
        own = (
            things.CREDITOR(call.creditor_id),
            document_ref(call.creditor_id, "credit_note", new.document_number),
        )
        return (*own, *target.refs()) if target else own

    def decide(work: Work) -> CreditNote:
        invoice = named_invoice(work, target) if target else None
        return register_credit_note(work, call.creditor_id, new, invoice)

    return call.transact(
        refs, decide, tell_credit_note, status=201, headers=lambda note: location(tell_credit_note(note))
    )


def match_note(call: Call) -> Answer:
    """Match a credit note to an invoice."""
    target = Target(call.hub.desk, call.creditor_id, call.given(CreditNoteMatch).invoice_id)

    def refs() -> Iterable[Ref[Any]]:
        return (things.CREDIT_NOTE(call.path["credit_note_id"]), *target.refs())

    def decide(work: Work) -> CreditNote:
        note = note_of(call, work)
        return match_credit_note(work, note, named_invoice(work, target))

    return call.transact(refs, decide, tell_credit_note)


CREDIT_NOTE_ROUTES = (
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/credit-notes",
        register_note,
        "Register a credit note",
        "credit notes",
        Scope.WRITE,
        {201: ToldCreditNote},
        body=GivenCreditNote,
        claims=True,
        description="With `invoice_id` it reduces that invoice, and an agency that has the invoice is told. "
        "Without, it is kept and nobody is told until it is matched.",
    ),
    Route(
        "POST",
        "/v1/creditors/{creditor_id}/credit-notes/{credit_note_id}/match",
        match_note,
        "Match a credit note to an invoice",
        "credit notes",
        Scope.WRITE,
        {200: ToldCreditNote},
        body=CreditNoteMatch,
        claims=True,
    ),
)

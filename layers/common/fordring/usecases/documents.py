"""Letters themselves: fetched from the agency once they are reported, checked, and kept for a while (ZIR-6).

Only here is the agency asked for a file: whoever reads it through the API gets what is kept.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from fordring.domain import things
from fordring.domain.actions import not_offered
from fordring.domain.agency import Capabilities, CaseKey, Document, MalformedAnswer, Operation
from fordring.domain.command import retry_delay
from fordring.domain.correspondence import Dispatch, KeptDocument
from fordring.domain.errors import Refused
from fordring.domain.service_windows import wait_until
from fordring.domain.transport import TransportFailed
from fordring.usecases.delivering import AgencyOf, Unseal
from fordring.usecases.ports import Files
from fordring.usecases.work import Desk, Work, transact

ALLOWED: Final = {"application/pdf": b"%PDF-"}
"""The types that are kept, with how their files begin."""

LARGEST: Final = 4 * 1024 * 1024
"""How large a file may be, in bytes: what a function can answer with."""

LIFE: Final = timedelta(days=1095)
"""How long a document is kept, by the bucket's own rule; a debtor is never erased sooner."""


def file_of(dispatch: Dispatch) -> str:
    """Name the file of a dispatch."""
    return f"documents/{dispatch.case_id}/{dispatch.dispatch_id}"


def fetch_document(
    desk: Desk, agency_of: AgencyOf, unseal: Unseal, files: Files, case_id: str, dispatch_id: str
) -> Dispatch | None:
    """Fetch the document of a dispatch and keep it, if that is due; ``None`` when it is not.

    Two workers that do so at once keep the same file twice.
    """
    ref, case_ref = things.DISPATCH(case_id, dispatch_id), things.CASE(case_id)
    look = desk.read(ref, case_ref)
    dispatch, case = look.find(ref), look.find(case_ref)
    if dispatch is None or case is None or not _is_due(dispatch, look.now):
        return None
    agreement_ref = things.AGREEMENT(case.creditor_id, case.agency)
    agreement = desk.read(agreement_ref).get(agreement_ref).under(case.agreement_number)
    if agreement is None or agreement.credentials is None:
        return _settle(desk, dispatch, None, "agreement_changed")
    until = wait_until(agreement.settings.service_windows, look.now)
    if until is not None:
        return _postpone(desk, dispatch, until)
    key = CaseKey(case.as_told.external_id, case.case_number)
    try:
        document = agency_of(case.agency).document(key, dispatch.agency_dispatch_id, unseal(agreement))
    except TransportFailed as failure:
        return _settle(desk, dispatch, None, failure.reason)
    except MalformedAnswer:
        return _settle(desk, dispatch, None, "malformed_answer")
    if document is None:
        return _settle(desk, dispatch, None, "not_found")
    fault = _fault(document)
    if fault is None:
        files.put(file_of(dispatch), document.body, document.content_type)
    return _settle(desk, dispatch, document, fault)


def _postpone(desk: Desk, seen: Dispatch, until: datetime) -> Dispatch:
    """Let a document wait while the agency is serviced; no attempt is spent (SAN-20)."""
    ref = things.DISPATCH(seen.case_id, seen.dispatch_id)

    def decide(work: Work) -> Dispatch:
        dispatch = work.get(ref)
        if not _is_due(dispatch, work.now):
            return dispatch
        waiting = replace(dispatch, fetch_at=until)
        work.change(ref, waiting)
        return waiting

    return transact(desk, [ref], decide)


def _is_due(dispatch: Dispatch, now: datetime) -> bool:
    return dispatch.fetch_at is not None and dispatch.fetch_at <= now


def _fault(document: Document) -> str | None:
    """Say what is wrong with a document."""
    beginning = ALLOWED.get(document.content_type)
    if beginning is None or not document.body.startswith(beginning):
        return "content_type_not_allowed"
    if len(document.body) > LARGEST:
        return "too_large"
    if document.sha256 is not None and document.sha256.lower() != _digest(document):
        return "digest_mismatch"
    return None


def _digest(document: Document) -> str:
    return hashlib.sha256(document.body).hexdigest()


def _settle(desk: Desk, seen: Dispatch, document: Document | None, fault: str | None) -> Dispatch:
    """Write down what an attempt has led to."""
    ref = things.DISPATCH(seen.case_id, seen.dispatch_id)

    def decide(work: Work) -> Dispatch:
        dispatch = work.get(ref)
        if dispatch.document is not None:
            return dispatch
        attempts = dispatch.fetch_attempts + 1
        if document is not None and fault is None:
            kept = KeptDocument(
                document.content_type, len(document.body), _digest(document), work.now, work.now + LIFE
            )
            settled = replace(dispatch, document=kept, fetch_at=None, fetch_attempts=attempts)
        else:
            wait = None if fault in _FOR_GOOD else retry_delay(attempts)
            settled = replace(
                dispatch,
                fetch_at=None if wait is None else work.now + wait,
                fetch_attempts=attempts,
                document_fault=fault,
            )
        work.change(ref, settled)
        return settled

    return transact(desk, [ref], decide)


_FOR_GOOD: Final = frozenset({"content_type_not_allowed", "too_large", "agreement_changed"})
"""What another attempt does not mend."""


def document_of(dispatch: Dispatch, capabilities: Capabilities, now: datetime) -> KeptDocument:
    """Give the document of a dispatch as it is kept.

    Raises
    ------
    Refused
        ``operation_not_offered`` by an agency that hands out none; ``document_not_available``, with the
        state that the document is in.
    """
    state = dispatch.document_state(now)
    if dispatch.document is not None and state == "available":
        return dispatch.document
    if state == "none" and Operation.DISPATCH_DOCUMENTS not in capabilities.operations:
        raise not_offered(capabilities, Operation.DISPATCH_DOCUMENTS)
    raise Refused(
        "document_not_available",
        "there is no document of this dispatch now",
        facts={"state": state, "reason": dispatch.document_fault},
    )

"""The documents of dispatches: handed out as they are kept."""

from fordring.domain import things
from fordring.domain.creditor import Scope
from fordring.domain.errors import Refused
from fordring.edge.call import Call
from fordring.edge.problem import Answer
from fordring.edge.route import Route
from fordring.usecases.documents import document_of, file_of
from fordring.usecases.ports import FileMissing


def read_document(call: Call) -> Answer:
    """Hand the document of a dispatch out."""
    case_ref = things.CASE(call.path["case_id"])
    ref = things.DISPATCH(call.path["case_id"], call.path["dispatch_id"])
    work = call.read(case_ref, ref)
    case = work.get(case_ref)
    call.reach(case.creditor_id)
    dispatch = work.get(ref)
    kept = document_of(dispatch, call.hub.capabilities(case.agency), work.now)
    try:
        content = call.hub.files.get(file_of(dispatch))
    except FileMissing:
        raise Refused(
            "document_not_available",
            "the document is not kept any more",
            facts={"state": "expired", "reason": None},
        ) from None
    headers = {
        "Content-Disposition": f'attachment; filename="{dispatch.dispatch_id}.pdf"',
        "Content-SHA256": kept.sha256,
        "X-Content-Type-Options": "nosniff",
    }
    return Answer(200, media=kept.content_type, headers=headers, content=content)


DOCUMENT_ROUTES = (
    Route(
        "GET",
        "/v1/cases/{case_id}/dispatches/{dispatch_id}/document",
        read_document,
        "Read what the agency has sent, as a file",
        "cases",
        Scope.READ,
        {200: None},
        gives="application/pdf",
        description=(
            "The file itself, with its digest in `Content-SHA256`. 409 `document_not_available` tells a "
            "`state`: `pending` (not fetched yet), `failed` (with `reason`), `expired` or `none`; "
            "`operation_not_offered` when the agency hands out no documents."
        ),
    ),
)

"""Documents of dispatches, as Svea hands them out: the file itself, with its digest in a header."""

from typing import Final
from urllib.parse import urlencode

from fordring.agencies.svea.answers import successful
from fordring.domain.agency import CaseKey, Document, MalformedAnswer
from fordring.domain.transport import Response

LARGEST: Final = 4 * 1024 * 1024
"""How large a document may be, in bytes."""

_DIGEST: Final = "content-sha256"


def path_of(key: CaseKey, dispatch_id: str) -> str:
    """Where the document of a dispatch is."""
    names = {"caseNumber": key.case_number, "clientOrderId": key.external_id}
    query = {name: value for name, value in names.items() if value is not None}
    return "/api/v1/documents?" + urlencode({"dispatchId": dispatch_id, **query})


def document_of(answer: Response) -> Document | None:
    """Read the answer; ``None`` when there is no document (yet).

    Raises
    ------
    TransportFailed
        When the agency cannot answer now.
    MalformedAnswer
        When the answer is neither a file nor a refusal of the interface.
    """
    if answer.status == 404:
        return None
    if answer.status != 200:
        successful(answer)
        raise MalformedAnswer("no file in the answer")
    content_type = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type in {"", "application/json"} or not answer.body:
        raise MalformedAnswer("no file in the answer")
    digest = answer.headers.get(_DIGEST, "").strip().lower()
    return Document(content_type, answer.body, digest or None)

"""What an agency answers when it is asked for somebody's credit. Whom it was asked about is never kept."""

from typing import Any, Final

from sandbox.desk import Desk
from sandbox.store import put_record, record

DECISIONS: Final = frozenset({"approved", "refused", "limited"})
_KIND: Final = "credit-answer"


def answer_from_now_on(desk: Desk, decision: str, limit: int | None, organisation_number: str | None) -> None:
    """Decide what is answered, about one organisation or about everybody else."""
    told = {"decision": decision, "limit": limit}
    put_record(desk.db, desk.agency, _KIND, organisation_number or "", told)


def answer_of(desk: Desk, organisation_number: str | None) -> dict[str, Any]:
    """The answer about an organisation, or about a person; approved where nothing was decided."""
    own = record(desk.db, desk.agency, _KIND, organisation_number) if organisation_number else None
    return own or record(desk.db, desk.agency, _KIND, "") or {"decision": "approved", "limit": None}

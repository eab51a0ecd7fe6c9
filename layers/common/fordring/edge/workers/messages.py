"""Messages on the queues: ids only, and the way from a stored thing to its message and back."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from fordring.domain import things
from fordring.domain.refs import Ref
from fordring.usecases.ports import Queue

type QueueOf = Callable[[str], Queue]
type Message = Mapping[str, str]

AGENCY: Final = "agency_queue"
WEBHOOK: Final = "webhook_queue"
SYNC: Final = "sync_queue"
JOB: Final = "job_queue"


def message_of(ref: Ref[Any]) -> tuple[str, Message]:
    """Tell on which queue, and in which words, a worker is told to look at a thing.

    Raises
    ------
    ValueError
        When it is nothing that a worker looks at.
    """
    match ref.kind.name:
        case "command":
            return AGENCY, {"case_id": ref.ids[0]}
        case "case":
            return AGENCY, {"resume_case_id": ref.ids[0]}
        case "invoice":
            return AGENCY, {"follow_up": ref.ids[0]}
        case "email":
            creditor_id, agency, email_id = ref.ids
            return AGENCY, {"creditor_id": creditor_id, "agency": agency, "email_id": email_id}
        case "letter":
            return AGENCY, {"invoice_id": ref.ids[0], "letter_id": ref.ids[1]}
        case "gathering":
            return AGENCY, {"gathering": ref.ids[0]}
        case "dispatch":
            return AGENCY, {"document_of": ref.ids[0], "dispatch_id": ref.ids[1]}
        case "event":
            parent_kind, parent_id, event_id = ref.ids
            return WEBHOOK, {"parent_kind": parent_kind, "parent_id": parent_id, "event_id": event_id}
        case "delivery":
            return WEBHOOK, {"delivery_id": ref.ids[0]}
        case "sync_request":
            creditor_id, agency, request_id = ref.ids
            return SYNC, {"creditor_id": creditor_id, "agency": agency, "request_id": request_id}
        case "job":
            return JOB, {"job_id": ref.ids[0]}
        case other:
            message = f"nobody is told to look at a {other}"
            raise ValueError(message)


def event_ref(message: Message) -> Ref[Any] | None:
    """Read the event out of a message, if it is about one."""
    if "event_id" not in message:
        return None
    return things.EVENT(message["parent_kind"], message["parent_id"], message["event_id"])


def send_all(queue_of: QueueOf, refs: Iterable[Ref[Any]]) -> int:
    """Tell workers to look at things; gives how many messages that took."""
    by_queue: dict[str, dict[tuple[tuple[str, str], ...], Message]] = {}
    for ref in refs:
        queue, message = message_of(ref)
        # Several commands of one case are one lane: one message is enough.
        by_queue.setdefault(queue, {})[tuple(sorted(message.items()))] = message
    for queue, messages in by_queue.items():
        queue_of(queue).send(messages.values())
    return sum(len(messages) for messages in by_queue.values())

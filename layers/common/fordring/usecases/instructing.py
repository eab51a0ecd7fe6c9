"""Telling an agency to do something: by its own operation, or by a message where it has none."""

from fordring.domain import things
from fordring.domain.actions import not_offered
from fordring.domain.agency import Capabilities, CommandKind, Operation
from fordring.domain.case import Case
from fordring.domain.correspondence import Message
from fordring.usecases.recording import command, epoch_of
from fordring.usecases.work import Work


def instruct(
    work: Work,
    case: Case,
    capabilities: Capabilities,
    kind: CommandKind,
    words: str,
    *,
    subject_id: str | None = None,
) -> Case:
    """Queue a command, or a message to the case handler that asks for the same; gives the case to be written.

    The epoch must have been read.

    Parameters
    ----------
    words
        What the message says.
    subject_id
        What the command is about.

    Raises
    ------
    Refused
        ``operation_not_offered``: the agency takes neither.
    """
    if Operation(kind.value) in capabilities.operations:
        return command(work, case, kind, epoch=epoch_of(work), subject_id=subject_id)
    if Operation.SEND_MESSAGE not in capabilities.operations:
        raise not_offered(capabilities, Operation(kind.value))
    return say(work, case, words)[0]


def say(work: Work, case: Case, text: str) -> tuple[Case, Message]:
    """Queue a message to the case handler; gives the case to be written, and the message."""
    message_id = work.new_id("msg")
    message = Message(case_id=case.case_id, message_id=message_id, direction="out", text=text, at=work.now)
    work.add(things.MESSAGE(case.case_id, message_id), message)
    queued = command(work, case, CommandKind.SEND_MESSAGE, epoch=epoch_of(work), subject_id=message_id)
    return queued, message

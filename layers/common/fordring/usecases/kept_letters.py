"""What is kept of a letter that the hub sends, word by word, in a file that no restore takes back.

It is kept before the letter is given to the mail service, and marked once that has taken it. So a table that
has gone back in time finds here what it does not know any more: a letter that was sent already is not sent
again.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

from fordring.domain.errors import Unavailable
from fordring.domain.follow_up import Asked
from fordring.domain.hub_letter import HubLetter, LetterState, file_of
from fordring.domain.letter_languages import language_of
from fordring.domain.letter_texts import WrittenLetter
from fordring.domain.values import dataclass
from fordring.usecases.ports import FileMissing, Files
from fordring.usecases.telling_interest import periods_of
from fordring.usecases.writing_letters import Ready

_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter as it was given to the mail service.

    Parameters
    ----------
    plan, asked
        The step that it took, and what it asks for.
    accepted
        Whether the mail service is known to have taken it.
    content
        All that is kept.
    """

    plan: int
    asked: Asked
    accepted: bool
    content: Mapping[str, Any]

    def is_of(self, letter: HubLetter) -> bool:
        """Whether it was kept at an attempt that the letter's row knows of; if not, that has gone back."""
        made, attempt = self.content["created_at"], int(self.content["attempt"])
        return made == letter.created_at.isoformat() and attempt <= letter.attempts

    def on(self, letter: HubLetter) -> HubLetter:
        """Give the letter as it was sent in truth."""
        return replace(letter, plan=self.plan, asked=self.asked)


def kept_letter(files: Files, letter_id: str) -> KeptLetter | None:
    """Read what is kept of a letter; ``None``: nothing, it was never given to the mail service.

    Raises
    ------
    Unavailable
        When it cannot be read at present.
    """
    try:
        content = json.loads(files.get(file_of(letter_id)))
    except FileMissing:
        return None
    deadline = content["deadline_date"]
    asked = Asked(
        step=content["step"],
        kind=content["kind"],
        on=date.fromisoformat(content["sent_date"]),
        deadline_date=date.fromisoformat(deadline) if deadline else None,
        fee=content["fee"],
        compensation=content["compensation"],
    )
    return KeptLetter(content["plan"], asked, content["accepted"], content)


def recipient_of(files: Files, letter_id: str) -> str | None:
    """Tell to which address a letter went, where that can be read."""
    try:
        kept = kept_letter(files, letter_id)
    except Unavailable:
        return None
    return kept.content.get("recipient") if kept is not None else None


def keep(files: Files, ready: Ready, written: WrittenLetter, recipient: str) -> dict[str, Any]:
    """Keep a letter that is about to be sent: what it says, to whom, and the rows of law that it rests on.

    Raises
    ------
    Unavailable
        When it cannot be kept at present.
    """
    content = {
        **_figures(ready.letter),
        "accepted": False,
        "currency": ready.invoice.currency,
        "interest": ready.charges.interest,
        "interest_periods": periods_of(ready.charges.late, ready.invoice.currency),
        "missing_law": dict(ready.charges.missing.facts) if ready.charges.missing else None,
        "language": language_of(ready.debtor),
        "recipient": recipient,
        "subject": written.subject,
        "text": written.text,
        "html": written.html,
        "law": [row.facts for row in ready.rows],
    }
    files.put(ready.letter.file, _spelt(content), _TYPE)
    return content


def mark_accepted(files: Files, letter: HubLetter, content: Mapping[str, Any]) -> None:
    """Note that the mail service has taken a letter. Without the note it is in doubt after a restore."""
    with suppress(Unavailable):
        files.put(letter.file, _spelt({**content, "accepted": True}), _TYPE)


def forget_words(files: Files, letter: HubLetter) -> None:
    """Take everything out of what is kept of a letter that says whom it went to; see ``erasing``.

    Raises
    ------
    Unavailable
        When it cannot be written at present.
    """
    sent = letter.state in (LetterState.SENT, LetterState.BOUNCED)
    files.put(letter.file, _spelt({**_figures(letter), "accepted": sent, "text": None, "law": []}), _TYPE)


def _figures(letter: HubLetter) -> dict[str, Any]:
    asked = letter.asked
    return {
        "letter_id": letter.letter_id,
        "invoice_id": letter.invoice_id,
        "created_at": letter.created_at.isoformat(),
        "attempt": letter.attempts,
        "plan": letter.plan,
        "step": asked.step,
        "kind": asked.kind,
        "sent_date": asked.on.isoformat(),
        "deadline_date": asked.deadline_date.isoformat() if asked.deadline_date else None,
        "fee": asked.fee,
        "compensation": asked.compensation,
    }


def _spelt(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()

"""E-mails on this machine: whoever may send is known to the emulator's SES, and what was sent can be read."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import urlopen

from local.emulator import Emulator

__all__ = ["IDENTITY", "SENDER", "prepare", "sent"]

IDENTITY = "fordring.example"
SENDER = f"agreements@{IDENTITY}"


def prepare(emulator: Emulator) -> None:
    """Make the sender's identity known, as an operator does once in an account of AWS."""
    ses = emulator.client("sesv2")
    known = {each["IdentityName"] for each in ses.list_email_identities()["EmailIdentities"]}
    if IDENTITY not in known:
        ses.create_email_identity(EmailIdentity=IDENTITY)


def sent(emulator: Emulator) -> list[dict[str, Any]]:
    """Read every e-mail that was sent, the oldest first; nothing of it has left this machine."""
    with urlopen(f"{emulator.endpoint}/_ministack/ses/messages", timeout=10) as answer:  # noqa: S310 - our own
        content = json.load(answer)
    found = [message for messages in content["messages"].values() for message in messages]
    return sorted(found, key=lambda message: message["Timestamp"])

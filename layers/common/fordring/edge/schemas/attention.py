"""The attention list: what is asked and told."""

from typing import Annotated, Any, Literal

from pydantic import Field

from fordring.domain.command import Attention, AttentionKind
from fordring.edge.schemas.common import ChosenId, Given, Paging
from fordring.edge.schemas.told import Instant, Told, instant
from fordring.usecases.attending import Resolution, can_be_retried, resolutions_of


class AttentionQuery(Paging):
    """Which part of the list."""

    creditor_id: Annotated[
        ChosenId | None, Field(description="Required for a key that acts for several creditors only.")
    ] = None
    state: Literal["open", "resolved"] = "open"
    kind: Annotated[AttentionKind | None, Field(strict=False)] = None


class Decision(Given):
    """What a person decides."""

    resolution: Annotated[
        Resolution,
        Field(
            strict=False,
            description="Of a command or an e-mail: `sent`, the agency has it; `not_sent`, it has not, send "
            "it again; `give_up`, send it no more. Of anything else: `acknowledged`.",
        ),
    ]


class ToldAttention(Told):
    """Something that a person should look at, with what can be done about it.

    ``subject`` names it: its kind, then its ids from the outermost inwards.
    """

    attention_id: str
    kind: AttentionKind
    creditor_id: str
    subject: list[str]
    reason: str
    raised_at: Instant
    resolved_at: Instant | None
    resolution: str | None
    retryable: bool
    resolutions: list[Resolution]


class ToldAttentions(Told):
    """A page of the list."""

    items: list[ToldAttention]
    next_cursor: str | None


def tell_attention(attention: Attention) -> dict[str, Any]:
    """Tell one thing of the list."""
    return {
        "attention_id": attention.attention_id,
        "kind": attention.kind.value,
        "creditor_id": attention.creditor_id,
        "subject": list(attention.subject),
        "reason": attention.reason,
        "raised_at": instant(attention.raised_at),
        "resolved_at": instant(attention.resolved_at),
        "resolution": attention.resolution,
        "retryable": can_be_retried(attention),
        "resolutions": [each.value for each in resolutions_of(attention)],
    }

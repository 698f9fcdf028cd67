"""Owns the three lines by which a consultant enters a conversation: what is wanted, what was told, what is open.

Extractive: every line is something that was said, shortened, never a guess. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contact_centre.tables import Message

LONGEST: Final = 200
"""Characters of a line."""
_WORDS_OF_A_QUESTION: Final = 3


@dataclass(frozen=True)
class Summary:
    """Three lines; None where nothing that was said answers."""

    wants: str | None
    told: str | None
    open: str | None


def summarise(messages: Sequence[Message]) -> Summary:
    """Return the lines of a conversation, in the order of ids.

    `wants` is the last question that was answered from the knowledge base, else the first one of some length; `told` is
    that answer; `open` is what the citizen said last, unless it was answered from the knowledge base.
    """
    said = [message for message in messages if message.sender == "citizen" and message.payload is None]
    sourced = {message.reply_to: message for message in messages if message.sources and message.reply_to is not None}
    answered = [message for message in said if message.id in sourced]
    long_enough = [message for message in said if len(message.text.split()) >= _WORDS_OF_A_QUESTION]
    wants = next(iter([*answered[-1:], *long_enough, *said]), None)
    told = sourced[wants.id] if wants is not None and wants.id in sourced else None
    last = said[-1] if said else None
    is_open = last is not None and last is not wants and last.id not in sourced
    return Summary(
        wants=_short(wants),
        told=_short(told),
        open=_short(last) if is_open else None,
    )


def _short(message: Message | None) -> str | None:
    if message is None:
        return None
    text = " ".join(message.text.split())
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rsplit(' ', 1)[0].rstrip(',.;:')}…"

"""Owns reading a turn: what the citizen said, in which language and channel, and what the conversation knew before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from kb.aspects import ASPECTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rasa_sdk import Tracker

    from kb.aspects import Aspect
    from language import Language

Events = list[dict[str, Any]]
"""What an action gives back: rasa-sdk's events, which are plain dictionaries."""

Awaiting = Literal[
    "service",
    "service_choice",
    "application_number",
    "iin",
    "number_told",
    "handoff",
    "complaint_type",
    "complaint_offer",
]
"""What the assistant's last question was about (slot `awaiting`); `number_told` waits for a correction only."""

ComplaintType = Literal["1", "2"]


@dataclass(frozen=True)
class Turn:
    """One message of a citizen and what the conversation knew before it."""

    text: str
    intent: str
    confidence: float
    language: Language
    on_phone: bool
    pressed: bool
    entities: Mapping[str, str]
    mentions: Mapping[str, str]
    """The words in which each entity was said."""
    active_loop: str | None
    service: str | None
    aspect: Aspect | None
    application_number: str | None
    digits: str
    awaiting: Awaiting | None
    choices: tuple[str, ...]
    told: str
    """What was told last, for what is said in its light (actions/context.py)."""
    complaint_type: ComplaintType | None
    complaint_heard: Mapping[str, str]
    """What the story of a complaint told already, by field, before it was put together."""
    misunderstandings: int
    unheard: str
    """What of our last answer the caller spoke over."""

    @property
    def asked_aspect(self) -> Aspect | None:
        """The aspect that this message names, None when it names none."""
        return as_aspect(self.entities.get("aspect"))

    @property
    def words(self) -> list[str]:
        """What was said, word by word."""
        return self.text.split()


def as_aspect(value: object) -> Aspect | None:
    """Return `value` when it is an aspect, else None (it came from outside)."""
    return next((aspect for aspect in ASPECTS if aspect == value), None)


def read_turn(tracker: Tracker) -> Turn:
    """Return the present turn of a conversation."""
    message = tracker.latest_message
    entities = {entity["entity"]: str(entity["value"]) for entity in reversed(message.get("entities") or [])}
    intent = message.get("intent") or {}
    text = message.get("text") or ""
    mentions = {
        entity["entity"]: text[entity["start"] : entity["end"]]
        for entity in reversed(message.get("entities") or [])
        if "start" in entity and "end" in entity
    }
    language = entities.get("language") or tracker.get_slot("language")
    return Turn(
        text=text,
        intent=intent.get("name") or "",
        confidence=float(intent.get("confidence") or 0.0),
        language="kk" if language == "kk" else "ru",
        on_phone=tracker.get_latest_input_channel() == "phone",
        pressed=text.startswith("/"),
        entities=entities,
        mentions=mentions,
        active_loop=tracker.active_loop_name,
        service=tracker.get_slot("service"),
        aspect=as_aspect(tracker.get_slot("aspect")),
        application_number=tracker.get_slot("application_number"),
        digits=tracker.get_slot("digits") or "",
        awaiting=tracker.get_slot("awaiting"),
        choices=tuple(tracker.get_slot("choices") or ()),
        told=tracker.get_slot("told") or "",
        complaint_type=tracker.get_slot("complaint_type"),
        complaint_heard=tracker.get_slot("complaint_heard") or {},
        misunderstandings=int(tracker.get_slot("misunderstandings") or 0),
        unheard=_unheard(tracker),
    )


def _unheard(tracker: Tracker) -> str:
    message = tracker.get_last_event_for("user") or {}
    return str((message.get("metadata") or {}).get("unheard") or "")


def last_answers(tracker: Tracker) -> Sequence[Mapping[str, object]]:
    """Return what the assistant said in the turn before this one (bot events with a text, oldest first)."""
    said: list[Mapping[str, object]] = []
    messages_of_citizen = 0
    for event in reversed(tracker.events):
        messages_of_citizen += event["event"] == "user"
        if messages_of_citizen == 2:  # noqa: PLR2004  this message and the one before
            break
        if messages_of_citizen == 1 and event["event"] == "bot" and event.get("text"):
            said.append(event)
    return said[::-1]

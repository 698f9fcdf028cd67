"""Owns reading a turn: what the citizen said, in which language and channel, and what was asked before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from kb.aspects import ASPECTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rasa_sdk import Tracker

    from kb.aspects import Aspect
    from language import Language

Awaiting = Literal["service", "service_choice", "application_number", "iin", "handoff"]
"""What the assistant's last question was about (slot `awaiting`)."""


@dataclass(frozen=True)
class Turn:
    """One message of a citizen and what the conversation knew before it."""

    text: str
    intent: str
    language: Language
    on_phone: bool
    pressed: bool
    entities: Mapping[str, str]
    service: str | None
    aspect: Aspect | None
    application_number: str | None
    awaiting: Awaiting | None
    choices: tuple[str, ...]

    @property
    def asked_aspect(self) -> Aspect | None:
        """The aspect that this message names, None when it names none."""
        return as_aspect(self.entities.get("aspect"))


def as_aspect(value: object) -> Aspect | None:
    """Return `value` when it is an aspect, else None (it came from outside)."""
    return next((aspect for aspect in ASPECTS if aspect == value), None)


def read_turn(tracker: Tracker) -> Turn:
    """Return the present turn of a conversation."""
    message = tracker.latest_message
    entities = {entity["entity"]: str(entity["value"]) for entity in reversed(message.get("entities") or [])}
    text = message.get("text") or ""
    language = entities.get("language") or tracker.get_slot("language")
    return Turn(
        text=text,
        intent=(message.get("intent") or {}).get("name") or "",
        language="kk" if language == "kk" else "ru",
        on_phone=tracker.get_latest_input_channel() == "phone",
        pressed=text.startswith("/"),
        entities=entities,
        service=tracker.get_slot("service"),
        aspect=as_aspect(tracker.get_slot("aspect")),
        application_number=tracker.get_slot("application_number"),
        awaiting=tracker.get_slot("awaiting"),
        choices=tuple(tracker.get_slot("choices") or ()),
    )


def _turns_back(events: Sequence[Mapping[str, object]]) -> list[list[Mapping[str, object]]]:
    """Return the events of each turn (from a citizen's message to the next), the latest turn first."""
    turns: list[list[Mapping[str, object]]] = []
    current: list[Mapping[str, object]] = []
    for event in reversed(events):
        current.append(event)
        if event["event"] == "user":
            turns.append(current[::-1])
            current = []
    return turns


def last_answers(tracker: Tracker) -> list[Mapping[str, object]]:
    """Return what the assistant said in the turn before this one (bot events with a text, oldest first)."""
    turns = _turns_back(tracker.events)
    if len(turns) < 2:  # noqa: PLR2004  this turn and the one before
        return []
    return [event for event in turns[1] if event["event"] == "bot" and event.get("text")]


def misunderstood_before(tracker: Tracker) -> bool:
    """Whether the message before this one was not understood either."""
    turns = _turns_back(tracker.events)
    if len(turns) < 2:  # noqa: PLR2004
        return False
    parsed = cast("Mapping[str, Mapping[str, object]]", turns[1][0].get("parse_data") or {})
    return (parsed.get("intent") or {}).get("name") == "nlu_fallback"

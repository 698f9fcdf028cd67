"""Owns the closed lists of the contact centre: outcomes of a consultation, and topics with their services."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from language import Language

Names = dict[Language, str]


class Topic(BaseModel):
    """A field of knowledge that consultants may be skilled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Names
    services: tuple[str, ...]


class _Vocabulary(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    outcomes: dict[str, Names]
    topics: dict[str, Topic]


_VOCABULARY: Final = _Vocabulary.model_validate(
    yaml.safe_load(Path(__file__).with_name("vocabulary.yml").read_text(encoding="utf-8")),
)
OUTCOMES: Final = _VOCABULARY.outcomes
TOPICS: Final = _VOCABULARY.topics
_TOPIC_OF: Final = {service: code for code, topic in TOPICS.items() for service in topic.services}


def topic_of(service: str | None) -> str | None:
    """Return the topic that a service belongs to; None for a service without one, which anybody may serve."""
    return None if service is None else _TOPIC_OF.get(service)


def topic_name(code: str | None, language: Language) -> str | None:
    """Return a topic's name; a code that is no longer in the list names itself."""
    return TOPICS[code].name[language] if code in TOPICS else code

"""Owns the choice of the contact centre's own sentences: by moment, channel and language."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict

from contact_centre.values import Channel, Language


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: dict[Channel, dict[Language, str]]
    announcement: dict[Channel, dict[Language, str]]
    fault: dict[Language, str]
    saved_while_queued: dict[Language, str]
    place: dict[Language, tuple[str, ...]]
    farther_place: dict[Language, str]


_TEXTS: Final = _Texts.model_validate(
    yaml.safe_load(Path(__file__).with_name("texts.yml").read_text(encoding="utf-8")),
)


def greeting(channel: Channel, language: Language, number: str) -> str:
    """Return the first words of a contact registered under `number`."""
    return _TEXTS.greeting[channel][language].format(number=number)


def announcement(channel: Channel, language: Language, position: int) -> str:
    """Return the notice of a hand-off (rule 11); `position` in the queue counts from 1."""
    return _TEXTS.announcement[channel][language].format(place=_place(language, position))


def fault(language: Language) -> str:
    """Return what is said when no answer could be got and the citizen goes to a consultant."""
    return _TEXTS.fault[language]


def saved_while_queued(language: Language) -> str:
    """Return what is said when no answer could be got while the citizen waits for a consultant anyway."""
    return _TEXTS.saved_while_queued[language]


def _place(language: Language, position: int) -> str:
    words = _TEXTS.place[language]
    if position <= len(words):
        return words[position - 1]
    return _TEXTS.farther_place[language].format(position=position)

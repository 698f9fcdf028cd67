"""Owns the canned replies of consultants: the texts, and how their places are filled in for one conversation."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Final

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from language import Language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Texts = dict[Language, str]

MORNING_FROM: Final = 5
DAY_FROM: Final = 12
EVENING_FROM: Final = 18
_GREETINGS: Final[dict[str, Texts]] = {
    "morning": {"ru": "Доброе утро", "kk": "Қайырлы таң"},
    "day": {"ru": "Добрый день", "kk": "Қайырлы күн"},
    "evening": {"ru": "Добрый вечер", "kk": "Қайырлы кеш"},
}
_GAPS: Final[dict[str, Texts]] = {
    "service": {"ru": "[услуга]", "kk": "[қызмет]"},
    "phone": {"ru": "[телефон]", "kk": "[телефон]"},
}
"""What is left open where nothing is known; the console selects it to be written over."""
PLACES: Final = frozenset({"greeting", "consultant", "number", "service", "phone", "today"})


class UnknownPlaceError(ValueError):
    """A text asks for something that no conversation has."""


class Reply(BaseModel):
    """One canned reply in both languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Texts
    text: Texts


@dataclass(frozen=True)
class Talk:
    """What a conversation gives to a reply; `at` is local time."""

    number: str
    consultant: str
    service: Mapping[Language, str | None]
    phone: str | None
    at: datetime


def places_of(text: str) -> set[str]:
    """Return the names of the places in a text.

    Raises:
        UnknownPlaceError: a place that no conversation can fill, or braces that mean nothing.

    """
    try:
        names = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise UnknownPlaceError(str(error)) from None
    if unknown := names - PLACES:
        raise UnknownPlaceError(", ".join(sorted(unknown)))
    return names


def filled(text: str, talk: Talk, language: Language) -> str:
    """Return a text with its places filled in."""
    known = {
        "greeting": greeting(talk.at)[language],
        "consultant": talk.consultant,
        "number": talk.number,
        "service": talk.service.get(language) or _GAPS["service"][language],
        "phone": talk.phone or _GAPS["phone"][language],
        "today": talk.at.strftime("%d.%m.%Y"),
    }
    for name in places_of(text):
        text = text.replace(f"{{{name}}}", known[name])
    return text


def greeting(at: datetime) -> Texts:
    """Return the greeting of the hour."""
    if MORNING_FROM <= at.hour < DAY_FROM:
        return _GREETINGS["morning"]
    return _GREETINGS["day" if DAY_FROM <= at.hour < EVENING_FROM else "evening"]


def _load() -> dict[str, Reply]:
    kept = yaml.safe_load(Path(__file__).with_name("replies.yml").read_text(encoding="utf-8"))
    replies = TypeAdapter(dict[str, Reply]).validate_python(kept)
    for reply in replies.values():
        if places_of(reply.text["ru"]) != places_of(reply.text["kk"]):
            raise UnknownPlaceError(f"the languages of {reply.title} differ")
    return replies


SHIPPED: Final = _load()

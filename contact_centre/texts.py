"""Owns the choice of the contact centre's own sentences: by moment, channel and language."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict

from contact_centre.states import Event
from contact_centre.values import Channel, Language
from language.numbers import ru_plural

if TYPE_CHECKING:
    from datetime import datetime, timedelta

_Sentence = dict[Language, str]
_TIME_ZONE: Final = ZoneInfo("Asia/Almaty")
_MINUTE_S: Final = 60
_SOON_S: Final = 45
_LONG_MINUTES: Final = 30

CallbackMoment = Literal["nobody", "too_long"]


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: dict[Channel, _Sentence]
    announcement: dict[Channel, _Sentence]
    fault: _Sentence
    saved_while_queued: _Sentence
    place: dict[Language, tuple[str, ...]]
    farther_place: _Sentence
    wait: dict[Literal["unknown", "soon", "minute", "minutes", "long"], _Sentence]
    notice: dict[Literal["moved", "still"], _Sentence]
    callback: dict[Literal["nobody", "too_long", "ask", "left"], _Sentence]
    events: dict[Event, _Sentence]
    vanished: _Sentence
    rating_word: _Sentence
    helped: dict[Literal["yes", "no"], _Sentence]
    buttons: dict[str, _Sentence]


_TEXTS: Final = _Texts.model_validate(
    yaml.safe_load(Path(__file__).with_name("texts.yml").read_text(encoding="utf-8")),
)


def greeting(channel: Channel, language: Language, number: str) -> str:
    """Return the first words of a contact registered under `number`."""
    return _TEXTS.greeting[channel][language].format(number=number)


def announcement(channel: Channel, language: Language, position: int | None, wait: timedelta | None = None) -> str:
    """Return the notice of a hand-off (rule 11); `position` in the queue counts from 1, None when it is not known."""
    place = "" if position is None else _TEXTS.notice["moved"][language].format(place=_place(language, position))
    known = "" if position is None or wait is None else expected_wait(language, wait)
    return " ".join(_TEXTS.announcement[channel][language].format(place=f"{place} {known}").split())


def notice(language: Language, position: int, wait: timedelta | None, *, moved: bool) -> str:
    """Return what a waiting citizen hears: the place in the queue and the expected wait, None when it is not known."""
    place = _TEXTS.notice["moved" if moved else "still"][language].format(place=_place(language, position))
    return f"{place} {expected_wait(language, wait)}"


def expected_wait(language: Language, wait: timedelta | None) -> str:
    """Return an expected wait in words, rounded up to whole minutes."""
    if wait is None:
        return _TEXTS.wait["unknown"][language]
    seconds = wait.total_seconds()
    minutes = math.ceil(seconds / _MINUTE_S)
    if seconds < _SOON_S:
        return _TEXTS.wait["soon"][language]
    if minutes <= 1:
        return _TEXTS.wait["minute"][language]
    if minutes > _LONG_MINUTES:
        return _TEXTS.wait["long"][language]
    # After «около» the genitive: 2 минут, 21 минуты.
    return _TEXTS.wait["minutes"][language].format(n=minutes, minutes=ru_plural(minutes, "минуты", "минут", "минут"))


def callback_offer(language: Language, moment: CallbackMoment, by: datetime) -> str:
    """Return the offer to be called back by a time instead of waiting."""
    return _TEXTS.callback[moment][language].format(time=_clock(by))


def callback_ask(language: Language) -> str:
    """Return the question for a telephone number."""
    return _TEXTS.callback["ask"][language]


def callback_left(language: Language, phone: str, by: datetime) -> str:
    """Return the promise to call back."""
    return _TEXTS.callback["left"][language].format(phone=phone, time=_clock(by))


def of_event(event: Event, language: Language) -> str | None:
    """Return what the citizen is told of an event in the queue; None when it is none of the citizen's business."""
    sentence = _TEXTS.events.get(event)
    return None if sentence is None else sentence[language]


def vanished(language: Language, position: int) -> str:
    """Return what is said when the consultant's console went silent in the middle of a talk."""
    return _TEXTS.vanished[language].format(place=_place(language, position))


def rating_word(language: Language) -> str:
    """Return the thanks for a rating, with the question for a word."""
    return _TEXTS.rating_word[language]


def helped(language: Language, *, yes: bool) -> str:
    """Return the answer to whether the assistant helped."""
    return _TEXTS.helped["yes" if yes else "no"][language]


def button(name: str, language: Language) -> str:
    """Return the title of a button."""
    return _TEXTS.buttons[name][language]


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


def _clock(at: datetime) -> str:
    return at.astimezone(_TIME_ZONE).strftime("%H:%M")

"""Owns the words that are likely where yes or no, a number or a rating was asked for: they are listened for apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from language.number_words import KK_TENS, KK_UNITS, RU_HUNDREDS, RU_TEENS, RU_TENS, RU_UNITS
from voice_channel.turns.completeness import Expecting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from language import Language

_LARGEST_RATING: Final = 5
_NUMBERS: Final[Mapping[Language, tuple[str, ...]]] = {
    "ru": (*RU_UNITS, *RU_TEENS, *RU_TENS, *RU_HUNDREDS, "одна", "две", "тысяча", "тысячи", "тысяч"),
    "kk": (*KK_UNITS, *KK_TENS, "жүз", "мың"),
}
_RATINGS: Final[Mapping[Language, tuple[str, ...]]] = {
    "ru": tuple(RU_UNITS[1 : _LARGEST_RATING + 1]),
    "kk": tuple(KK_UNITS[1 : _LARGEST_RATING + 1]),
}
_YES_OR_NO: Final[Mapping[Language, tuple[str, ...]]] = {
    "ru": ("да", "нет", "верно", "неверно", "правильно", "неправильно", "конечно", "не надо", "хорошо", "ага"),
    "kk": ("иә", "жоқ", "дұрыс", "дұрыс емес", "әрине", "керек емес", "жарайды", "болады"),
}
_HINTS: Final = {Expecting.NUMBER: _NUMBERS, Expecting.RATING: _RATINGS, Expecting.YES_OR_NO: _YES_OR_NO}
_NONE: Final[Mapping[Language, tuple[str, ...]]] = {"ru": (), "kk": ()}


def hints(expecting: Expecting, language: Language) -> tuple[str, ...]:
    """Return the words to listen for, none where anything may be said."""
    return _HINTS.get(expecting, _NONE)[language]

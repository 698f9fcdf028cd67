"""Owns the words that are likely where a number or a rating was asked for: the recogniser listens for them apart."""

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


def hints(expecting: Expecting, language: Language) -> tuple[str, ...]:
    """Return the words to listen for, none where anything may be said."""
    if expecting is Expecting.NUMBER:
        return _NUMBERS[language]
    return _RATINGS[language] if expecting is Expecting.RATING else ()

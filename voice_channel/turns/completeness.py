"""Owns the judgement whether what was heard so far can be a whole answer."""

from __future__ import annotations

import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from language.numbers import find_numbers

if TYPE_CHECKING:
    from voice_channel.tuning import Tuning


class Expecting(Enum):
    """What kind of answer the caller was asked for."""

    WORDS = "words"
    YES_OR_NO = "yes or no"
    NUMBER = "number"
    RATING = "rating"


_WORDS: Final = yaml.safe_load(Path(__file__).with_name("completeness.yml").read_text(encoding="utf-8"))
_HANGING: Final = frozenset(word for words in _WORDS["hanging"].values() for word in words.split())
_WHOLE_ALONE: Final = frozenset(word for words in _WORDS["whole_alone"].values() for word in words.split())
_WHOLE_FROM_WORDS: Final = 3
_DIGITS_OF_A_NUMBER: Final = 10
_DICTATED_DIGITS: Final = 4
_WORD: Final = re.compile(r"\w+")


def patience_s(text: str, expecting: Expecting, tuning: Tuning) -> float:
    """Return how long a quiet ends the turn, in seconds, given the words heard so far (lower case, either language)."""
    words = _WORD.findall(text)
    if not words:
        return tuning.plain_s
    digits = sum(len(number.digits) for number in find_numbers(text))
    if _dictating(digits, expecting):
        return tuning.plain_s if digits >= _DIGITS_OF_A_NUMBER else tuning.dictation_s
    if expecting is Expecting.RATING and digits:
        return tuning.complete_s
    if len(words) == 1 and words[0] in _WHOLE_ALONE:
        return tuning.complete_s
    if words[-1] in _HANGING:
        return tuning.hanging_s
    return tuning.complete_s if len(words) >= _WHOLE_FROM_WORDS else tuning.plain_s


def _dictating(digits: int, expecting: Expecting) -> bool:
    return digits >= _DICTATED_DIGITS or (digits > 0 and expecting is Expecting.NUMBER)

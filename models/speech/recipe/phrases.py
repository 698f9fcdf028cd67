"""Owns the sentences made from patterns: fixed phrases, dates, amounts, ratings, dictated numbers."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from language.number_words import ordinal_words, to_words
from models.speech.recipe.project import PHRASES
from models.speech.recipe.texts import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.speech.languages import Language

_SLOT = re.compile(r"\{(\w+)\}")
_FILLINGS_OF_A_PATTERN = 22
_DICTATED_NUMBERS = 700
_DAYS_OF_MONTH = 31
_YEARS = (1940, 2030)
_LARGEST_SMALL = 100
_LARGEST_AMOUNT = 2_000_000


@dataclass(frozen=True)
class _Filler:
    """Fills the slots of one language's patterns with the values of one random sequence."""

    language: Language
    phrases: dict[str, Any]
    chance: random.Random

    def fill(self, pattern: str) -> str:
        return _SLOT.sub(lambda slot: self._value(slot[1]), pattern)

    def _value(self, slot: str) -> str:
        if slot in self.phrases["slots"]:
            return str(self.chance.choice(self.phrases["slots"][slot]))
        match slot:
            case "digits":
                return dictated(self.language, self.chance)
            case "number":
                largest = self.chance.choice((_LARGEST_SMALL, 1_000, _LARGEST_AMOUNT))
                return to_words(self.chance.randint(1, largest), self.language)
            case "date":
                day = genitive_ordinal(self.chance.randint(1, _DAYS_OF_MONTH), self.language)
                return self.fill(self.phrases["date"].replace("{ordinal}", day))
            case "year":
                year = genitive_ordinal(self.chance.randint(*_YEARS), self.language)
                return str(self.phrases["year"].replace("{ordinal}", year))
        raise KeyError(f"the phrases of {self.language} use an unknown slot: {slot}")


def genitive_ordinal(number: int, language: Language) -> str:
    """Return the ordinal as it stands in a date ("двадцать третьего", "жиырма үшінші")."""
    words = ordinal_words(number, language).removeprefix("одна ")  # nobody says "одна тысяча" of a year
    if language == "kk":
        return words
    return words.removesuffix("ий") + "ьего" if words.endswith("третий") else words[:-2] + "ого"


def dictated(language: Language, chance: random.Random) -> str:
    """Return a number of 3 to 12 digits as callers dictate it: digit by digit, in pairs or in threes."""
    size = chance.choice((1, 1, 1, 2, 3))
    groups = [chance.randrange(10**size) for _ in range(chance.randint(3, max(3, 12 // size)))]
    return " ".join(_group(group, size, language) for group in groups)


def _group(group: int, size: int, language: Language) -> str:
    zeros = size - len(str(group))
    return " ".join([to_words(0, language)] * zeros + [to_words(group, language)])


def always(language: Language) -> list[str]:
    """Return the fixed phrases, which every training hears."""
    return [str(phrase) for phrase in _phrases(language)["always"]]


def single_words(language: Language) -> list[str]:
    """Return words that must be known, whatever the texts say."""
    return [str(word) for word in _phrases(language)["also"]]


def patterned(language: Language, seed: int) -> Iterator[Text]:
    """Yield the patterns filled in: the same ones for the same seed."""
    phrases = _phrases(language)
    filler = _Filler(language, phrases, random.Random(seed))  # noqa: S311 - reproducible, not secret
    for pattern in phrases["patterns"]:
        for filling in {filler.fill(pattern): None for _ in range(_FILLINGS_OF_A_PATTERN)}:
            yield Text("phrase", filling)
    for index in range(_DICTATED_NUMBERS):
        yield Text("digits", filler.fill(phrases["digits"][index % len(phrases["digits"])]))


@lru_cache
def _phrases(language: Language) -> dict[str, Any]:
    return dict(yaml.safe_load((PHRASES / f"{language}.yml").read_text(encoding="utf-8")))

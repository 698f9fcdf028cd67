"""Russian words: the one dictionary (pymorphy3) that lemmas and language detection look into, cached by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pymorphy3

from language import lexicon

if TYPE_CHECKING:
    from collections.abc import Iterator

ABBREVIATIONS = frozenset(lexicon.read("russian_service_names"))
_SHORTEST_NOUN = 3
_PROPER_NAMES = frozenset({"Name", "Surn", "Patr", "Geox", "Orgn", "Trad", "Abbr"})
_CYRILLIC = re.compile("[а-яё-]+")
_CASE_ENDINGS = re.compile("(?:ами|ах|ам|ов|ом|ем|е|а|у|ы|и)$")
# Where people drop the soft sign ("узнат", "болшой", "подписатся") and transliteration has no letter for it.
_SOFT = re.compile("(?<=[бвдзлмнпрст])(?=[бвгджзкмнпстфцчшщяюе]|$)")


@dataclass(frozen=True)
class Reading:
    """One reading of a Russian word: folded dictionary form and OpenCorpora grammemes ("NOUN", "nomn", "Geox")."""

    lemma: str
    grammemes: frozenset[str]


def _is_cyrillic(word: str) -> bool:
    """Tell whether the dictionary may be asked: it asks Unicode for letters' names, and fails where one has none."""
    return _CYRILLIC.fullmatch(word) is not None


@lru_cache(maxsize=1)
def _dictionary() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=50_000)
def is_known(word: str) -> bool:
    """Tell whether a folded word is a form of a Russian dictionary word or a name of the service."""
    return word in ABBREVIATIONS or (_is_cyrillic(word) and bool(_dictionary().word_is_known(word)))


@lru_cache(maxsize=50_000)
def read(word: str) -> Reading:
    """Return the dictionary's likeliest reading of a folded word; for unknown words it is a guess by analogy."""
    if not _is_cyrillic(word):
        return Reading(word, frozenset())
    parse = _dictionary().parse(word)[0]
    return Reading(parse.normal_form.replace("ё", "е"), frozenset(parse.tag.grammemes))


@lru_cache(maxsize=20_000)
def all_grammemes(word: str) -> frozenset[str]:
    """Return the grammemes of all readings of a folded word together; none for a word that is not in the dictionary."""
    if not (_is_cyrillic(word) and _dictionary().word_is_known(word)):
        return frozenset()
    return frozenset().union(*(parse.tag.grammemes for parse in _dictionary().parse(word)))


@lru_cache(maxsize=50_000)
def is_noun(word: str) -> bool:
    """Tell whether a folded word of three letters or more is a noun or an abbreviation as one would name the thing."""
    if word in ABBREVIATIONS:
        return True
    if len(word) < _SHORTEST_NOUN or not is_known(word):
        return False
    reading = read(word)
    return "NOUN" in reading.grammemes and ("nomn" in reading.grammemes or reading.lemma == word)


@lru_cache(maxsize=50_000)
def is_proper_name(word: str) -> bool:
    """Tell whether the likeliest reading of a known folded word is a person's, a place's or an organisation's name."""
    return is_known(word) and not _PROPER_NAMES.isdisjoint(read(word).grammemes)


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """Return the dictionary form of a folded word, with ё as е: "справку" and "справки" give "справка"."""
    if word in ABBREVIATIONS:
        return word
    if is_known(word):
        return read(word).lemma
    abbreviation = _CASE_ENDINGS.sub("", word)
    if abbreviation in ABBREVIATIONS:
        return abbreviation
    softened = soften(word)
    return read(word if softened is None else softened).lemma


@lru_cache(maxsize=50_000)
def soften(word: str) -> str | None:
    """Return the known word that lacks only its soft sign here ("узнат" is "узнать"), None when there is none."""
    return next((candidate for candidate in _softened(word) if is_known(candidate)), None)


def _softened(word: str) -> Iterator[str]:
    for place in _SOFT.finditer(word):
        yield f"{word[: place.start()]}ь{word[place.start() :]}"

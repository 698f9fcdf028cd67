"""Owns the way from written text to the words a recogniser answers with, and to how each of them is said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from language.number_words import LARGEST, to_words

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable

    from models.speech.languages import Language

# Names written in Latin letters, as they are said; a sentence with any other Latin word is left out.
_LATIN = {
    "e-salyq azamat": "е салык азамат",
    "egov mobile": "егов мобайл",
    "egov.kz": "егов",
    "egov": "егов",
    "enbek.kz": "енбек",
    "e-mail": "имейл",
    "email": "имейл",
    "damumed": "дамумед",
    "sms-": "эсэмэс ",
    "sms": "эсэмэс",
    "telegram": "телеграм",
    "whatsapp": "ватсап",
    "qr": "кьюар",
}
_LATIN_NAME = re.compile("|".join(map(re.escape, _LATIN)))
_FOREIGN = re.compile(r"[a-z{}№%₸/@_]")
_KAZAKH = re.compile("[әғқңөұүһі]")
_DIGITS = re.compile(r"\d+")
_DIGITS_INSIDE_WORD = re.compile(r"\d[-‑]?[^\W\d]|[^\W\d]\d")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_CARDINAL = 6
_PAIR = 2
_ABBREVIATION = re.compile(r"\b([А-ЯЁӘҒҚҢӨҰҮҺІ]{2,5})(?:-([а-яёәғқңөұүһі]+))?\b")
_READ_AS_WORDS = frozenset({"ЦОН", "РАГС", "ЗАГС", "АХАЖ", "СНИЛС"})
_LETTERS: dict[Language, dict[str, str]] = {
    "ru": dict(
        zip(
            "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЭЮЯ",
            "а бэ вэ гэ дэ е жэ зэ и ка эл эм эн о пэ эр эс тэ у эф ха цэ че ша э ю я".split(),  # noqa: SIM905
            strict=True,
        )
    ),
    "kk": dict(
        zip(
            "АӘБВГҒДЕЖЗИКҚЛМНОӨПРСТУҰҮФХҺЦЧШЭІ",
            "а ә бе ве ге ғы де е же зе и ка қа эл эм эн о ө пе эр эс те у ұ ү эф ха һы це че ша э і".split(),  # noqa: SIM905
            strict=True,
        )
    ),
}
_KAZAKH_TO_RUSSIAN_LETTERS = str.maketrans("әғқңөұүһі", "агкноуухи")


def words(written: str, language: Language) -> list[str] | None:
    """Return the words of a text, numbers in words and names as they are said; None when it cannot be said plainly.

    Hyphens part words, except in an abbreviation with its ending ("ХҚКО-да" is one word).
    """
    text = _ABBREVIATION.sub(lambda found: found[1].lower() + (found[2] or ""), written).lower()
    text = _LATIN_NAME.sub(lambda found: f" {_LATIN[found[0]]} ", text)
    if _FOREIGN.search(text) or _DIGITS_INSIDE_WORD.search(text) or (language == "ru" and _KAZAKH.search(text)):
        return None
    return _WORD.findall(_DIGITS.sub(lambda found: f" {_number(found[0], language)} ", text)) or None


def _number(digits: str, language: Language) -> str:
    if digits == "1414":
        return " ".join([to_words(14, language)] * 2)
    if len(digits) <= _LONGEST_CARDINAL and not digits.startswith("0") and int(digits) <= LARGEST:
        return to_words(int(digits), language)
    pairs = (digits[start : start + _PAIR] for start in range(0, len(digits), _PAIR))
    return " ".join(
        to_words(int(digit), language)
        for pair in pairs
        for digit in ((pair[0], pair[1:]) if pair.startswith("0") else (pair,))
        if digit
    )


def spoken_abbreviations(texts: Iterable[str], language: Language) -> dict[str, str]:
    """Return how the abbreviations in these texts are said: word as `words` gives it -> letters run together."""
    names = _LETTERS[language]
    return {
        found[1].lower() + (found[2] or ""): "".join(names[letter] for letter in found[1]) + (found[2] or "")
        for text in texts
        for found in _ABBREVIATION.finditer(text)
        if found[1] not in _READ_AS_WORDS and all(letter in names for letter in found[1])
    }


def misspelt(counts: Counter[str], language: Language) -> set[str]:
    """Return words that are typed without their letters: "калай" beside a more frequent "қалай", "еще" beside "ещё"."""
    fold = _fold_kazakh if language == "kk" else _fold_russian
    proper: dict[str, int] = {}
    for word, count in counts.items():
        if fold(word) != word:
            proper[fold(word)] = max(proper.get(fold(word), 0), count)
    return {word for word, count in counts.items() if proper.get(word, 0) >= count}


def _fold_kazakh(word: str) -> str:
    return word.translate(_KAZAKH_TO_RUSSIAN_LETTERS)


def _fold_russian(word: str) -> str:
    return word.replace("ё", "е")

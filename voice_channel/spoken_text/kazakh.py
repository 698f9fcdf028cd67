"""Owns saying Kazakh numbers and abbreviations, with the endings that follow the vowels of the words."""

from __future__ import annotations

import re
from typing import Final

from language.numbers import LARGEST, ordinal_words, to_words

_MONTHS: Final = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
]
_MONTH: Final = "|".join(month.rstrip("ы") for month in _MONTHS)
_NUMBER: Final = r"\d{1,3}(?: \d{3})+|\d+"
_WRITTEN_DATE: Final = re.compile(r"(?<!\d)(\d{1,2})\.(\d{2})\.(\d{4})(?:\s*ж(?:\.|ылы|ылғы)?)?(?!\d)")
_DAY: Final = re.compile(rf"(?<!\d)(\d{{1,2}})(?= (?:{_MONTH})\w*)", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)(?= жыл)")
_ORDINAL: Final = re.compile(rf"({_NUMBER})-(ші|шы|нші|ншы|інші|ыншы)(\w*)")
_ORDINAL_NOUNS: Final = re.compile(rf"(?<!\d)({_NUMBER})-(?=(?:бап|тармақ|орын|сынып|топ|қабат)\w*)")
_SUFFIXED: Final = re.compile(rf"({_NUMBER})-([а-яәіңғүұқөһё]+)")
_DECIMAL: Final = re.compile(rf"(?<!\d)({_NUMBER}),(\d{{1,3}})(?!\d)")
_RANGE: Final = re.compile(rf"({_NUMBER})\s?[–—-]\s?({_NUMBER})(?!\d)")
_PERCENT: Final = re.compile(rf"({_NUMBER})\s?%")
_CARDINAL: Final = re.compile(rf"(?<!\d)(?:{_NUMBER})")
_FRACTIONS: Final = {1: "оннан", 2: "жүзден", 3: "мыңнан"}

_BACK: Final = "аоұыяё"  # not the у of "елу": endings follow it as they follow a consonant
_FRONT: Final = "әеөүіиэ"
_VOWELS: Final = _BACK + _FRONT + "ю"
_VOICELESS: Final = "кқпстфхцчшщ"
_NASALS: Final = "мнң"
# Case endings: after a vowel, a voiced consonant, a nasal, a voiceless consonant, a possessive ending.
_ENDINGS: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "locative": ("да", "да", "да", "та", "нда"),
    "dative": ("ға", "ға", "ға", "қа", "на"),
    "ablative": ("дан", "дан", "нан", "тан", "нан"),
    "genitive": ("ның", "дың", "ның", "тың", "ның"),
    "accusative": ("ны", "ды", "ды", "ты", "н"),
    "instrumental": ("мен", "мен", "мен", "пен", "мен"),
}
_FRONTED: Final = str.maketrans("аықғ", "еікг")
_KINDS: Final = {
    form.translate(table): kind for kind, forms in _ENDINGS.items() for form in forms[:4] for table in ({}, _FRONTED)
} | {"бен": "instrumental", "на": "dative", "не": "dative", "нда": "locative", "нде": "locative", "н": "accusative"}


def spelt_out(text: str) -> str:
    """Return the text with every number in words."""
    text = _PERCENT.sub(r"\1 пайыз", text)
    text = _WRITTEN_DATE.sub(_written_date, text)
    text = _YEAR.sub(lambda m: ordinal_words(int(m[1]), "kk"), text)
    text = _DAY.sub(lambda m: ordinal_words(int(m[1]), "kk"), text)
    text = _ORDINAL.sub(lambda m: ordinal_words(_value(m[1]), "kk") + m[3], text)
    text = _ORDINAL_NOUNS.sub(lambda m: f"{ordinal_words(_value(m[1]), 'kk')} ", text)
    text = _SUFFIXED.sub(lambda m: with_ending(to_words(_value(m[1]), "kk"), m[2], possessed=False), text)
    text = _DECIMAL.sub(_decimal, text)
    text = _RANGE.sub(_range, text)
    return _CARDINAL.sub(lambda m: to_words(_value(m[0]), "kk"), text)


def with_ending(phrase: str, ending: str, *, possessed: bool) -> str:
    """Return a phrase with a written case ending, in the shape that the phrase's last sounds ask for.

    An ending that is no case ending is put on as it is written.
    """
    kind = _KINDS.get(ending)
    if kind is None:
        return phrase + (ending[1:] if possessed and ending[:1] in "ыі" else ending)
    after_vowel, after_voiced, after_nasal, after_voiceless, after_possessive = _ENDINGS[kind]
    last = phrase[-1]
    if possessed:
        form = after_possessive
    elif last in _VOICELESS:
        form = after_voiceless
    elif last in _NASALS:
        form = after_nasal
    else:
        form = after_vowel if last in _VOWELS else after_voiced
    if kind != "instrumental" and is_front(phrase):
        form = form.translate(_FRONTED)
    return phrase + form


def is_front(word: str) -> bool:
    """Tell whether endings after this word have front vowels: by its last vowel."""
    return next((letter in _FRONT for letter in reversed(word) if letter in _VOWELS), False)


def _value(digits: str) -> int:
    return min(int(digits.replace(" ", "")), LARGEST)


def _written_date(match: re.Match[str]) -> str:
    day, month, year = (int(part) for part in match.groups())
    if not 1 <= month <= len(_MONTHS):
        return match[0]
    return f"{ordinal_words(year, 'kk')} жылғы {ordinal_words(day, 'kk')} {_MONTHS[month - 1]}"


def _decimal(match: re.Match[str]) -> str:
    """Say 1,25 as "one whole, of a hundred twenty-five" (бір бүтін жүзден жиырма бес)."""
    whole, fraction = match[1], match[2]
    return f"{to_words(_value(whole), 'kk')} бүтін {_FRACTIONS[len(fraction)]} {to_words(int(fraction), 'kk')}"


def _range(match: re.Match[str]) -> str:
    """Say 7-8 as "жеті-сегіз", 7-15 as "жетіден он беске дейінгі"."""
    first, last = (to_words(_value(part), "kk") for part in match.groups())
    if _value(match[2]) == _value(match[1]) + 1:
        return f"{first}-{last}"
    return f"{with_ending(first, 'дан', possessed=False)} {with_ending(last, 'ға', possessed=False)} дейінгі"

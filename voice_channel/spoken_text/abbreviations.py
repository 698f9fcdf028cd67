"""Owns reading abbreviations and foreign names, in Kazakh with the case endings that are written after them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from pydantic import BaseModel, ConfigDict

from voice_channel.spoken_text.addresses import cyrillic
from voice_channel.spoken_text.kazakh import with_ending

if TYPE_CHECKING:
    from collections.abc import Iterable

    from language import Language


class _Phrase(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    phrase: str
    possessed: bool


class _Abbreviations(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    ru: dict[str, str]
    kk: dict[str, _Phrase]


_KNOWN: Final = _Abbreviations.model_validate(
    yaml.safe_load(Path(__file__).with_name("abbreviations.yml").read_text(encoding="utf-8")),
)
_SIGNS: Final[dict[str, dict[str, str]]] = {
    "ru": {"№": "номер ", "₸": " тенге", "°": " градусов", "&": " и ", "§": "параграф "},
    "kk": {"№": "нөмір ", "₸": " теңге", "°": " градус", "&": " және ", "§": "параграф "},
}
_SHORTENED: Final[dict[str, dict[str, str]]] = {
    "ru": {
        r"\bтг\b\.?": "тенге",
        r"\bул\. ?": "улица ",
        r"\bп\. ?(?=\d)": "пункт ",
        r"\bст\. ?(?=\d)": "статья ",
        r"\bт\. ?д\.": "так далее",
        r"\bт\. ?е\.": "то есть",
        r"\bт\. ?п\.": "тому подобное",
        r"\bтел\.": "телефон",
        r"\bр\. ?д\.": "рабочих дней",
        r"\bобл\.": "область",
        r"\bим\.": "имени",
    },
    "kk": {r"\bтг\b\.?": "теңге", r"\bкөш\. ?": "көшесі ", r"\bт\. ?б\.": "тағы басқа", r"\bтел\.": "телефон"},
}
_LATIN: Final = re.compile(r"[A-Za-z]{2,}")


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_RUSSIAN: Final = re.compile(rf"(?<!\w)({_alternatives(_KNOWN.ru)})(?=[а-я]{{0,3}}(?!\w))")
_KAZAKH: Final = re.compile(rf"(?<!\w)({_alternatives(_KNOWN.kk)})(?:-([а-яәіңғүұқөһ]+))?(?!\w)")


def abbreviations_spelt_out(text: str, language: Language) -> str:
    """Return the text with abbreviations, signs and foreign names as they are said."""
    for sign, word in _SIGNS[language].items():
        text = text.replace(sign, word)
    for shortened, word in _SHORTENED[language].items():
        text = re.sub(shortened, word, text)
    pattern, said = (_RUSSIAN, _russian) if language == "ru" else (_KAZAKH, _kazakh)
    text = pattern.sub(said, text)
    return _LATIN.sub(lambda match: cyrillic(match[0]), text)


def _russian(match: re.Match[str]) -> str:
    return _KNOWN.ru[match[1]]


def _kazakh(match: re.Match[str]) -> str:
    known, ending = _KNOWN.kk[match[1]], match[2]
    return known.phrase if ending is None else with_ending(known.phrase, ending, possessed=known.possessed)

"""Owns the cities and regions of Kazakhstan as people name them, in every case of either language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from language.kazakh_endings import NOUN_ENDINGS
from language.normalisation import fold


@dataclass(frozen=True)
class PlaceSpan:
    """A city or region said at `text[start:end]`; `name` is its official Russian name, the same for both languages."""

    name: str
    start: int
    end: int


_A: Final = ("а", "у", "ом", "е")  # Russian endings of a name in a consonant, in а, in ь
_FEMININE: Final = ("а", "ы", "и", "е", "у", "ой")
_NONE: Final = ("",)


class _City(NamedTuple):
    """A city: its Russian stem with endings, its Kazakh name, and whether the bare word means something else, too."""

    name: str
    stem: str
    endings: tuple[str, ...]
    kazakh: tuple[str, ...]
    doubtful: bool = False


_CITIES: Final = (
    _City("Астана", "астан", _FEMININE, ("астана",)),
    _City("Астана", "нур-султан", ("", *_A), ("нур-султан", "нурсултан")),
    _City("Алматы", "алматы", _NONE, ("алматы",)),
    _City("Алматы", "алма-ат", _FEMININE, ()),
    _City("Шымкент", "шымкент", ("", *_A), ("шымкент", "чимкент")),
    _City("Караганда", "караганд", _FEMININE, ("караганды",)),
    _City("Актобе", "актоб", ("е", "а", "у", "ы"), ("актобе",)),
    _City("Атырау", "атырау", _NONE, ("атырау",)),
    _City("Актау", "актау", _NONE, ("актау",)),
    _City("Уральск", "уральск", ("", *_A), ()),
    _City("Уральск", "орал", _NONE, ("орал",), doubtful=True),
    _City("Костанай", "костана", ("й", "я", "ю", "ем", "е"), ("костанай", "кустанай")),
    _City("Кокшетау", "кокшетау", _NONE, ("кокшетау", "кокчетав")),
    _City("Кызылорда", "кызылорд", _FEMININE, ("кызылорда", "кзылорда")),
    _City("Павлодар", "павлодар", ("", *_A), ("павлодар",)),
    _City("Петропавловск", "петропавловск", ("", *_A), ("петропавл", "кызылжар")),
    _City("Талдыкорган", "талдыкорган", ("", *_A), ("талдыкорган",)),
    _City("Тараз", "тараз", ("", *_A), ("тараз",)),
    _City("Туркестан", "туркестан", ("", *_A), ("туркистан", "туркестан")),
    _City("Усть-Каменогорск", "усть-каменогорск", ("", *_A), ("оскемен", "усть каменогорск", "усткаменогорск")),
    _City("Жезказган", "жезказган", ("", *_A), ("жезказган", "джезказган")),
    _City("Семей", "семипалатинск", ("", *_A), ()),
    _City("Семей", "семей", _NONE, ("семей",), doubtful=True),
    _City("Конаев", "капчага", ("й", "я", "ю", "ем", "е"), ("капчагай", "капшагай")),
    _City("Конаев", "конаев", ("", *_A), ("конаев",), doubtful=True),
)
"""Cities of republican significance and the centres of the regions."""

_REGION_STEMS: Final = {
    "Акмолинская область": ("акмолинск", "акмола"),
    "Актюбинская область": ("актюбинск", "актобе"),
    "Алматинская область": ("алматинск", "алматы"),
    "Атырауская область": ("атырауск", "атырау"),
    "Восточно-Казахстанская область": ("восточно[- ]?казахстанск", "шыгыс казакстан"),
    "Жамбылская область": ("жамбылск|джамбулск", "жамбыл"),
    "Западно-Казахстанская область": ("западно[- ]?казахстанск", "батыс казакстан"),
    "Карагандинская область": ("карагандинск", "караганды"),
    "Костанайская область": ("костанайск|кустанайск", "костанай"),
    "Кызылординская область": ("кызылординск", "кызылорда"),
    "Мангистауская область": ("мангистауск|мангыстауск", "мангыстау|мангистау"),
    "Павлодарская область": ("павлодарск", "павлодар"),
    "Северо-Казахстанская область": ("северо[- ]?казахстанск", "солтустик казакстан"),
    "Туркестанская область": ("туркестанск", "туркистан"),
    "Область Абай": ("", "абай"),
    "Область Жетісу": ("", "жетису|жетысу"),
    "Область Ұлытау": ("", "улытау"),
}
_SHORT_REGIONS: Final = {
    "вко": "Восточно-Казахстанская область", "шко": "Восточно-Казахстанская область",
    "зко": "Западно-Казахстанская область", "бко": "Западно-Казахстанская область",
    "ско": "Северо-Казахстанская область",
}  # fmt: skip

_CITY_MARK: Final = re.compile(r"(?:\b(?:город\w{0,2}|г|в|из|до|под)\.?\s+)$")
_KAZAKH_CITY_MARK: Final = re.compile(r"\s+кала\w*")
_OF_PLACE: Final = frozenset(
    {"да", "де", "та", "те", "дан", "ден", "тан", "тен", "га", "ге", "ка", "ке", "дагы", "деги"}
)


def _regions() -> re.Pattern[str]:
    """Return the pattern of all regions, a group for each (r0, r1 ...), in folded text."""
    parts = []
    for number, (adjective, name) in enumerate(_REGION_STEMS.values()):
        russian = rf"област\w{{1,3}}\s+(?:{name})"
        if adjective:
            russian = rf"(?:{adjective})(?:ая|ой|ую)\s+обл(?:аст\w{{1,3}})?"
        parts.append(rf"(?P<r{number}>{russian}|(?:{name})\s+обл(?:ыс\w*)?)")
    return re.compile(rf"\b(?:{'|'.join(parts)}|(?P<short>{'|'.join(_SHORT_REGIONS)}))\b")


_REGION: Final = _regions()
_REGION_NAMES: Final = tuple(_REGION_STEMS)
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_FIRST_LETTERS: Final = frozenset(name[0] for city in _CITIES for name in (city.stem, *city.kazakh))


@lru_cache(maxsize=10_000)
def _city(folded: str) -> tuple[_City, str] | None:
    """Return the city that a folded word names, and the Kazakh ending it is named with ("" for none)."""
    if folded[0] not in _FIRST_LETTERS:
        return None
    for city in _CITIES:
        if folded.startswith(city.stem) and folded[len(city.stem) :] in city.endings:
            return city, ""
        for name in city.kazakh:
            ending = folded[len(name) :].lstrip("-")
            if folded.startswith(name) and (not ending or ending in NOUN_ENDINGS):
                return city, ending
    return None


def find_places(text: str) -> list[PlaceSpan]:
    """Return the cities and regions of a text, in order.

    Words that mean something else as well («орал», «5 семей», «Конаев») count only as a city is named: after «в» or
    «город», before «қаласы», or with a Kazakh case ending.
    """
    folded = fold(text)
    if len(folded) != len(text):  # an accent apart from its letter; offsets would not hold
        return []
    found = [_region(match) for match in _REGION.finditer(folded)]
    for match in _WORD.finditer(folded):
        if any(span.start <= match.start() < span.end for span in found):
            continue
        named = _city(match[0])
        if named is not None and (not named[0].doubtful or _is_meant(folded, match, named)):
            found.append(PlaceSpan(named[0].name, match.start(), match.end()))
    return sorted(found, key=lambda span: span.start)


def _region(match: re.Match[str]) -> PlaceSpan:
    if match["short"]:
        return PlaceSpan(_SHORT_REGIONS[match["short"]], match.start(), match.end())
    number = next(number for number in range(len(_REGION_NAMES)) if match[f"r{number}"])
    return PlaceSpan(_REGION_NAMES[number], match.start(), match.end())


def _is_meant(folded: str, match: re.Match[str], named: tuple[_City, str]) -> bool:
    return (
        named[1] in _OF_PLACE
        or bool(_CITY_MARK.search(folded, 0, match.start()))
        or bool(_KAZAKH_CITY_MARK.match(folded, match.end()))
    )

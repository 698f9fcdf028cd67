"""Owns saying Russian numbers in the case and gender that their sentence asks for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

import pymorphy3

from language.numbers import LARGEST, ordinal_words, ru_plural, to_words

Case = Literal["nomn", "gent", "datv", "accs", "ablt", "loct"]

_MONTHS: Final = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
_MONTH: Final = "|".join(_MONTHS)
_NUMBER: Final = r"\d{1,3}(?: \d{3})+|\d+"
_WRITTEN_DATE: Final = re.compile(r"(?<!\d)(\d{1,2})\.(\d{2})\.(\d{4})(?:\s*г(?:\.|ода)?)?(?!\d)")
_DAY: Final = re.compile(rf"(?:\b(?P<before>[А-Яа-яё]+) )?(?<!\d)(?P<day>\d{{1,2}})(?= (?:{_MONTH})\b)")
_YEAR: Final = re.compile(
    r"(?:(?P<in>\b[Вв]) )?(?<!\d)(?P<year>(?:19|20)\d\d)(?:-\w{1,3})? (?P<word>годах|года|году|годом|год|г\.)"
)
_ORDINAL: Final = re.compile(r"(?<![\d,])(\d+)-(й|я|е|го|му|м|ю|ая|ое|ый|ой|ом|ым|ых)\b")
_DECIMAL: Final = re.compile(
    rf"(?:(?P<before>\b[А-Яа-яё]+) )?(?<!\d)(?P<whole>{_NUMBER}),(?P<fraction>\d{{1,3}})(?!\d)"
)
_RANGE: Final = re.compile(
    rf"(?:(?P<before>\b[А-Яа-яё]+) )?(?<!\d)(?P<first>{_NUMBER})\s?[–—-]\s?(?P<last>{_NUMBER})(?![\d-])"
)
# A hyphen after the word: an abbreviation spelt by its letters, which has no gender to speak of.
_CARDINAL: Final = re.compile(
    rf"(?:(?P<before>\b[А-Яа-яё]+) )?(?<!\d)(?P<number>{_NUMBER})(?= (?P<after>[А-Яа-яё]+)(?![а-яё-]))?"
)
_COUNTED: Final = re.compile(rf"(?<!\d)({_NUMBER})-(х|ти)\b")
_GOVERNED: Final[dict[str, Case]] = {
    **dict.fromkeys(
        [
            "до",
            "от",
            "с",
            "со",
            "из",
            "без",
            "около",
            "течение",
            "течении",
            "после",
            "для",
            "более",
            "менее",
            "свыше",
            "не",
            "меньше",
            "больше",
            "кроме",
            "возраста",
        ],
        "gent",
    ),
    **dict.fromkeys(["к", "ко"], "datv"),
    **dict.fromkeys(["о", "об"], "loct"),
    **dict.fromkeys(["между", "перед"], "ablt"),
    **dict.fromkeys(["за", "на", "через", "стоит", "стоят", "платят", "доплачивают", "составляет"], "accs"),
}
_FRACTIONS: Final = {1: "десятая", 2: "сотая", 3: "тысячная"}
_GENITIVE_ENDING: Final = {
    "й": "nomn",
    "ый": "nomn",
    "ой": "nomn",
    "го": "gent",
    "му": "datv",
    "м": "loct",
    "ом": "loct",
}
_FEMININE_ENDINGS: Final = frozenset(("я", "ая", "ю"))
_ACCUSATIVE: Final = {"одна": "одну", "тысяча": "тысячу"}
_PERCENT: Final = re.compile(rf"({_NUMBER})\s?%")


def spelt_out(text: str) -> str:
    """Return the text with every number in words."""
    text = _PERCENT.sub(lambda m: f"{m[1]} {ru_plural(_value(m[1]), 'процент', 'процента', 'процентов')}", text)
    text = _WRITTEN_DATE.sub(_written_date, text)
    text = _YEAR.sub(_year, text)
    text = _DAY.sub(_day, text)
    text = _COUNTED.sub(lambda m: cardinal(_value(m[1]), "gent"), text)
    text = _ORDINAL.sub(_ordinal, text)
    text = _DECIMAL.sub(_decimal, text)
    text = _RANGE.sub(_range, text)
    return _CARDINAL.sub(_cardinal, text)


def ordinal(number: int, case: Case, gender: str = "masc") -> str:
    """Return an ordinal in words; only its last word changes."""
    *before, last = ordinal_words(number, "ru").removeprefix("одна ").split()
    return " ".join((*before, _inflected(last, frozenset({case, gender, "sing"}))))


def cardinal(number: int, case: Case, gender: str = "masc") -> str:
    """Return a cardinal in words; each of its words changes."""
    return " ".join(_part(word, case, gender) for word in to_words(number, "ru").split())


def _value(digits: str) -> int:
    return min(int(digits.replace(" ", "")), LARGEST)


def _written_date(match: re.Match[str]) -> str:
    day, month, year = (int(part) for part in match.groups())
    if not 1 <= month <= len(_MONTHS):
        return match[0]
    return f"{ordinal(day, 'gent')} {_MONTHS[month - 1]} {ordinal(year, 'gent')} года"


def _year(match: re.Match[str]) -> str:
    word, year = match["word"], int(match["year"])
    cases: dict[str, Case] = {"года": "gent", "году": "loct", "годом": "ablt", "год": "nomn", "г.": "gent"}
    case = "loct" if word == "г." and match["in"] else cases.get(word, "gent")
    said = {"г.": "году" if case == "loct" else "года"}.get(word, word)
    return f"{match['in'] + ' ' if match['in'] else ''}{ordinal(year, case)} {said}"


def _ordinal(match: re.Match[str]) -> str:
    gender = "femn" if match[2] in _FEMININE_ENDINGS else "masc"
    case: Case = "accs" if match[2] == "ю" else _GENITIVE_ENDING.get(match[2], "nomn")  # type: ignore[assignment]
    return ordinal(_value(match[1]), case, gender)


def _day(match: re.Match[str]) -> str:
    """Say "с первого апреля по тридцать первое августа", "к пятому мая"."""
    before, day = match["before"], int(match["day"])
    case = {"по": "accs", "на": "accs", "за": "accs", "к": "datv"}.get((before or "").lower(), "gent")
    said = ordinal(day, case, "neut")  # type: ignore[arg-type]
    return f"{before} {said}" if before else said


def _decimal(match: re.Match[str]) -> str:
    before, fraction = match["before"], match["fraction"]
    case = _GOVERNED.get((before or "").lower(), "nomn")
    parts = ((_value(match["whole"]), "целая"), (int(fraction), _FRACTIONS[len(fraction)]))
    said = " ".join(f"{cardinal(number, case, 'femn')} {_counted(number, noun, case)}" for number, noun in parts)
    return f"{before} {said}" if before else said


def _counted(number: int, feminine: str, case: Case) -> str:
    """Return «целая» in the form that goes with a number: одна целая, от одной целой, пять целых."""
    is_one = ru_plural(number, "one", "few", "many") == "one"
    if is_one:
        return _inflected(feminine, frozenset({case, "femn", "sing"}))
    return _inflected(feminine, frozenset({"gent" if case in {"nomn", "accs"} else case, "plur"}))


def _range(match: re.Match[str]) -> str:
    before, first, last = match["before"], match["first"], match["last"]
    if _value(last) == _value(first) + 1:
        said = f"{first} или {last}"
    elif _GOVERNED.get((before or "").lower()) == "accs":
        said = f"{cardinal(_value(first), 'accs')}-{cardinal(_value(last), 'accs')}"
    else:
        said = f"от {first} до {last}"
    return f"{before} {said}" if before else said


def _cardinal(match: re.Match[str]) -> str:
    before, after = match["before"], match["after"]
    case = _GOVERNED.get((before or "").lower(), "nomn")
    if (before or "").lower() == "по" and after and "datv" in _grammemes(after):
        case = "datv"
    words = cardinal(_value(match["number"]), case, _gender(after))
    return f"{before} {words}" if before else words


def _gender(noun: str | None) -> str:
    return next((gender for gender in ("femn", "neut") if noun and gender in _grammemes(noun)), "masc")


def _part(word: str, case: Case, gender: str) -> str:
    if word in {"один", "два"}:
        word = {("один", "femn"): "одна", ("один", "neut"): "одно", ("два", "femn"): "две"}.get((word, gender), word)
    if case == "accs":
        return _ACCUSATIVE.get(word, word)
    return word if case == "nomn" else _inflected(word, frozenset({case}))


@lru_cache(maxsize=1)
def _dictionary() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=20_000)
def _inflected(word: str, grammemes: frozenset[str]) -> str:
    parses = _dictionary().parse(word)
    numeral = next((parse for parse in parses if {"NUMR", "Anum"} & set(parse.tag.grammemes)), parses[0])
    form = numeral.inflect(set(grammemes))
    return str(form.word) if form else word


@lru_cache(maxsize=20_000)
def _grammemes(word: str) -> frozenset[str]:
    return frozenset(_dictionary().parse(word.lower())[0].tag.grammemes)

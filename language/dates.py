"""Owns dates found in a text: in figures, dictated in words, or said from today on, in either language.

A grammar of our own: dateparser, the kept library, takes 2 to 8 ms a message and reads neither dictated Russian
ordinals nor inflected Kazakh ("3 мамырда").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from language import kazakh
from language.kazakh_endings import NOUN_ENDINGS
from language.normalisation import fold
from language.number_words import KK_TENS, KK_UNITS, RU_HUNDREDS, RU_TEENS, RU_TENS, RU_UNITS, ordinal_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True)
class DateSpan:
    """A date said at `text[start:end]`; `day` is None when the words do not fix one ("15 марта", "в мае")."""

    day: date | None
    start: int
    end: int


_Kind = Literal["number", "month", "year_mark", "month_mark", "day_mark", "relative", "ago", "unit", "before", "word"]


class _Item(NamedTuple):
    """One word or group of digits, or several number words that are one number."""

    kind: _Kind
    value: int
    text: str
    start: int
    end: int
    ordinal: bool = False


_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100
_CENTURY: Final = 2000
_MONTHS_A_YEAR: Final = 12
_LAST_DAY: Final = 31
_SHORT_YEAR: Final = 100

_RU_MONTHS: Final = (
    "янв(?:ар[ьяею]|арем)?", "фев(?:р(?:ал[ьяею]|алем)?)?", "март(?:а|е|у|ом)?|мар", "апр(?:ел[ьяею]|елем)?",
    "ма(?:й|я|е|ю|ем)", "июн(?:[ьяею]|ем)?", "июл(?:[ьяею]|ем)?", "авг(?:уст(?:а|е|у|ом)?)?",
    "сен(?:т(?:ябр[ьяею]|ябрем)?)?", "окт(?:ябр[ьяею]|ябрем)?", "ноя(?:б(?:р[ьяею]|рем)?)?", "дек(?:абр[ьяею]|абрем)?",
)  # fmt: skip
_KK_MONTHS: Final = (
    "кантар", "акпан", "наурыз", "сауир", "мамыр", "маусым", "шилде", "тамыз", "кыркуйек", "казан", "караша",
    "желтоксан",
)  # fmt: skip
_RU_MONTH: Final = tuple(re.compile(pattern) for pattern in _RU_MONTHS)
_TYPED_NUMBER: Final = re.compile(
    r"(\d{1,4})(?:-?(?:г?о|е|ое|ого|му|м|ым|[иы]?н?ши|[иы]?н?шы|[сн]?[иы]|[сн]?[иы]н(?:де|да|е|а|ен|ан)|де|да|те|та|ге|га|ке|ка|ден|дан|тен|тан))?"
)
_FIGURES: Final = re.compile(
    r"(?<![\d.,/-])(?:(?P<d>\d{1,2})(?P<s>[./-])(?P<m>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})"
    r"|(?P<y2>(?:19|20)\d\d)[-./](?P<m2>\d{2})[-./](?P<d2>\d{2})"
    r"|(?P<d3>[0-3]\d)\.(?P<m3>[01]\d))(?![\d/-]|[.,]\d)(?!\s*(?:%|мрп|аек|тг|тенге|теңге|час|сағат))",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\d+(?:-?[^\W\d_]{1,6}(?![^\W\d_]))?|[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")


def _marks() -> Iterator[tuple[str, tuple[_Kind, int]]]:
    """Yield what single words mean in a date, with their value, folded."""
    kinds: dict[_Kind, str] = {
        "year_mark": "год года году г жыл жылы жылгы жылдын ж жылда жылдан",
        "month_mark": "месяц месяца месяце ай айы айында айынын айынан айдын",
        "day_mark": "число числа числе куни кунинде кунинен",
        "before": "в во с до к от на",
        "ago": "назад бурын",
    }
    yield from ((word, (kind, 0)) for kind, words in kinds.items() for word in words.split())
    days = {
        -2: "позавчера алдынгуни", -1: "вчера вчерашний вчерашнего кеше кешеги",
        0: "сегодня сегодняшний бугин бугинги", 1: "завтра ертен ертенги", 2: "послезавтра бурсигуни",
    }  # fmt: skip
    yield from ((word, ("relative", days_on)) for days_on, words in days.items() for word in words.split())
    lengths = {1: "день дня дней сутки суток кун", 7: "неделю недели недель неделя апта"}
    yield from ((word, ("unit", length)) for length, words in lengths.items() for word in words.split())


_MARKS: Final = dict(_marks())


def _number_words() -> Iterator[tuple[str, int, bool]]:
    """Yield each number word of the two languages, folded, with its value and whether it is an ordinal."""
    units, tens = (RU_UNITS, KK_UNITS), ((RU_TENS, 20), (KK_TENS, 10))
    rows = [*((words, 0, 1) for words in units), *((words, first, 10) for words, first in tens)]
    for words, first, step in (*rows, (RU_TEENS, 10, 1), (RU_HUNDREDS, 100, 100)):
        for place, word in enumerate(words):
            yield fold(word), first + place * step, False
    yield from (("две", 2, False), ("тысяча", 1000, False), ("тысячи", 1000, False), ("мын", 1000, False))
    yield from (("жуз", 100, False), ("двухтысячн", 2000, True))
    for value in (*range(1, 20), *range(20, 100, 10)):
        yield fold(ordinal_words(value, "ru"))[:-2], value, True


_CARDINALS: Final = {word: value for word, value, ordinal in _number_words() if not ordinal}
_RU_ORDINALS: Final = {stem: value for stem, value, ordinal in _number_words() if ordinal}
_RU_ORDINAL_ENDING: Final = re.compile(r"(?P<stem>.{3,}?)(?:ый|ий|ой|ое|ого|ому|ым|ом|ее|его|ья|ье|ьего)")
_THIRD: Final = frozenset({"третье", "третьего", "третьем", "третьему", "третий"})


@lru_cache(maxsize=10_000)
def _month(folded: str) -> int:
    """Return the number of the month that a folded word names in any case, 0 for another word."""
    for number, pattern in enumerate(_RU_MONTH, start=1):
        if pattern.fullmatch(folded):
            return number
    for number, name in enumerate(_KK_MONTHS, start=1):
        if folded.startswith(name) and (folded == name or folded[len(name) :] in NOUN_ENDINGS):
            return number
    if folded.startswith("кыркуйег") and folded[len("кыркуйег") :] in NOUN_ENDINGS:
        return 9
    for number, name in enumerate(("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь",
                                   "октябрь", "ноябрь", "декабрь"), start=1):  # fmt: skip
        if folded.startswith(name) and folded[len(name) :] in NOUN_ENDINGS:  # Kazakh speech: "марттан", "майда"
            return number
    return 0


@lru_cache(maxsize=10_000)
def _spelt(folded: str) -> tuple[int, bool] | None:
    """Return the value of a number word and whether it is an ordinal; None for another word."""
    if folded in _CARDINALS:
        return _CARDINALS[folded], False
    if folded in _THIRD:
        return 3, True
    if (match := _RU_ORDINAL_ENDING.fullmatch(folded)) and match["stem"] in _RU_ORDINALS:
        return _RU_ORDINALS[match["stem"]], True
    reading = kazakh.analyse(folded)
    if reading is not None and reading.ending and reading.lemma in _CARDINALS:
        return _CARDINALS[reading.lemma], "нш" in reading.ending or reading.ending[0] in "иыс"
    return None


def _item(match: re.Match[str]) -> _Item:
    folded = fold(match[0])
    start, end = match.span()
    if typed := _TYPED_NUMBER.fullmatch(folded):
        return _Item("number", int(typed[1]), folded, start, end, ordinal=len(typed[1]) > 2)  # noqa: PLR2004
    if spelt := _spelt(folded):
        return _Item("number", spelt[0], folded, start, end, ordinal=spelt[1])
    if (month := _month(folded)) and "ә" not in match[0].lower():  # «бір мәрте» is "once"
        return _Item("month", month, folded, start, end)
    kind, value = _MARKS.get(folded, ("word", 0))
    return _Item(kind, value, folded, start, end)


def _joined(items: Sequence[_Item]) -> Iterator[_Item]:
    """Yield the items with number words that follow each other added up; what cannot be one number stays apart."""
    number: _Item | None = None
    for item in items:
        if number is not None and (sum_ := _sum(number, item)) is not None:
            number = sum_
            continue
        if number is not None:
            yield number
            number = None
        if item.kind == "number" and not item.text[0].isdigit():
            number = item
        else:
            yield item
    if number is not None:
        yield number


def _sum(left: _Item, right: _Item) -> _Item | None:
    """Return two neighbouring number words as one number, None when the second begins another."""
    if right.kind != "number" or left.ordinal or right.text[0].isdigit():
        return None
    value = None
    if right.value in (100, 1000) and left.value % 1000 < right.value and left.value % 1000 < 10:  # noqa: PLR2004
        value = left.value + left.value % 1000 * (right.value - 1)
    elif left.value and right.value and left.value % (10 ** len(str(right.value))) == 0:
        value = left.value + right.value
    return None if value is None else _Item("number", value, left.text, left.start, right.end, ordinal=right.ordinal)


def find_dates(text: str, today: date) -> list[DateSpan]:
    """Return the dates of a text, in order.

    A date is whole when day, month and year are said, or when it is counted from `today` («вчера», «үш күн бұрын»). A
    day and a month, or a month that is plainly one («в мае», «мамыр айында», «март 2026»), is kept without a day.
    The month "май" alone may be butter, so a bare name of a month is no date.
    """
    figures = [_from_figures(match) for match in _FIGURES.finditer(text)]
    found = [span for span in figures if span is not None]
    words = [
        match
        for match in _WORD.finditer(text)
        if not any(span.start < match.end() and match.start() < span.end for span in found)
    ]
    items = list(_joined([_item(match) for match in words]))
    place = 0
    while place < len(items):
        span, used = _read(items, place, today)
        if span is not None:
            found.append(span)
        place += used
    return sorted(found, key=lambda span: span.start)


def _from_figures(match: re.Match[str]) -> DateSpan | None:
    day, month = (int(match[a] or match[b] or match[c]) for a, b, c in (("d", "d2", "d3"), ("m", "m2", "m3")))
    year = match["y"] or match["y2"]
    if not (1 <= month <= _MONTHS_A_YEAR and 1 <= day <= _LAST_DAY):
        return None
    whole = _day(day, month, _full_year(int(year))) if year else None
    return DateSpan(whole, match.start(), match.end()) if whole or not year else None


def _full_year(value: int) -> int:
    return value + _CENTURY if value < _SHORT_YEAR else value


def _day(day: int, month: int, year: int) -> date | None:
    """Return a calendar day; None when a part is missing or there is no such day."""
    try:
        return date(year, month, day) if day and month and _FIRST_YEAR <= year < _LAST_YEAR else None
    except ValueError:
        return None


def _kind(items: Sequence[_Item], place: int) -> _Kind | None:
    return items[place].kind if 0 <= place < len(items) else None


def _is_day(items: Sequence[_Item], place: int) -> bool:
    return _kind(items, place) == "number" and 1 <= items[place].value <= _LAST_DAY


def _is_day_after(items: Sequence[_Item], place: int) -> bool:
    """Tell whether the day follows its month: «наурыздың 15-і», «наурыздың он бесінде»."""
    if not _is_day(items, place) or _year_at(items, place)[1]:
        return False
    return items[place].ordinal or items[place].text[-1].isalpha()


def _year_at(items: Sequence[_Item], place: int) -> tuple[int, int]:
    """Return the year that is said at a place and how many items it takes, (0, 0) for none."""
    if _kind(items, place) != "number":
        return 0, 0
    value, marked = items[place].value, _kind(items, place + 1) == "year_mark"
    if not marked and not _FIRST_YEAR <= value < _LAST_YEAR:
        return 0, 0
    year = _full_year(value)
    return (year, 1 + marked) if _FIRST_YEAR <= year < _LAST_YEAR else (0, 0)


def _read(items: Sequence[_Item], place: int, today: date) -> tuple[DateSpan | None, int]:
    """Return the date that begins at a place, if any, and how many items were read."""
    item = items[place]
    if item.kind == "relative":
        return DateSpan(today + timedelta(days=item.value), item.start, item.end), 1
    if item.text == "алдынгы" and place + 1 < len(items) and items[place + 1].text == "куни":
        return DateSpan(today - timedelta(days=2), item.start, items[place + 1].end), 2
    return _ago(items, place, today) or _calendar(items, place) or (None, 1)


def _ago(items: Sequence[_Item], place: int, today: date) -> tuple[DateSpan, int] | None:
    """Read «три дня назад», «неделю назад», «екі апта бұрын»."""
    numbered = _kind(items, place) == "number"
    unit = place + numbered
    if _kind(items, unit) != "unit" or _kind(items, unit + 1) != "ago":
        return None
    days = items[unit].value * (items[place].value if numbered else 1)
    if not 0 < days < 10 * 365:
        return None
    return DateSpan(today - timedelta(days=days), items[place].start, items[unit + 1].end), unit + 2 - place


def _calendar(items: Sequence[_Item], place: int) -> tuple[DateSpan, int] | None:
    """Read [year] day month [year], month day, or a month that is marked as one."""
    before, used = _year_at(items, place)
    month_at = place + used
    day = 0
    if _is_day(items, month_at) and _kind(items, month_at + 1 + (_kind(items, month_at + 1) == "day_mark")) == "month":
        day = items[month_at].value
        month_at += 1 + (_kind(items, month_at + 1) == "day_mark")
    if _kind(items, month_at) != "month":
        return None
    month = items[month_at].value
    end = month_at + 1
    marked = _kind(items, end) == "month_mark"
    end += marked
    if not day and _is_day_after(items, end):
        day, end = items[end].value, end + 1
    after, used_after = _year_at(items, end)
    end += used_after
    plain = marked or _kind(items, place - 1) == "before" or before or after
    if not day and not plain:
        return None
    if _kind(items, end) == "day_mark":
        end += 1
    return DateSpan(_day(day, month, after or before), items[place].start, items[end - 1].end), end - place

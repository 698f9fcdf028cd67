"""Owns how the actions put data into words: dates, numbers in groups, lists of names, titles of aspects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from babel.dates import format_date

from language.identifiers import group_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kb.aspects import Aspect
    from language import Language

_DATE_PATTERN: Final[Mapping[Language, str]] = {"ru": "d MMMM y 'года'", "kk": "y 'жылғы' d MMMM"}
_OR: Final[Mapping[Language, str]] = {"ru": " или ", "kk": ", әлде "}

ASPECT_TITLES: Final[Mapping[Language, Mapping[Aspect, str]]] = {
    "ru": {
        "general": "Общие сведения",
        "documents": "Документы",
        "cost": "Стоимость",
        "term": "Срок",
        "where": "Куда обращаться",
        "online": "Онлайн",
        "result": "Результат",
        "eligibility": "Кто может получить",
        "refusal": "Причины отказа",
    },
    "kk": {
        "general": "Жалпы мәлімет",
        "documents": "Құжаттар",
        "cost": "Құны",
        "term": "Мерзімі",
        "where": "Қайда жүгіну керек",
        "online": "Онлайн",
        "result": "Нәтижесі",
        "eligibility": "Кім ала алады",
        "refusal": "Бас тарту себептері",
    },
}
VALIDITY_TITLE: Final[Mapping[Language, str]] = {"ru": "срок действия", "kk": "жарамдылық мерзімі"}
"""Of a question that articles answer under the result, if at all."""


def spoken_date(day: date, language: Language) -> str:
    """Return a day as it is said: «18 ноября 2026 года», «2026 жылғы 18 қараша»."""
    return format_date(day, _DATE_PATTERN[language], locale=language)


def day_and_month(day: date, language: Language) -> str:
    """Return a day without its year: «18 ноября», «18 қараша»."""
    return format_date(day, "d MMMM", locale=language)


def number_in_groups(number: str) -> str:
    """Return an application number as it is read back: digits in groups, one with letters as it is written."""
    return group_digits(number) if number.isdecimal() else number


def capitalised(text: str) -> str:
    """Return a text with its first letter capital and the rest as it is («Орган или ЦОН»)."""
    return text[:1].upper() + text[1:]


def alternatives(names: Sequence[str], language: Language) -> str:
    """Return names as a choice: «паспорт, адресная справка или удостоверение личности»."""
    *others, last = names
    return _OR[language].join([", ".join(others), last]) if others else last

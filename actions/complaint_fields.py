"""Owns what a complaint must say by its type (rules 14, 15), and which part of it a citizen speaks of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from actions.turn import ComplaintType, Turn
    from language import Language

FIELDS: Final[Mapping[ComplaintType, tuple[str, ...]]] = {
    "1": ("service", "non_conformity"),
    "2": ("body", "official", "motives", "demands"),
}
"""The required fields of each type, in the order they are asked for; slot `complaint_<field>`."""

TITLES: Final[Mapping[Language, Mapping[str, str]]] = {
    "ru": {
        "service": "услуга",
        "non_conformity": "что не соответствует",
        "body": "орган или ЦОН",
        "official": "должностное лицо",
        "motives": "мотивы",
        "demands": "требования",
    },
    "kk": {
        "service": "қызмет",
        "non_conformity": "не сәйкес келмейді",
        "body": "мекеме немесе ХҚКО",
        "official": "лауазымды адам",
        "motives": "уәждер",
        "demands": "талаптар",
    },
}

HAPPENED_ON: Final = "happened_on"
"""The day of which a complaint tells, when its story says one: an ISO date, or the words («15 марта»)."""
HAPPENED_ON_TITLES: Final[Mapping[Language, str]] = {"ru": "когда", "kk": "қашан"}

_NAMES: Final[Mapping[str, re.Pattern[str]]] = {
    "official": re.compile(
        r"\bфио\b|фамили|\bимя\b|имени|отчеств|сотрудник|должностн|аты жони|аты-жони|\bтег|кызметкер|лауазым"
    ),
    "body": re.compile(r"\bорган|\bцон|хкко|мекеме|организаци|учрежден|акимат|акимдик"),
    "motives": re.compile(r"мотив|причин|произошло|случил|себеп|\bуаж|не болган"),
    "demands": re.compile(r"требован|талап"),
    "non_conformity": re.compile(r"несоответств|нарушен|описани|сайкес|бузыл|не так было"),
    "service": re.compile(r"услуг|\bкызмет(?!кер)"),
}


def slot(field: str) -> str:
    """Return the slot that holds a field."""
    return f"complaint_{field}"


_ABOUT: Final[Mapping[ComplaintType, re.Pattern[str]]] = {
    "1": re.compile(r"поряд|\bуслуг|стандарт|\bсрок|тартип|\bкызмет(?!кер)"),
    "2": re.compile(r"сотрудник|действи|работник|чиновник|хам|груб|кызметкер|арекет|дореки"),
}


def named_type(text: str) -> ComplaintType | None:
    """Return the type that a short answer names («на сотрудника», «қызмет тәртібіне»), None when none or both."""
    folded = fold(text)
    named = [kind for kind, words in _ABOUT.items() if words.search(folded)]
    return named[0] if len(named) == 1 else None


def named_field(text: str, kind: ComplaintType) -> str | None:
    """Return the one field of the type that a text names («фамилия неправильная»), None when none or several."""
    folded = fold(text)
    named = [field for field in FIELDS[kind] if _NAMES[field].search(folded)]
    return named[0] if len(named) == 1 else None


_OWN_NAME: Final = re.compile(r"(?:\bя|меня зовут|мое имя|\bмен|менин атым|аты-жоним)\W+$")
_MOST_BESIDE_A_NAME: Final = 3
"""Words; more of them say something else of the official, and all is kept as said."""


def heard_in(turn: Turn, kind: ComplaintType) -> dict[str, str]:
    """Return the fields that a story tells by itself: the body, the official, the day."""
    heard = {"body": _body(turn), "official": _official(turn)} if kind == "2" else {}
    heard[HAPPENED_ON] = turn.entities.get("date")
    return {field: value for field, value in heard.items() if value}


def _body(turn: Turn) -> str | None:
    """Return the body that a story names; one word alone («цона», «мекеме») does not say which of many it is."""
    body = turn.mentions.get("agency", "")
    return body if len(body.split()) > 1 else None


def _official(turn: Turn) -> str | None:
    """Return the full name that a story tells, None for none or for the citizen's own («я Иванова Мария»)."""
    name = turn.mentions.get("person")
    before = turn.text.partition(name)[0] if name else ""
    return None if _OWN_NAME.search(fold(before)) else name


_A_PERSON: Final = re.compile(
    r"сотрудни|оператор|инспектор|специалист|начальни|окн|окош|кызметкер|маман|басты[кг]|терезе"
)


def names_only_a_body(turn: Turn) -> bool:
    """Whether an answer names a body and nobody of it, where a person was asked for."""
    mentions = turn.mentions
    return "agency" in mentions and "person" not in mentions and not _A_PERSON.search(fold(turn.text))


def said_for(turn: Turn, field: str) -> str:
    """Return what an answer says of a field: the name alone out of «её зовут Иванова Анна Петровна», else all words."""
    name = turn.mentions.get("person")
    if field == "official" and name and len(turn.words) - len(name.split()) <= _MOST_BESIDE_A_NAME:
        return name
    return turn.text

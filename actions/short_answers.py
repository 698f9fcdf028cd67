"""Owns short answers that mean something only to the question: a place («второе», «үшіншісі»), not knowing."""

from __future__ import annotations

import re
from typing import Final

from language.normalisation import fold
from language.numbers import find_numbers

_LONGEST_ANSWER: Final = 5
"""Words; a longer message says more than which one."""

_PLACES: Final = (
    re.compile(r"\b(перв\w+|бирин\w+)\b"),
    re.compile(r"\b(втор\w+|екин\w+)\b"),
    re.compile(r"\b(трет\w+|ушин\w+)\b"),
    re.compile(r"\b(четверт\w+|тортин\w+)\b"),
)
_LAST: Final = re.compile(r"\b(последн\w+|сонгы\w*)\b")


def chosen_place(text: str, count: int) -> int | None:
    """Return the place (from 0) of `count` offered things that a short answer names, None when it names none."""
    if len(text.split()) > _LONGEST_ANSWER:
        return None
    folded = fold(text)
    named = [place for place, words in enumerate(_PLACES[:count]) if words.search(folded)]
    if _LAST.search(folded):
        named.append(count - 1)
    if not named:
        numbers = [span.digits for span in find_numbers(text)]
        named = [int(digits) - 1 for digits in numbers if len(digits) == 1 and 1 <= int(digits) <= count]
    return named[0] if len(set(named)) == 1 else None


def is_place_alone(text: str) -> bool:
    """Whether a text is one ordinal («второе», «екінші»), which answers nothing but a choice."""
    return len(text.split()) == 1 and any(words.search(fold(text)) for words in _PLACES)


_UNKNOWN: Final = re.compile(
    r"не знаю|не помню|неизвестн|не сказал[аи]?\b|нет номера|потерял\w* (номер|расписк|талон)|"
    r"билмеймин|есимде жок|айтпады|белгисиз|номирим? жок|жогалттым"
)


def says_unknown(text: str) -> bool:
    """Whether a citizen says not to know, or not to have, what is asked for."""
    return bool(_UNKNOWN.search(fold(text)))


_DROPPED: Final = re.compile(
    r"\bничего\b|не ?важно|передумал|отмена|(потом|позже)$|не (надо|нужно)$|керек емес|керег[иы] жок|кейин$|токта"
)


def drops_it(text: str) -> bool:
    """Whether a short message drops what is being asked for («не, ничего», «керек емес»)."""
    return len(text.split()) <= _LONGEST_ANSWER and bool(_DROPPED.search(fold(text).strip(" .!")))

"""Owns full names of people found in a text: surname, name and patronymic in either language, or initials.

A patronymic shows a name even in a recogniser's output, which has no capitals; without one the capitals have to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from language import kazakh, russian
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class PersonSpan:
    """A person's full name at `text[start:end]`, in the case that it was said in."""

    start: int
    end: int


_PATRONYMIC: Final = re.compile(
    r".{2,}(?:[ое]вич|[ое]вн)(?:а|у|ем|е|ы|ой|ою)?|.{2,}(?:ьич|лич|мич|тич)(?:а|у|ом|ем|е)?|"
    r".{3,}инична|.{3,}иничн(?:ы|е|у|ой)|.{2,}ьиничн(?:а|ы|е|у|ой)"
)
_KAZAKH_PATRONYMIC: Final = re.compile(r".{3,}-?(?:улы|кызы)(?:н?(?:ын|а|ан|да)|мен)?")
_KAZAKH_KINSHIP: Final = re.compile(r"(?:улы|кызы)(?:н?(?:ын|а|ан|да)|мен)?")
_SURNAME: Final = re.compile(
    r".{2,}(?:[ое]в|[иы]н|ск(?:ий|ая|ого|ой|ому|ую|им)|цк(?:ий|ая|ого|ой|ому|ую|им)|бек|бай|хан|улин|ко|ян|дзе|швили|ук|юк)"
    r"(?:а|у|ым|ом|е|ой)?(?:т?(?:ын|ин)|[дтг]а|[дт]ан|мен|пен)?"
)
_INITIALS: Final = r"[А-ЯЁӘҒҚҢӨҰҮҺІ]\.(?:\s?[А-ЯЁӘҒҚҢӨҰҮҺІ]\.)?"
_CAPITALISED: Final = r"[А-ЯЁӘҒҚҢӨҰҮҺІ][а-яёәғқңөұүһі]{2,}(?:-[А-ЯЁӘҒҚҢӨҰҮҺІ][а-яёәғқңөұүһі]+)?"
_WITH_INITIALS: Final = re.compile(rf"\b{_CAPITALISED}\s{_INITIALS}|(?<![\w.]){_INITIALS}\s?{_CAPITALISED}\b")
_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SHORTEST_NAME: Final = 3
_NAMED_AFTER: Final = re.compile(r"\b(?:улиц\w*|ул|просп\w*|пр|школ\w*|имени|им)\.?\s*(?:имени\s+)?$", re.IGNORECASE)
_NAMED_FOR: Final = re.compile(r"\s*(?:атында\w+|көше\w*|коше\w*|даңғыл\w*|дангыл\w*|мектеб\w*)", re.IGNORECASE)
_NAME: Final = frozenset({"Name", "Surn"})
_NEVER_A_NAME: Final = frozenset({"Geox", "PREP", "CONJ", "PRCL", "NPRO", "VERB", "INFN", "PRED"})
_OFTEN_NAMED: Final = 2


class _Word(NamedTuple):
    text: str
    folded: str
    start: int
    end: int

    @property
    def capital(self) -> bool:
        return self.text[0].isupper() and (len(self.text) == 1 or not self.text.isupper())


@lru_cache(maxsize=10_000)
def _is_patronymic(folded: str) -> bool:
    if _KAZAKH_PATRONYMIC.fullmatch(folded):
        reading = kazakh.analyse(folded)  # «ауылы», «жазулы» end the same way
        return (reading is None or reading.basis == "shape") and not russian.is_known(folded)
    if not _PATRONYMIC.fullmatch(folded):
        return False
    return not russian.is_known(folded) or "Patr" in russian.read(folded).grammemes


@lru_cache(maxsize=10_000)
def _is_surname(folded: str) -> bool:
    """Tell whether a folded word has the form of a surname and is no common word («сериков» may be read as a name)."""
    grammemes = russian.all_grammemes(folded)
    if grammemes:
        return "Surn" in grammemes or ("Name" in grammemes and bool(_SURNAME.fullmatch(folded)))
    reading = kazakh.analyse(folded)
    return bool(_SURNAME.fullmatch(folded)) and (reading is None or reading.basis == "shape")


@lru_cache(maxsize=10_000)
def _is_given_name(folded: str) -> bool:
    return "Name" in russian.all_grammemes(folded)


@lru_cache(maxsize=10_000)
def _may_be_name(folded: str) -> bool:
    """Tell whether a folded word beside a patronymic may be part of the name: a name, or no word that is known."""
    if len(folded) < _SHORTEST_NAME:
        return False
    if grammemes := russian.all_grammemes(folded):
        return bool(grammemes & _NAME) and not russian.read(folded).grammemes & _NEVER_A_NAME
    reading = kazakh.analyse(folded)
    return reading is None or reading.basis == "shape"


def _joined(left: _Word, right: _Word, text: str) -> bool:
    return text[left.end : right.start].strip(" ") == ""


def find_people(text: str) -> list[PersonSpan]:
    """Return the full names of a text, in order; a lone name or surname is not one."""
    found = [PersonSpan(match.start(), match.end()) for match in _WITH_INITIALS.finditer(text)]
    words = [_Word(match[0], fold(match[0]), match.start(), match.end()) for match in _WORD.finditer(text)]
    found += [
        _around(words, place, text)
        for place, word in enumerate(words)
        if _is_patronymic(word.folded) or _is_kinship(words, place)
    ]
    found += [PersonSpan(left.start, right.end) for left, right in _capitalised_pairs(words, text)]
    apart: list[PersonSpan] = []
    for span in found:  # a patronymic says more than a pair of capitals
        overlaps = any(other.start < span.end and span.start < other.end for other in apart)
        if span.end > span.start and not overlaps and not _is_address(span, text):
            apart.append(span)
    return sorted(apart, key=lambda span: span.start)


def _is_address(span: PersonSpan, text: str) -> bool:
    """Tell whether a street or a school is named after the person."""
    return bool(_NAMED_AFTER.search(text, 0, span.start) or _NAMED_FOR.match(text, span.end))


def _is_kinship(words: Sequence[_Word], place: int) -> bool:
    """Tell whether «ұлы» or «қызы», written apart, ends a patronymic: «Серік Нұрлан ұлы», but not «көрші қызы»."""
    if not _KAZAKH_KINSHIP.fullmatch(words[place].folded) or place < _OFTEN_NAMED:
        return False
    return all(word.capital and _may_be_name(word.folded) for word in words[place - 2 : place])


def _around(words: Sequence[_Word], place: int, text: str) -> PersonSpan:
    """Return the name around a patronymic: two words before it, or one before and a surname after; empty for none."""
    first = place
    most = _OFTEN_NAMED + (words[place].folded in {"улы", "кызы"})
    while first > 0 and place - first < most and _goes_on(words[first - 1], words[first], words[place], text):
        first -= 1
    last = place
    if place - first < _OFTEN_NAMED and place + 1 < len(words) and _joined(words[place], words[place + 1], text):
        after = words[place + 1]
        last += _is_surname(after.folded) or (after.capital and words[place].capital and _may_be_name(after.folded))
    return PersonSpan(words[first].start, words[last].end if last > first else words[first].start)


def _goes_on(before: _Word, word: _Word, patronymic: _Word, text: str) -> bool:
    """Tell whether the word before is a part of the name; a capital makes a known word one, but not the first word."""
    capital = before.capital and patronymic.capital and before.start > 0
    return (_may_be_name(before.folded) or capital) and _joined(before, word, text)


def _capitalised_pairs(words: Sequence[_Word], text: str) -> list[tuple[_Word, _Word]]:
    """Return a surname and a name next to each other, in either order, both with capitals."""
    pairs = []
    for left, right in pairwise(words):
        if not (left.capital and right.capital and _joined(left, right, text)):
            continue
        one, other = left.folded, right.folded
        if any(
            _is_surname(surname) and (_is_given_name(name) or (_may_be_name(name) and not _is_surname(name)))
            for surname, name in ((one, other), (other, one))
        ):
            pairs.append((left, right))
    return pairs

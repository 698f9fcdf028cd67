"""Owns numbers that are said bit by bit: their digits in a message, and the correction of one digit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from language.normalisation import fold
from language.numbers import find_numbers

_MOST_WORDS_BESIDE: Final = 3
"""A message with more words beside its digits says something else («я родился в 1985 году в Алматы»)."""
_FILLER: Final = re.compile(
    r"номер\w*|ном[иы]р\w*|заявлени\w*|заявк\w*|талон|иин|жсн|отиниш\w*|отин[иы]м\w*|цифр\w*|решетка|тор|"
    r"это|вот|мой|моего|менин|дальше|далее|потом|еще|затем|и|а|значит|пишите|запи\w+|пожалуйста|ары|карай|енди|сосын|"
    r"содан|кейин|тагы"
)
_WORD: Final = re.compile(r"[^\W\d_]+")

# Roots of the ordinals from first to twelfth, by place.
_ORDINAL_ROOTS: Final = (
    ("он екин", 12), ("он бирин", 11), ("двенадцат", 12), ("одиннадцат", 11), ("десят", 10), ("девят", 9), ("восьм", 8),
    ("седьм", 7), ("шест", 6), ("пят", 5), ("четверт", 4), ("трет", 3), ("втор", 2), ("перв", 1),
    ("бирин", 1), ("екин", 2), ("ушин", 3), ("тортин", 4), ("бесин", 5), ("алтын", 6), ("жетин", 7), ("сегизин", 8),
    ("тогызын", 9), ("онын", 10),
)  # fmt: skip
_RU_ORDINAL_ENDING: Final = "(?:ая|ую|ой|ый|ий|ое|ье|ья|ью|ьей|ей|ого|ого)"
_KK_ORDINAL_ENDING: Final = "(?:ши|шы)\\w*"
_ORDINAL: Final = re.compile(
    r"\b(?:" + "|".join(root for root, _ in _ORDINAL_ROOTS) + rf")(?:{_RU_ORDINAL_ENDING}|{_KK_ORDINAL_ENDING})\b"
)
_NUMERIC_ORDINAL: Final = re.compile(r"\b(\d{1,2})\s?-?\s?(?:я|ю|й|ая|ую|ой|ши|шы|инши|ынши|ншы|нши)\b")
_LAST_BUT_ONE: Final = re.compile(r"\bпредпоследн\w+")
_LAST: Final = re.compile(r"\b(?:последн\w+|сонгы\w*)")
_FROM_THE_END: Final = re.compile(r"с конца|сонынан")

_LONGEST_CORRECTED: Final = 4
"""Digits that are put right at once; more are another number."""
# How a wrong digit and the right one are told apart, in folded text with the digits written.
_WRONG_THEN_RIGHT: Final = (
    re.compile(r"(?<!а )\bне (?P<wrong>\d+)\W*(?:а )?\W*(?P<right>\d+)"),
    re.compile(r"(?P<wrong>\d+) емес\W+(?P<right>\d+)"),
    re.compile(r"\bвместо (?P<wrong>\d+)\W*(?P<right>\d+)"),
    re.compile(r"(?P<right>\d+)\W+а не (?P<wrong>\d+)"),
    re.compile(r"(?P<right>\d+)\W+вместо (?P<wrong>\d+)"),
    re.compile(r"(?P<right>\d+)\W+(?P<wrong>\d+) емес"),
)


def said_digits(text: str) -> str:
    """Return the digits of a message that says little else, "" for any other message."""
    spans = find_numbers(text)
    rest = text
    for span in reversed(spans):
        rest = f"{rest[: span.start]} {rest[span.end :]}"
    beside = [word for word in _WORD.findall(fold(rest)) if not _FILLER.fullmatch(word)]
    return "".join(span.digits for span in spans) if len(beside) <= _MOST_WORDS_BESIDE else ""


@dataclass(frozen=True)
class Correction:
    """Digits put right: `place` counts from 1, or from -1 at the end; `wrong` is what had been understood."""

    right: str
    place: int | None = None
    wrong: str | None = None

    def apply(self, number: str) -> str | None:
        """Return the number with the digits put right, None when it is not clear which are meant."""
        index = self._index(number)
        return None if index is None else number[:index] + self.right + number[index + len(self.right) :]

    def _index(self, number: str) -> int | None:
        length = len(self.right)
        if self.wrong is not None and length > 1 and number.endswith(self.wrong):
            return len(number) - length  # «не 23, а 22»: the end is what is looked at last
        if self.place is not None and length == 1 and 0 < abs(self.place) <= len(number):
            return self.place - 1 if self.place > 0 else len(number) + self.place
        if self.place is None and self.wrong is not None and number.count(self.wrong) == 1:
            return number.index(self.wrong)
        return None


def read_correction(text: str) -> Correction | None:
    """Return the correction that a message makes («последняя не три, а пять», «үшінші цифры жеті»), None for none."""
    place, rest = _place(text)
    written = fold(_with_written_digits(rest))
    pair = next((match for pattern in _WRONG_THEN_RIGHT if (match := pattern.search(written))), None)
    if pair and len(pair["right"]) == len(pair["wrong"]) <= _LONGEST_CORRECTED:
        return Correction(pair["right"], place, pair["wrong"])
    digits = re.findall(r"\d+", written)
    if place is not None and len(digits) == 1 and len(digits[0]) == 1:
        return Correction(digits[0], place)
    return None


def _place(text: str) -> tuple[int | None, str]:
    """Return the place that a message names and the message without it."""
    folded = fold(text)
    if match := _LAST_BUT_ONE.search(folded):
        return -2, folded.replace(match[0], " ")
    if match := _LAST.search(folded):
        return -1, folded.replace(match[0], " ")
    place = None
    if match := _NUMERIC_ORDINAL.search(folded):
        place = int(match[1])
    elif match := _ORDINAL.search(folded):
        place = next(number for root, number in _ORDINAL_ROOTS if match[0].startswith(root))
    if place is None or match is None:
        return None, text
    rest = folded.replace(match[0], " ")
    return (-place, rest) if _FROM_THE_END.search(rest) else (place, rest)


def _with_written_digits(text: str) -> str:
    for span in reversed(find_numbers(text)):
        text = f"{text[: span.start]}{span.digits}{text[span.end :]}"
    return text

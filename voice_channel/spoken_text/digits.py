"""Owns reading numbers that are no quantities: telephones, application numbers and other codes, in groups."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from language.identifiers import group_digits
from language.numbers import to_words
from voice_channel.spoken_text.kazakh import with_ending

if TYPE_CHECKING:
    from language import Language

_PHONE: Final = re.compile(r"(?<![\d\w])(\+7|8)[ -]?\(?(\d{3})\)?[ -]?(\d{3})[ -]?(\d{2})[ -]?(\d{2})(?![\d\w])")
_CENTRE: Final = re.compile(r"(?<!\d)(?<!\d )1414(?:-([а-яәіңғүұқөһ]+))?(?!\d| \d{3})")
_LONG: Final = re.compile(r"(?<![\d\w])(?:\d[\d -]{7,}\d)(?![\d\w])")
_LONG_DIGITS: Final = 9
_PLUS: Final = {"ru": "плюс", "kk": "плюс"}


def codes_spelt_out(text: str, language: Language) -> str:
    """Return the text with telephones and long numbers in words, a comma between the groups."""

    def phone(match: re.Match[str]) -> str:
        country, *groups = match.groups()
        first = f"{_PLUS[language]} {to_words(7, language)}" if country == "+7" else to_words(8, language)
        return ", ".join((first, *(_group(group, language) for group in groups)))

    def long(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match[0])
        if len(digits) < _LONG_DIGITS or _is_amount(match[0]):
            return match[0]
        return ", ".join(_digit_by_digit(group, language) for group in group_digits(digits).split())

    def centre(match: re.Match[str]) -> str:
        half = to_words(14, language)
        return f"{half} {with_ending(half, match[1], possessed=False) if match[1] else half}"

    text = _PHONE.sub(phone, text)
    text = _LONG.sub(long, text)
    return _CENTRE.sub(centre, text)


def _is_amount(text: str) -> bool:
    """Tell whether digits are grouped as an amount is: "1 250 000"."""
    return re.fullmatch(r"[1-9]\d{0,2}(?: \d{3})+", text) is not None


def _group(digits: str, language: Language) -> str:
    """Read a group as people dictate it: leading zeros one by one, the rest as a number."""
    zeros = len(digits) - len(digits.lstrip("0"))
    rest = digits[zeros:]
    words = [to_words(0, language)] * zeros + ([to_words(int(rest), language)] if rest else [])
    return " ".join(words)


def _digit_by_digit(digits: str, language: Language) -> str:
    return " ".join(to_words(int(digit), language) for digit in digits)

"""Owns the masking of personal data in anything that is written for operators (logs, traces)."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Digits that belong together on paper: an IIN, a phone or an application number, however it is grouped. The date and
# the time of a log line are not: they are shorter than nine digits or carry a colon.
_LONG_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[ \-()]{0,2}\d){8,}(?![\w.])")
_PERMIT_NUMBER = re.compile(r"\bKZ[ -]?\d[\dA-Z -]{7,}\b", re.IGNORECASE)
_KEPT_DIGITS = 2


def _masked_number(match: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", match.group(0))
    return "#" * (len(digits) - _KEPT_DIGITS) + digits[-_KEPT_DIGITS:]


def mask(text: str) -> str:
    """Return `text` with e-mail addresses, phone numbers, IINs and application numbers made unreadable.

    The last two digits of a number stay, so that an operator can tell two citizens' lines apart.
    """
    text = _EMAIL.sub("<e-mail>", text)
    text = _PERMIT_NUMBER.sub("<number>", text)
    return _LONG_NUMBER.sub(_masked_number, text)

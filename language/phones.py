"""Owns telephone numbers of Kazakhstan as people say and write them."""

from __future__ import annotations

import re

from language.numbers import find_numbers

_PHONE = re.compile(r"(?:\+?[78])?(7\d{9})")


def phone_in(text: str) -> str | None:
    """Return the Kazakhstan number that a text says, as +7 and ten digits; None when it says none."""
    digits = "".join(span.digits for span in find_numbers(text))
    match = _PHONE.fullmatch(digits)
    return f"+7{match[1]}" if match else None

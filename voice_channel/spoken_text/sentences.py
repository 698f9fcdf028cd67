"""Owns cutting a text into the pieces that are made into sound one by one."""

from __future__ import annotations

import re
from typing import Final

_BULLETS: Final = re.compile(r"^\s*[•*\-–—]\s+", re.MULTILINE)
_END: Final = re.compile(r"(?<=[.!?…])[»\")]*\s+(?=[«\"(]?[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ0-9])|\n+")
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(])(?:[A-ZА-ЯЁӘІҢҒҮҰҚӨҺ]|г|ул|ст|п|пп|т|д|др|руб|тг|стр|см|обл|им|тел|ж|қ|б|т\.б|т\.д)\.$"
)
_LONGEST: Final = 220


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; an abbreviation's full stop ends none, and a very long one is cut at a comma."""
    pieces: list[str] = []
    joined = ""
    for piece in _pieces(_BULLETS.sub("", text)):
        joined = f"{joined} {piece}".strip()
        if not _ABBREVIATION.search(joined):
            pieces += _short_enough(joined)
            joined = ""
    return pieces + _short_enough(joined)


def _pieces(text: str) -> list[str]:
    return [piece.strip() for piece in _END.split(text) if piece.strip()]


def _short_enough(sentence: str) -> list[str]:
    if len(sentence) <= _LONGEST:
        return [sentence] if sentence else []
    cut = sentence.rfind(", ", 0, _LONGEST)
    if cut < 0:
        cut = sentence.rfind(" ", 0, _LONGEST)
    if cut < 0:
        return [sentence]
    return [sentence[: cut + 1].strip(), *_short_enough(sentence[cut + 1 :].strip())]

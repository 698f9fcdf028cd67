"""Owns telling what a person does not mean («не паспорт, а удостоверение») from the rest of what is said."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = r"(?:(?:про|о|об|на|для|за|по|в|насчёт|насчет)\s+)?"
_NAMED: Final = r"[^\s,.!?;]+(?:\s+(?!а\b)[^\s,.!?;]+){0,2}?"
_DENIED: Final = (
    re.compile(rf"\bне\s+(?:нуж\w+\s+|надо\s+)?{_LINK}(?P<denied>{_NAMED})\s*,?\s+а\s+", re.IGNORECASE),
    re.compile(rf",?\s*\bа\s+не\s+{_LINK}(?P<denied>{_NAMED})(?=\s*[,.!?;]|\s*$)", re.IGNORECASE),
    re.compile(rf"(?:^|(?<=[\s,]))(?P<denied>{_NAMED})\s+(?:керек\s+|туралы\s+)?емес\b\s*,?", re.IGNORECASE),
)


def split_denied(text: str) -> tuple[str, str]:
    """Return what a text says is not meant, and the text without it; "" for the first when it denies nothing."""
    for pattern in _DENIED:
        if match := pattern.search(text):
            rest = f"{text[: match.start()]} {text[match.end() :]}".strip(" ,")
            if rest:
                return match["denied"], " ".join(rest.split())
    return "", text

"""Owns taking a message apart: a long story, or several questions in one, by its clauses."""

from __future__ import annotations

import re
from typing import Final

from language.normalisation import fold

_BOUNDARY: Final = re.compile(r"[.,;:!?\n]+|\s(?:и|а также|а еще|а ещё|еще|ещё|плюс|және|әрі|тағы|сосын|содан кейін)\s")
_ASKS: Final = re.compile(
    r"\b(сколько|скока|как|какой|какая|какие|какую|каких|где|куда|когда|можно|надо|нужно|нужен|нужны|нужна|стоит|срок\w*|"
    r"канша|неше|кандай|калай|кайда|кайдан|кашан|керек|ма|ме|ба|бе|па|пе|мерзим\w*)\b"
)
_KEYWORDS: Final = 2
"""A clause this short asks without a word of asking («документы и сроки»)."""


def clauses(text: str) -> list[str]:
    """Return the clauses of a message, in order."""
    return [clause for part in _BOUNDARY.split(text) if (clause := part.strip())]


def asking_clauses(text: str) -> list[str]:
    """Return the clauses that ask something."""
    return [each for each in clauses(text) if len(each.split()) <= _KEYWORDS or _ASKS.search(fold(each))]

"""Numbers in speech and writing: the one door to finding them (`dictation`) and saying them (`number_words`)."""

from __future__ import annotations

from language.dictation import NumberSpan, find_numbers
from language.number_words import LARGEST, CaseKind, kk_suffix, ordinal_words, ru_plural, to_words

__all__ = [
    "LARGEST",
    "CaseKind",
    "NumberSpan",
    "find_numbers",
    "kk_suffix",
    "ordinal_words",
    "ru_plural",
    "to_words",
]

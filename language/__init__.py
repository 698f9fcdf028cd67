"""Kazakh and Russian text: which language it is, one spelling for search, lemmas, numbers in words, identifiers.

Runs in both environments (Python 3.12 and the Rasa server's 3.10) on the standard library, spaCy and pymorphy3 alone.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["ru", "kk"]
LANGUAGES: tuple[Language, ...] = ("ru", "kk")
DEFAULT_LANGUAGE: Language = "ru"

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "Language"]

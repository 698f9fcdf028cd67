"""Owns what a recogniser has understood: words with their confidence, and which language they were in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from language import Language

UNKNOWN_WORD: Final = "[unk]"


class Word(BaseModel):
    """One word; times are seconds from the first sound that the recogniser was given."""

    word: str
    conf: float
    start: float
    end: float


class Recognition(BaseModel):
    """The words of one utterance in one language."""

    words: list[Word] = []

    @property
    def text(self) -> str:
        """The words that are known, with spaces between."""
        return " ".join(word.word for word in self.words if word.word != UNKNOWN_WORD)

    @property
    def is_whole(self) -> bool:
        """Whether there are words, and all of them are known."""
        return bool(self.words) and all(word.word != UNKNOWN_WORD for word in self.words)

    @property
    def confidence(self) -> float:
        """0-1: the mean over the time spoken; what was spoken outside the vocabulary counts as zero."""
        spoken_s = sum(word.end - word.start for word in self.words)
        known = sum(word.conf * (word.end - word.start) for word in self.words if word.word != UNKNOWN_WORD)
        return known / spoken_s if spoken_s else 0.0


def likelier(heard: Mapping[Language, Recognition], preferred: Language) -> Language:
    """Return the language in which an utterance was understood better; `preferred` when neither was."""
    return max(heard, key=lambda language: (heard[language].confidence, language == preferred), default=preferred)

"""Owns what the keys of the telephone mean: 0 consultant, * repeat, # end of a number, digits, language and rating."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from language import Language
    from voice_channel.tuning import Tuning


class Command(Enum):
    """Keys that are a whole wish."""

    CONSULTANT = "consultant"
    REPEAT = "repeat"


@dataclass(frozen=True)
class Digits:
    """A number that the caller has typed to its end."""

    digits: str


@dataclass(frozen=True)
class LanguageKey:
    """The caller chose a language."""

    language: Language


Meaning = Command | Digits | LanguageKey
_LANGUAGES: dict[str, Language] = {"1": "kk", "2": "ru"}


class Keypad:
    """Reads one caller's keys; times are seconds of any clock that only grows.

    While a number is being typed 0 is a digit of it; otherwise it calls a consultant.
    """

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._typed = ""
        self._last_at = 0.0
        self.wanted_digits = 0
        """Length of the number that was asked for; 0 when none was."""
        self.choosing_language = False
        self.rating = False
        """Digits 1-5 are an answer by themselves."""

    @property
    def typing(self) -> bool:
        """Whether a number has been begun."""
        return bool(self._typed)

    def press(self, key: str, at: float) -> Meaning | None:
        """Return what a key means; None for one that has no meaning now or that a number goes on after."""
        if key.isdecimal():
            return self._digit(key, at)
        typed = self._whole()
        return {"#": typed, "*": Command.REPEAT}.get(key)

    def _digit(self, key: str, at: float) -> Meaning | None:
        if key == "0" and not self._typed and not self.wanted_digits:
            return Command.CONSULTANT
        if self.choosing_language and key in _LANGUAGES:
            return LanguageKey(_LANGUAGES[key])
        self._typed += key
        self._last_at = at
        whole = self.rating or (self.wanted_digits and len(self._typed) >= self.wanted_digits)
        return self._whole() if whole else None

    def tick(self, at: float) -> Meaning | None:
        """Return the number that is whole because no key followed it; a lone 0 calls a consultant."""
        if self._typed and at - self._last_at >= self._tuning.between_keys_s:
            return self._whole()
        return None

    def _whole(self) -> Meaning | None:
        typed, self._typed = self._typed, ""
        if typed == "0":
            return Command.CONSULTANT
        return Digits(typed) if typed else None

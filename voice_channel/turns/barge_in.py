"""Owns what happens when the caller makes a sound over our voice: pause, then stop or go on (barge-in)."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from voice_channel.tuning import Tuning

# Said by a listener who wants us to go on.
_BACKCHANNEL: Final = frozenset(
    ["угу", "ага", "мгм", "хм", "м-м", "так", "ясно", "ия", "е", "уһым", "а", "э", "эм", "[unk]"]
)
_WORD: Final = re.compile(r"\[unk\]|[\w-]+")


class Action(Enum):
    """What our voice is to do."""

    PAUSE = auto()
    STOP = auto()
    SETTLE = auto()
    """Stay paused until the recogniser has said its last word on what was heard; then ask `settle`."""
    RESUME = auto()


def is_backchannel(text: str) -> bool:
    """Tell whether these words (none included) only say "I am listening"."""
    return all(word in _BACKCHANNEL for word in _WORD.findall(text))


class BargeIn:
    """Follows one playback at a time; times are seconds of any clock that only grows."""

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._speech_s = 0.0
        self._paused = False
        self._paused_at = 0.0
        self._settling = False
        self._quiet_since: float | None = None

    @property
    def paused(self) -> bool:
        """Whether our voice waits to learn if the caller means it."""
        return self._paused

    def hear(
        self, at: float, duration_s: float, *, speech: bool, words: str, likely: bool = False, sounding_s: float = 0.0
    ) -> Action | None:
        """Take the next `duration_s` of the line while our voice is playing or paused.

        `words` is what the caller is known to have said since our voice began. `sounding_s` is how long the line has
        not been quiet: a word that begins with a hiss («сколько») is known as speech only from its first vowel on.
        `likely` is what may be speech; it need only last as long as a sound.
        """
        self._speech_s = self._speech_s + duration_s if speech else 0.0
        if self._paused:
            return self._doubt(at, speech=speech, words=words)
        if (speech or likely) and max(self._speech_s, sounding_s) >= self._tuning.barge_in_after_s:
            self._paused, self._paused_at, self._quiet_since = True, at, None
            return Action.PAUSE
        return None

    def settle(self, words: str, *, spoken_s: float, left_s: float) -> Action:
        """Decide by all that was said, for `spoken_s`, with `left_s` of our own words still to come.

        Speech without words, as of people beside the caller, does not keep ours from their end; over their last
        syllables it is how an answer begins.
        """
        self.reset()
        is_early = left_s < self._tuning.barge_in_tail_s and spoken_s >= self._tuning.shortest_utterance_s
        return Action.STOP if not is_backchannel(words) or (is_early and not words) else Action.RESUME

    def _doubt(self, at: float, *, speech: bool, words: str) -> Action | None:
        if not is_backchannel(words):
            self.reset()
            return Action.STOP
        if speech:
            self._quiet_since = None
        elif self._quiet_since is None:
            self._quiet_since = at
        quiet_s = 0.0 if self._quiet_since is None else at - self._quiet_since
        waited_s = at - self._paused_at
        if self._settling or (quiet_s < self._tuning.barge_in_doubt_s and waited_s < self._tuning.barge_in_limit_s):
            return None
        self._settling = True
        return Action.SETTLE

    def reset(self) -> None:
        """Begin anew with the next playback."""
        self._speech_s = 0.0
        self._paused = False
        self._settling = False
        self._quiet_since = None

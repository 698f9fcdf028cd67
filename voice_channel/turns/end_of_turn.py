"""Owns the moment at which the caller has finished speaking (endpointing)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voice_channel.turns.completeness import Expecting, patience_s

if TYPE_CHECKING:
    from voice_channel.tuning import Tuning


class EndOfTurn:
    """Watches one turn at a time; times are seconds of any clock that only grows."""

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self.expecting = Expecting.WORDS
        self._began_at: float | None = None
        self._last_speech_at = 0.0
        self._speech_s = 0.0
        self._patience_s = tuning.plain_s
        self._came_at: float | None = None

    @property
    def open(self) -> bool:
        """Whether the caller has begun to speak."""
        return self._began_at is not None

    @property
    def began_at(self) -> float:
        """The beginning of the caller's first sound; the end of the last one while the turn has not begun."""
        return self._last_speech_at if self._began_at is None else self._began_at

    @property
    def last_speech_at(self) -> float:
        """The end of the caller's last sound."""
        return self._last_speech_at

    @property
    def speech_s(self) -> float:
        """How long the caller has spoken in this turn, pauses left out."""
        return self._speech_s

    def came(self, at: float) -> None:
        """Note that the caller's side sent something, be it silence."""
        self._last_speech_at += self._held_back_s(at)
        self._came_at = at

    def speech(self, at: float, duration_s: float) -> None:
        """Note that speech lasted for `duration_s` until `at`."""
        if self._began_at is None:
            self._began_at = at - duration_s
            self._patience_s = self._tuning.plain_s
        self._last_speech_at = at
        self._speech_s += duration_s

    def words(self, text: str) -> None:
        """Note the words heard so far in this turn; they decide how long a quiet is waited for."""
        self._patience_s = patience_s(text, self.expecting, self._tuning)

    def over(self, at: float) -> bool:
        """Tell whether the turn has ended at `at`."""
        if self._began_at is None:
            return False
        quiet_s = at - self._last_speech_at - self._held_back_s(at)
        return quiet_s >= self._patience_s or at - self._began_at >= self._tuning.longest_turn_s

    def reset(self) -> None:
        """Wait for the next turn."""
        self._began_at = None
        self._speech_s = 0.0

    def _held_back_s(self, at: float) -> float:
        """Return how much of the present gap in the line's sound is the network's and no quiet of the caller's."""
        gap_s = 0.0 if self._came_at is None else at - self._came_at
        return min(gap_s, self._tuning.line_stall_s) if gap_s > self._tuning.line_beat_s else 0.0

"""Owns what is done, step by step, while the caller says nothing."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice_channel.tuning import Tuning


class Step(Enum):
    """The rungs, from the first."""

    ASK_AGAIN = "ask_again"
    OFFER_HELP = "offer_help"
    LEAVE = "leave"


class SilenceLadder:
    """Counts from the end of our voice; times are seconds of any clock that only grows."""

    def __init__(self, tuning: Tuning) -> None:
        self._waits = {
            Step.ASK_AGAIN: tuning.ask_again_s,
            Step.OFFER_HELP: tuning.offer_help_s,
            Step.LEAVE: tuning.leave_s,
        }
        self._left = list(self._waits)
        self._quiet_since: float | None = None

    def busy(self) -> None:
        """Note that someone is speaking or an answer is being prepared: time does not count."""
        self._quiet_since = None

    def answered(self) -> None:
        """Note that the caller said or pressed something: begin from the first rung."""
        self._left = list(self._waits)
        self._quiet_since = None

    def quiet(self, at: float) -> Step | None:
        """Note that nobody speaks at `at`; return the rung that is due, each once."""
        if self._quiet_since is None:
            self._quiet_since = at
        if not self._left or at - self._quiet_since < self._waits[self._left[0]]:
            return None
        self._quiet_since = None
        return self._left.pop(0)

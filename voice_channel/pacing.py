"""Owns the beat of a call: one frame every 20 ms on an absolute clock, so that delays do not add up."""

from __future__ import annotations

from typing import Final

from voice_channel.audio import FRAME_S

LONGEST_BURST: Final = 5
"""Frames sent at once after a stall, at most; what would have sounded earlier is not caught up with."""


class Pacer:
    """Says how many frames are due now and how long to sleep until the next one."""

    def __init__(self, start: float) -> None:
        self._next = start

    def due(self, now: float) -> int:
        """Return the number of frames to send at `now` (seconds of a monotonic clock); the clock moves past them."""
        frames = 0
        while self._next <= now:
            self._next += FRAME_S
            frames += 1
        return min(frames, LONGEST_BURST)

    def late_s(self, now: float) -> float:
        """Return by how much the next frame is late at `now`."""
        return max(0.0, now - self._next)

    def sleep_s(self, now: float) -> float:
        """Return the seconds until the next frame is due."""
        return max(0.0, self._next - now)

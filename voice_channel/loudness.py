"""Owns telling a sound on the line from the line's own hum, which is there all the time."""

from __future__ import annotations

from typing import Final

import numpy as np

_QUIETEST: Final = 100.0
"""Root mean square of 16-bit samples below which nothing is a sound."""
_ABOVE_HUM: Final = 3.0
_RISE: Final = 1.01
"""By which the hum is taken to grow from frame to frame while it is not heard by itself."""


class Loudness:
    """Follows one line, frame by frame; what is never quieter for a second or two becomes hum."""

    def __init__(self) -> None:
        self._hum = _QUIETEST

    def is_sound(self, pcm: bytes) -> bool:
        """Take the next frame; tell whether something sounds in it."""
        samples = np.frombuffer(pcm, np.int16).astype(np.float32)
        level = float(np.sqrt(np.mean(samples * samples))) if len(samples) else 0.0
        self._hum = max(1.0, min(level, self._hum * _RISE))
        return level > max(_QUIETEST, _ABOVE_HUM * self._hum)

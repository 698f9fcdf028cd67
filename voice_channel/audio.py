"""Owns the one shape of sound inside the voice channel: signed 16-bit mono at 8 kHz, in frames of 20 ms."""

from __future__ import annotations

from typing import Final

SAMPLE_RATE_HZ: Final = 8_000
SAMPLE_BYTES: Final = 2
FRAME_MS: Final = 20
FRAME_S: Final = FRAME_MS / 1000
FRAME_SAMPLES: Final = 160
FRAME_BYTES: Final = FRAME_SAMPLES * SAMPLE_BYTES
SILENCE: Final = bytes(FRAME_BYTES)


def seconds(pcm: bytes) -> float:
    """Return how long a sound lasts."""
    return len(pcm) / (SAMPLE_RATE_HZ * SAMPLE_BYTES)


def padded(pcm: bytes) -> bytes:
    """Return the sound with silence up to a whole number of frames."""
    return pcm + bytes(-len(pcm) % FRAME_BYTES)

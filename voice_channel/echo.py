"""Owns telling our own voice that comes back on the line (echo) from the caller's."""

from __future__ import annotations

import numpy as np

_QUIETEST = 30.0
"""Root mean square of 16-bit samples below which nothing can be told."""


def likeness(captured: bytes, played: bytes) -> float:
    """Return 0-1: how well `captured` is a delayed, fainter copy of a part of `played` (normalised cross-correlation).

    `played` is what our side sent up to the same moment, longer than `captured` by the longest delay to look for.
    """
    line = np.frombuffer(captured, np.int16).astype(np.float64)
    voice = np.frombuffer(played, np.int16).astype(np.float64)
    if len(line) == 0 or len(voice) < len(line) or np.sqrt(np.mean(line**2)) < _QUIETEST:
        return 0.0
    line = line - line.mean()
    size = 1 << (len(voice) + len(line) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(voice, size) * np.conj(np.fft.rfft(line, size)), size)
    products = products[: len(voice) - len(line) + 1]
    sums = np.concatenate(([0.0], np.cumsum(voice**2)))
    energies = sums[len(line) :] - sums[: -len(line)]
    scale = np.sqrt(energies * np.sum(line**2))
    usable = energies > len(line) * _QUIETEST**2
    if not usable.any():
        return 0.0
    return float(np.max(np.abs(products[usable]) / scale[usable]))

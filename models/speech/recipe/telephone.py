"""Owns the telephone line: room, microphone, noise, gain and G.711 on 8 kHz speech, and a line's other sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from numpy.typing import NDArray

    Samples: TypeAlias = NDArray[np.float64]
    Coding: TypeAlias = Callable[[Samples], Samples]

RATE = 8000
"""Hz, of every telephone signal here."""
_FULL_SCALE = 32768.0
_LOUDEST = 32000.0
_TINY = 1e-9
_MU = 255.0
_A = 87.6
_STEPS = 127.5  # 8-bit companding
_VOICED_SHARE_OF_PEAK = 0.02
_ECHOING_ROOMS = 0.35
_NARROW_LINES = 0.6
_NOISE_SLOPES = (0.0, 0.5, 1.0)  # white, pink, brown
_BUSY_TONE_HZ = (400.0, 450.0)
_KEY_ROWS_HZ = (697, 770, 852, 941)
_KEY_COLUMNS_HZ = (1209, 1336, 1477)


class Line(NamedTuple):
    """What a line does to speech; the ranges are drawn from anew for every call."""

    noise_db: tuple[float, float] | None = (5.0, 35.0)
    """Signal-to-noise ratio, dB."""
    room: bool = True
    microphone: bool = True
    always_coded: bool = False
    """Whether it is surely G.711; otherwise one line in three carries 16-bit samples as they are."""


TRAINING_LINE = Line()
TEST_LINE = Line(noise_db=(15.0, 20.0), room=False, microphone=False, always_coded=True)
ROUGH_LINE = TEST_LINE._replace(room=True, microphone=True)
"""The same with echoing rooms and odd microphones."""


def resample(samples: Samples, factor: float) -> Samples:
    """Return the samples at `factor` times their rate (linear phase, band-limited)."""
    size = round(len(samples) * factor)
    spectrum = np.fft.rfft(samples)
    resized = np.zeros(size // 2 + 1, complex)
    kept = min(len(resized), len(spectrum))
    resized[:kept] = spectrum[:kept]
    return np.fft.irfft(resized, size) * factor


def mu_law(samples: Samples) -> Samples:
    """Return the samples after G.711 µ-law coding and decoding."""
    level = np.clip(samples / _FULL_SCALE, -1, 1)
    coded = _quantised(np.sign(level) * np.log1p(_MU * np.abs(level)) / np.log1p(_MU))
    decoded: Samples = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(_MU)) / _MU * _FULL_SCALE
    return decoded


def a_law(samples: Samples) -> Samples:
    """Return the samples after G.711 A-law coding and decoding."""
    level = np.clip(samples / _FULL_SCALE, -1, 1)
    size, span = np.abs(level), 1 + np.log(_A)
    bent = np.where(size < 1 / _A, _A * size, 1 + np.log(np.maximum(_A * size, _TINY))) / span
    coded = _quantised(np.sign(level) * bent)
    size = np.abs(coded) * span
    decoded: Samples = np.where(size < 1, size, np.exp(size - 1)) / _A * np.sign(coded) * _FULL_SCALE
    return decoded


def _quantised(level: Samples) -> Samples:
    return np.round((level + 1) * _STEPS) / _STEPS - 1


def carry(samples: Samples, line: Line, chance: np.random.Generator, babble: Samples | None = None) -> Samples:
    """Return what the far end hears: 16-bit values as floats, at 8 kHz as given."""
    if line.room and chance.random() < _ECHOING_ROOMS:
        samples = _in_a_room(samples, chance)
    if line.microphone:
        samples = _through_a_microphone(samples, chance)
    if line.noise_db:
        level = _speech_level(samples) * 10 ** (-chance.uniform(*line.noise_db) / 20)
        samples = samples + noise(len(samples), chance, babble) * level
    samples = samples / (np.max(np.abs(samples)) + _TINY) * _LOUDEST * 10 ** (chance.uniform(-26, 0) / 20)
    codings = (mu_law, a_law) if line.always_coded else (mu_law, a_law, np.round)
    coded = codings[chance.integers(len(codings))](samples)
    return np.clip(np.round(coded), -_FULL_SCALE, _FULL_SCALE - 1)


def noise(size: int, chance: np.random.Generator, babble: Samples | None = None) -> Samples:
    """Return noise of unit power: white, pink or brown, or (when given and long enough) other voices."""
    kind = chance.integers(len(_NOISE_SLOPES) + 1)
    if kind == len(_NOISE_SLOPES) and babble is not None and len(babble) > size:
        start = chance.integers(len(babble) - size)
        sound = babble[start : start + size]
    else:
        spectrum = np.fft.rfft(chance.standard_normal(size))
        share = np.maximum(np.arange(len(spectrum)), 1) / len(spectrum)
        sound = np.fft.irfft(spectrum * share ** -_NOISE_SLOPES[kind % len(_NOISE_SLOPES)], size)
    unit: Samples = sound / (np.sqrt(np.mean(sound**2)) + _TINY)
    return unit


def _in_a_room(samples: Samples, chance: np.random.Generator) -> Samples:
    size = int(RATE * chance.uniform(0.05, 0.25))
    decay = np.exp(-6.9 * np.arange(size) / size)  # 60 dB over its length
    echo = chance.standard_normal(size) * decay * chance.uniform(0.05, 0.25)
    echo[0] = 1.0
    padded = len(samples) + size
    return np.fft.irfft(np.fft.rfft(samples, padded) * np.fft.rfft(echo, padded), padded)[: len(samples)]


def _through_a_microphone(samples: Samples, chance: np.random.Generator) -> Samples:
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    gain_db = chance.uniform(-6, 6) * (hertz / 4000 - 0.5)
    for _ in range(chance.integers(4)):
        centre, width = chance.uniform(200, 3800), chance.uniform(150, 900)
        gain_db += chance.uniform(-8, 8) * np.exp(-0.5 * ((hertz - centre) / width) ** 2)
    if chance.random() < _NARROW_LINES:
        low, high = chance.uniform(100, 320), chance.uniform(3200, 3900)
        gain_db -= 40 * np.clip((low - hertz) / low, 0, 1) + 40 * np.clip((hertz - high) / 400, 0, 1)
    return np.fft.irfft(np.fft.rfft(samples) * 10 ** (gain_db / 20), len(samples))


def _speech_level(samples: Samples) -> float:
    """Return the power of the voiced part as an amplitude."""
    voiced = np.abs(samples) > _VOICED_SHARE_OF_PEAK * np.max(np.abs(samples), initial=_TINY)
    return float(np.sqrt(np.mean(samples[voiced] ** 2))) if voiced.any() else 1.0


def sound_without_speech(index: int, chance: np.random.Generator) -> Samples:
    """Return 2-5 s of what a line carries beside speech, in turn: tones, noise, tones, busy, keys, near silence."""
    size = int(RATE * chance.uniform(2, 5))
    seconds = np.arange(size) / RATE
    match index % 6:
        case 0 | 2:
            return _on_a_line(_tones(seconds, chance), chance)  # twice: some are much like vowels
        case 1:
            return carry(noise(size, chance), Line(noise_db=None, room=False), chance)
        case 3:
            return _on_a_line(_busy(seconds, chance), chance)
        case 4:
            return _on_a_line(_keys(seconds, chance), chance)
        case _:
            return chance.integers(-9, 10, size).astype(np.float64) * chance.integers(2)


def _on_a_line(samples: Samples, chance: np.random.Generator) -> Samples:
    return carry(samples, Line(noise_db=(10.0, 60.0), room=False), chance)


def _tones(seconds: Samples, chance: np.random.Generator) -> Samples:
    pitches = chance.uniform(200, 3000, chance.integers(1, 4))
    sound = np.sin(2 * np.pi * np.outer(pitches, seconds)).sum(axis=0)
    period = chance.uniform(0.1, 4)
    return sound * (seconds % period < period * chance.uniform(0.2, 1))


def _busy(seconds: Samples, chance: np.random.Generator) -> Samples:
    period, on = chance.choice([0.5, 0.7, 4.0, 5.0]), chance.choice([0.25, 0.35, 1.0, 1.5])
    return np.sin(2 * np.pi * chance.uniform(*_BUSY_TONE_HZ) * seconds) * (
        (seconds + chance.uniform(0, 4)) % period < on
    )


def _keys(seconds: Samples, chance: np.random.Generator) -> Samples:
    sound, start = np.zeros(len(seconds)), 0
    while start + 800 < len(sound):
        end = min(len(sound), start + int(chance.uniform(400, 2400)))
        row, column = chance.choice(_KEY_ROWS_HZ), chance.choice(_KEY_COLUMNS_HZ)
        moment = seconds[start:end]
        sound[start:end] = np.sin(2 * np.pi * row * moment) + np.sin(2 * np.pi * column * moment)
        start = end + int(chance.uniform(400, 4000))
    return sound

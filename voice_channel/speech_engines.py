"""Owns the engine that turns a sentence into sound, behind an interface that a better one can take: pyttsx3."""

from __future__ import annotations

import wave
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import pyttsx3
import soxr

from voice_channel.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from language import Language

_WORDS_PER_MINUTE: Final = 165
_LOUDEST: Final = 0.5
"""Of full scale: a telephone line clips what is louder."""
_AUDIBLE: Final = 200
_LEAD_SAMPLES: Final = 80
_TAIL_SAMPLES: Final = 1_600


class SpeechEngine(Protocol):
    """Makes speech of text that is spelt out already."""

    name: str
    """Part of the key under which sound is kept: a change of voice must not play old sound."""

    def speak(self, text: str, language: Language) -> bytes:
        """Return 16-bit mono sound at 8 kHz."""


class Pyttsx3Engine:
    """pyttsx3 with the system's espeak-ng."""

    name = f"pyttsx3-espeak-{_WORDS_PER_MINUTE}"

    def __init__(self) -> None:
        """Start espeak-ng. Raises RuntimeError or OSError when it is not installed."""
        self._engine = pyttsx3.init("espeak")
        self._engine.setProperty("rate", _WORDS_PER_MINUTE)
        self._folder = TemporaryDirectory(prefix="voice-")
        self._file = Path(self._folder.name, "sentence.wav")

    def speak(self, text: str, language: Language) -> bytes:
        """Return 16-bit mono sound at 8 kHz. pyttsx3 has no way to give it but through a file."""
        self._engine.setProperty("voice", language)
        self._engine.save_to_file(text, str(self._file))
        with redirect_stdout(None):  # pyttsx3 tells of every file that it makes
            self._engine.runAndWait()
        with wave.open(str(self._file), "rb") as sound:
            rate, samples = sound.getframerate(), np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
        self._file.unlink()
        return telephone(samples, rate)


def telephone(samples: np.ndarray[tuple[int], np.dtype[np.int16]], rate_hz: int) -> bytes:
    """Return speech at 8 kHz and an even loudness, without the silence that engines put around it."""
    sound = soxr.resample(samples.astype(np.float32), rate_hz, SAMPLE_RATE_HZ)
    audible = np.flatnonzero(np.abs(sound) > _AUDIBLE)
    if len(audible) == 0:
        return b""
    sound = sound[max(0, audible[0] - _LEAD_SAMPLES) : audible[-1] + _TAIL_SAMPLES]
    sound *= _LOUDEST * np.iinfo(np.int16).max / np.abs(sound).max()
    return bytes(sound.astype(np.int16).tobytes())

"""Owns the engines that turn a sentence into sound, behind one interface: pyttsx3, and Piper where it is installed."""

from __future__ import annotations

import logging
import time
import wave
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import pyttsx3
import soxr

from language import LANGUAGES
from voice_channel.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    from collections.abc import Mapping

    from language import Language

logger = logging.getLogger(__name__)

_WORDS_PER_MINUTE: Final = 165
_LOUDEST: Final = 0.5
"""Of full scale: a telephone line clips what is louder."""
_AUDIBLE: Final = 200
_LEAD_SAMPLES: Final = 80
_TAIL_SAMPLES: Final = 1_600
_ATTEMPTS: Final = 5
_PAUSE_S: Final = 0.05


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
        self._is_whole = False
        self._engine.connect("finished-utterance", self._finished)

    def speak(self, text: str, language: Language) -> bytes:
        """Return 16-bit mono sound at 8 kHz. Raises OSError when espeak-ng does not come to the end of it.

        pyttsx3 has no way to give sound but through a file. It stops what espeak-ng is at before it speaks, and on a
        busy machine that can be this very sentence's settings: then nothing, or only a part, is spoken.
        """
        for _ in range(_ATTEMPTS):
            self._file.unlink(missing_ok=True)
            self._is_whole = False
            self._engine.setProperty("voice", language)
            self._engine.save_to_file(text, str(self._file))
            with redirect_stdout(None):  # pyttsx3 tells of every file that it makes
                self._engine.runAndWait()
            if self._is_whole and self._file.exists():
                return self._sound()
            time.sleep(_PAUSE_S)
        raise OSError(f"espeak-ng was stopped {_ATTEMPTS} times before the end of a sentence")

    def _finished(self, name: str | None, completed: bool) -> None:  # noqa: ARG002, FBT001 - pyttsx3 passes them by name
        self._is_whole = completed

    def _sound(self) -> bytes:
        with wave.open(str(self._file), "rb") as sound:
            rate, samples = sound.getframerate(), np.frombuffer(sound.readframes(sound.getnframes()), np.int16)
        return telephone(samples, rate)


class PiperEngine:
    """Piper's neural voices, a file a language; a language that has none is spoken by another engine."""

    def __init__(self, voices: Mapping[Language, Path], others: SpeechEngine) -> None:
        """Load the voices. Raises ImportError without the package piper-tts, and what it raises for a broken file."""
        loader = import_module("piper").PiperVoice
        self._voices = {language: loader.load(str(path)) for language, path in voices.items()}
        self._others = others
        files = " ".join(f"{language} {path.stat().st_size}" for language, path in sorted(voices.items()))
        self.name = f"piper {files}, {others.name}"

    def speak(self, text: str, language: Language) -> bytes:
        """Return 16-bit mono sound at 8 kHz."""
        voice = self._voices.get(language)
        if voice is None:
            return self._others.speak(text, language)
        parts = [chunk.audio_int16_array for chunk in voice.synthesize(text)]
        return telephone(np.concatenate(parts), voice.config.sample_rate) if parts else b""


def best(folder: Path) -> SpeechEngine:
    """Return the best engine that this machine has: Piper with the voices in `folder`, else pyttsx3.

    Raises RuntimeError or OSError when espeak-ng is not installed.
    """
    engine = Pyttsx3Engine()
    voices = {
        language: folder / f"{language}.onnx" for language in LANGUAGES if (folder / f"{language}.onnx").is_file()
    }
    if not voices:
        return engine
    try:
        return PiperEngine(voices, engine)
    except ImportError:
        logger.error("Piper's voices in %s are not used: the package piper-tts is not installed", folder)  # noqa: TRY400
    except Exception:  # onnxruntime has no error of its own for a broken file
        logger.exception("Piper's voices in %s cannot be used; espeak-ng speaks", folder)
    return engine


def telephone(samples: np.ndarray[tuple[int], np.dtype[np.int16]], rate_hz: int) -> bytes:
    """Return speech at 8 kHz and an even loudness, without the silence that engines put around it."""
    sound = soxr.resample(samples.astype(np.float32), rate_hz, SAMPLE_RATE_HZ)
    audible = np.flatnonzero(np.abs(sound) > _AUDIBLE)
    if len(audible) == 0:
        return b""
    sound = sound[max(0, audible[0] - _LEAD_SAMPLES) : audible[-1] + _TAIL_SAMPLES]
    sound *= _LOUDEST * np.iinfo(np.int16).max / np.abs(sound).max()
    return bytes(sound.astype(np.int16).tobytes())

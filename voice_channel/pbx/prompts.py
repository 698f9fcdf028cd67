"""Owns what the exchange itself says and plays: its sentences, numbers and music as sound files, made when missing."""

from __future__ import annotations

import hashlib
import json
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import yaml

from language import LANGUAGES
from language.number_words import to_words
from voice_channel.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ
from voice_channel.spoken_text.spelling import spelt_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from language import Language
    from voice_channel.speech_engines import SpeechEngine

_SENTENCES: Final[Mapping[str, Mapping[Language, str]]] = yaml.safe_load(
    Path(__file__).with_name("prompts.yml").read_text(encoding="utf-8")
)
_MADE_OF: Final = ".made-of"
_PAUSE: Final = bytes(SAMPLE_RATE_HZ * SAMPLE_BYTES // 10)

# Asterisk says a number by parts: Russian by words of its own, any language that it does not know as English does.
_NUMBERS: Final[Mapping[Language, tuple[int, ...]]] = {
    "kk": (*range(21), *range(30, 100, 10)),
    "ru": (*range(21), *range(30, 100, 10), *range(100, 1_000, 100)),
}
_FEMININE: Final = {"1f": "одна", "2f": "две"}
_HUNDRED: Final = "жүз"


def make(sounds: Path, engine: SpeechEngine) -> None:
    """Make every sentence and number that is missing or was made of other words, in `<sounds>/<language>/`."""
    for language in LANGUAGES:
        wanted = dict(_wanted(language))
        key = hashlib.sha256(json.dumps([engine.name, wanted], ensure_ascii=False).encode()).hexdigest()
        stamp = sounds / language / _MADE_OF
        if stamp.is_file() and stamp.read_text() == key:
            continue
        for name, text in wanted.items():
            _write(sounds / language / f"{name}.wav", engine.speak(text, language) if text else _PAUSE)
        stamp.write_text(key)


def _wanted(language: Language) -> Iterator[tuple[str, str]]:
    for name, texts in _SENTENCES.items():
        yield name, spelt_out(texts[language], language)
    for number in _NUMBERS[language]:
        yield f"digits/{number}", to_words(number, language)
    if language == "ru":
        for name, word in _FEMININE.items():
            yield f"digits/{name}", word
    else:
        yield "digits/hundred", _HUNDRED


_CHORDS_HZ: Final = ((220.0, 277.2, 329.6), (185.0, 220.0, 277.2), (146.8, 185.0, 220.0), (164.8, 207.7, 246.9))
_CHORD_S: Final = 4.0
_LOUDNESS: Final = 2_200.0
"""Peak of 16-bit samples: soft, so that it does not tire who waits and is not taken for speech."""


def make_music(folder: Path) -> None:
    """Make the music for waiting: four soft chords of our own, so that nobody's rights are touched."""
    file = folder / "chords.wav"
    if file.is_file():
        return
    at = np.arange(int(_CHORD_S * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    swell = np.sin(np.pi * at / _CHORD_S) ** 0.6
    chords = [sum(np.sin(2 * np.pi * tone * at) for tone in tones) / len(tones) * swell for tones in _CHORDS_HZ]
    _write(file, (np.concatenate(chords) * _LOUDNESS).astype(np.int16).tobytes())


def _write(file: Path, pcm: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframes(pcm)

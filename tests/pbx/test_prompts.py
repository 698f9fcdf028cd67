from __future__ import annotations

import re
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest

from language import LANGUAGES, Language
from voice_channel.pbx import configuration, prompts
from voice_channel.speech_engines import Pyttsx3Engine

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sounds")
    prompts.make(folder, Pyttsx3Engine())
    prompts.make_music(folder / "moh")
    return folder


def seconds(file: Path) -> float:
    with wave.open(str(file), "rb") as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8_000, 1, 2)
        return sound.getnframes() / 8_000


def loudest(file: Path) -> int:
    with wave.open(str(file), "rb") as sound:
        return int(np.abs(np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(int)).max())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dialplan_plays_nothing_that_was_not_made(sounds: Path, language: Language) -> None:
    dialplan = (configuration.TEMPLATES / "extensions.conf").read_text()
    queues = (configuration.TEMPLATES / "queues.conf").read_text()
    named = set(re.findall(r"(?:Playback|Gosub\(both,s,1)\(([\w-]+)\)", dialplan))
    named |= set(re.findall(r"^periodic-announce = (\S+)", queues, re.MULTILINE))
    # What Asterisk's queue says by itself.
    named |= {"queue-youarenext", "queue-thereare", "queue-callswaiting", "queue-holdtime", "queue-minutes"}
    assert named > {"transfer", "goodbye", "call-later"}
    for name in named:
        assert seconds(sounds / language / f"{name}.wav") > 0.05


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [1, 2, 19, 20, 30, 90])
def test_numbers_are_spoken_in_both_languages(sounds: Path, language: Language, number: int) -> None:
    file = sounds / language / "digits" / f"{number}.wav"
    assert 0.2 < seconds(file) < 2
    assert loudest(file) > 5_000


def test_the_music_is_soft(sounds: Path) -> None:
    assert seconds(sounds / "moh" / "chords.wav") > 10
    assert 500 < loudest(sounds / "moh" / "chords.wav") < 4_000


def test_what_is_made_is_not_made_again(sounds: Path) -> None:
    class Silent:
        name = Pyttsx3Engine.name

        def speak(self, text: str, language: Language) -> bytes:
            raise AssertionError(f"{text!r} ({language}) was made already")

    prompts.make(sounds, Silent())

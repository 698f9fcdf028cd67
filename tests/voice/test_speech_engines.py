"""The engines that speak, with a stand-in for the package piper-tts: its voices are on no build machine."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np
import pytest

from voice_channel import speech_engines
from voice_channel.speech_engines import PiperEngine, Pyttsx3Engine, best, telephone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from language import Language

PIPER = '''
import json
from types import SimpleNamespace
import numpy

class PiperVoice:
    """A tone of the voice's pitch, a second a sentence, in two chunks as the real one gives them."""

    def __init__(self, config):
        self.config = SimpleNamespace(sample_rate=config["audio"]["sample_rate"])
        self._hertz = config["hertz"]

    @classmethod
    def load(cls, model_path):
        with open(f"{model_path}.json") as file:
            return cls(json.load(file))

    def synthesize(self, text):
        rate = self.config.sample_rate
        tone = 9000 * numpy.sin(2 * numpy.pi * self._hertz * numpy.arange(rate) / rate)
        for half in numpy.split(tone.astype(numpy.int16), 2):
            yield SimpleNamespace(audio_int16_array=half)
'''


class Others:
    name = "others"

    def speak(self, text: str, language: Language) -> bytes:
        return f"{language}: {text}".encode()


def _interrupted_once_and_for_good() -> tuple[int, int, str]:
    """Return the length of a sentence, its length when espeak-ng was stopped once, and what is said when always."""
    engine, text = Pyttsx3Engine(), "сколько стоит паспорт и какие документы нужны"
    whole = len(engine.speak(text, "ru"))
    spoken = engine._engine.runAndWait
    turns = iter([False, True])
    engine._engine.runAndWait = lambda: spoken() if next(turns) else None
    again = len(engine.speak(text, "ru"))
    assert next(turns, None) is None
    engine._engine.runAndWait = lambda: None
    with pytest.raises(OSError, match="stopped") as raised:
        engine.speak(text, "ru")
    return whole, again, str(raised.value)


def test_a_sentence_that_espeak_did_not_come_to_is_spoken_again() -> None:
    # In a process of its own: espeak-ng tolerates no second user in one, and other tests speak too.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        whole, again, said = pool.submit(_interrupted_once_and_for_good).result(60)
    assert again == pytest.approx(whole, rel=0.02)
    assert "5 times" in said


@pytest.fixture
def voices(tmp_path: Path) -> Path:
    folder = tmp_path / "voices"
    folder.mkdir()
    (folder / "ru.onnx").write_bytes(b"a network")
    (folder / "ru.onnx.json").write_text('{"audio": {"sample_rate": 22050}, "hertz": 440}')
    return folder


@pytest.fixture
def piper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "piper.py").write_text(PIPER)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("piper", None)


@pytest.mark.usefixtures("piper")
def test_a_language_with_a_voice_of_piper_is_spoken_by_it_on_the_telephone(voices: Path) -> None:
    engine = PiperEngine({"ru": voices / "ru.onnx"}, Others())
    sound = np.frombuffer(engine.speak("сәлем", "ru"), np.int16)
    assert len(sound) == pytest.approx(8_000, rel=0.01)
    loudest = np.abs(np.fft.rfft(sound)).argmax() * 8_000 / len(sound)
    assert loudest == pytest.approx(440, abs=2)
    assert engine.speak("сәлем", "kk") == "kk: сәлем".encode()


@pytest.mark.usefixtures("piper")
def test_sound_that_is_kept_belongs_to_its_voice(voices: Path) -> None:
    before = PiperEngine({"ru": voices / "ru.onnx"}, Others()).name
    (voices / "ru.onnx").write_bytes(b"another network")
    assert PiperEngine({"ru": voices / "ru.onnx"}, Others()).name != before


def test_without_the_package_espeak_speaks_and_the_log_says_why(
    voices: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(speech_engines, "Pyttsx3Engine", Others)
    assert best(voices).name == "others"
    assert "piper-tts is not installed" in caplog.text


@pytest.mark.usefixtures("piper")
def test_a_broken_voice_leaves_espeak_speaking(
    voices: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (voices / "ru.onnx.json").write_text("no json")
    monkeypatch.setattr(speech_engines, "Pyttsx3Engine", Others)
    assert best(voices).name == "others"
    assert "cannot be used" in caplog.text


def test_silence_around_speech_is_left_out_and_no_sound_is_none() -> None:
    silence = np.zeros(22_050, np.int16)
    speech = (9_000 * np.sin(np.arange(22_050) / 5)).astype(np.int16)
    assert len(telephone(np.concatenate([silence, speech, silence]), 22_050)) / 16_000 == pytest.approx(1.2, abs=0.05)
    assert telephone(silence, 22_050) == b""

"""Voice activity, echo and the choice of a language, on real speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from voice_channel import echo
from voice_channel.recognition import Recognition, Word, likelier
from voice_channel.simulated_caller import synthesised as spoken
from voice_channel.tuning import TUNING
from voice_channel.vad import WINDOW_S, Vad

if TYPE_CHECKING:
    from language import Language

RANDOM = np.random.default_rng(1414)
SECOND = 8_000


def pcm(samples: np.ndarray[tuple[int], np.dtype[np.floating]]) -> bytes:
    return bytes(np.clip(samples, -32768, 32767).astype(np.int16).tobytes())


def speech_s(sound: bytes) -> float:
    return sum(Vad(TUNING).windows(sound)) * WINDOW_S


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_speech_is_heard_as_speech(language: Language) -> None:
    sound = spoken("сколько стоит паспорт" if language == "ru" else "паспорт қанша тұрады", language)
    assert speech_s(bytes(8_000) + sound + bytes(8_000)) == pytest.approx(len(sound) / 16_000, rel=0.35)


@pytest.mark.parametrize("loudness", [50, 400, 3_000])
def test_noise_is_not_speech(loudness: float) -> None:
    assert speech_s(pcm(RANDOM.normal(0, loudness, 4 * SECOND))) < 0.2


@pytest.mark.parametrize("hertz", [425, 440, 1_000])
def test_a_tone_is_not_speech(hertz: float) -> None:
    assert speech_s(pcm(8_000 * np.sin(2 * np.pi * hertz * np.arange(4 * SECOND) / SECOND))) < 0.2


def test_a_detector_forgets_the_last_call() -> None:
    vad = Vad(TUNING)
    list(vad.windows(spoken("сколько стоит паспорт", "ru")))
    vad.forget()
    assert sum(vad.windows(bytes(16_000))) == 0


def test_speech_after_a_long_silence_is_heard_from_the_same_window_on_as_after_a_short_one() -> None:
    said = spoken("сколько стоит паспорт", "ru")
    alike = np.array([*np.zeros(4_096), *np.frombuffer(said, np.int16)])
    soft = RANDOM.normal(0, 8, 30 * SECOND)  # what G.711 leaves of silence
    early = list(Vad(TUNING).windows(pcm(alike)))
    late = list(Vad(TUNING).windows(pcm(np.concatenate([soft[: 29 * 256 * 32], alike]))))[29 * 32 :]
    assert sum(early) > 20
    assert sum(one != other for one, other in zip(early, late, strict=True)) <= 2


def test_our_own_voice_coming_back_is_known_and_the_caller_s_is_not() -> None:
    ours = np.frombuffer(spoken("соединяю с консультантом", "ru"), np.int16).astype(float)
    caller = np.frombuffer(spoken("паспорт қанша тұрады", "kk"), np.int16).astype(float)
    played, back = pcm(ours[:8_000]), ours[4_000:6_000] * 0.2 + RANDOM.normal(0, 60, 2_000)
    assert echo.likeness(pcm(back), played) > TUNING.echo_correlation
    assert echo.likeness(pcm(caller[4_000:6_000]), played) < TUNING.echo_correlation
    assert echo.likeness(bytes(4_000), played) == 0
    assert echo.likeness(pcm(caller[4_000:6_000]), bytes(16_000)) == 0


def words(*pairs: tuple[str, float]) -> Recognition:
    return Recognition(words=[Word(word=word, conf=conf, start=i, end=i + 1) for i, (word, conf) in enumerate(pairs)])


def test_the_language_that_was_understood_better_wins() -> None:
    russian, kazakh = words(("сколько", 0.9), ("стоит", 1.0)), words(("қанша", 0.4), ("[unk]", 1.0))
    assert likelier({"ru": russian, "kk": kazakh}, "kk") == "ru"
    assert likelier({"ru": words(), "kk": words()}, "kk") == "kk"
    assert likelier({}, "ru") == "ru"


def test_words_outside_the_vocabulary_are_not_understood() -> None:
    assert words(("[unk]", 1.0)).confidence == 0
    assert words(("[unk]", 1.0)).text == ""
    assert words(("да", 0.8), ("[unk]", 1.0)).confidence == pytest.approx(0.4)

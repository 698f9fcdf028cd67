"""The recipe's texts and sounds: what is learned, what is kept apart, how things are said, what a line does to them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from models.speech.languages import LANGUAGES, Language
from models.speech.recipe import corpus, espeak, invented_voices, phrases, spelling, telephone, utterance
from models.speech.recipe.espeak import DEV_VARIANTS, SILENCE, TEST_VARIANTS, TRAINING_VARIANTS, Voice

if TYPE_CHECKING:
    from pathlib import Path

    from models.speech.recipe.corpus import Corpus


@pytest.fixture(scope="module", params=LANGUAGES)
def sentences(request: pytest.FixtureRequest) -> Corpus:
    language: Language = request.param
    return corpus.build(language)


def test_no_sentence_to_measure_with_was_learned(sentences: Corpus) -> None:
    learned = {sentence.words for sentence in (*sentences.train, *sentences.fixed)}
    for apart in (sentences.dev, sentences.test):
        assert len(apart) > 150
        assert learned.isdisjoint(sentence.words for sentence in apart)
    assert {s.words for s in sentences.dev}.isdisjoint(s.words for s in sentences.test)


def test_sentences_to_measure_with_hold_known_words_only(sentences: Corpus) -> None:
    known = set(sentences.vocabulary)
    assert all(known.issuperset(sentence.words) for sentence in (*sentences.dev, *sentences.test, *sentences.fixed))


def test_the_corpus_is_the_same_every_time(sentences: Corpus) -> None:
    assert corpus.build(sentences.language) == sentences


def test_voices_to_measure_with_were_never_learned() -> None:
    assert set(TRAINING_VARIANTS).isdisjoint({*TEST_VARIANTS, *DEV_VARIANTS})
    assert set(TEST_VARIANTS).isdisjoint(DEV_VARIANTS)


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("ru", "Сколько стоит ЭЦП?", "сколько стоит эцп"),
        ("ru", "Звоните 1414", "звоните четырнадцать четырнадцать"),
        ("ru", "заявка 0045", "заявка ноль ноль сорок пять"),
        ("ru", "за 15 дней на eGov.kz", "за пятнадцать дней на егов"),
        ("ru", "кто-нибудь, помогите", "кто нибудь помогите"),
        ("kk", "ХҚКО-да 3 күнде", "хқкода үш күнде"),
        ("kk", "eGov Mobile арқылы", "егов мобайл арқылы"),
    ],
)
def test_a_text_becomes_the_words_that_are_said(language: Language, written: str, said: str) -> None:
    assert spelling.words(written, language) == said.split()


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ru", "skolko stoit"),
        ("ru", "штраф {mrp:0.5}"),
        ("ru", "номер A12"),
        ("ru", "жеке куәлік"),
        ("kk", "1414-тен"),
        ("ru", "?!"),
    ],
)
def test_a_text_that_cannot_be_said_plainly_is_left_out(language: Language, written: str) -> None:
    assert spelling.words(written, language) is None


def test_abbreviations_are_said_by_their_letters_and_keep_their_endings() -> None:
    said = spelling.spoken_abbreviations(["ЭЦП и ЦОН"], "ru")
    assert said == {"эцп": "эцэпэ"}
    assert spelling.spoken_abbreviations(["ЖСН-ді"], "kk") == {"жснді": "жеэсэнді"}


def test_words_typed_without_their_letters_are_found() -> None:
    counts = Counter({"қалай": 9, "калай": 2, "қала": 1, "кала": 4, "ещё": 5, "еще": 5})
    assert spelling.misspelt(counts, "kk") == {"калай"}
    assert spelling.misspelt(counts, "ru") == {"еще"}


@pytest.mark.parametrize(
    ("language", "number", "said"),
    [
        ("ru", 3, "третьего"),
        ("ru", 22, "двадцать второго"),
        ("ru", 1985, "тысяча девятьсот восемьдесят пятого"),
        ("kk", 22, "жиырма екінші"),
    ],
)
def test_dates_are_said_in_their_case(language: Language, number: int, said: str) -> None:
    assert phrases.genitive_ordinal(number, language) == said


def test_dictated_numbers_keep_their_zeros() -> None:
    chance = random.Random(1)  # noqa: S311 - no secret
    said = [phrases.dictated("ru", chance) for _ in range(300)]
    assert any(number.startswith("ноль") for number in said)
    assert all(3 <= len(number.split()) <= 15 for number in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_told_apart_in_the_speech(language: Language) -> None:
    tokens = {"ru": "мне нужен паспорт", "kk": "маған паспорт керек"}[language].split()
    speech = espeak.say(" ".join(tokens), Voice(language, "f4"))
    parts = espeak.words_of(speech, tokens)
    assert parts is not None
    assert [len(part) > 2 for part in parts] == [True] * 3
    starts = [phone.start for phone in speech.phones]
    assert starts == sorted(starts)
    assert starts[-1] <= len(speech.samples)


_ALL_INVENTED = """
from models.speech.recipe import espeak, invented_voices
from models.speech.recipe.espeak import Voice
said = [espeak.say("паспорт", Voice("ru", name)) for name in ("", *invented_voices.names())]
assert {len(speech.phones) for speech in said} == {len(said[0].phones)}, "the same sounds"
assert min(float(abs(speech.samples).max()) for speech in said) > 1_000, "loud enough to be heard"
print(len({speech.samples.tobytes() for speech in said}))
"""


def test_every_invented_voice_says_the_same_in_its_own_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invented_voices, "_HOME", tmp_path / "voices")
    home = invented_voices.prepare(espeak.data())
    # In a process of its own: the library reads its data once.
    environment = {**os.environ, espeak.DATA_PATH: str(home)}
    said = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", _ALL_INVENTED], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert said.stdout.split() == [str(invented_voices.COUNT + 1)], said.stderr


def test_an_unknown_voice_is_refused() -> None:
    with pytest.raises(ValueError, match="no voice xx"):
        espeak.say("да", Voice("ru", "f4")._replace(language="xx"))  # type: ignore[arg-type]


def test_an_utterance_is_at_telephone_rate_between_silences() -> None:
    speech = espeak.say("паспорт", Voice("ru"))
    said = utterance.on_telephone(speech, np.random.default_rng(1))
    seconds = len(speech.samples) / speech.rate
    assert seconds + 0.2 <= len(said.samples) / telephone.RATE <= seconds + 2.0
    assert said.phones[0].name == said.phones[-1].name == SILENCE
    assert said.phones[0].start == 0
    assert not said.samples[: int(0.04 * telephone.RATE)].any()


@pytest.mark.parametrize("coding", [telephone.mu_law, telephone.a_law])
def test_g711_keeps_speech_and_costs_a_little(coding: telephone.Coding) -> None:
    samples = espeak.say("паспорт", Voice("ru")).samples
    error = coding(samples) - samples
    ratio_db = 10 * np.log10(np.mean(samples**2) / np.mean(error**2))
    assert 30 < ratio_db < 45


def test_a_line_adds_the_noise_that_it_says() -> None:
    samples = espeak.say("мне нужен паспорт", Voice("ru")).samples
    quiet = telephone.Line(noise_db=None, room=False, microphone=False)
    noisy = quiet._replace(noise_db=(0.0, 0.0))
    heard = [telephone.carry(samples, line, np.random.default_rng(2)) for line in (quiet, noisy)]
    silent = np.abs(samples) < 1
    quiet_share, noisy_share = (np.std(sound[silent]) / np.std(sound) for sound in heard)
    assert quiet_share < 0.05
    assert noisy_share > 0.5
    assert all(np.abs(sound).max() <= 32768 for sound in heard)

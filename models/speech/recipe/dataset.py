"""Owns the training data: utterances and other sounds as features, with a phoneme label every 30 ms."""

from __future__ import annotations

import os
import pickle
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import get_context
from typing import TYPE_CHECKING

import numpy as np

from models.speech.recipe import corpus as sentences
from models.speech.recipe import espeak, features, invented_voices, pronunciation, telephone, utterance
from models.speech.recipe.espeak import SILENCE, TRAINING_VARIANTS, Voice
from models.speech.recipe.project import WORKSHOP
from models.speech.recipe.telephone import RATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from models.speech.languages import Language
    from models.speech.recipe.corpus import Corpus
    from models.speech.recipe.espeak import Speech
    from models.speech.recipe.utterance import Utterance

GARBAGE = "SPN"
"""The phoneme of every word outside the vocabulary."""
SUBSAMPLING = 3
"""Feature frames to one label: the network answers every 30 ms."""
_SHARDS = 24  # fixed, so that the data do not depend on the number of cores
_UTTERANCES = 8000
_LINES_PER_UTTERANCE = 2
_OTHER_SOUNDS = 2400
_SEED = 1414
_MIX = {"texts": 0.60, "fixed": 0.08, "digits": 0.10, "words": 0.22}
"""Shares of what is said; words in no order let every word of the vocabulary be heard."""
_VOICES = (*TRAINING_VARIANTS, *invented_voices.names())
_WARP = (0.85, 1.18)
_CLEAN_SHARE = 0.1
_SHORTEST_SPEECH = 2000  # samples of the synthesiser; less is a word that espeak-ng passed over
_BABBLE_S = 120
_OVERHEARD_SHARE = 0.1
_FRAME_CENTRE = 100  # samples: half of Kaldi's 25 ms window


@dataclass
class Shard:
    """A part of the data: per utterance its features and its labels, a label being (phoneme, is it its first frame)."""

    utterances: list[tuple[NDArray[np.float16], list[tuple[str, bool]]]] = field(default_factory=list)
    pronunciations: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, word: str, phones: list[str]) -> None:
        """Count one way of saying a word."""
        self.pronunciations.setdefault(word, Counter())[" ".join(phones)] += 1


def make(language: Language, scale: float, processes: int, tick: Callable[[int, int], None], telling: int = 0) -> Path:
    """Speak the corpus and write its shards; return their folder.

    `scale` is the share of the shards that are made, 1 being the whole training; each `telling` draws other
    sentences, voices and lines.
    """
    folder = WORKSHOP / language / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.pickle"):
        old.unlink()
    home = invented_voices.prepare(espeak.data())
    wanted = max(1, round(_SHARDS * scale))
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        under_way = [pool.submit(_make_shard, language, number, folder, telling, home) for number in range(wanted)]
        for done, finished in enumerate(as_completed(under_way), 1):
            finished.result()
            tick(done, wanted)
    return folder


def read(folder: Path) -> Shard:
    """Return all shards together, in their order."""
    whole = Shard()
    for path in sorted(folder.glob("*.pickle")):
        part: Shard = pickle.loads(path.read_bytes())  # noqa: S301 - written by this program
        whole.utterances += part.utterances
        for word, ways in part.pronunciations.items():
            whole.pronunciations.setdefault(word, Counter()).update(ways)
    return whole


def phonemes(corpus: Corpus) -> set[str]:
    """Return the phonemes that the sentences to learn from are said with."""
    voice = Voice(corpus.language)
    said = {sentence.words for sentence in (*corpus.fixed, *corpus.train)}
    return {phone.name for words in said for phone in espeak.say(corpus.said(words), voice).phones}


def _make_shard(language: Language, number: int, folder: Path, telling: int, home: Path) -> None:
    os.environ[espeak.DATA_PATH] = str(home)
    corpus = _corpus(language)
    shard = Shard()
    seed = _SEED + telling
    chance, noise_chance = random.Random(f"{seed} {number}"), np.random.default_rng([seed, number])  # noqa: S311
    speaker = _Speaker(corpus, shard, chance, noise_chance)
    for _ in range(round(_UTTERANCES / _SHARDS)):
        speaker.say_one()
    for word in corpus.vocabulary[number::_SHARDS]:
        speaker.say_alone(word)
    for index in range(round(_OTHER_SOUNDS / _SHARDS)):
        rows = features.mfcc(telephone.sound_without_speech(number + index, noise_chance))
        labels = [(SILENCE, frame == 0) for frame in range(_label_count(len(rows)))]
        shard.utterances.append((rows.astype(np.float16), labels))
    (folder / f"{number:02}.pickle").write_bytes(pickle.dumps(shard, protocol=4))


@lru_cache
def _corpus(language: Language) -> Corpus:
    return sentences.build(language)


class _Speaker:
    """Says sentences of the corpus in the training voices and adds them to a shard."""

    def __init__(self, corpus: Corpus, shard: Shard, chance: random.Random, noise_chance: np.random.Generator) -> None:
        self._corpus, self._shard = corpus, shard
        self._chance, self._noise_chance = chance, noise_chance
        self._vocabulary = set(corpus.vocabulary)
        self._digits = [sentence for sentence in corpus.train if sentence.source == "digits"]
        self._babble = np.zeros(0)

    def say_one(self) -> None:
        words = self._any_words()
        voice = utterance.any_voice(self._corpus.language, _VOICES, self._chance)
        speech = espeak.say(self._corpus.said(words), voice)
        if len(speech.samples) < _SHORTEST_SPEECH:
            return
        tokens = self._corpus.said(words).split()
        parts = espeak.words_of(speech, tokens)
        unknown = {index for index, word in enumerate(words) if word not in self._vocabulary}
        if parts is None and unknown:
            return  # which phonemes are the unknown word's cannot be told
        for word, phones in zip(words, parts or (), strict=bool(parts)):
            self._shard.note(word, phones)
        relabelled = _with_garbage(speech, tokens, unknown)
        for _ in range(_LINES_PER_UTTERANCE):
            self._add(utterance.on_telephone(relabelled, self._noise_chance, self._noise_chance.uniform(*_WARP)))

    def say_alone(self, word: str) -> None:
        """Note how a word is said by itself, so that every word of the vocabulary has a pronunciation."""
        phones = pronunciation.alone(word, self._corpus)
        if phones:
            self._shard.note(word, phones)

    def _any_words(self) -> tuple[str, ...]:
        (kind,) = self._chance.choices(tuple(_MIX), tuple(_MIX.values()))
        if kind == "words":
            return tuple(self._chance.choice(self._corpus.vocabulary) for _ in range(self._chance.randint(1, 6)))
        sentences = {"texts": self._corpus.train, "fixed": self._corpus.fixed, "digits": self._digits}[kind]
        return self._chance.choice(sentences).words

    def _add(self, said: Utterance) -> None:
        self._overhear(said.samples)
        line = telephone.TRAINING_LINE
        if self._noise_chance.random() < _CLEAN_SHARE:
            line = line._replace(noise_db=None)
        babble = self._babble if len(self._babble) >= RATE * _BABBLE_S else None
        rows = features.mfcc(telephone.carry(said.samples, line, self._noise_chance, babble))
        labels = frame_labels(said, len(rows))
        if labels:
            self._shard.utterances.append((rows.astype(np.float16), labels))

    def _overhear(self, samples: NDArray[np.float64]) -> None:
        """Add a voice to the crowd that later utterances are heard over."""
        voice = samples / (np.std(samples) + 1e-9)
        if len(self._babble) < RATE * _BABBLE_S:
            self._babble = np.concatenate([self._babble, voice])
        elif self._noise_chance.random() < _OVERHEARD_SHARE:
            self._babble = np.roll(self._babble, RATE)
            self._babble[: len(voice)] += voice[: len(self._babble)]


def _with_garbage(speech: Speech, tokens: list[str], unknown: set[int]) -> Speech:
    """Return the speech with each unknown word as one long garbage phoneme."""
    if not unknown:
        return speech
    at = espeak.token_numbers(tokens)
    phones = [
        phone._replace(name=GARBAGE) if phone.word is not None and at[phone.word] in unknown else phone
        for phone in speech.phones
    ]
    merged = [
        phone
        for phone, before in zip(phones, (None, *phones), strict=False)
        if before is None or phone.name != GARBAGE or phone.word != before.word
    ]
    return speech._replace(phones=merged)


def frame_labels(said: Utterance, rows: int) -> list[tuple[str, bool]] | None:
    """Return a label for every third feature row, each phoneme at least one; None when they do not all fit."""
    count = _label_count(rows)
    centres = np.arange(count) * RATE * features.FRAME_SHIFT_S * SUBSAMPLING + _FRAME_CENTRE
    firsts = list(_first_frames([int(np.searchsorted(centres, phone.start)) for phone in said.phones], count))
    if firsts[0] < 0:
        return None
    return [
        (phone.name, frame == first)
        for phone, first, after in zip(said.phones, firsts, (*firsts[1:], count), strict=True)
        for frame in range(first, after)
    ]


def _first_frames(wanted: list[int], count: int) -> Iterator[int]:
    """Yield where each phoneme begins: in order, at least one frame each, within `count` (else below 0)."""
    wanted[0] = 0
    for index in range(1, len(wanted)):
        wanted[index] = max(wanted[index], wanted[index - 1] + 1)
    limit = count
    for index in range(len(wanted) - 1, -1, -1):
        wanted[index] = limit = min(wanted[index], limit - 1)
    yield from wanted


def _label_count(rows: int) -> int:
    return (rows + SUBSAMPLING - 1) // SUBSAMPLING

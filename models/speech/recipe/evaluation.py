"""Owns the measuring of a Vosk model: word error rate on the telephone, and what it hears where nobody speaks."""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import vosk

from models.speech.recipe import espeak, telephone, utterance
from models.speech.recipe.corpus import UNKNOWN
from models.speech.recipe.espeak import DEV_VARIANTS, TEST_VARIANTS, Voice
from models.speech.recipe.telephone import RATE, TEST_LINE, Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from models.speech.recipe.corpus import Corpus, Sentence

_CHUNK_S = 0.04
_SILENCE_AFTER_S = 1.0
_QUIET = -1  # Vosk's log level


class Mistake(NamedTuple):
    """A sentence that came out otherwise."""

    said: str
    heard: str


@dataclass
class Score:
    """Counts over a set of sentences."""

    sentences: int = 0
    words: int = 0
    word_errors: int = 0
    audio_s: float = 0.0
    compute_s: float = 0.0
    mistakes: list[Mistake] = field(default_factory=list)

    @property
    def word_error_rate(self) -> float:
        """Insertions, deletions and substitutions to a word said."""
        return self.word_errors / max(1, self.words)

    @property
    def real_time_factor(self) -> float:
        """Seconds of one core for a second of audio."""
        return self.compute_s / max(self.audio_s, 1e-9)

    def note(self, said: Sequence[str], heard: Sequence[str]) -> None:
        """Add one sentence."""
        self.sentences += 1
        self.words += len(said)
        self.word_errors += edit_distance(said, heard)
        if list(said) != list(heard):
            self.mistakes.append(Mistake(" ".join(said), " ".join(heard)))

    def __add__(self, other: Score) -> Score:
        """Return both together."""
        return Score(
            self.sentences + other.sentences,
            self.words + other.words,
            self.word_errors + other.word_errors,
            self.audio_s + other.audio_s,
            self.compute_s + other.compute_s,
            self.mistakes + other.mistakes,
        )


class Recogniser:
    """A loaded Vosk model."""

    def __init__(self, folder: Path) -> None:
        vosk.SetLogLevel(_QUIET)
        self._model = vosk.Model(str(folder))

    def words(self, samples: NDArray[np.float64], hints: Sequence[str] | None = None) -> list[str]:
        """Return what is heard in 8 kHz samples fed as a call feeds them; `hints` are the only phrases expected."""
        grammar = (json.dumps(list(hints), ensure_ascii=False),) if hints else ()
        recogniser = vosk.KaldiRecognizer(self._model, RATE, *grammar)
        pcm, step = samples.astype("<i2").tobytes(), 2 * int(RATE * _CHUNK_S)
        heard: list[str] = []
        for start in range(0, len(pcm), step):
            if recogniser.AcceptWaveform(pcm[start : start + step]):
                heard += json.loads(recogniser.Result())["text"].split()
        return heard + str(json.loads(recogniser.FinalResult())["text"]).split()


def edit_distance(said: Sequence[str], heard: Sequence[str]) -> int:
    """Return the fewest insertions, deletions and substitutions between two sequences of words."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(said, 1):
        diagonal, row[0] = row[0], index
        for column, other in enumerate(heard, 1):
            changed = diagonal + (word != other)
            diagonal, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, changed)
    return row[-1]


def measure(
    recogniser: Recogniser,
    corpus: Corpus,
    sentences: Sequence[Sentence],
    *,
    dev: bool = False,
    line: Line = TEST_LINE,
) -> Score:
    """Say sentences in voices never trained on, over G.711 with 15-20 dB of noise, and count what is misheard."""
    score = Score()
    variants = DEV_VARIANTS if dev else TEST_VARIANTS
    for sentence, samples in _calls(corpus, sentences, variants, line):
        started = time.process_time()
        heard = recogniser.words(samples)
        score.compute_s += time.process_time() - started
        score.audio_s += len(samples) / RATE
        score.note(sentence.words, [word for word in heard if word != UNKNOWN])
    return score


def _calls(
    corpus: Corpus, sentences: Sequence[Sentence], variants: Sequence[str], line: Line
) -> Iterator[tuple[Sentence, NDArray[np.float64]]]:
    for index, sentence in enumerate(sentences):
        # Each call has chances of its own: the same sentence sounds the same in whatever set it is measured.
        seed = " ".join(sentence.words)
        chance, noise_chance = random.Random(seed), np.random.default_rng(list(seed.encode()))  # noqa: S311
        voice = Voice(
            corpus.language,
            variants[index % len(variants)],
            words_per_minute=chance.randint(120, 190),
            pitch=chance.randint(20, 80),
            pitch_range=chance.randint(30, 80),
        )
        said = utterance.on_telephone(espeak.say(corpus.said(sentence.words), voice), noise_chance)
        samples = np.concatenate([said.samples, np.zeros(int(RATE * _SILENCE_AFTER_S))])
        yield sentence, telephone.carry(samples, line, noise_chance)


def words_without_speech(recogniser: Recogniser, clips: int, seed: int = 5) -> list[list[str]]:
    """Return what was heard, where anything was, in noise, tones, busy signals, keys and near silence."""
    chance = np.random.default_rng(seed)
    heard = (recogniser.words(telephone.sound_without_speech(index, chance)) for index in range(clips))
    return [words for words in heard if words]

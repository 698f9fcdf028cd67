"""Owns the training of the acoustic network: chunks of 3 s, frame cross-entropy, a fixed seed."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Self

import jax
import jax.numpy as jnp
import numpy as np
import optax

from models.speech.recipe import committed, dataset, network
from models.speech.recipe.dataset import GARBAGE, SUBSAMPLING
from models.speech.recipe.espeak import SILENCE
from models.speech.recipe.network import CONTEXT, Network

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from models.speech.recipe.corpus import Corpus
    from models.speech.recipe.network import Array, Parameters

_CYCLES = ((5, 4e-3), (3, 1.5e-3))
"""Epochs and peak learning rate of each: it rises, then falls to nothing."""
_REFINING = (6, 1.5e-3)
"""The last cycle, on speech that the network has not heard yet."""
_SEED = 1414
_BATCH = 32
_CHUNK = 100  # labels: 3 s
_CHUNK_FEATURES = 2 * CONTEXT + SUBSAMPLING * (_CHUNK - 1) + 1
_JITTER = 20  # feature frames by which a chunk's start moves from epoch to epoch
_WEIGHT_DECAY = 1e-3
_LARGEST_GRADIENT = 5.0
_SMOOTHING = 0.02
_MICROPHONE_SHARE, _MICROPHONE_SPREAD = 0.7, 0.4  # a constant offset of the cepstra is another microphone
_VALIDATION_SHARE = 0.02
_SAMPLE_OF_STATISTICS = 500  # utterances
_SAMPLE_OF_NORMALISATION = 12  # batches
_NO_LABEL = -1


@dataclass(frozen=True)
class AcousticModel:
    """A trained network with what a decoder needs beside it."""

    network: Network
    phones: list[str]
    """Silence first, garbage second; phoneme i has state 2i for its first frame and 2i+1 for the rest."""
    state_priors: NDArray[np.float64]
    pronunciations: dict[str, dict[str, int]]

    def save(self, folder: Path) -> None:
        """Write it into a folder."""
        arrays: dict[str, NDArray[np.float64]] = {
            f"weights/{name}": np.asarray(value) for name, value in self.network.weights.items()
        }
        arrays |= {f"statistics/{name}": np.asarray(value) for name, value in self.network.statistics.items()}
        np.savez(folder / "network.npz", allow_pickle=False, state_priors=self.state_priors, **arrays)
        lexicon = {"phones": self.phones, "pronunciations": self.pronunciations}
        (folder / "lexicon.json").write_text(json.dumps(lexicon, ensure_ascii=False), encoding="utf-8")

    @staticmethod
    def is_in(folder: Path) -> bool:
        """Tell whether `save` has written into a folder."""
        return (folder / "network.npz").exists()

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        lexicon = json.loads((folder / "lexicon.json").read_text(encoding="utf-8"))
        with np.load(folder / "network.npz") as arrays:
            weights = {name.removeprefix("weights/"): arrays[name] for name in arrays if name.startswith("weights/")}
            statistics = {
                name.removeprefix("statistics/"): arrays[name] for name in arrays if name.startswith("statistics/")
            }
            priors = arrays["state_priors"]
        return cls(Network(weights, statistics), lexicon["phones"], priors, lexicon["pronunciations"])


@dataclass(frozen=True)
class _Frames:
    """All utterances end to end, each padded so that its every label has its context."""

    features: NDArray[np.float16]
    labels: NDArray[np.int16]
    feature_starts: NDArray[np.int64]
    label_starts: NDArray[np.int64]

    def label_count(self, utterance: int) -> int:
        return int(self.label_starts[utterance + 1] - self.label_starts[utterance])


def train(corpus: Corpus, data: Path, report: Callable[[str], None]) -> AcousticModel:
    """Train on the shards of a folder, in which the corpus is spoken; `report` gets a sentence an epoch."""
    shard = dataset.read(data)
    phones = _phones(shard, corpus)
    frames = _end_to_end(shard, phones)
    lesson = _Lesson(frames, np.random.default_rng(_SEED))
    together = np.concatenate(lesson.sample).astype(np.float32)
    trained = network.create(2 * len(phones), together.mean(0), together.std(0), _SEED)
    for cycle, (epochs, peak) in enumerate(_CYCLES, 1):
        trained = lesson.cycle(trained, epochs, peak, f"cycle {cycle}", report)
    return AcousticModel(trained, phones, _priors(frames, phones), _ways(shard))


def read_back(finished: Path, corpus: Corpus, data: Path) -> AcousticModel:
    """Return the network of a finished model, as far as the model and another telling of the corpus tell it.

    How words are said is not in the model: `refine` counts it. Raises UnreadableModelError.
    """
    shard = dataset.read(data)
    phones = _phones(shard, corpus)
    frames = _end_to_end(shard, phones)
    lesson = _Lesson(frames, np.random.default_rng(_SEED))
    trained = committed.read(finished, len(phones), lesson.plain_batches(_SAMPLE_OF_NORMALISATION))
    return AcousticModel(trained, phones, _priors(frames, phones), {})


def refine(model: AcousticModel, data: Path, report: Callable[[str], None]) -> AcousticModel:
    """Train a trained network further, on another telling of the corpus."""
    shard = dataset.read(data)
    known = set(model.phones)
    shard.utterances = [one for one in shard.utterances if known.issuperset(phone for phone, _ in one[1])]
    frames = _end_to_end(shard, model.phones)
    lesson = _Lesson(frames, np.random.default_rng(_SEED + 1))
    epochs, peak = _REFINING
    trained = lesson.cycle(model.network, epochs, peak, "new speech", report)
    ways = {word: Counter(counted) for word, counted in model.pronunciations.items()}
    for word, counted in shard.pronunciations.items():
        if known.issuperset(phone for way in counted for phone in way.split()):
            ways.setdefault(word, Counter()).update(counted)
    said = {word: dict(counted) for word, counted in sorted(ways.items())}
    return AcousticModel(trained, model.phones, _priors(frames, model.phones), said)


def mean(models: Sequence[AcousticModel]) -> AcousticModel:
    """Return the mean of networks of which each was trained on from the one before; of one, that one.

    Each stands at the end of a cycle of the learning rate, and between them errors are fewer (Izmailov et al. 2018,
    "Averaging Weights Leads to Wider Optima and Better Generalization").
    """
    networks = [model.network for model in models]
    together: Network = jax.tree.map(lambda *values: jnp.mean(jnp.stack(values), axis=0), *networks)
    priors: NDArray[np.float64] = np.mean([model.state_priors for model in models], axis=0)
    return replace(models[-1], network=together, state_priors=priors)


class _Lesson:
    """The speech that a network learns from, a part of it kept apart to see how it comes along."""

    def __init__(self, frames: _Frames, chance: np.random.Generator) -> None:
        count = len(frames.feature_starts) - 1
        self._frames, self._chance = frames, chance
        self._held, used = np.split(chance.permutation(count), [max(1, int(count * _VALIDATION_SHARE))])
        self.sample = [_rows(frames, utterance) for utterance in used[:_SAMPLE_OF_STATISTICS]]
        self._spread = np.std([rows.astype(np.float32).mean(0) for rows in self.sample], axis=0)
        self._chunks = [
            (u, start) for u in used for start in range(0, max(1, frames.label_count(u) - _CHUNK // 2), _CHUNK)
        ]

    def plain_batches(self, count: int) -> NDArray[np.float32]:
        """Return the first chunks as they are: (utterances, feature frames, cepstra)."""
        batches = _batches(self._frames, self._chunks, self._chance, np.zeros_like(self._spread))
        return np.concatenate([features for features, _ in islice(batches, count)])

    def cycle(self, model: Network, epochs: int, peak: float, name: str, report: Callable[[str], None]) -> Network:
        """Return the network after these epochs; the learning rate rises to its peak, then falls to nothing."""
        rate = optax.cosine_onecycle_schedule(epochs * (len(self._chunks) // _BATCH), peak, pct_start=0.1)
        decay = optax.adamw(rate, weight_decay=_WEIGHT_DECAY)
        optimiser = optax.chain(optax.clip_by_global_norm(_LARGEST_GRADIENT), decay)
        # Copies: the step gives its inputs' memory to its outputs.
        model = jax.tree.map(lambda value: jnp.array(value, copy=True), model)
        state = optimiser.init(model.weights)
        step = jax.jit(partial(_step, optimiser), donate_argnums=(0, 1))
        for epoch in range(1, epochs + 1):
            self._chance.shuffle(self._chunks)
            for features, labels in _batches(self._frames, self._chunks, self._chance, self._spread):
                model, state, loss = step(model, state, features, labels)
            right = _accuracy(model, self._frames, self._held)
            report(f"{name}, epoch {epoch} of {epochs}: loss {float(loss):.3f}, frames right {right:.1%}")
        return model


def _priors(frames: _Frames, phones: list[str]) -> NDArray[np.float64]:
    states = 2 * len(phones)
    counted = np.bincount(frames.labels[frames.labels >= 0], minlength=states) + 1.0
    priors: NDArray[np.float64] = (1 - _SMOOTHING) * counted / counted.sum() + _SMOOTHING / states
    return priors


def _ways(shard: dataset.Shard) -> dict[str, dict[str, int]]:
    return {word: dict(ways) for word, ways in sorted(shard.pronunciations.items())}


def _phones(shard: dataset.Shard, corpus: Corpus) -> list[str]:
    """Return every phoneme that is heard, and the rarest ones too, which one telling may not have."""
    labelled = {phone for _, labels in shard.utterances for phone, _ in labels}
    spoken = {phone for ways in shard.pronunciations.values() for way in ways for phone in way.split()}
    known = labelled | spoken | dataset.phonemes(corpus)
    return [SILENCE, GARBAGE, *sorted(known - {SILENCE, GARBAGE})]


def _end_to_end(shard: dataset.Shard, phones: list[str]) -> _Frames:
    number = {phone: index for index, phone in enumerate(phones)}
    features, labels = [], []
    for rows, marks in shard.utterances:
        features.append(np.pad(rows, ((CONTEXT, CONTEXT + SUBSAMPLING), (0, 0)), mode="edge"))
        labels.append(np.array([2 * number[phone] + (not first) for phone, first in marks], np.int16))
    return _Frames(
        np.concatenate(features),
        np.concatenate(labels),
        np.cumsum([0, *map(len, features)]),
        np.cumsum([0, *map(len, labels)]),
    )


def _rows(frames: _Frames, utterance: int) -> NDArray[np.float16]:
    return frames.features[frames.feature_starts[utterance] : frames.feature_starts[utterance + 1]]


def _batches(
    frames: _Frames, chunks: list[tuple[int, int]], chance: np.random.Generator, spread: NDArray[np.float32]
) -> Iterator[tuple[NDArray[np.float32], NDArray[np.int32]]]:
    for first in range(0, len(chunks) - _BATCH + 1, _BATCH):
        features = np.zeros((_BATCH, _CHUNK_FEATURES, frames.features.shape[1]), np.float32)
        labels = np.full((_BATCH, _CHUNK), _NO_LABEL, np.int32)
        for row, (utterance, start) in enumerate(chunks[first : first + _BATCH]):
            moved = start + int(chance.integers(-_JITTER, _JITTER // 2)) if start else 0
            _fill(
                frames,
                utterance,
                max(0, min(moved, frames.label_count(utterance) - _CHUNK)),
                features[row],
                labels[row],
            )
        offset = chance.standard_normal((_BATCH, 1, features.shape[2])) * _MICROPHONE_SPREAD * spread
        features += offset * (chance.random((_BATCH, 1, 1)) < _MICROPHONE_SHARE)
        yield features, labels


def _fill(
    frames: _Frames, utterance: int, start: int, features: NDArray[np.float32], labels: NDArray[np.int32]
) -> None:
    rows = _rows(frames, utterance)[SUBSAMPLING * start :][:_CHUNK_FEATURES]
    features[: len(rows)], features[len(rows) :] = rows, rows[-1]
    marks = frames.labels[frames.label_starts[utterance] + start : frames.label_starts[utterance + 1]][:_CHUNK]
    labels[: len(marks)] = marks


def _loss(weights: Parameters, statistics: Parameters, features: Array, labels: Array) -> tuple[Array, Parameters]:
    scores, updated = network.scores(Network(weights, statistics), features, training=True)
    logs = jax.nn.log_softmax(scores)
    right = jnp.take_along_axis(logs, jnp.maximum(labels, 0)[:, :, None], axis=2)[:, :, 0]
    smoothed = (1 - _SMOOTHING) * right + _SMOOTHING * logs.mean(axis=2)
    counted = labels >= 0
    return -jnp.where(counted, smoothed, 0).sum() / counted.sum(), updated


def _step(
    optimiser: optax.GradientTransformation, model: Network, state: optax.OptState, features: Array, labels: Array
) -> tuple[Network, optax.OptState, Array]:
    (loss, statistics), gradients = jax.value_and_grad(_loss, has_aux=True)(*model, features, labels)
    changes, state = optimiser.update(gradients, state, model.weights)
    return Network(optax.apply_updates(model.weights, changes), statistics), state, loss


def _answers(model: Network, features: Array) -> Array:
    return network.scores(model, features, training=False)[0].argmax(axis=2)


def _accuracy(model: Network, frames: _Frames, held: NDArray[np.int64]) -> float:
    """Return the share of labels answered rightly in the first chunk of each utterance kept apart."""
    right = total = 0
    answers = jax.jit(_answers)
    for first in range(0, len(held) - _BATCH + 1, _BATCH):
        features = np.zeros((_BATCH, _CHUNK_FEATURES, frames.features.shape[1]), np.float32)
        labels = np.full((_BATCH, _CHUNK), _NO_LABEL, np.int32)
        for row, utterance in enumerate(held[first : first + _BATCH]):
            _fill(frames, utterance, 0, features[row], labels[row])
        right += int((np.asarray(answers(model, features)) == labels).sum())
        total += int((labels >= 0).sum())
    return right / max(1, total)

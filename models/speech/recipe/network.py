"""Owns the acoustic network: a small time-delay network (TDNN) from 20 ms-apart cepstra to phoneme states, in JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from models.speech.recipe.dataset import SUBSAMPLING
from models.speech.recipe.features import CEPSTRA

if TYPE_CHECKING:
    from typing import TypeAlias

    from numpy.typing import NDArray

    Array: TypeAlias = jax.Array
    Parameters: TypeAlias = dict[str, Array]

WIDTH = 320
BOTTLENECK = 80
SPLICE = 2
"""Feature frames on either side that the first layer sees."""
OFFSETS = (3, 3, 6, 6)
"""Each hidden layer sees the one before at -offset, 0 and +offset feature frames."""
CONTEXT = SPLICE + sum(OFFSETS)
"""Feature frames (10 ms) on either side of an answer that the whole network sees."""
SKIP = 0.66
"""Weight of a layer's input in its output."""
NORM_EPSILON = 1e-5
_NORM_MOMENTUM = 0.9
_TAPS = 3
_SPLICED = (2 * SPLICE + 1) * CEPSTRA


class Network(NamedTuple):
    """Trained weights, and the running statistics of normalisation beside the constants of the features."""

    weights: Parameters
    statistics: Parameters


def create(
    states: int, feature_mean: NDArray[np.float32], feature_deviation: NDArray[np.float32], seed: int
) -> Network:
    """Return a network with random weights for this many phoneme states."""
    chance = np.random.default_rng(seed)
    weights: Parameters = {}
    statistics: Parameters = {
        "features.mean": jnp.asarray(feature_mean),
        "features.scale": jnp.asarray(1 / feature_deviation),
    }

    def affine(name: str, inputs: int, outputs: int) -> None:
        bound = np.sqrt(3 / inputs)
        weights[f"{name}.weight"] = jnp.asarray(chance.uniform(-bound, bound, (inputs, outputs)), jnp.float32)

    def biased(name: str, inputs: int, outputs: int) -> None:
        affine(name, inputs, outputs)
        weights[f"{name}.bias"] = jnp.zeros(outputs)

    def normalised(name: str, inputs: int) -> None:
        biased(name, inputs, WIDTH)
        weights[f"{name}.gain"], weights[f"{name}.shift"] = jnp.ones(WIDTH), jnp.zeros(WIDTH)
        statistics[f"{name}.mean"], statistics[f"{name}.variance"] = jnp.zeros(WIDTH), jnp.ones(WIDTH)

    normalised("layer0", _SPLICED)
    for index in range(1, len(OFFSETS) + 1):
        affine(f"bottleneck{index}", WIDTH, _TAPS * BOTTLENECK)
        normalised(f"layer{index}", BOTTLENECK)
    biased("output", WIDTH, states)
    return Network(weights, statistics)


def scores(network: Network, features: Array, *, training: bool) -> tuple[Array, Parameters]:
    """Return the unnormalised log-probability of every state and the updated statistics.

    `features` is (batch, 2 * CONTEXT + 3 * (frames - 1) + 1, cepstra); the scores are (batch, frames, states).
    """
    weights, statistics = network
    updated = dict(statistics)

    def normalised(name: str, inputs: Array) -> Array:
        value = inputs @ weights[f"{name}.weight"] + weights[f"{name}.bias"]
        mean, variance = statistics[f"{name}.mean"], statistics[f"{name}.variance"]
        if training:
            batch_mean, batch_variance = value.mean((0, 1)), value.var((0, 1))
            updated[f"{name}.mean"] = _NORM_MOMENTUM * mean + (1 - _NORM_MOMENTUM) * batch_mean
            updated[f"{name}.variance"] = _NORM_MOMENTUM * variance + (1 - _NORM_MOMENTUM) * batch_variance
            mean, variance = batch_mean, batch_variance
        gain = weights[f"{name}.gain"] / jnp.sqrt(variance + NORM_EPSILON)
        return jax.nn.relu((value - mean) * gain + weights[f"{name}.shift"])

    scaled = (features - statistics["features.mean"]) * statistics["features.scale"]
    length = scaled.shape[1] - 2 * SPLICE
    spliced = [scaled[:, start : start + length : SUBSAMPLING] for start in range(2 * SPLICE + 1)]
    hidden = normalised("layer0", jnp.concatenate(spliced, axis=2))
    for index, offset in enumerate(OFFSETS, 1):
        step = offset // SUBSAMPLING
        size = hidden.shape[1] - 2 * step
        taps = hidden @ weights[f"bottleneck{index}.weight"]
        before, here, after = jnp.split(taps, _TAPS, axis=2)
        narrowed = before[:, :size] + here[:, step : step + size] + after[:, 2 * step :]
        hidden = normalised(f"layer{index}", narrowed) + SKIP * hidden[:, step : step + size]
    return hidden @ weights["output.weight"] + weights["output.bias"], updated

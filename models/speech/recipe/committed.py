"""Owns reading a finished model's network back (`am/final.mdl`), so that a committed model can be trained further."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from models.speech.recipe import kaldi_format, network
from models.speech.recipe.dataset import SUBSAMPLING
from models.speech.recipe.network import NORM_EPSILON, OFFSETS, SKIP, SPLICE, Network

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SPLICED = 2 * SPLICE + 1
_TAPS = 3


class UnreadableModelError(Exception):
    """The file holds another network than this recipe's."""


def read(folder: Path, phone_count: int, sample: NDArray[np.float32]) -> Network:
    """Return the network of the model in a folder.

    The file has normalisation folded into the weights, so its statistics are measured anew on the sample, which is
    (utterances, feature frames, cepstra). Raises UnreadableModelError.
    """
    data = (folder / "am" / "final.mdl").read_bytes()
    affine = {name: _affine(data, name) for name in kaldi_format.affine_names()}
    states = len(affine["output.affine"][1])
    if states != 2 * phone_count:
        raise UnreadableModelError(f"The model in {folder} knows {states // 2} phonemes, the speech {phone_count}.")
    mean, deviation = sample.mean((0, 1)), sample.std((0, 1))
    weights, statistics = network.create(states, mean, deviation, seed=0)
    matrix, bias = affine["l0.affine"]
    affine["l0.affine"] = matrix * np.tile(deviation, _SPLICED), bias + matrix @ np.tile(mean, _SPLICED)
    for name, (matrix, bias) in affine.items():
        layer = name.removeprefix("l").removesuffix(".affine").removesuffix(".linear")
        if name.endswith(".linear"):
            weights[f"bottleneck{layer}.weight"] = jnp.asarray(np.hstack(np.split(matrix.T, _TAPS)), jnp.float32)
        else:
            place = "output" if name == "output.affine" else f"layer{layer}"
            weights[f"{place}.weight"] = jnp.asarray(matrix.T, jnp.float32)
            weights[f"{place}.bias"] = jnp.asarray(bias, jnp.float32)
    return _normalised(Network(weights, statistics), jnp.asarray(sample))


def _normalised(folded: Network, sample: jax.Array) -> Network:
    """Return the same function with each layer's mean and variance on the sample taken out of its weights again."""
    weights, statistics = dict(folded.weights), dict(folded.statistics)

    def layer(index: int, inputs: jax.Array) -> jax.Array:
        name = f"layer{index}"
        value = inputs @ weights[f"{name}.weight"] + weights[f"{name}.bias"]
        mean, variance = value.mean((0, 1)), value.var((0, 1))
        statistics[f"{name}.mean"], statistics[f"{name}.variance"] = mean, variance
        weights[f"{name}.gain"], weights[f"{name}.shift"] = jnp.sqrt(variance + NORM_EPSILON), mean
        return jax.nn.relu(value)

    scaled = (sample - statistics["features.mean"]) * statistics["features.scale"]
    length = scaled.shape[1] - 2 * SPLICE
    spliced = [scaled[:, start : start + length : SUBSAMPLING] for start in range(_SPLICED)]
    hidden = layer(0, jnp.concatenate(spliced, axis=2))
    for index, offset in enumerate(OFFSETS, 1):
        step = offset // SUBSAMPLING
        size = hidden.shape[1] - 2 * step
        before, here, after = jnp.split(hidden @ weights[f"bottleneck{index}.weight"], _TAPS, axis=2)
        narrowed = before[:, :size] + here[:, step : step + size] + after[:, 2 * step :]
        hidden = layer(index, narrowed) + SKIP * hidden[:, step : step + size]
    return Network(weights, statistics)


def _affine(data: bytes, name: str) -> tuple[Floats, Floats]:
    """Return the matrix (outputs, inputs) and the bias of a component. Raises UnreadableModelError."""
    at = data.find(f"<ComponentName> {name} <FixedAffineComponent> <LinearParams> ".encode())
    if at < 0:
        raise UnreadableModelError(f"The model has no component {name}.")
    at = data.index(b"<LinearParams> ", at) + len(b"<LinearParams> ")
    if data[at : at + 3] == b"FM ":
        rows, columns = _int(data, at + 3), _int(data, at + 8)
        at += 13
        matrix = np.frombuffer(data, "<f4", rows * columns, at).reshape(rows, columns).astype(np.float64)
        at += matrix.size * 4
    else:
        lowest, span, rows, columns = struct.unpack_from("<ffii", data, at + 4)
        at += 20
        codes = np.frombuffer(data, "<u2", rows * columns, at).reshape(rows, columns)
        matrix = lowest + codes.astype(np.float64) * (span / kaldi_format.LARGEST_CODE)
        at += codes.size * 2
    at = data.index(b"<BiasParams> FV ", at) + len(b"<BiasParams> FV ")
    return matrix, np.frombuffer(data, "<f4", _int(data, at), at + 5).astype(np.float64)


def _int(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<i", data, at + 1)[0])

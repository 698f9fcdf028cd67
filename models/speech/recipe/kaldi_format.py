"""Owns Kaldi's binary format: the acoustic model (`am/final.mdl`) and the phone table that it is numbered by."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from models.speech.recipe.dataset import GARBAGE
from models.speech.recipe.espeak import SILENCE
from models.speech.recipe.features import CEPSTRA
from models.speech.recipe.network import BOTTLENECK, CONTEXT, NORM_EPSILON, OFFSETS, SKIP, SPLICE, WIDTH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from models.speech.recipe.training import AcousticModel

    Floats = NDArray[np.float64]

POSITIONS = {"_B": "begin", "_E": "end", "_I": "internal", "_S": "singleton"}
_PRIOR_POWER = 0.7
"""Flatter priors: with the counted ones silence wins over quiet speech, and words appear in silence."""
LARGEST_CODE = 65535
_NO_ENTRY = -1


def phone_ids(phones: list[str]) -> dict[str, int]:
    """Return Kaldi's number of every phone: silence, garbage, then each phoneme in its four positions in a word."""
    names = [SILENCE, GARBAGE, *(phone + place for phone in phones[2:] for place in POSITIONS)]
    return {name: number for number, name in enumerate(names, 1)}


def word_boundaries(phones: list[str]) -> str:
    """Return `word_boundary.int`: where in a word each phone stands."""
    kinds = {SILENCE: "nonword", GARBAGE: "singleton"}
    lines = (f"{number} {kinds.get(name) or POSITIONS[name[-2:]]}\n" for name, number in phone_ids(phones).items())
    return "".join(lines)


def affine_names() -> list[str]:
    """Return the names of the components that hold weights, as the file has them."""
    hidden = [f"l{index}.{kind}" for index in range(1, len(OFFSETS) + 1) for kind in ("linear", "affine")]
    return ["l0.affine", *hidden, "output.affine"]


def acoustic_model(model: AcousticModel) -> bytes:
    """Return the bytes of `final.mdl`: transition model, network, context and priors."""
    flattened = model.state_priors**_PRIOR_POWER
    return b"".join(
        (
            b"\0B",
            _transition_model(model.phones),
            _nnet3(model),
            _token("<LeftContext>") + _int(CONTEXT),
            _token("<RightContext>") + _int(CONTEXT),
            _token("<Priors>") + _vector(flattened / flattened.sum()),
        )
    )


def _token(name: str) -> bytes:
    return name.encode() + b" "


def _int(value: int) -> bytes:
    return b"\4" + struct.pack("<i", value)


def _float(value: float) -> bytes:
    return b"\4" + struct.pack("<f", value)


def _ints(values: Iterable[int]) -> bytes:
    array = np.fromiter(values, "<i4")
    return _int(len(array)) + array.tobytes()


def _vector(values: Floats) -> bytes:
    return _token("FV") + _int(len(values)) + values.astype("<f4").tobytes()


def _matrix(values: Floats) -> bytes:
    return _token("FM") + _int(values.shape[0]) + _int(values.shape[1]) + values.astype("<f4").tobytes()


def _compressed_matrix(values: Floats) -> bytes:
    """Return a CompressedMatrix of two bytes a value (`kTwoByteAuto`)."""
    lowest = float(values.min())
    span = float(values.max()) - lowest or 1.0
    codes = np.round((values - lowest) / span * LARGEST_CODE).astype("<u2")
    return _token("CM2") + struct.pack("<ffii", lowest, span, *values.shape) + codes.tobytes()


def _transition_model(phones: list[str]) -> bytes:
    """Return the topology of one emitting state a phone, its first frame and its self-loop scored apart (chain's)."""
    names = phone_ids(phones)
    base = {phone: index for index, phone in enumerate(phones)}
    states = [base.get(name, base.get(name[:-2], 0)) for name in names]
    emitting = _int(0) + _int(1) + _int(2) + _int(0) + _float(0.5) + _int(1) + _float(0.5)
    final = _int(_NO_ENTRY) + _int(_NO_ENTRY) + _int(0)
    tuples = b"".join(
        _int(phone) + _int(0) + _int(2 * state) + _int(2 * state + 1) for phone, state in enumerate(states, 1)
    )
    logs = np.array([0.0] + [np.log(0.5)] * (2 * len(names)))
    return b"".join(
        (
            _token("<TransitionModel>") + _token("<Topology>"),
            _ints(range(1, len(names) + 1)) + _ints([_NO_ENTRY] + [0] * len(names)),
            _int(_NO_ENTRY) + _int(1) + _int(2) + emitting + final,
            _token("</Topology>") + _token("<Tuples>") + _int(len(names)) + tuples + _token("</Tuples>"),
            _token("<LogProbs>") + _vector(logs) + _token("</LogProbs>") + _token("</TransitionModel>"),
        )
    )


class _Nnet3:
    """Collects components and the lines that join them."""

    def __init__(self) -> None:
        self._lines = [f"input-node name=input dim={CEPSTRA}"]
        self._components: list[bytes] = []

    def add(self, name: str, source: str, component: bytes) -> str:
        self._lines.append(f"component-node name={name} component={name} input={source}")
        self._components.append(_token("<ComponentName>") + _token(name) + component)
        return name

    def written(self, output: str) -> bytes:
        lines = "\n".join([*self._lines, f"output-node name=output input={output} objective=linear"])
        count = _token("<NumComponents>") + _int(len(self._components))
        return b"".join(
            (_token("<Nnet3>"), b"\n", lines.encode(), b"\n\n", count, *self._components, _token("</Nnet3>"))
        )


def _nnet3(model: AcousticModel) -> bytes:
    """Return the network with its normalisation folded into the weights."""
    weights: dict[str, Floats] = {name: np.asarray(value, np.float64) for name, value in model.network.weights.items()}
    statistics: dict[str, Floats] = {
        name: np.asarray(value, np.float64) for name, value in model.network.statistics.items()
    }

    def folded(name: str) -> tuple[Floats, Floats]:
        gain = weights[f"{name}.gain"] / np.sqrt(statistics[f"{name}.variance"] + NORM_EPSILON)
        matrix = weights[f"{name}.weight"].T * gain[:, None]
        return matrix, (weights[f"{name}.bias"] - statistics[f"{name}.mean"]) * gain + weights[f"{name}.shift"]

    matrix, bias = folded("layer0")
    taps = 2 * SPLICE + 1
    mean, scale = np.tile(statistics["features.mean"], taps), np.tile(statistics["features.scale"], taps)
    matrix, bias = matrix * scale, bias - matrix @ (mean * scale)
    spliced = ",".join(f"Offset(input,{offset})" if offset else "input" for offset in range(-SPLICE, SPLICE + 1))
    net = _Nnet3()
    # Two bytes a value are too coarse for this one: the scales of the cepstra, now in it, differ too much.
    before = net.add("l0.affine", f"Append({spliced})", _fixed_affine(_matrix(matrix), bias))
    before = net.add("l0.relu", before, _nonlinear("RectifiedLinearComponent", WIDTH))
    for index, offset in enumerate(OFFSETS, 1):
        three = np.concatenate(np.split(weights[f"bottleneck{index}.weight"], 3, axis=1)).T
        appended = f"Append(Offset({before},-{offset}),{before},Offset({before},{offset}))"
        inner = net.add(f"l{index}.linear", appended, _fixed_affine(_compressed_matrix(three), np.zeros(BOTTLENECK)))
        matrix, bias = folded(f"layer{index}")
        inner = net.add(f"l{index}.affine", inner, _fixed_affine(_compressed_matrix(matrix), bias))
        inner = net.add(f"l{index}.relu", inner, _nonlinear("RectifiedLinearComponent", WIDTH))
        before = net.add(f"l{index}.noop", f"Sum(Scale({SKIP},{before}),{inner})", _no_op(WIDTH))
    output = _fixed_affine(_compressed_matrix(weights["output.weight"].T), weights["output.bias"])
    net.add("output.affine", before, output)
    return net.written(
        net.add("output.logsoftmax", "output.affine", _nonlinear("LogSoftmaxComponent", 2 * len(model.phones)))
    )


def _fixed_affine(matrix: bytes, bias: Floats) -> bytes:
    name = "FixedAffineComponent"
    return b"".join(
        (
            _token(f"<{name}>"),
            _token("<LinearParams>"),
            matrix,
            _token("<BiasParams>"),
            _vector(bias),
            _token(f"</{name}>"),
        )
    )


def _nonlinear(name: str, size: int) -> bytes:
    nothing, zero = _vector(np.zeros(0)), b"\x08" + struct.pack("<d", 0)
    return b"".join(
        (
            _token(f"<{name}>") + _token("<Dim>") + _int(size),
            _token("<ValueAvg>") + nothing + _token("<DerivAvg>") + nothing + _token("<Count>") + zero,
            _token("<OderivRms>") + nothing + _token("<OderivCount>") + zero,
            _token("<NumDimsSelfRepaired>") + zero + _token("<NumDimsProcessed>") + zero + _token(f"</{name}>"),
        )
    )


def _no_op(size: int) -> bytes:
    name = "NoOpComponent"
    backpropagation = _token("<BackpropScale>") + _float(1.0)
    return _token(f"<{name}>") + _token("<Dim>") + _int(size) + backpropagation + _token(f"</{name}>")

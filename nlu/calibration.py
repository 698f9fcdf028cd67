"""Owns making a classifier's margins mean probabilities: temperature scaling on honestly held-out folds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, vstack
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

_ROWS_AT_ONCE = 500
_SMALLEST_LIKELIHOOD = 1e-12


def softmax(scores: Floats) -> Floats:
    """Return probabilities of the same shape; each row sums to one."""
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: Floats = exponents / exponents.sum(axis=-1, keepdims=True)
    return probabilities


def temperature(margins: Floats, truth: Integers) -> float:
    """Return the factor on the margins that minimises the log loss (temperature scaling, Guo et al. 2017).

    `margins` is (examples, labels), `truth` the column that is right for each example.
    """

    def log_loss(factor: float) -> float:
        likelihood = softmax(margins * factor)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(likelihood, _SMALLEST_LIKELIHOOD)).mean())

    return float(minimize_scalar(log_loss, bounds=(0.1, 20.0), method="bounded").x)


def near_duplicates(rows: csr_matrix, similarity: float) -> Integers:
    """Return a group number for each row: rows whose cosine reaches `similarity` share one, directly or in a chain.

    `rows` are of unit length. Two wordings of one phrase in different folds would let the model meet what it is
    tested on, and its confidence would be fitted too high.
    """
    _, groups = connected_components(vstack(list(_similar(rows, similarity))), directed=False)
    return np.asarray(groups, dtype=np.int64)


def _similar(rows: csr_matrix, similarity: float) -> Iterator[csr_matrix]:
    """Yield the cosines that reach `similarity`, a few rows at a time: all of them at once would fill the memory."""
    for start in range(0, rows.shape[0], _ROWS_AT_ONCE):
        cosines = csr_matrix(rows[start : start + _ROWS_AT_ONCE] @ rows.T)
        cosines.data[cosines.data < similarity] = 0
        cosines.eliminate_zeros()
        yield cosines

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from nlu.calibration import near_duplicates, softmax, temperature


def unit(rows: list[list[float]]) -> csr_matrix:
    dense = np.array(rows, dtype=np.float32)
    return csr_matrix(dense / np.linalg.norm(dense, axis=1, keepdims=True))


def test_probabilities_of_each_row_sum_to_one() -> None:
    scores = np.array([[1000.0, 0.0, -1000.0], [0.1, 0.2, 0.3]], dtype=np.float32)
    assert softmax(scores).sum(axis=1) == pytest.approx([1.0, 1.0])


def test_a_model_that_is_often_wrong_is_made_less_confident_than_one_that_is_right() -> None:
    margins = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (100, 1))
    often_right = np.array([0] * 95 + [1] * 5)
    often_wrong = np.array([0] * 60 + [1] * 40)
    confident = softmax(margins * temperature(margins, often_right))[0, 0]
    doubtful = softmax(margins * temperature(margins, often_wrong))[0, 0]
    assert confident == pytest.approx(0.95, abs=0.01)
    assert doubtful == pytest.approx(0.60, abs=0.01)


def test_near_duplicates_share_a_group_also_through_a_chain() -> None:
    first, second, third, other = near_duplicates(unit([[1, 0, 0], [1, 0.7, 0], [0.3, 1, 0], [0, 0, 1]]), 0.75)
    assert first == second == third
    assert other != first


def test_groups_do_not_depend_on_how_many_rows_are_compared_at_once() -> None:
    rows = unit([[float(i % 3 == 0), float(i % 3 == 1), float(i % 3 == 2)] for i in range(1300)])
    groups = near_duplicates(rows, 0.9)
    assert len(set(groups)) == 3
    assert groups[0] == groups[3] == groups[1299]

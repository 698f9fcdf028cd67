"""Owns telling the intent of a message: a linear model whose confidence means what it says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.svm import LinearSVC

Floats = npt.NDArray[np.float32]


def _sparse_row(message: Message) -> csr_matrix | None:
    _, sentence = message.get_sparse_features(TEXT)
    return None if sentence is None else csr_matrix(sentence.features, dtype=np.float32)


def _softmax(scores: Floats) -> Floats:
    exponents = np.exp(scores - scores.max(axis=-1, keepdims=True))
    probabilities: Floats = exponents / exponents.sum(axis=-1, keepdims=True)
    return probabilities


def _temperature(margins: Floats, truth: npt.NDArray[np.int64]) -> float:
    """Return the factor on the margins that minimises the log loss (temperature scaling, Guo et al. 2017)."""

    def log_loss(factor: float) -> float:
        likelihood = _softmax(margins * factor)[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(likelihood, 1e-12)).mean())

    return float(minimize_scalar(log_loss, bounds=(0.1, 20.0), method="bounded").x)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """A linear support vector machine on re-weighted counts; its margins become probabilities by a temperature.

    The temperature is fitted on held-out folds, never on the examples the model was fitted on. The weights are kept
    as plain arrays: nothing is unpickled at load.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must stand before this component in the pipeline."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the options: `C` of the machine, `folds` of the calibration, `ranking_length` of the answer."""
        return {"C": 0.5, "folds": 5, "ranking_length": 5}

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config = config
        self._storage = storage
        self._resource = resource
        self._labels: list[str] = []
        self._weights: Floats = np.zeros((0, 0), dtype=np.float32)
        self._bias: Floats = np.zeros(0, dtype=np.float32)
        self._rarity: Floats = np.zeros(0, dtype=np.float32)
        self._factor = 1.0

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        """Make an untrained classifier."""
        return cls(config, model_storage, resource)

    def _weighted(self, counts: csr_matrix) -> csr_matrix:
        """Return logarithmic, rarity-weighted rows of unit length (tf-idf)."""
        rows = counts.copy()
        rows.data = 1 + np.log(rows.data)
        rows = csr_matrix(rows.multiply(self._rarity))
        lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        lengths[lengths == 0] = 1
        return csr_matrix(diags(1 / lengths) @ rows)

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model and its temperature on the intent examples, and store both."""
        rows = [(_sparse_row(example), example.get(INTENT)) for example in training_data.intent_examples]
        usable = [(row, intent) for row, intent in rows if row is not None]
        counts = csr_matrix(vstack([row for row, _ in usable]))
        seen_in = np.bincount(counts.indices, minlength=counts.shape[1])
        self._rarity = (np.log((1 + counts.shape[0]) / (1 + seen_in)) + 1).astype(np.float32)
        self._labels = sorted({intent for _, intent in usable})
        truth = np.array([self._labels.index(intent) for _, intent in usable])
        features = self._weighted(counts)
        machine = LinearSVC(C=self._config["C"], class_weight="balanced", random_state=1)
        folds = StratifiedKFold(self._config["folds"], shuffle=True, random_state=1)
        margins = cross_val_predict(machine, features, truth, cv=folds, method="decision_function")
        self._factor = _temperature(margins, truth)
        machine.fit(features, truth)
        self._weights = machine.coef_.T.astype(np.float32)
        self._bias = machine.intercept_.astype(np.float32)
        self._store()
        return self._resource

    def _store(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(
                folder / "linear.npz",
                weights=self._weights,
                bias=self._bias,
                rarity=self._rarity,
                factor=np.float64(self._factor),
            )
            (folder / "labels.json").write_text(json.dumps(self._labels), encoding="utf-8")

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        """Read a trained classifier."""
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            arrays = np.load(folder / "linear.npz")
            classifier._weights, classifier._bias = arrays["weights"], arrays["bias"]
            classifier._rarity, classifier._factor = arrays["rarity"], float(arrays["factor"])
            classifier._labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
        return classifier

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` on every message that has features."""
        for message in messages:
            row = _sparse_row(message)
            if row is None or row.nnz == 0:
                continue
            scores = np.asarray(self._weighted(row) @ self._weights + self._bias).ravel()
            confidences = _softmax(scores * self._factor)
            best = np.argsort(-confidences)[: self._config["ranking_length"]]
            ranking = [{"name": self._labels[i], "confidence": float(confidences[i])} for i in best]
            message.set("intent", ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

"""Owns telling the intent of a message: a linear model whose confidence means what it says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import coo_matrix, csr_matrix, hstack, vstack
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from nlu.calibration import Floats, Integers, near_duplicates, softmax, temperature

Blocks = dict[str, csr_matrix]


def _counts(message: Message, block: str) -> Any | None:
    """Return what one featurizer counted in a message (one sparse row), None when it found nothing."""
    for features in message.features:
        if (features.attribute, features.type, features.origin) == (TEXT, FEATURE_TYPE_SENTENCE, block):
            return features.features
    return None


def _rarity(counts: csr_matrix) -> Floats:
    """Return the inverse document frequency of each column."""
    seen_in = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity: Floats = (np.log((1 + counts.shape[0]) / (1 + seen_in)) + 1).astype(np.float32)
    return rarity


def _weighted(counts: csr_matrix, rarity: Floats) -> csr_matrix:
    """Return logarithmic, rarity-weighted rows of unit length (tf-idf)."""
    rows = counts.copy()
    rows.data = _tf_idf(rows.data, rarity[rows.indices])
    return csr_matrix(normalize(rows, copy=False))


def _tf_idf(counts: Floats, rarity: Floats) -> Floats:
    return (1 + np.log(counts)) * rarity


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """A linear support vector machine on blocks of features; its margins become probabilities by a temperature.

    Each block (the features of one featurizer, named by its alias) is re-weighted by rarity and brought to unit
    length before its weight applies, so that thousands of letter groups do not drown a handful of other traits. The
    temperature is fitted on held-out folds, never on the examples the model was fitted on. The model is kept as plain
    arrays: nothing is unpickled at load.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must stand before this component in the pipeline."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Return the options.

        `blocks`: weight by alias of featurizer; `text_block`: the one that stands for the text itself, a message with
        nothing in it gets no intent; `C` of the machine; `folds` of the calibration, in which examples as alike as
        `similarity` (cosine in the text block) stay together; `ranking_length` of the answer.
        """
        return {
            "blocks": {},
            "text_block": "stems",
            "C": 1.0,
            "folds": 5,
            "similarity": 0.6,
            "ranking_length": 5,
        }

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        if config["text_block"] not in config["blocks"]:
            raise InvalidConfigException(
                f"expected `text_block` to be one of the blocks {sorted(config['blocks'])}, "
                f"got {config['text_block']!r}"
            )
        self._config = config
        self._names = sorted(config["blocks"])  # Rasa takes two orders of the same options for the same model
        self._storage = storage
        self._resource = resource
        self._labels: list[str] = []
        self._rarity: dict[str, Floats] = {}
        self._weights: Floats = np.zeros((0, 0), dtype=np.float32)
        self._bias: Floats = np.zeros(0, dtype=np.float32)
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

    def _blocks(self, messages: list[Message]) -> Blocks:
        """Return the counts of every block, a row for each message."""
        return {
            name: csr_matrix(vstack([_counts(message, name) for message in messages]), dtype=np.float32)
            for name in self._names
        }

    def _features(self, counts: Blocks) -> csr_matrix:
        """Return the weighted blocks side by side."""
        weights = self._config["blocks"]
        return csr_matrix(hstack([_weighted(counts[name], self._rarity[name]) * weights[name] for name in self._names]))

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the model and its temperature on the intent examples, and store both."""
        examples = [example for example in training_data.intent_examples if self._is_readable(example)]
        counts = self._blocks(examples)
        self._rarity = {name: _rarity(block) for name, block in counts.items()}
        self._labels = sorted({example.get(INTENT) for example in examples})
        truth = np.array([self._labels.index(example.get(INTENT)) for example in examples], dtype=np.int64)
        features = self._features(counts)
        machine = LinearSVC(C=self._config["C"], class_weight="balanced", random_state=1)
        text_block = self._config["text_block"]
        alike = near_duplicates(_weighted(counts[text_block], self._rarity[text_block]), self._config["similarity"])
        self._factor = temperature(self._held_out(machine, features, truth, alike), truth)
        machine.fit(features, truth)
        self._weights = machine.coef_.T.astype(np.float32)
        self._bias = machine.intercept_.astype(np.float32)
        self._store()
        return self._resource

    def _is_readable(self, message: Message) -> bool:
        """Tell whether a message has words at all, in letters that the training examples had, too."""
        counts = _counts(message, self._config["text_block"])
        return counts is not None and counts.nnz > 0

    def _held_out(self, machine: LinearSVC, features: csr_matrix, truth: Integers, alike: Integers) -> Floats:
        """Return the margins of every example by a model that has not seen it nor anything like it."""
        folds = StratifiedGroupKFold(self._config["folds"], shuffle=True, random_state=1)
        margins: Floats = cross_val_predict(
            machine, features, truth, groups=alike, cv=folds, method="decision_function"
        )
        return margins

    def _store(self) -> None:
        with self._storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / "model.npz", weights=self._weights, bias=self._bias)
            np.savez_compressed(folder / "rarity.npz", **self._rarity)
            about = {"labels": self._labels, "factor": self._factor}
            (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")

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
            model = np.load(folder / "model.npz")
            about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
            classifier._rarity = dict(np.load(folder / "rarity.npz"))
        classifier._weights, classifier._bias = model["weights"], model["bias"]
        classifier._labels, classifier._factor = about["labels"], about["factor"]
        return classifier

    def process(self, messages: list[Message]) -> list[Message]:
        """Set `intent` and `intent_ranking` on every message; one that cannot be read gets no name, confidence 0."""
        for message in messages:
            ranking = self._ranking(message) if self._is_readable(message) else []
            message.set("intent", ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def _ranking(self, message: Message) -> list[dict[str, Any]]:
        confidences = softmax(self._scores(message) * self._factor)
        best = np.argsort(-confidences)[: self._config["ranking_length"]]
        return [{"name": self._labels[i], "confidence": float(confidences[i])} for i in best]

    def _scores(self, message: Message) -> Floats:
        """Return the margins of one message: what `_features` leads to, without making a matrix of one row."""
        scores, begin = self._bias, 0
        for name in self._names:
            row = coo_matrix(_counts(message, name))
            if row.nnz:
                weighted = _tf_idf(row.data.astype(np.float32), self._rarity[name][row.col])
                weighted *= self._config["blocks"][name] / np.linalg.norm(weighted)
                scores = scores + weighted @ self._weights[begin + row.col]
            begin += len(self._rarity[name])
        return scores

"""Owns what a message looks like apart from its words: length, numbers in it, a question mark, its language."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix

from language import LANGUAGES
from language.detection import detect
from language.numbers import find_numbers

_WORD = re.compile(r"\w+")
_WORD_COUNTS = (2, 3, 4, 6, 10, 16)
_DIGIT_COUNTS = (1, 2, 5, 8)  # a mark, an amount, a short number, an application's number or an IIN
_NUMBER_SHARES = (0.17, 0.5, 0.83)


def _trait_names() -> list[str]:
    return [
        *(f"words {step}" for step in range(len(_WORD_COUNTS) + 1)),
        *(f"digits {step}" for step in range(len(_DIGIT_COUNTS) + 1)),
        *(f"share {step}" for step in range(len(_NUMBER_SHARES) + 1)),
        *(f"language {language}" for language in LANGUAGES),
        "question",
    ]


_COLUMNS = {name: column for column, name in enumerate(_trait_names())}


def traits(text: str) -> set[str]:
    """Return the names of the traits of a text; numbers count alike when typed and when dictated in words."""
    numbers = find_numbers(text)
    longest = max((len(number.digits) for number in numbers), default=0)
    share = sum(number.end - number.start for number in numbers) / max(1, len(text))
    found = {
        f"words {bisect_right(_WORD_COUNTS, len(_WORD.findall(text)))}",
        f"digits {bisect_right(_DIGIT_COUNTS, longest)}",
        f"share {bisect_right(_NUMBER_SHARES, share)}",
    }
    if (language := detect(text).language) is not None:
        found.add(f"language {language}")
    if "?" in text:
        found.add("question")
    return found


def _row(text: str) -> csr_matrix:
    columns = sorted(_COLUMNS[name] for name in traits(text))
    ones = np.ones(len(columns), dtype=np.float32)
    return csr_matrix((ones, (np.zeros(len(columns), dtype=int), columns)), shape=(1, len(_COLUMNS)))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class ShapeFeaturizer(SparseFeaturizer, GraphComponent):
    """Adds the traits of a message as one sparse sentence row (ones and zeros); there is nothing to train."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Return what must stand before this component in the pipeline."""
        return [Tokenizer]

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Accept any configuration: there are no options besides the alias."""

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShapeFeaturizer:
        """Make the featurizer."""
        return cls(execution_context.node_name, config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Add the row to every message that has words."""
        for message in messages:
            text = message.get(TEXT)
            if text and _WORD.search(text):
                self.add_features_to_message(None, _row(text), TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the row to every training example."""
        self.process(training_data.training_examples)
        return training_data

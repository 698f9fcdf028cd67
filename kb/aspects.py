"""Owns recognising which aspect of a service a question asks about (documents, cost, term ...)."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal, cast, get_args

import numpy as np
import yaml
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, Pipeline

from kb.errors import KnowledgeError
from language import LANGUAGES
from language.detection import detect
from language.lemmas import lemmas
from language.normalisation import fold

Aspect = Literal["general", "documents", "cost", "term", "where", "online", "result", "eligibility", "refusal"]
ASPECTS: Final[tuple[Aspect, ...]] = get_args(Aspect)

EXAMPLES: Final = Path(__file__).parent / "aspect_examples"
_NONE: Final = "none"
_THRESHOLD: Final = 0.4
"""Calibrated on folds of the examples: below it the question is answered in general."""


def _lemmas(text: str) -> list[str]:
    return lemmas(text, detect(text).language or "ru")


class AspectRecogniser:
    """A linear classifier over lemmas and letter n-grams, fitted on the phrasings in `aspect_examples/` at start."""

    def __init__(self, examples: list[tuple[str, str]]) -> None:
        """Fit on `(question, label)` pairs; a label is an aspect or "none"."""
        features = FeatureUnion(
            [
                ("lemmas", TfidfVectorizer(analyzer=_lemmas, sublinear_tf=True)),
                (
                    "letters",
                    TfidfVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
                ),
            ]
        )
        linear = OneVsRestClassifier(LogisticRegression(C=20, solver="liblinear"))  # fits in half a second
        self._model = Pipeline([("features", features), ("linear", linear)])
        questions, labels = zip(*examples, strict=True)
        self._model.fit(questions, labels)

    @classmethod
    def load(cls, folder: Path = EXAMPLES) -> AspectRecogniser:
        """Fit on the example files `<language>.yml` (label -> list of phrasings).

        Raises:
            KnowledgeError: a file has a label that is not an aspect, or lacks one.

        """
        examples: list[tuple[str, str]] = []
        for language in LANGUAGES:
            path = folder / f"{language}.yml"
            content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            if set(content) != {*ASPECTS, _NONE}:
                raise KnowledgeError(f"{path}:1: expected exactly the keys {', '.join((*ASPECTS, _NONE))}")
            examples += [(question, label) for label, questions in content.items() for question in questions]
        return cls(examples)

    def recognise(self, question: str) -> Aspect | None:
        """Return the aspect that a question asks about, None when it names none or it is not clear which."""
        if not question.strip():
            return None
        probabilities = self._model.predict_proba([question])[0]
        best = int(np.argmax(probabilities))
        label = str(self._model.classes_[best])
        if label == _NONE or probabilities[best] < _THRESHOLD:
            return None
        return cast("Aspect", label)

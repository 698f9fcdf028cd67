"""Owns recognising which aspect of a service a question asks about (documents, cost, term ...)."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

import numpy as np
import yaml
from scipy.sparse import hstack
from scipy.special import softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from kb.errors import KnowledgeError
from language import LANGUAGES
from language.detection import detect
from language.lemmas import lemmas
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

Aspect = Literal["general", "documents", "cost", "term", "where", "online", "result", "eligibility", "refusal"]
ASPECTS: Final[tuple[Aspect, ...]] = get_args(Aspect)

EXAMPLES: Final = Path(__file__).parent / "aspect_examples"
_NONE: Final = "none"
_THRESHOLD: Final = 0.3
"""Below it the question is answered in general."""
_CONFIDENCE: Final = 4.3
"""What turns margins into probabilities: the temperature that fits the examples best on held-out folds."""

_SENTENCE: Final = re.compile(r"[^.!?\n]*\w[^.!?\n]*[.!?]*")


def _asking_sentence(text: str) -> str:
    """Return the last sentence of a story that asks, else its last one; a single sentence is the text itself."""
    sentences: list[str] = _SENTENCE.findall(text)
    return ([each for each in sentences if "?" in each] or sentences or [text])[-1]


def _lemmas_and_pairs(text: str) -> list[str]:
    """Return the lemmas and the pairs of neighbours, the two ends marked ("канша кун" is a term, "канша" a cost)."""
    words = lemmas(text, detect(text).language or "ru")
    marked = ("^", *words, "$")
    return [*words, *(f"{left} {right}" for left, right in pairwise(marked))]


class _Features:
    """TF-IDF of a text, learnt by scikit-learn and applied to one question at a time without its array checks."""

    def __init__(self, vectorizer: TfidfVectorizer, questions: Sequence[str]) -> None:
        self.learnt = vectorizer.fit_transform(questions)
        self._analyse: Callable[[str], list[str]] = vectorizer.build_analyzer()
        self._columns: dict[str, int] = vectorizer.vocabulary_
        self._rarity: NDArray[np.float64] = vectorizer.idf_

    def weigh(self, question: str, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the product of a question's unit vector with `weights` (features x labels)."""
        known = [at for feature in self._analyse(question) if (at := self._columns.get(feature)) is not None]
        columns, counts = np.unique(np.array(known, np.int64), return_counts=True)
        values = (1 + np.log(counts)) * self._rarity[columns]
        product: NDArray[np.float64] = values @ weights[columns] / max(float(np.linalg.norm(values)), 1e-9)
        return product


class AspectRecogniser:
    """A linear support vector machine over lemmas, their pairs and letter n-grams.

    It is fitted at start, in a few seconds, on the phrasings in `aspect_examples/`. In a story the sentence that asks
    weighs as much as the whole.
    """

    def __init__(self, examples: list[tuple[str, str]]) -> None:
        """Fit on `(question, label)` pairs; a label is an aspect or "none"."""
        questions, labels = zip(*examples, strict=True)
        self._words = _Features(TfidfVectorizer(analyzer=_lemmas_and_pairs, sublinear_tf=True), questions)
        letters = TfidfVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        self._letters = _Features(letters, questions)
        seen = hstack([self._words.learnt, self._letters.learnt]).tocsr()
        linear = LinearSVC(random_state=1).fit(seen, labels)
        self._labels = [str(label) for label in linear.classes_]
        self._bias: NDArray[np.float64] = linear.intercept_
        weights = np.ascontiguousarray(linear.coef_.T)  # by feature, as they are looked up
        self._word_weights, self._letter_weights = np.split(weights, [self._words.learnt.shape[1]])

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
        asking = _asking_sentence(question)
        margins = self._margins(question)
        if asking != question:
            margins = (margins + self._margins(asking)) / 2
        likely = softmax(margins * _CONFIDENCE)
        best = int(np.argmax(likely))
        label = self._labels[best]
        if label == _NONE or likely[best] < _THRESHOLD:
            return None
        return cast("Aspect", label)

    def _margins(self, text: str) -> NDArray[np.float64]:
        words = self._words.weigh(text, self._word_weights)
        return words + self._letters.weigh(text, self._letter_weights) + self._bias

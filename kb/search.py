"""Owns finding the service that a person means, in whatever words, spelling and language they put it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import yaml
from scipy.sparse import csc_matrix

from language.detection import detect
from language.lemmas import tokens
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kb.aspects import Aspect
    from language import Language

SURE_SCORE: Final = 0.52
"""From here on the best service is taken without asking, when it is also clear of the second."""
CHOICE_SCORE: Final = 0.34
"""From here on a service is worth offering as a choice."""
CLEAR_LEAD: Final = 0.06
CHOICES_MAX: Final = 3

_PHRASE_WEIGHT: Final = 0.8
_QUERY_WEIGHT: Final = 0.2
_LEMMA_WEIGHT: Final = 1.6
_GRAM_LENGTHS: Final = (3, 4)
_RARE_SUPPORT: Final = 0.08


@dataclass(frozen=True)
class SearchHit:
    """One found answer; `aspect` is None when the question names none, `score` is 0..1."""

    service: str
    aspect: Aspect | None
    title: str
    text: str
    score: float


@dataclass(frozen=True)
class Match:
    """Which service is meant: one for sure, a choice of two or three to ask about, or none."""

    kind: Literal["sure", "choice", "none"]
    codes: tuple[str, ...] = ()


def _read_question_words(path: Path) -> frozenset[str]:
    words = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return frozenset(word for listed in words.values() for word in listed)


_QUESTION_WORDS: Final = _read_question_words(Path(__file__).with_name("question_words.yml"))


def _features(text: str, language: Language | None) -> set[str]:
    """Return the features of a text: lemmas (`w:`) and letter groups inside words (`c:`) of its folded form.

    Words that any question may have (`question_words.yml`: "сколько стоит", "қалай аламын") name no service and count
    only when the text has nothing else.
    """
    words = tokens(text, language or detect(text).language or "ru")
    telling = [word for word in words if word.lemma not in _QUESTION_WORDS and fold(word.text) not in _QUESTION_WORDS]
    features: set[str] = set()
    for word in telling or words:
        features.add(f"w:{word.lemma}")
        padded = f" {fold(word.text)} "
        for length in _GRAM_LENGTHS:
            features.update(f"c:{padded[start : start + length]}" for start in range(len(padded) - length + 1))
    return features


class PhraseIndex:
    """Finds the owner (a service code) of the known phrase that is most like a question.

    Likeness is the Tversky index (Tversky 1977, "Features of similarity") over lemmas and letter n-grams weighted by
    their rarity among owners: how much of a known phrase the question contains weighs more than what else it says, so
    that a long story is found by the two words that matter. Letter groups carry typos, Kazakh without its letters and
    word forms that the lemmatiser misses.
    """

    def __init__(self, phrases: Iterable[tuple[str, str, Language]]) -> None:
        """Index `(owner, phrase, language)` triples."""
        self._owners: list[str] = []
        bags: list[set[str]] = []
        owners_of: dict[str, set[str]] = {}
        for owner, phrase, language in phrases:
            bag = _features(phrase, language)
            for feature in bag:
                owners_of.setdefault(feature, set()).add(owner)
            self._owners.append(owner)
            bags.append(bag)
        total = len(set(self._owners))
        self._column = {feature: number for number, feature in enumerate(owners_of)}
        self._weight = np.array([self._rarity(feature, len(o), total) for feature, o in owners_of.items()])
        rows = [row for row, bag in enumerate(bags) for _ in bag]
        columns = [self._column[feature] for bag in bags for feature in bag]
        self._matrix = csc_matrix((self._weight[columns], (rows, columns)), shape=(len(bags), len(self._column)))
        self._mass = np.asarray(self._matrix.sum(axis=1)).ravel()

    @staticmethod
    def _rarity(feature: str, owners: int, total: int) -> float:
        rarity = float(np.log((1 + total) / owners))
        return rarity * (_LEMMA_WEIGHT if feature.startswith("w:") else 1 / len(_GRAM_LENGTHS))

    def rank(self, question: str, language: Language | None = None) -> list[tuple[str, float]]:
        """Return `(owner, score)` best first, scores 0..1, owners that share nothing with the question left out."""
        known = [self._column[f] for f in _features(question, language) if f in self._column]
        if not known:
            return []
        shared = np.asarray(self._matrix[:, known].sum(axis=1)).ravel()
        missed = self._mass - shared
        unused = self._weight[known].sum() - shared
        scores = shared / (shared + _PHRASE_WEIGHT * missed + _QUERY_WEIGHT * unused + 1e-9)
        best: dict[str, float] = {}
        support: dict[str, float] = {}
        for row in np.flatnonzero(shared):
            owner = self._owners[row]
            score = float(scores[row])
            support[owner] = support.get(owner, 0.0) + score * score
            best[owner] = max(best.get(owner, 0.0), score)
        # Two services can own the same phrase; the one more of whose other names agree comes first.
        ranked = {o: min(1.0, s * (1 + _RARE_SUPPORT * min(1.0, support[o] - s * s))) for o, s in best.items()}
        return sorted(ranked.items(), key=lambda item: (-item[1], item[0]))


def decide(ranked: Sequence[tuple[str, float]]) -> Match:
    """Say from a ranking whether one service is meant for sure, whether to ask back, or that nothing fits."""
    worth = [(code, score) for code, score in ranked if score >= CHOICE_SCORE]
    if not worth:
        return Match("none")
    first = worth[0][1]
    rivals = [code for code, score in worth if first - score < CLEAR_LEAD]
    if first >= SURE_SCORE and len(rivals) == 1:
        return Match("sure", (worth[0][0],))
    if len(worth) == 1:
        return Match("choice", (worth[0][0],))
    return Match("choice", tuple(code for code, _ in worth[:CHOICES_MAX]))

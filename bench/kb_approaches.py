"""The approaches to search that lost, side by side with the one in use: each ranks services for a question."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from kb.search import PhraseIndex
from language import LANGUAGES
from language.detection import detect
from language.lemmas import lemmas
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kb.base import KnowledgeBase
    from language import Language

Phrase = tuple[str, str, "Language"]
Ranking = list[tuple[str, float]]

_FUSION_CONSTANT = 60  # of reciprocal-rank fusion (Cormack, Clarke and Buettcher 2009)


class Approach(Protocol):
    """Ranks owners for a question, best first."""

    def rank(self, question: str) -> Ranking:
        """Return `(owner, score)` pairs."""


def phrases(knowledge: KnowledgeBase) -> list[Phrase]:
    """Return every name of every service."""
    return [
        (code, phrase, language)
        for code in knowledge.codes
        for article in [knowledge.article(code)]
        for language in LANGUAGES
        for phrase in (
            getattr(article.name, language),
            getattr(article.spoken, language),
            *getattr(article.aliases, language),
        )
    ]


def _lemmas(text: str) -> list[str]:
    return lemmas(text, detect(text).language or "ru")


class FullText:
    """SQLite FTS5: BM25 over lemmas (or over letter trigrams), one document a service."""

    def __init__(self, known: Sequence[Phrase], *, trigrams: bool) -> None:
        self._terms = _trigrams if trigrams else _lemmas
        documents: dict[str, list[str]] = defaultdict(list)
        for owner, phrase, _ in known:
            documents[owner] += self._terms(phrase)
        self._database = sqlite3.connect(":memory:")
        self._database.execute("CREATE VIRTUAL TABLE services USING fts5(code UNINDEXED, words)")
        self._database.executemany(
            "INSERT INTO services VALUES (?, ?)", [(code, " ".join(words)) for code, words in documents.items()]
        )

    def rank(self, question: str) -> Ranking:
        """Return services by BM25."""
        words = " OR ".join(f'"{word}"' for word in dict.fromkeys(self._terms(question)) if '"' not in word)
        if not words:
            return []
        found = self._database.execute(
            "SELECT code, bm25(services) FROM services WHERE words MATCH ? ORDER BY 2, 1", (words,)
        )
        return [(code, -score) for code, score in found]


def _trigrams(text: str) -> list[str]:
    """Return the letter groups of three inside words; the edge of a word is an underscore."""
    padded = [f"_{word}_" for word in fold(text).split() if word.isalnum()]
    return [word[at : at + 3] for word in padded for at in range(len(word) - 2)]


class LetterGroups:
    """TF-IDF over letter groups of two to four, cosine with the nearest phrase."""

    def __init__(self, known: Sequence[Phrase]) -> None:
        self._owners = [owner for owner, _, _ in known]
        self._groups = TfidfVectorizer(preprocessor=fold, analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        self._matrix = self._groups.fit_transform([phrase for _, phrase, _ in known])

    def rank(self, question: str) -> Ranking:
        """Return services by their nearest phrase."""
        likeness = (self._matrix @ self._groups.transform([question]).T).toarray().ravel()
        best: dict[str, float] = {}
        for row in np.flatnonzero(likeness):
            best[self._owners[row]] = max(best.get(self._owners[row], 0.0), float(likeness[row]))
        return _sorted(best)


class Fusion:
    """Reciprocal-rank fusion of several approaches."""

    def __init__(self, *approaches: Approach) -> None:
        self._approaches = approaches

    def rank(self, question: str) -> Ranking:
        """Return services by the sum of their reciprocal ranks."""
        fused: dict[str, float] = defaultdict(float)
        for approach in self._approaches:
            for place, (owner, _) in enumerate(approach.rank(question), start=1):
                fused[owner] += 1 / (_FUSION_CONSTANT + place)
        return _sorted(fused)


def _sorted(scores: dict[str, float]) -> Ranking:
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def all_approaches(known: Sequence[Phrase]) -> dict[str, Approach]:
    """Return every compared approach by its name in the report, the one in use last."""
    words, groups, nearest = FullText(known, trigrams=False), FullText(known, trigrams=True), LetterGroups(known)
    return {
        "BM25 over lemmas (SQLite FTS5)": words,
        "BM25 over letter trigrams (SQLite FTS5)": groups,
        "cosine of letter n-grams, nearest phrase": nearest,
        "fusion of the three by reciprocal rank": Fusion(words, groups, nearest),
        "phrases and vocabulary, fuzzy lemmas (in use)": PhraseIndex(known),
    }

"""Owns which words follow which: an interpolated Witten-Bell n-gram model and its acceptor."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from models.speech.recipe.automaton import Arc, Automaton
from models.speech.recipe.corpus import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from models.speech.recipe.corpus import Corpus

BACKOFF = "#0"
START, END = "<s>", "</s>"
_ORDER = 3
_FIXED_WEIGHT = 4
_UNIFORM = 0.5
"""Added to the count of every word, so that a word never seen in a sentence may still be said."""
_LEAST_COUNT = {2: 1, 3: 2}
_UNKNOWN_WEIGHT = 0.1
"""Of the share that unknown words have in the texts: a higher one takes known words for unknown."""

History = tuple[str, ...]


def acceptor(corpus: Corpus, ids: Mapping[str, int]) -> Automaton:
    """Return G: words in, the same words out; a backoff arc reads `#0`."""
    model = _Model(_weighted(corpus), corpus.vocabulary)
    state = {history: index for index, history in enumerate(model.histories)}
    arcs, finals = [], {}
    for history, number in state.items():
        for word, probability in model.successors(history):
            if word == END:
                finals[number] = -math.log(probability)
            else:
                target = state[model.longest_known((*history, word))]
                arcs.append(Arc(number, ids[word], ids[word], -math.log(probability), target))
        if history:
            share = -math.log(model.left_to_backoff(history))
            arcs.append(Arc(number, ids[BACKOFF], 0, share, state[model.longest_known(history[1:])]))
    return Automaton(len(state), arcs, finals, start=state[(START,)])


def _weighted(corpus: Corpus) -> Counter[tuple[str, ...]]:
    known = set(corpus.vocabulary)
    sentences: Counter[tuple[str, ...]] = Counter()
    for sentence in corpus.train:
        sentences[tuple(word if word in known else UNKNOWN for word in sentence.words)] += 1
    for sentence in corpus.fixed:
        sentences[sentence.words] += _FIXED_WEIGHT
    return sentences


class _Model:
    """N-gram counts, and the probabilities that follow from them."""

    def __init__(self, sentences: Mapping[tuple[str, ...], int], vocabulary: Iterable[str]) -> None:
        counts: dict[History, Counter[str]] = defaultdict(Counter)
        for words, weight in sentences.items():
            padded = (START, *words, END)
            for end in range(1, len(padded)):
                for length in range(min(_ORDER, end + 1)):
                    counts[padded[end - length : end]][padded[end]] += weight
        self._counts = {history: self._kept(history, after) for history, after in counts.items()}
        self._counts = {history: after for history, after in self._counts.items() if after}
        everything = {word: float(count) for word, count in counts[()].items()}
        everything[UNKNOWN] = everything.get(UNKNOWN, 1.0) * _UNKNOWN_WEIGHT
        for word in vocabulary:
            everything[word] = everything.get(word, 0.0) + _UNIFORM
        total = sum(everything.values())
        self._single = {word: count / total for word, count in everything.items()}
        # A history needs no state of its own when nothing but backing off leads out of it.
        self.histories: list[History] = [(), *sorted(history for history in self._counts if history)]

    @staticmethod
    def _kept(history: History, after: Counter[str]) -> dict[str, float]:
        least = _LEAST_COUNT.get(len(history) + 1, 1)
        return {
            word: count * (_UNKNOWN_WEIGHT if word == UNKNOWN else 1.0)
            for word, count in after.items()
            if count >= least
        }

    def longest_known(self, history: History) -> History:
        while history and (history not in self._counts or len(history) >= _ORDER):
            history = history[1:]
        return history

    def left_to_backoff(self, history: History) -> float:
        after = self._counts[history]
        return len(after) / (sum(after.values()) + len(after))

    def probability(self, history: History, word: str) -> float:
        if not history:
            return self._single[word]
        shorter = self.probability(self.longest_known(history[1:]), word)
        after = self._counts[history]
        return after.get(word, 0.0) / (sum(after.values()) + len(after)) + self.left_to_backoff(history) * shorter

    def successors(self, history: History) -> list[tuple[str, float]]:
        words = self._counts[history] if history else self._single
        return [(word, self.probability(history, word)) for word in words]

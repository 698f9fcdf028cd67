"""Owns which words follow which: an interpolated Kneser-Ney trigram model and its acceptor."""

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
_LONGEST_HISTORY = 2
_LEAST_SEEN = 2
"""How often two words in a row must have been seen to be remembered together: what is rarer would double the size."""
_DISCOUNT = 0.8
_FIXED_WEIGHT = 4
_UNIFORM = 1.0
"""Added to the count of every word, so that a word never seen in a sentence may still be said."""

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
    """N-gram counts, and the probabilities that follow from them (Chen and Goodman 1999, section 4.3.2)."""

    def __init__(self, sentences: Mapping[tuple[str, ...], int], vocabulary: Iterable[str]) -> None:
        seen: dict[History, Counter[str]] = defaultdict(Counter)
        for words, weight in sentences.items():
            padded = (START, *words, END)
            for end in range(1, len(padded)):
                for length in range(min(_LONGEST_HISTORY, end) + 1):
                    seen[padded[end - length : end]][padded[end]] += weight
        self._counts = {
            history: Counter(after) for history, after in seen.items() if _is_counted_plainly(history, after)
        }
        # Below the longest, a word counts for the number of different histories that it followed.
        for history, after in seen.items():
            if history and history[1:] not in self._counts:
                self._counts[history[1:]] = Counter()
            if history and not _is_counted_plainly(history[1:], seen[history[1:]]):
                self._counts[history[1:]].update(after.keys())
        self._counts[()].update(dict.fromkeys(vocabulary, _UNIFORM))
        self.histories: list[History] = sorted(self._counts)
        self._totals = {history: sum(after.values()) for history, after in self._counts.items()}

    def longest_known(self, history: History) -> History:
        history = history[-_LONGEST_HISTORY:]
        while history not in self._counts:
            history = history[1:]
        return history

    def left_to_backoff(self, history: History) -> float:
        return _DISCOUNT * len(self._counts[history]) / self._totals[history]

    def probability(self, history: History, word: str) -> float:
        count = self._counts[history][word]
        if not history:
            return count / self._totals[history]
        shorter = self.probability(self.longest_known(history[1:]), word)
        return max(count - _DISCOUNT, 0.0) / self._totals[history] + self.left_to_backoff(history) * shorter

    def successors(self, history: History) -> list[tuple[str, float]]:
        return [(word, self.probability(history, word)) for word in self._counts[history]]


def _is_counted_plainly(history: History, after: Counter[str]) -> bool:
    if len(history) == _LONGEST_HISTORY:
        return after.total() >= _LEAST_SEEN
    return history == (START,)

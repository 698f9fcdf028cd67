"""Owns how words are said: every pronunciation as a path of phones, told apart where two words sound alike."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from models.speech.recipe.automaton import Arc, Automaton
from models.speech.recipe.corpus import UNKNOWN
from models.speech.recipe.dataset import GARBAGE
from models.speech.recipe.espeak import SILENCE
from models.speech.recipe.language_model import BACKOFF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.speech.recipe.pronunciation import Pronunciations

_MOST_WAYS = 3
_LEAST_SHARE = 0.12
"""Of a word's most frequent way: rarer ones are slips of the synthesiser between two words."""
_WORD_BONUS = 0.8
"""Taken off the cost of every word: the language model, strong for its size, would swallow the short ones."""
_UNKNOWN_COST = 0.0
"""Of taking a word for an unknown one: dearer, what is no word becomes a known one; cheaper, silence becomes a word."""
_SILENCE_SHARE = 0.25
"""How often a pause follows a word."""


class Lexicon(NamedTuple):
    """L: phones in, words out, with disambiguation symbols above the phones."""

    automaton: Automaton
    symbols: range


class _Entry(NamedTuple):
    word: str
    phones: tuple[str, ...]
    cost: float


def build(pronunciations: Pronunciations, words: Mapping[str, int], phones: Mapping[str, int]) -> Lexicon:
    """Return the lexicon of these pronunciations; `words` and `phones` map names to numbers."""
    entries = [entry for word, counted in pronunciations.items() for entry in _ways(word, counted)]
    entries.append(_Entry(UNKNOWN, (GARBAGE,), _UNKNOWN_COST))
    backoff = len(phones) + 1
    marks = _marks(entries)
    silence_mark = backoff + max(marks) + 1
    pause, go_on = -math.log(_SILENCE_SHARE), -math.log(1 - _SILENCE_SHARE)
    start, between, silent, marked = range(4)
    arcs = [
        Arc(start, 0, 0, go_on, between),
        Arc(start, 0, 0, pause, silent),
        Arc(silent, phones[SILENCE], 0, 0.0, marked),
        Arc(marked, silence_mark, 0, 0.0, between),
        Arc(between, backoff, words[BACKOFF], 0.0, between),
    ]
    states = 4
    for entry, mark in zip(entries, marks, strict=True):
        path = [phones[name] for name in _in_positions(entry.phones)] + ([backoff + mark] if mark else [])
        here, output, cost = between, words[entry.word], entry.cost
        for phone in path[:-1]:
            arcs.append(Arc(here, phone, output, cost, states))
            here, output, cost, states = states, 0, 0.0, states + 1
        arcs.append(Arc(here, path[-1], output, cost + go_on, between))
        arcs.append(Arc(here, path[-1], output, cost + pause, silent))
    return Lexicon(Automaton(states, arcs, {between: 0.0}, start), range(backoff, silence_mark + 1))


def _ways(word: str, counted: Mapping[str, int]) -> list[_Entry]:
    most = max(counted.values())
    frequent = sorted(
        (way for way in counted.items() if way[1] >= _LEAST_SHARE * most), key=lambda way: (-way[1], way[0])
    )
    return [
        _Entry(word, tuple(way.split()), -math.log(count / most) - _WORD_BONUS) for way, count in frequent[:_MOST_WAYS]
    ]


def _marks(entries: list[_Entry]) -> list[int]:
    """Return for each entry 0, or a number that sets it apart from those that sound like it or go on from it."""
    alike = Counter(entry.phones for entry in entries)
    beginnings = {entry.phones[:size] for entry in entries for size in range(1, len(entry.phones))}
    used: Counter[tuple[str, ...]] = Counter()
    marks = []
    for entry in entries:
        ambiguous = alike[entry.phones] > 1 or entry.phones in beginnings
        used[entry.phones] += ambiguous
        marks.append(used[entry.phones])
    return marks


def _in_positions(phones: tuple[str, ...]) -> list[str]:
    if phones == (GARBAGE,):
        return [GARBAGE]
    if len(phones) == 1:
        return [phones[0] + "_S"]
    return [phones[0] + "_B", *(phone + "_I" for phone in phones[1:-1]), phones[-1] + "_E"]

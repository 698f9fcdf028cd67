"""Owns finding the service that a person means, in whatever words, spelling and language they put it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import yaml
from scipy.sparse import csc_matrix, csr_matrix

from language import LANGUAGES
from language.detection import detect
from language.lemmas import tokens
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from kb.aspects import Aspect
    from language import Language

SURE_SCORE: Final = 0.65
"""From here on the best service is taken without asking, when it is also clear of the second."""
CHOICE_SCORE: Final = 0.42
"""From here on a service is worth offering as a choice."""
CLEAR_LEAD: Final = 0.08
"""How far behind the second must be: two likely services are asked about, not guessed between."""
CHOICES_MAX: Final = 3

# How alike two spellings are is the Dice coefficient of their letter groups, word boundaries included.
_GRAM_LENGTHS: Final = (2, 3)
_ALIKE_FROM: Final = 0.45
_ALIKE_POWER: Final = 1.5
_ALIKE_MOST: Final = 0.9  # no likeness counts as much as the same lemma
_SPELLINGS_REMEMBERED: Final = 20_000
_READ_AT_ONCE: Final = 100
# What a phrase loses by each part that the question lacks, and by each part of the question that it lacks (Tversky).
_QUESTION_WORD: Final = 0.25  # weight of a word that any question may have
_MISSED: Final = 0.8
_UNUSED: Final = 0.15
_NAMED: Final = 0.999  # likeness from which on the question is that name and nothing more
_NOT_NAMED: Final = 0.85  # how far the others step back when the question is the name of one
# Mass from which on a question is specific, in words that one service alone has; "справка" is not.
_TELLING: Final = 0.8
_WHOLE: Final = 0.88
"""Share of a name's weight that a question has when it says that name: spelling and endings may differ a little."""
_AGREEMENT: Final = 0.2  # what the other names of a service add to its best one
_VOCABULARY: Final = 1.0  # weight of all the words of a service beside its best phrase
_SATURATION: Final = 1.0  # a word in one, two, three names of a service counts 1/2, 2/3, 3/4 (the k of BM25)


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
    score: float = field(default=0.0, compare=False)
    """Of the best service."""


def _read_words(path: Path) -> frozenset[str]:
    words = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return frozenset(word for listed in words.values() for word in listed)


_QUESTION_WORDS: Final = _read_words(Path(__file__).with_name("question_words.yml"))
_SHARED_WORDS: Final = _read_words(Path(__file__).with_name("shared_words.yml"))


class _Word(NamedTuple):
    """A word as search sees it, folded: its dictionary form and the form it stands in."""

    lemma: str
    form: str

    @property
    def names_nothing(self) -> bool:
        """Whether any question may have it (`question_words.yml`: "сколько стоит", "қалай аламын")."""
        return not _QUESTION_WORDS.isdisjoint(self)


def _words(text: str, language: Language | None) -> list[_Word]:
    """Return the distinct words of a text, in order."""
    found = tokens(text, language or detect(text).language or "ru")
    return list(dict.fromkeys(_Word(token.lemma, fold(token.text)) for token in found))


def _words_of_each(texts: Sequence[str], language: Language) -> Iterator[list[_Word]]:
    """Return the distinct words of each text; many read as one text take half as long, and words need no neighbours."""
    for first in range(0, len(texts), _READ_AT_ONCE):
        lines = [" ".join(text.split()) for text in texts[first : first + _READ_AT_ONCE]]
        found: list[list[_Word]] = [[] for _ in lines]
        ends = list(accumulate(len(line) + 1 for line in lines))
        for token in tokens("\n".join(lines), language):
            found[bisect_right(ends, token.start)].append(_Word(token.lemma, fold(token.text)))
        yield from (list(dict.fromkeys(words)) for words in found)


def _grams(spelling: str) -> set[str]:
    padded = f" {spelling} "
    return {padded[at : at + length] for length in _GRAM_LENGTHS for at in range(len(padded) - length + 1)}


class _Alike(NamedTuple):
    """The terms that a spelling is like, and how much (0..1)."""

    terms: NDArray[np.int64]
    strength: NDArray[np.float64]


class _Likeness(NamedTuple):
    """How far each of some words (rows, 0..1) is the same as each of some known terms (columns, `terms`)."""

    terms: NDArray[np.int64]
    strength: NDArray[np.float64]


class _Postings:
    """An inverted index: for every key the rows that have it, with a value each.

    It is what a sparse matrix in columns holds; for the few keys of one question scipy's own checks take longer than
    the sums.
    """

    def __init__(self, table: csc_matrix) -> None:
        self._starts, self._rows, self._values = table.indptr, table.indices, table.data
        self._height = table.shape[0]

    def sums(self, keys: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return for every row the sum of the values that it has under the keys, each times the key's weight."""
        starts = self._starts[keys]
        lengths = self._starts[keys + 1] - starts
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - lengths, lengths)
        places = np.repeat(starts, lengths) + within
        return np.bincount(self._rows[places], self._values[places] * np.repeat(weights, lengths), self._height)


class _Vocabulary:
    """The known words: a term is a lemma, found by itself or by the likeness of one of the forms it was seen in."""

    def __init__(self) -> None:
        self._terms: dict[str, int] = {}
        self._emphasis: list[float] = []
        self._gram_ids: dict[str, int] = {}
        self._forms: dict[tuple[str, int], NDArray[np.int64]] = {}
        self._by_gram: _Postings | None = None
        self._alike: dict[str, _Alike] = {}

    def __len__(self) -> int:
        return len(self._terms)

    def add(self, word: _Word) -> int:
        """Return the number of a word's term; a new word gets the next one."""
        term = self._terms.setdefault(word.lemma, len(self._terms))
        if term == len(self._emphasis):
            self._emphasis.append(_QUESTION_WORD if word.names_nothing else 1.0)
        for form in word:
            if (form, term) not in self._forms:
                numbers = [self._gram_ids.setdefault(gram, len(self._gram_ids)) for gram in _grams(form)]
                self._forms[form, term] = np.array(numbers, dtype=np.int64)
                self._by_gram = None
        return term

    @property
    def emphasis(self) -> NDArray[np.float64]:
        """What rarity is multiplied with, by term: words that any question may have count little."""
        return np.array(self._emphasis)

    def compare(self, words: Sequence[_Word]) -> _Likeness:
        """Compare words with all known terms; those that any question may have are like nothing but themselves."""
        rows, terms, strength = [], [], []
        for row, word in enumerate(words):
            spellings = () if word.names_nothing else dict.fromkeys(word)
            found = [self._alike_in(spelling) for spelling in spellings]
            if word.lemma in self._terms:
                found.append(_Alike(np.array([self._terms[word.lemma]]), np.ones(1)))
            for alike in found:
                rows.append(np.full(len(alike.terms), row))
                terms.append(alike.terms)
                strength.append(alike.strength)
        if not rows:
            return _Likeness(np.zeros(0, np.int64), np.zeros((len(words), 0)))
        found_terms, columns = np.unique(np.concatenate(terms), return_inverse=True)
        likeness = np.zeros((len(words), len(found_terms)))
        np.maximum.at(likeness, (np.concatenate(rows), columns), np.concatenate(strength))
        return _Likeness(found_terms, likeness)

    def _alike_in(self, spelling: str) -> _Alike:
        """Return the terms that are spelt like this; remembered, because people use the same words."""
        table = self._table()
        if (known := self._alike.get(spelling)) is not None:
            return known
        grams = _grams(spelling)
        keys = np.array([self._gram_ids[gram] for gram in grams if gram in self._gram_ids], np.int64)
        dice = 2 * table.sums(keys, np.ones(len(keys))) / (len(grams) + self._sizes)
        close = np.flatnonzero(dice >= _ALIKE_FROM)
        if len(self._alike) >= _SPELLINGS_REMEMBERED:
            self._alike.clear()
        alike = _Alike(self._term_of[close], _ALIKE_MOST * dice[close] ** _ALIKE_POWER)
        self._alike[spelling] = alike
        return alike

    def _table(self) -> _Postings:
        """Return the forms by letter group, made anew after words were added."""
        if self._by_gram is None:
            forms = list(self._forms.values())
            self._by_gram = _Postings(_incidence(forms, len(self._gram_ids)).tocsc())
            self._sizes = np.array([len(form) for form in forms])
            self._term_of = np.array([term for _, term in self._forms])
            self._alike.clear()
        return self._by_gram


def _incidence(rows: Sequence[NDArray[np.int64]], columns: int) -> csr_matrix:
    """Return the 0/1 matrix whose rows have ones in the given columns."""
    ends = np.cumsum([0, *map(len, rows)])
    indices = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    return csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(rows), columns))


class _Tables(NamedTuple):
    """What a question is compared with; rows of `phrases` are grouped by owner."""

    owners: tuple[str, ...]
    first_phrase: NDArray[np.int64]
    weight: NDArray[np.float64]
    telling: NDArray[np.bool_]
    phrases: _Postings
    mass: NDArray[np.float64]
    names: NDArray[np.bool_]
    """Of each phrase: whether it has a word that not just any question has."""
    words: _Postings


class PhraseIndex:
    """Finds the owner (a service code) whose known phrases are most like a question.

    Two opinions are added. The best phrase: the Tversky index (Tversky 1977, "Features of similarity") over lemmas
    weighted by their rarity among owners, so that a long story is found by the two words that matter. All words of the
    owner: the share of the question that they explain, saturated as in BM25. Words are matched by lemma, and by
    likeness of spelling for typos, Kazakh without its letters and forms that the lemmatiser misses. What nobody knows
    of a question lowers all scores.
    """

    def __init__(self, phrases: Iterable[tuple[str, str, Language]]) -> None:
        """Index `(owner, phrase, language)` triples."""
        self._vocabulary = _Vocabulary()
        self._phrases: dict[str, list[NDArray[np.int64]]] = {}
        self._lock = RLock()
        triples = list(phrases)
        analysed = self._analyse([(phrase, language) for _, phrase, language in triples])
        for (owner, _, _), terms in zip(triples, analysed, strict=True):
            self._phrases.setdefault(owner, []).append(terms)
        self._tables = self._tabulate()

    def replace(self, owner: str, phrases: Iterable[tuple[str, Language]]) -> None:
        """Let `(phrase, language)` pairs be all that is known of an owner, new or old; none at all forgets it."""
        with self._lock:
            analysed = self._analyse(list(phrases))
            if analysed:
                self._phrases[owner] = analysed
            else:
                self._phrases.pop(owner, None)
            self._tables = self._tabulate()

    def _analyse(self, phrases: Sequence[tuple[str, Language]]) -> list[NDArray[np.int64]]:
        """Return the terms of each `(phrase, language)` pair."""
        words = {
            spoken: _words_of_each([phrase for phrase, language in phrases if language == spoken], spoken)
            for spoken in LANGUAGES
        }
        found = ({self._vocabulary.add(word) for word in next(words[language])} for _, language in phrases)
        return [np.array(sorted(terms), dtype=np.int64) for terms in found]

    def _tabulate(self) -> _Tables:
        """Weigh all terms by rarity among the owners and lay their phrases out."""
        owned = [np.concatenate(phrases) for phrases in self._phrases.values()]
        words = _incidence(owned, len(self._vocabulary))
        words.sum_duplicates()
        having = np.bincount(words.indices, minlength=len(self._vocabulary))
        emphasis = self._vocabulary.emphasis
        weight = emphasis * np.log((1 + len(owned)) / np.maximum(having, 1))
        words.data /= words.data + _SATURATION
        counts = [len(phrases) for phrases in self._phrases.values()]
        phrases = _incidence([row for rows in self._phrases.values() for row in rows], len(self._vocabulary))
        return _Tables(
            owners=tuple(self._phrases),
            first_phrase=np.cumsum([0, *counts[:-1]]),
            weight=weight,
            telling=emphasis == 1,
            phrases=_Postings(phrases.tocsc()),
            mass=phrases @ weight,
            names=phrases @ (emphasis == 1) > 0,
            words=_Postings(words.tocsc()),
        )

    def rank(self, question: str, language: Language | None = None) -> list[tuple[str, float]]:
        """Return `(owner, score)` best first, scores 0..1, owners that share nothing with the question left out."""
        words = _words(question, language)
        with self._lock:
            if all(word.names_nothing for word in words) or not self._phrases:
                return []
            likeness, tables = self._vocabulary.compare(words), self._tables
        emphasis = np.array([_QUESTION_WORD if word.names_nothing else 1.0 for word in words])
        scores = _score(likeness, emphasis, tables)
        found = [(tables.owners[at], float(scores[at])) for at in np.flatnonzero(scores)]
        return sorted(found, key=lambda item: (-item[1], item[0]))

    def named(self, question: str, language: Language | None = None) -> frozenset[str]:
        """Return the owners that a question calls by a whole name of theirs, not by a word or two of it."""
        words = _words(question, language)
        with self._lock:
            if all(word.names_nothing for word in words) or not self._phrases:
                return frozenset()
            likeness, tables = self._vocabulary.compare(words), self._tables
        said = likeness.strength.max(axis=0) * tables.weight[likeness.terms]
        whole = tables.phrases.sums(likeness.terms, said) >= _WHOLE * tables.mass
        owners = np.logical_or.reduceat(whole & tables.names, tables.first_phrase)
        return frozenset(tables.owners[at] for at in np.flatnonzero(owners))


def _score(likeness: _Likeness, emphasis: NDArray[np.float64], tables: _Tables) -> NDArray[np.float64]:
    """Return the score of every owner."""
    weight = tables.weight[likeness.terms]
    unique = float(np.log(1 + len(tables.owners)))
    masses = _masses(likeness, weight, emphasis * unique)
    asked = float(masses.sum())
    meant = likeness.strength.max(axis=0) * weight
    shared = tables.phrases.sums(likeness.terms, meant)
    unused = np.maximum(asked - shared, 0)
    phrases = shared / np.maximum(shared + _MISSED * (tables.mass - shared) + _UNUSED * unused, 1e-9)
    best = np.maximum.reduceat(phrases, tables.first_phrase)
    others = np.add.reduceat(phrases**2, tables.first_phrase) - best**2
    explained = np.minimum(tables.words.sums(likeness.terms, meant) / max(asked, 1e-9), 1)
    agreed = best * (1 + _AGREEMENT * np.minimum(others, 1))
    # Nobody is found by the words of any question alone.
    reached = tables.words.sums(likeness.terms, tables.telling[likeness.terms].astype(np.float64)) > 0
    scores: NDArray[np.float64] = reached * np.minimum((agreed + _VOCABULARY * explained) / (1 + _VOCABULARY), 1)
    named = best > _NAMED
    if named.any():
        return np.where(named, scores, _NOT_NAMED * scores)
    return scores * min(1.0, asked / (_TELLING * unique))


def _masses(likeness: _Likeness, weight: NDArray[np.float64], unknown: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mass of each word: what it means or, as far as nobody knows it, that of the rarest.

    A word whose lemma is known means just that, however rare the words are that are spelt like it.
    """
    if not weight.size:
        return unknown
    surest = likeness.strength.max(axis=1)
    meant = np.where(likeness.strength == surest[:, None], likeness.strength * weight, 0).max(axis=1)
    masses: NDArray[np.float64] = np.maximum(meant, (1 - surest) * unknown)
    return masses


def without_shared_words(question: str, language: Language | None) -> str | None:
    """Return what a question says beside the words that many services share, None when it has none of those.

    "" is a question that names no one service: «сколько стоит справка», «маған анықтама керек».
    """
    words = _words(question, language)
    shared = [word for word in words if not _SHARED_WORDS.isdisjoint(word)]
    if not shared:
        return None
    rest = [word for word in words if word not in shared]
    return "" if all(word.names_nothing for word in rest) else " ".join(word.form for word in rest)


def decide(ranked: Sequence[tuple[str, float]]) -> Match:
    """Say from a ranking whether one service is meant for sure, whether to ask back, or that nothing fits."""
    if not ranked or ranked[0][1] < CHOICE_SCORE:
        return Match("none")
    best, first = ranked[0]
    rivals = [code for code, score in ranked if first - score < CLEAR_LEAD]
    if first >= SURE_SCORE and len(rivals) == 1:
        return Match("sure", (best,), first)
    worth = [code for code, score in ranked if score >= CHOICE_SCORE or code in rivals]
    return Match("choice", tuple(worth[:CHOICES_MAX]), first)

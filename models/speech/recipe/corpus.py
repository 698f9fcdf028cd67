"""Owns the sentences: what is trained on, what is kept apart to measure with, and the vocabulary."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.speech.recipe import phrases, spelling
from models.speech.recipe.texts import Source, Text, project_texts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.speech.languages import Language

UNKNOWN = "[unk]"
"""The word for every word that the vocabulary lacks."""
_SEED = 1414
_TEST_PERCENT = 8
_DEV_PERCENT = 12  # the share below which a sentence is kept apart: 8 % for the test, 4 % for tuning
_LONGEST = 16
_RARE = 2


@dataclass(frozen=True)
class Sentence:
    """Words to be said one after the other."""

    source: Source
    words: tuple[str, ...]


@dataclass(frozen=True)
class Corpus:
    """All sentences of a language; those to measure with hold only words of the vocabulary, and none was trained on."""

    language: Language
    fixed: list[Sentence]
    train: list[Sentence]
    dev: list[Sentence]
    test: list[Sentence]
    vocabulary: list[str]
    spoken: dict[str, str]
    """How abbreviations are said; every other word is said as it is written."""

    def said(self, words: Iterable[str]) -> str:
        """Return the text for the synthesiser, one token a word."""
        return " ".join(self.spoken.get(word, word) for word in words)


def build(language: Language) -> Corpus:
    """Read the project's texts and part them, the same way every time."""
    fixed = [Sentence("phrase", tuple(phrase.split())) for phrase in phrases.always(language)]
    texts = list(project_texts(language))
    known = [*fixed, *_sentences(phrases.patterned(language, _SEED), language)]
    found = _sentences(texts, language)
    misspelt = spelling.misspelt(Counter(word for sentence in (*known, *found) for word in sentence.words), language)
    known, found = ([s for s in part if misspelt.isdisjoint(s.words)] for part in (known, found))
    counts = Counter(word for sentence in found for word in sentence.words)
    vocabulary = {word for sentence in known for word in sentence.words} | set(phrases.single_words(language))
    vocabulary |= {word for word, count in counts.items() if count >= _RARE}
    apart: dict[str, list[Sentence]] = {"train": [], "dev": [], "test": []}
    for sentence in dict.fromkeys((*known, *found)):
        apart[_share(sentence) if vocabulary.issuperset(sentence.words) else "train"].append(sentence)
    fixed_words = {sentence.words for sentence in fixed}
    train = [s for part in apart.values() for s in part if s.words in fixed_words] + apart["train"]
    return Corpus(
        language=language,
        fixed=fixed,
        train=list(dict.fromkeys(train)),
        dev=[s for s in apart["dev"] if s.words not in fixed_words],
        test=[s for s in apart["test"] if s.words not in fixed_words],
        vocabulary=sorted(vocabulary),
        spoken=spelling.spoken_abbreviations((text.written for text in texts), language),
    )


def _sentences(texts: Iterable[Text], language: Language) -> list[Sentence]:
    """Return the sayable sentences, each words sequence once (under its first source)."""
    found: dict[tuple[str, ...], Source] = {}
    for text in texts:
        words = spelling.words(text.written, language)
        if words and len(words) <= _LONGEST:
            found.setdefault(tuple(words), text.source)
    return [Sentence(source, words) for words, source in found.items()]


def _share(sentence: Sentence) -> str:
    """Return train, dev or test by the sentence's own hash, so that new sentences move no old one."""
    percent = int(hashlib.sha256(" ".join(sentence.words).encode()).hexdigest(), 16) % 100
    return "test" if percent < _TEST_PERCENT else "dev" if percent < _DEV_PERCENT else "train"

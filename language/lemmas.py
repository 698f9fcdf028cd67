"""Lemmas of a sentence in either language, mixed speech included: one spaCy pipeline a language, cached by word."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import spacy
from spacy.lang.ru import Russian

from language import kazakh, russian
from language.normalisation import fold

if TYPE_CHECKING:
    from spacy.language import Language as Pipeline
    from spacy.tokens import Doc

    from language import Language


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class LemmaToken:
    """A word of a text: `text` is `original[start:end]`, `lemma` its folded dictionary form."""

    text: str
    start: int
    end: int
    lemma: str


@lru_cache(maxsize=2)
def pipeline(language: Language) -> Pipeline:
    """Return the spaCy pipeline of a language: tokeniser and lemmatiser; it needs no trained model."""
    nlp = spacy.blank(language)
    nlp.add_pipe({"ru": "russian_lemmatizer", "kk": "kazakh_lemmatizer"}[language])
    return nlp


def tokens(text: str, language: Language) -> list[LemmaToken]:
    """Return the words and numbers of a text in order; punctuation and spaces are left out."""
    return list(_tokens(text, language))


@lru_cache(maxsize=32)  # several parts of the pipeline ask for the words of the same message
def _tokens(text: str, language: Language) -> tuple[LemmaToken, ...]:
    # spaCy cannot encode a lone surrogate; one character stands in for another, so that offsets hold.
    document = pipeline(language)(_LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text))
    return tuple(
        LemmaToken(text[token.idx : token.idx + len(token)], token.idx, token.idx + len(token), token.lemma_)
        for token in document
        if any(map(str.isalnum, token.text))
    )


def lemmas(text: str, language: Language) -> list[str]:
    """Return the folded lemmas of the words of a text; numbers stay as they are."""
    return [token.lemma for token in tokens(text, language)]


@Russian.component("russian_lemmatizer", assigns=["token.lemma"])
def russian_lemmatizer(doc: Doc) -> Doc:
    """Set the folded lemma of every token; a Kazakh word inside Russian speech gets its Kazakh lemma."""
    for token in doc:
        token.lemma_ = _lemma_in_russian(token.text)
    return doc


_KAZAKH_LETTERS = frozenset("әғқңөұүһі")


@lru_cache(maxsize=50_000)
def _lemma_in_russian(word: str) -> str:
    folded = fold(word)
    if not folded.isalpha() or not _KAZAKH_LETTERS.isdisjoint(word.lower()):
        return kazakh.lemma(word)
    if russian.is_known(folded) or russian.soften(folded) is not None:
        return russian.lemma(folded)
    analysis = kazakh.analyse(folded)
    if analysis is not None and analysis.basis != "shape":
        return analysis.lemma
    return russian.lemma(folded)

"""Kazakh words: a registered spaCy language `kk` and a lemmatiser that strips ordered suffix chains.

Everything works on folded text (see `normalisation.fold`), so Kazakh typed without its letters is handled the same way:
"куәлікті", "куаликти" and "kualikti" all give "куалик". Russian stems with Kazakh endings ("паспортты", "прописканы"),
which are ordinary speech, are found through the Russian dictionary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from spacy.attrs import LIKE_NUM  # type: ignore[import-not-found]
from spacy.lang.char_classes import ALPHA, CONCAT_QUOTES, LIST_ELLIPSES, LIST_ICONS
from spacy.lang.tokenizer_exceptions import BASE_EXCEPTIONS
from spacy.language import BaseDefaults, Language
from spacy.util import registry

from language import lexicon, russian
from language.kazakh_endings import LONGEST_ENDING, NOUN_ENDINGS, VERB_ENDINGS, PartOfSpeech
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from spacy.tokens import Doc

    from language.kazakh_endings import Ending

Basis = Literal["function", "lexicon", "borrowed", "shape"]


@dataclass(frozen=True)
class Analysis:
    """A folded word read as Kazakh: `lemma` + `ending`, and what the reading rests on.

    `function`: a closed-class word; `lexicon`: a stem of our lists; `borrowed`: a Russian stem with a Kazakh ending;
    `shape`: nothing but an ending that obeys vowel harmony.
    """

    lemma: str
    ending: str
    part: PartOfSpeech
    basis: Basis


def _folded(words: Mapping[str, str]) -> dict[str, str]:
    return {fold(form): fold(full) for form, full in words.items()}


_CLOSED_CLASS = lexicon.read("kazakh_function_words")
FUNCTION_WORDS: Mapping[str, str] = _folded(_CLOSED_CLASS)
STOP_WORDS = {*_CLOSED_CLASS, *FUNCTION_WORDS}
_STEMS: Mapping[PartOfSpeech, Mapping[str, str]] = {
    "noun": _folded({**lexicon.read("kazakh_nouns"), **lexicon.read("kazakh_numbers")}),
    "verb": _folded(lexicon.read("kazakh_verbs")),
}

_VOWELS = frozenset("аеиоуыэюя")
_FRONT_VOWELS = frozenset("еэи")
_BACK_VOWELS = frozenset("аыя")
_VOICELESS = frozenset("пфктсшщчцхбвгд")  # б в г д end loanwords, where they are spoken voiceless
_MINIMUM_STEM = 2
_MINIMUM_GUESSED_STEM = 3
_MINIMUM_GUESSED_ENDING = 3
_VOICED_BEFORE_VOWEL = {"г": "к", "б": "п"}  # куәлік, куәлігі; мектеп, мектебі


def _joins(stem: str, ending: str) -> bool:
    """Tell whether the sounds on both sides of the seam agree, as Kazakh spelling requires."""
    last, first = stem[-1], ending[0]
    if first in "аеыи":
        return last not in _VOWELS or last == "у"
    if first in "ткп" and ending != "п":
        return last in _VOICELESS
    if first in "гдл":
        return last in _VOWELS or last not in _VOICELESS or last in "бвгд"
    if ending in {"м", "н", "п", "й", "р", "си", "сы"} or first == "й":
        return last in _VOWELS
    return True


def _harmonises(stem: str, ending: Ending) -> bool:
    """Tell whether the ending's vowels follow the last vowel of the stem; о and у may be either once folded."""
    if ending.front is None:
        return True
    vowel = next((letter for letter in reversed(stem) if letter in _VOWELS), "")
    return vowel not in (_BACK_VOWELS if ending.front else _FRONT_VOWELS)


def _stems_before(stem: str, ending: str) -> Iterator[str]:
    """Yield the stem as it stands, then as it was before this ending changed its last letter."""
    yield stem
    if ending[0] in "аеыиую" and stem[-1] in _VOICED_BEFORE_VOWEL:
        yield stem[:-1] + _VOICED_BEFORE_VOWEL[stem[-1]]
    if ending[0] in "уи":  # "оқу" and "оқимын" of "оқы"
        yield from (f"{stem}{vowel}" for vowel in "ыи")
    if ending[0] in "юя":  # "қою" and "қоямын" of "қой"
        yield f"{stem}й"
    if stem[-1] == "у" and ending in {"ып", "ип"}:  # "тауып" of "тап"
        yield f"{stem[:-1]}п"


@dataclass(frozen=True)
class _Split:
    stem: str
    ending: str
    part: PartOfSpeech
    regular: bool  # sounds agree at the seam and through vowel harmony


def _splits(word: str) -> Iterator[_Split]:
    """Yield every reading of a word as stem and ending, longest stem first."""
    for cut in range(len(word) - 1, max(_MINIMUM_STEM, len(word) - LONGEST_ENDING) - 1, -1):
        stem, text = word[:cut], word[cut:]
        if _VOWELS.isdisjoint(stem):
            continue
        for ending in (*NOUN_ENDINGS.get(text, ()), *VERB_ENDINGS.get(text, ())):
            regular = _joins(stem, text) and _harmonises(stem, ending)
            for candidate in _stems_before(stem, text):
                yield _Split(candidate, text, ending.part, regular)


@lru_cache(maxsize=50_000)
def analyse(word: str) -> Analysis | None:
    """Read a folded word as Kazakh; None when nothing about it is Kazakh."""
    if word in FUNCTION_WORDS:
        return Analysis(FUNCTION_WORDS[word], "", "noun", "function")
    for part, stems in _STEMS.items():
        if word in stems:
            return Analysis(stems[word], "", part, "lexicon")
    if word in russian.ABBREVIATIONS:
        return None
    splits = tuple(_splits(word))
    return _from_lexicon(splits) or _from_russian(word, splits) or _from_shape(word, splits)


def _from_lexicon(splits: tuple[_Split, ...]) -> Analysis | None:
    known = [split for split in splits if split.stem in _STEMS[split.part]]
    if not known:
        return None
    # People who type without Kazakh letters often miss harmony too, so a regular reading is preferred, not required.
    # A single letter is the weakest ending: "шағымдар" is "шағым" + "дар" rather than "шағымда" + "р".
    best = max(known, key=lambda split: (split.regular, len(split.ending) > 1, len(split.stem)))
    return Analysis(_STEMS[best.part][best.stem], best.ending, best.part, "lexicon")


def _from_russian(word: str, splits: tuple[_Split, ...]) -> Analysis | None:
    if russian.is_known(word):
        return None
    borrowed = [split for split in splits if split.part == "noun" and russian.is_noun(split.stem)]
    if not borrowed:
        return None
    best = max(borrowed, key=lambda split: (split.regular, len(split.stem)))
    return Analysis(russian.lemma(best.stem), best.ending, "noun", "borrowed")


def _from_shape(word: str, splits: tuple[_Split, ...]) -> Analysis | None:
    if russian.is_known(word):
        return None
    shaped = [split for split in splits if split.regular and _is_guessable(split)]
    if not shaped:
        return None
    best = min(shaped, key=lambda split: len(split.stem))
    return Analysis(best.stem, best.ending, best.part, "shape")


def _is_guessable(split: _Split) -> bool:
    """Tell whether an unknown stem is long enough for its ending: short endings also end many bare stems."""
    short = len(split.ending) < _MINIMUM_GUESSED_ENDING
    return len(split.stem) >= _MINIMUM_GUESSED_STEM + short and (not short or split.ending[0] not in "аеиый")


_HYPHENATED = re.compile(r"(?P<stem>.*\w)-(?P<ending>[а-я]{1,8})")
_NUMERAL = re.compile(r"\d+")


@lru_cache(maxsize=50_000)
def lemma(word: str) -> str:
    """Return the folded lemma of a word in any spelling: a noun's singular, a verb's bare stem, a number its digits."""
    folded = fold(word)
    hyphenated = _HYPHENATED.fullmatch(folded)
    if hyphenated and hyphenated["ending"] in NOUN_ENDINGS:
        folded = hyphenated["stem"]
    elif numeral := _NUMERAL.match(folded):
        return numeral[0] if folded[numeral.end() :] in NOUN_ENDINGS else folded
    analysis = analyse(folded)
    if analysis is not None:
        return analysis.lemma
    return russian.lemma(folded) if russian.is_known(folded) else folded


# --- spaCy ---------------------------------------------------------------------------------------------------------

_NUMBER_WORDS = frozenset(_folded(lexicon.read("kazakh_numbers")))


def like_num(text: str) -> bool:
    """Tell whether a token is a number in digits or a Kazakh number word (with an ordinal or case ending)."""
    bare = text.lstrip("+-±~").replace(",", "").replace(".", "").replace("/", "")
    if bare.isdigit():
        return True
    return lemma(text) in _NUMBER_WORDS


_LEXICAL_ATTRIBUTES: dict[int, Callable[[str], Any]] = {LIKE_NUM: like_num}

# A hyphen splits compounds but not a case ending written after an abbreviation or a number ("ХҚКО-ға").
_ENDING_LETTERS = "дтнгғқкмбпсзлраеыіиң"
_INFIXES = [
    *LIST_ELLIPSES,
    *LIST_ICONS,
    r"(?<=[0-9])[+\*^](?=[0-9-])",
    rf"(?<=[{ALPHA}])[,:<>=/](?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])([{CONCAT_QUOTES}\)\]\(\[])(?=[{ALPHA}])",
    rf"(?<=[{ALPHA}])[-–—](?![{_ENDING_LETTERS}]{{1,5}}(?![{ALPHA}]))(?=[{ALPHA}])",
]


class KazakhDefaults(BaseDefaults):
    """What spaCy's tokeniser and vocabulary know of Kazakh."""

    tokenizer_exceptions = BASE_EXCEPTIONS
    infixes = _INFIXES
    stop_words = STOP_WORDS
    lex_attr_getters = _LEXICAL_ATTRIBUTES


@registry.languages("kk")
class Kazakh(Language):
    """Kazakh for `spacy.blank("kk")`; import this module before asking spaCy for it."""

    lang = "kk"
    Defaults = KazakhDefaults


@Kazakh.component("kazakh_lemmatizer", assigns=["token.lemma"])
def kazakh_lemmatizer(doc: Doc) -> Doc:
    """Set the folded lemma of every token."""
    for token in doc:
        token.lemma_ = lemma(token.text)
    return doc

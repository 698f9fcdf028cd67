"""Which language a citizen speaks: words vote, and grammar outweighs vocabulary.

Everyday speech mixes freely: Kazakh sentences are built on Russian nouns ("прописканы қалай жасаймын"), Russian ones
name Kazakh documents ("как получить жеке куәлік"). So closed-class words and endings decide, bare nouns hardly count,
and names, numbers and the shared names of the service do not vote at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from language import DEFAULT_LANGUAGE, kazakh, russian
from language.normalisation import fold

if TYPE_CHECKING:
    from language import Language


@dataclass(frozen=True)
class Detection:
    """The language of a text, None without evidence; `confidence` 0..1 grows with the evidence and its agreement."""

    language: Language | None
    confidence: float


class _Vote(NamedTuple):
    kk: float = 0.0
    ru: float = 0.0


# The scale: 1 is a hint that a single speaker of the other language might still drop, 3 is grammar.
_GRAMMAR = 3.0
_INFLECTED = 2.0
_NAMED = 1.0  # a bare Kazakh noun: also a document's name in Russian speech
_SHAPE = 1.5
_FORM = 1.0
_HINT = 0.5
_ABSTAIN = _Vote()

_ENOUGH_TO_NAME = 1.0  # points for the winner below which there is no evidence
_CERTAIN = 4.0  # points for the winner at which only disagreement lowers the confidence
_CLOSE_CALL = 0.1  # relative margin below which the languages tie
_SWITCHING_CONFIDENCE = 0.5  # a turn below it does not change the language of a conversation

# "073/у" is the name of a form, not a preposition.
_WORD = re.compile(r"(?<!\w)(?<!\d/)[^\W\d_]+(?:['’ʼ`-][^\W\d_]+)*'?")


@lru_cache(maxsize=32)  # several parts of the pipeline ask about the same message
def detect(text: str) -> Detection:
    """Weigh the words of a text; numbers, emoji, names, "ok" and a lone ambiguous word give no language."""
    votes = [_vote(word) for word in _WORD.findall(text)]
    kk, ru = sum(vote.kk for vote in votes), sum(vote.ru for vote in votes)
    winner = max(kk, ru)
    margin = abs(kk - ru) / winner if winner else 0.0
    if winner < _ENOUGH_TO_NAME or margin < _CLOSE_CALL:
        return Detection(None, 0.0)
    return Detection("kk" if kk > ru else "ru", round(margin * min(1.0, winner / _CERTAIN), 3))


def language_of_turn(text: str, current: Language | None) -> Language:
    """Return the language to answer a turn in: the current one unless the turn is clearly in the other."""
    detection = detect(text)
    if detection.language is None:
        return current or DEFAULT_LANGUAGE
    if current is None or detection.confidence >= _SWITCHING_CONFIDENCE:
        return detection.language
    return current


# --- one word's vote -----------------------------------------------------------------------------------------------

# What the rules below would misjudge: courtesies that cross over, and words that folding makes alike.
_EXCEPTIONS: dict[str, _Vote] = {
    **dict.fromkeys(
        [
            "да",
            "ок",
            "окей",
            "алло",
            "ало",
            "ага",
            "угу",
            "эм",
            "мм",
            "ой",
            "привет",
            "пока",
            "смс",
            "оператор",
            "хелло",
            "хай",
            "йес",
            "но",
        ],
        _ABSTAIN,
    ),
    **dict.fromkeys(
        ["не", "та", "те", "де", "он", "бар", "бес", "мен", "сен", "сол", "тек", "сон", "или"], _Vote(_HINT, _HINT)
    ),
    **dict.fromkeys(["бул", "ма", "ба", "па", "рахмет", "ракмет", "салем"], _Vote(kk=_FORM)),
    **dict.fromkeys(["нет", "спасибо"], _Vote(ru=_HINT)),
    **dict.fromkeys(["а", "и", "о"], _Vote(ru=_HINT)),
    "на": _Vote(ru=_INFLECTED),
    "здравствуйте": _Vote(ru=_SHAPE),
}

_RUSSIAN_CLOSED_CLASS = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "PRED", "Apro"})
_RUSSIAN_VERBS = frozenset({"VERB", "INFN", "GRND", "PRTS"})
_RUSSIAN_ADVERBS = frozenset({"ADVB", "COMP", "ADJS"})
_RUSSIAN_SHAPE = re.compile(
    "..(?:ться?|тся|ого|его|ому|ему|ыми|ими|ами|ями|ый|ий|ой|ая|яя|ую|юю|ое|ее|ые|ие|ых|их|ешь|ишь|ете|ите|ует|ают|яют|"
    "ция|ции|цию|ение|ения|ние|ость|ости|ился|илась|ал|ял|ил|ала|ила|ыла|или|али|ете)$"
)
_KAZAKH_LETTERS = frozenset("әғқңөұүһі")
_TELLING_ENDING = 3


@lru_cache(maxsize=50_000)
def _vote(word: str) -> _Vote:
    folded = fold(word).replace("'", "")
    marked = not _KAZAKH_LETTERS.isdisjoint(word.lower())
    if folded in _EXCEPTIONS and not marked:
        return _EXCEPTIONS[folded]
    if not russian.is_known(folded):
        folded = folded.replace("-", "")
    kk = _kazakh_points(folded, marked=marked)
    return _Vote(kk) if marked else _Vote(kk, _russian_points(folded, kk))


def _kazakh_points(folded: str, *, marked: bool) -> float:
    reading = kazakh.analyse(folded)
    if reading is None:
        return _NAMED if marked else 0.0
    if reading.basis == "function":
        return _GRAMMAR
    if reading.basis == "shape":
        return _INFLECTED if marked else _shape_points(folded, reading)
    if not reading.ending:
        return _NAMED if marked or not russian.is_known(folded) else _HINT
    if russian.is_known(folded) and not marked:
        return 0.0 if reading.part == "noun" and russian.is_proper_name(folded) else _FORM
    return _GRAMMAR if reading.part == "verb" else _INFLECTED


def _shape_points(folded: str, reading: kazakh.Analysis) -> float:
    """Weigh a word that only ends like a Kazakh one: a misspelt Russian word may, too."""
    if _RUSSIAN_SHAPE.search(folded) or russian.soften(folded) is not None:
        return 0.0
    return _SHAPE if len(reading.ending) >= _TELLING_ENDING else _HINT


def _russian_points(folded: str, kk: float) -> float:
    if russian.is_known(folded):
        points = _dictionary_points(folded)
        return points if kk < _GRAMMAR else min(points, _HINT)
    if (softened := russian.soften(folded)) is not None:
        return _dictionary_points(softened)
    if kk > _SHAPE:
        return 0.0
    return _FORM if _RUSSIAN_SHAPE.search(folded) or russian.lemma(folded) in russian.ABBREVIATIONS else 0.0


def _dictionary_points(folded: str) -> float:
    """Weigh a Russian word by how much grammar it carries: a bare noun is vocabulary that Kazakh speech shares."""
    if folded in russian.ABBREVIATIONS or russian.is_proper_name(folded):
        return 0.0
    grammemes = russian.read(folded).grammemes
    if grammemes & _RUSSIAN_CLOSED_CLASS:
        return _GRAMMAR
    if grammemes & _RUSSIAN_VERBS:
        return _INFLECTED
    if grammemes & _RUSSIAN_ADVERBS:
        return _SHAPE
    return _HINT if russian.is_noun(folded) else _FORM

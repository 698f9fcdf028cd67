"""The endings of Kazakh words: every chain of suffixes in its order, folded, with the vowels it follows.

Patterns write {A} for а or е and {I} for ы or і (folded и), as vowel harmony has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PartOfSpeech = Literal["noun", "verb"]

_HARMONIES = (("а", "ы"), ("е", "и"))  # the open and the close vowel of back and of front endings
_COPULAS = ("м{I}н", "б{I}н", "п{I}н", "с{I}н", "с{I}з", "м{I}з", "б{I}з", "п{I}з")
_QUESTION = ("м{A}", "б{A}", "п{A}")  # properly a word of its own; many people write it together
_OWN = ("{I}м", "м", "{I}н", "н")
_OWN_POLITE_OR_OURS = ("{I}м{I}з", "м{I}з", "{I}н{I}з", "н{I}з")
_THEIRS = ("{I}", "с{I}")

_CASES_AFTER_STEM = (
    *("н{I}н", "д{I}н", "т{I}н", "г{A}", "к{A}", "н{I}", "д{I}", "т{I}", "д{A}", "т{A}", "д{A}н", "т{A}н", "н{A}н"),
    *("мен", "бен", "пен", "менен", "д{A}г{I}", "т{A}г{I}", "ники", "дики", "тики", "с{I}з", "ш{A}"),
    *("нш{I}", "{I}нш{I}", "с{I}нш{I}"),  # ordinals
)
_CASES_AFTER_VOICED = ("д{I}н", "д{I}", "г{A}", "д{A}", "д{A}н", "мен", "бен", "д{A}г{I}")
_CASES_AFTER_OWN = ("н{I}н", "д{I}", "{A}", "д{A}", "н{A}н", "мен", "д{A}г{I}")
_CASES_AFTER_THEIRS = ("н{I}н", "н{A}", "н", "нд{A}", "н{A}н", "мен", "нд{A}г{I}")
_CASES_AFTER_N = ("н{I}н", "д{I}", "г{A}", "д{A}", "н{A}н", "мен", "д{A}г{I}", "ша")


def _chain(*layers: Iterable[str]) -> Iterator[str]:
    """Return every concatenation of one ending from each layer."""
    return ("".join(parts) for parts in product(*layers))


def _possessed() -> Iterator[str]:
    yield from _chain(_OWN, ("", *_CASES_AFTER_OWN))
    yield from _chain(_OWN_POLITE_OR_OURS, ("", *_CASES_AFTER_VOICED))
    yield from _chain(_THEIRS, ("", *_CASES_AFTER_THEIRS))


def _noun_endings() -> Iterator[str]:
    """Yield number + possession + case (or a copula) of a noun, as patterns."""
    plural = ("л{A}р", "д{A}р", "т{A}р")
    yield from (*_CASES_AFTER_STEM, *_COPULAS, *_QUESTION)
    yield from _possessed()
    yield from _chain(plural, ("", *_CASES_AFTER_VOICED))
    yield from _chain(plural, (ending for ending in _possessed() if ending.startswith("{I}")))


def _verb_endings() -> Iterator[str]:
    """Yield negation + tense, mood or participle + person or case of a verb, as patterns."""
    affirmative = tuple(_tenses(after_vowel=False)) + tuple(_tenses(after_vowel=True))
    yield from affirmative
    yield from _chain(("м{A}", "б{A}", "п{A}"), _tenses(after_vowel=True))


def _tenses(*, after_vowel: bool) -> Iterator[str]:
    """Yield tense, mood or participle + person or case, in the shape that a stem ending so takes."""
    open_link, close_link = ("", "") if after_vowel else ("{A}", "{I}")
    present = open_link or "й"
    d, g, m = (("д",), ("г",), ("м",)) if after_vowel else (("д", "т"), ("г", "к"), ("м", "б", "п"))
    person = ("", "м{I}н", "м{I}нб{A}", "с{I}н", "с{I}з", "с{I}зд{A}р", "м{I}з")
    possessed = tuple(ending for ending in _possessed() if ending.startswith("{I}"))
    # A stem in й or ы melts into the vowel: "қоямын" of "қой", "оқимын" of "оқы".
    yield from _chain((present, "я", "и"), (*person, "д{I}", "ды", "м", "м{A}", "с{I}зб{A}"))
    yield from _chain((f"{present}т{{I}}н",), (*person, *_CASES_AFTER_N, "д{I}к", "д{A}р"))  # habitual participle
    yield from _chain(g, ("{A}н",), (*person, *_CASES_AFTER_N, *possessed))  # past participle
    yield from _chain(d, ("{I}",), ("", "м", "н", "н{I}з", "н{I}зд{A}р", "к"))  # past
    yield from _chain((f"{close_link}п",), ("", "п{I}н", "с{I}н", "с{I}з", "п{I}з", "т{I}"))  # converb, evidential past
    yield from _chain(("с{A}",), ("", "м", "н", "н{I}з", "к", "к{A}м"))  # conditional
    yield from _chain((open_link,), ("й{I}н", "йн", "й{I}к"))  # voluntative; "йн" is how it is typed
    yield from _chain((f"{close_link}н{{I}}з",), ("", "ш{I}", "д{A}р", "д{A}рш{I}"))  # polite imperative
    yield "ш{I}"  # softened imperative
    yield from _chain(g, ("{A}л{I}",))  # purpose
    yield from _chain(("у", "ю"), ("", *_CASES_AFTER_VOICED, "д{I}", *possessed))  # infinitive
    yield from _chain(g, ("{I}",), ("м", "н", "с{I}", "н{I}з", "м{I}з"))  # wish: "алғым келеді"
    yield from _chain(m, ("{A}к",), ("", "ш{I}", "ш{I}м{I}н", "ш{I}с{I}з", "п{I}н"))  # intention
    yield from _chain((f"{open_link}р",), ("", "м{I}н", "с{I}з", "м{I}з"))  # uncertain future
    if after_vowel:
        yield "с"  # uncertain future of the negative: "болмас"


@dataclass(frozen=True)
class Ending:
    """What one chain of suffixes says of its word: the part of speech, and the vowels it asks of the stem."""

    part: PartOfSpeech
    front: bool | None  # None when the ending has no vowel that follows the stem's


def _table(patterns: Iterable[str], part: PartOfSpeech) -> dict[str, list[Ending]]:
    table: dict[str, list[Ending]] = {}
    for pattern in patterns:
        for front, (open_vowel, close_vowel) in enumerate(_HARMONIES):
            ending = Ending(part, bool(front) if "{" in pattern else None)
            known = table.setdefault(pattern.format(A=open_vowel, I=close_vowel), [])
            if ending not in known:
                known.append(ending)
    return table


NOUN_ENDINGS = _table(_noun_endings(), "noun")
VERB_ENDINGS = _table(_verb_endings(), "verb")
LONGEST_ENDING = max(map(len, (*NOUN_ENDINGS, *VERB_ENDINGS)))

"""Owns what the shape of an article cannot say: that its texts can be spoken, are in their languages, truly dated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from kb.aspects import ASPECTS
from kb.problems import Problem
from kb.rates import render
from kb.schema import SHORT_TEXT_MAX
from language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from kb.aspects import Aspect
    from language import Language

_LARGEST_INDEX: Final = 9999
"""Tenge; amounts grow by the year, and a text must still fit when they have."""
_UNFIT_FOR_SPEECH: Final = re.compile(r"https?:|www\.|[•*#_\[\]{}<>|]|!")
_BRACES: Final = re.compile(r"[{}]")
_KAZAKH_LETTER: Final = re.compile("[әғқңөұүһі]", re.IGNORECASE)


def problems_of(cells: Mapping[str, str], today: date) -> Iterator[Problem]:
    """Yield what is wrong with the cells that are there; each date among them is a sound YYYY-MM-DD."""
    for column, text in cells.items():
        if column.endswith("reviewed_at") and text > today.isoformat():
            yield Problem(column, "date_to_come")
    if "valid_until" in cells and cells["valid_until"] < cells.get("reviewed_at", ""):
        yield Problem("valid_until", "dates_order")
    for aspect in ASPECTS:
        for language in LANGUAGES:
            yield from _faults_of_short(f"{aspect}_short_{language}", cells, language)
            full = cells.get(f"{aspect}_full_{language}", "")
            if _BRACES.search(render(full, language, None, spoken=False)):
                yield Problem(f"{aspect}_full_{language}", "placeholder")
        yield from _faults_of_kazakh(aspect, cells)


def _faults_of_short(column: str, cells: Mapping[str, str], language: Language) -> Iterator[Problem]:
    spoken = render(cells.get(column, ""), language, _LARGEST_INDEX, spoken=True)
    if unfit := _UNFIT_FOR_SPEECH.search(spoken):
        yield Problem(column, "placeholder" if unfit.group() in "{}" else "unfit_for_speech", unfit.group())
    elif len(spoken) > SHORT_TEXT_MAX:
        yield Problem(column, "too_long_spoken", str(SHORT_TEXT_MAX))


def _faults_of_kazakh(aspect: Aspect, cells: Mapping[str, str]) -> Iterator[Problem]:
    russian, kazakh = (cells.get(f"{aspect}_short_{language}", "") for language in ("ru", "kk"))
    if kazakh and kazakh == russian:
        yield Problem(f"{aspect}_short_kk", "same_in_both")
    elif kazakh and not _KAZAKH_LETTER.search(kazakh):
        yield Problem(f"{aspect}_short_kk", "not_kazakh")

"""Owns an article as the editor's page shows it while it is written: values, faults, and what the citizen will get."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from kb.aspects import ASPECTS
from kb.rows import COMMON_COLUMNS, Reading, columns_of, read_row, tidy
from kb.schema import SHORT_TEXT_MAX
from web.staff.kb import wording
from web.staff.texts import text

if TYPE_CHECKING:
    from kb.aspects import Aspect
    from kb.base import KnowledgeBase
    from kb.rows import Row
    from language import Language

COMMON: Final = "common"
SECTIONS: Final = (COMMON, *ASPECTS)
LANGUAGE_ORDER: Final[tuple[Language, ...]] = ("kk", "ru")
_CHARACTERS_PER_SECOND: Final = 16
"""240 characters are about fifteen seconds of a calm voice."""


@dataclass(frozen=True)
class Preview:
    """What a citizen gets of one aspect in one language: on a screen, and by phone with about how many seconds."""

    language: Language
    seen: str
    heard: str
    seconds: int
    reviewed_at: str


class ArticleForm:
    """The cells of an article, sound or not, with everything that the page says about them."""

    def __init__(
        self, cells: Row, spoken: Language, today: date, knowledge: KnowledgeBase, *, is_fresh: bool = False
    ) -> None:
        """Nobody is told of faults in a `is_fresh` form: nothing was written yet."""
        self.cells = tidy(cells)
        self._typed = cells
        self.spoken = spoken
        self._today = today
        self._knowledge = knowledge
        self._reading = Reading(None) if is_fresh else read_row(cells, today)
        self.is_fresh = is_fresh
        self.sections = SECTIONS
        self.languages = LANGUAGE_ORDER

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """`(column, its name, what is wrong)`, in the order of the page."""
        return [
            (problem.column, wording.column_name(problem.column, self.spoken), wording.sentence(problem, self.spoken))
            for problem in self._reading.problems
        ]

    @property
    def is_sound(self) -> bool:
        """Whether it may go to review."""
        return not self._reading.problems

    def value(self, column: str) -> str:
        """Return a cell as it was typed: nothing is taken away from under the cursor."""
        return self._typed.get(column, "")

    def problem(self, column: str) -> str:
        """Return what is wrong with a cell, "" when nothing is."""
        found = self._reading.problem(column)
        return wording.sentence(found, self.spoken) if found else ""

    def state(self, section: str) -> str:
        """Return `bad`, `empty`, `untold` (citizens are not told it) or `good`."""
        columns = self.columns(section)
        if any(self._reading.problem(column) for column in columns):
            return "bad"
        if not any(column in self.cells for column in columns):
            return "empty"
        return "untold" if section != COMMON and self.silence(section) else "good"

    def columns(self, section: str) -> tuple[str, ...]:
        """Return the columns of a section."""
        return COMMON_COLUMNS if section == COMMON else columns_of(_aspect(section))

    def as_of(self, shown: Preview) -> str:
        """Return the line below an answer in the chat, in the language of the answer."""
        return text("kb.edit.as_of", shown.language, day=shown.reviewed_at)

    def spoken_length(self, column: str) -> int:
        """Return how many characters of a short text are spoken, amounts filled in."""
        return len(self._rendered(column, spoken=True))

    @property
    def spoken_max(self) -> int:
        """Return how many may be."""
        return SHORT_TEXT_MAX

    def silence(self, aspect: str) -> str:
        """Return the name of the reason why citizens are not told an aspect, "" when they are."""
        if self.cells.get(f"{aspect}_confidence") == "low":
            return "low"
        until = self.cells.get(f"{aspect}_valid_until", "")
        return "expired" if until and until < self._today.isoformat() else ""

    def preview(self, aspect: str) -> list[Preview]:
        """Return what citizens get of an aspect, in both languages."""
        return [self._preview(aspect, language) for language in LANGUAGE_ORDER]

    def _preview(self, aspect: str, language: Language) -> Preview:
        heard = self._rendered(f"{aspect}_short_{language}", spoken=True)
        full = self._rendered(f"{aspect}_full_{language}", spoken=False)
        seen = full or self._rendered(f"{aspect}_short_{language}", spoken=False)
        reviewed = self.cells.get(f"{aspect}_reviewed_at", "")
        on = "" if self._reading.problem(f"{aspect}_reviewed_at") or not reviewed else self._day(reviewed, language)
        return Preview(language, seen, heard, math.ceil(len(heard) / _CHARACTERS_PER_SECOND), on)

    def _rendered(self, column: str, *, spoken: bool) -> str:
        language: Language = "kk" if column.endswith("_kk") else "ru"
        return self._knowledge.render(self.cells.get(column, ""), language, spoken=spoken)

    @staticmethod
    def _day(iso: str, language: Language) -> str:
        return wording.day(date.fromisoformat(iso), language)


def _aspect(section: str) -> Aspect:
    return next(aspect for aspect in ASPECTS if aspect == section)

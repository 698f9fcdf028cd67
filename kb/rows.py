"""Owns the flat form of an article: one text a cell, as a row of a spreadsheet and the fields of the editor have it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from kb.aspects import ASPECTS
from kb.checks import problems_of
from kb.problems import Problem
from kb.schema import Article
from language import LANGUAGES
from language.normalisation import clean

if TYPE_CHECKING:
    from kb.aspects import Aspect
    from kb.schema import Fact
    from language import Language

Row = Mapping[str, str]
"""Cells by column; an empty cell may be left out."""

_BILINGUAL: Final = ("name", "spoken", "provider")
_DATES: Final = ("reviewed_at", "valid_until")
COMMON_COLUMNS: Final = (
    "code",
    *(f"{name}_{language}" for name in ("name", "spoken", "aliases", "provider") for language in LANGUAGES),
    "confidence",
    "reviewed_at",
    "valid_until",
    "sources",
)
ASPECT_FIELDS: Final = (
    *(f"{text}_{language}" for text in ("short", "full") for language in LANGUAGES),
    "confidence",
    "reviewed_at",
    "valid_until",
    "source",
)
COLUMNS: Final = (*COMMON_COLUMNS, *(f"{aspect}_{name}" for aspect in ASPECTS for name in ASPECT_FIELDS))
_ISO_DATE: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_LOCAL_DATE: Final = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})")


@dataclass(frozen=True)
class Reading:
    """What a row says: the article when it is sound, else what is wrong with it, a problem a column."""

    article: Article | None
    problems: tuple[Problem, ...] = ()

    def problem(self, column: str) -> Problem | None:
        """Return what is wrong with one column."""
        return next((problem for problem in self.problems if problem.column == column), None)


def columns_of(aspect: Aspect) -> tuple[str, ...]:
    """Return the columns of one aspect."""
    return tuple(f"{aspect}_{name}" for name in ASPECT_FIELDS)


def to_row(article: Article) -> dict[str, str]:
    """Return the cells of an article that are not empty; a list has one item a line."""
    row = {"code": article.code, "confidence": article.confidence, "sources": "\n".join(article.sources)}
    for language in LANGUAGES:
        row |= {f"{name}_{language}": getattr(getattr(article, name), language) for name in _BILINGUAL}
        row[f"aliases_{language}"] = "\n".join(getattr(article.aliases, language))
    row |= _dates(article, "")
    for aspect, fact in article.aspects.items():
        row |= _fact_cells(aspect, fact)
    return {column: row[column] for column in COLUMNS if row.get(column)}


def _dates(dated: Article | Fact, prefix: str) -> dict[str, str]:
    days = {name: getattr(dated, name) for name in _DATES}
    return {f"{prefix}{name}": day.isoformat() for name, day in days.items() if day is not None}


def _fact_cells(aspect: Aspect, fact: Fact) -> dict[str, str]:
    cells = {f"{aspect}_confidence": str(fact.confidence), f"{aspect}_source": fact.source}
    for language in LANGUAGES:
        wording = getattr(fact, language)
        cells |= {f"{aspect}_short_{language}": wording.short, f"{aspect}_full_{language}": wording.full or ""}
    return cells | _dates(fact, f"{aspect}_")


def tidy(row: Row) -> dict[str, str]:
    """Return the known cells of a row in the order of `COLUMNS`: safe characters, dates as YYYY-MM-DD, none empty."""
    cells = {column: clean(row[column]) for column in COLUMNS if column in row}
    for column, text in cells.items():
        if column.endswith(_DATES) and (day := _date(text)) is not None:
            cells[column] = day.isoformat()
    return {column: text for column, text in cells.items() if text}


def _date(text: str) -> date | None:
    match = _ISO_DATE.fullmatch(text)
    year, month, day = match.groups() if match else (0, 0, 0)
    if match := _LOCAL_DATE.fullmatch(text):
        year, month, day = match.group("year", "month", "day")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def article_of(row: Row) -> Article:
    """Return the article of a row that passed the checks when it was written.

    Raises:
        ValidationError: it does not have the shape of an article.

    """
    return Article.model_validate(_nested(row))


def read_row(row: Row, today: date) -> Reading:
    """Say what a row means: an article, or everything that is wrong with it.

    `today` tells a date that is still to come from a day on which something can have been reviewed.
    """
    cells = tidy(row)
    # pydantic would take a bare number for seconds since 1970.
    wrong_dates = [column for column in cells if column.endswith(_DATES) and _date(cells[column]) is None]
    dated = {column: text for column, text in cells.items() if column not in wrong_dates}
    found = [Problem(column, "date") for column in wrong_dates]
    article: Article | None = None
    try:
        article = article_of(dated)
    except ValidationError as error:
        found += [Problem.of(fault, _column(fault["loc"])) for fault in error.errors()]
    found += problems_of(dated, today)
    first = {problem.column: problem for problem in reversed(found)}
    ordered = tuple(first[column] for column in (*COLUMNS, "aspects") if column in first)
    return Reading(None if ordered else article, ordered)


def _nested(cells: Row) -> dict[str, object]:
    """Return the shape of `Article`; what has no cell is left out, so that it is found missing."""
    content: dict[str, object] = {name: cells[name] for name in ("code", "confidence", *_DATES) if name in cells}
    content |= {name: _by_language(cells, f"{name}_{{}}") for name in _BILINGUAL}
    content["aliases"] = {language: _lines(cells.get(f"aliases_{language}", "")) for language in LANGUAGES}
    if "sources" in cells:
        content["sources"] = _lines(cells["sources"])
    present = [aspect for aspect in ASPECTS if any(column in cells for column in columns_of(aspect))]
    content["aspects"] = {aspect: _fact(cells, aspect) for aspect in present}
    return content


def _fact(cells: Row, aspect: Aspect) -> dict[str, object]:
    names = ("confidence", "source", *_DATES)
    fact: dict[str, object] = {name: cells[f"{aspect}_{name}"] for name in names if f"{aspect}_{name}" in cells}
    for language in LANGUAGES:
        texts = {text: cells.get(f"{aspect}_{text}_{language}") for text in ("short", "full")}
        fact[language] = {name: text for name, text in texts.items() if text is not None}
    return fact


def _by_language(cells: Row, column: str) -> dict[Language, str]:
    return {language: cells[column.format(language)] for language in LANGUAGES if column.format(language) in cells}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _column(location: tuple[int | str, ...]) -> str:
    """Return the column that a place in `Article` comes from."""
    steps = [str(step) for step in location if not isinstance(step, int)]
    if steps[0] != "aspects" or len(steps) == 1:
        return "_".join(steps)
    aspect, *rest = steps[1:]
    if not rest:  # the fact as a whole: only its two dates can disagree
        return f"{aspect}_valid_until"
    language, *text = rest
    return f"{aspect}_{text[0]}_{language}" if text else f"{aspect}_{language}"

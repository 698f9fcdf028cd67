"""Owns how the knowledge-base pages name columns, problems and days in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_date

from kb.rows import COMMON_COLUMNS
from language import LANGUAGES
from web.staff.texts import text

if TYPE_CHECKING:
    from datetime import date

    from kb.problems import Problem
    from language import Language


def column_name(column: str, spoken: Language) -> str:
    """Return what a column is called: «Документы: короткий ответ, қазақша»."""
    if column in COMMON_COLUMNS:
        return _with_language(column, "kb.columns", spoken)
    if column == "aspects":  # none of them was written
        return text("kb.sections.aspects", spoken)
    aspect, _, name = column.partition("_")
    return f"{text(f'kb.aspects.{aspect}', spoken)}: {field_name(name, spoken)}"


def field_name(name: str, spoken: Language) -> str:
    """Return what a field of an aspect is called, without the aspect: «короткий ответ, қазақша»."""
    return _with_language(name, "kb.fields", spoken)


def _with_language(column: str, place: str, spoken: Language) -> str:
    name, _, suffix = column.rpartition("_")
    if suffix in LANGUAGES:
        return f"{text(f'{place}.{name}', spoken)}, {text(f'kb.languages.{suffix}', spoken)}"
    return text(f"{place}.{column}", spoken)


def sentence(problem: Problem, spoken: Language) -> str:
    """Return what is wrong, as a sentence."""
    return text(f"kb.problems.{problem.kind}", spoken, limit=problem.limit)


def day(value: date, spoken: Language) -> str:
    """Return a day as people of this country write it."""
    return format_date(value, "dd.MM.yyyy", locale=spoken)

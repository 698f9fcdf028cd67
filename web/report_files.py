"""Owns the numbers of a period as files that people open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from pydantic import BaseModel, ConfigDict

from contact_centre.numbers import Numbers
from contact_centre.vocabulary import topic_name
from language import Language

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contact_centre.numbers import Report

_COLUMN_WIDTH: Final = 18
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_Cell = str | int | float | None


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sheets: dict[str, dict[Language, str]]
    columns: dict[str, dict[Language, str]]
    group: dict[Language, str]
    key: dict[Language, str]


_WORDS: Final = _Words.model_validate(
    yaml.safe_load(Path(__file__).with_name("report_columns.yml").read_text(encoding="utf-8")),
)


def as_csv(report: Report, names: Mapping[str, str], language: Language) -> bytes:
    """Return one table in UTF-8 with a byte order mark, which Excel needs; semicolons, as it writes them here."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow([_WORDS.group[language], _WORDS.key[language], *_header(language)])
    for sheet, rows in _sheets(report, names, language):
        writer.writerows([_WORDS.sheets[sheet][language], *row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(report: Report, names: Mapping[str, str], language: Language) -> bytes:
    """Return a workbook with one sheet for each way to look at the numbers."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet, rows in _sheets(report, names, language):
        page = book.create_sheet(_WORDS.sheets[sheet][language])
        page.append([_WORDS.key[language], *_header(language)])
        for row in rows:
            page.append(row)
        for column, cell in enumerate(page[1], start=1):
            cell.font = Font(bold=True)
            page.column_dimensions[get_column_letter(column)].width = _COLUMN_WIDTH
        page.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheets(report: Report, names: Mapping[str, str], language: Language) -> Iterator[tuple[str, list[list[_Cell]]]]:
    yield "total", [_row("", report.total)]
    groups: dict[str, dict[str, Numbers]] = {
        "by_hour": report.by_hour,
        "by_day": report.by_day,
        "by_channel": report.by_channel,
        "by_language": report.by_language,
        "by_topic": {topic_name(code, language) or code: values for code, values in report.by_topic.items()},
        "by_consultant": {names.get(key, key): values for key, values in report.by_consultant.items()},
    }
    for sheet, group in groups.items():
        yield sheet, [_row(key, values) for key, values in group.items()]


def _header(language: Language) -> list[str]:
    return [_WORDS.columns[name][language] for name in asdict(Numbers())]


def _row(key: str, values: Numbers) -> list[_Cell]:
    # A name that begins like a formula must not become one.
    safe = f"'{key}" if key.startswith(_FORMULA_STARTS) else key
    cells: list[_Cell] = [round(cell, 2) if isinstance(cell, float) else cell for cell in asdict(values).values()]
    return [safe, *cells]

"""Owns articles as spreadsheets, CSV and XLSX: writing them, reading them safely, and what an import would do."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from kb.changes import changes
from kb.problems import Problem
from kb.rows import COLUMNS, read_row, tidy
from kb.store import OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kb.rows import Row
    from kb.store import Standing

UPLOAD_MAX: Final = 5 * 1024 * 1024
"""Bytes of a spreadsheet as it comes."""
_UNPACKED_MAX: Final = 64 * 1024 * 1024
_PARTS_MAX: Final = 1_000
_ROWS_MAX: Final = 2_000
_CELL_MAX: Final = 20_000
_COLUMN_WIDTH: Final = 28
_ZIP_MARK: Final = b"PK\x03\x04"
_FIRST_ROW: Final = 2
"""Row 1 has the names of the columns."""
_FORMULA_MARKS: Final = ("=", "+", "-", "@", "\t", "'")

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SheetError(ValueError):
    """A file that cannot be read as a table at all; `problem` names what is wrong with it."""

    def __init__(self, kind: str, limit: str = "") -> None:
        self.problem = Problem("", kind, limit)
        super().__init__(str(self.problem))


class Effect(StrEnum):
    """What one row of an import would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    FAULTY = "faulty"


@dataclass(frozen=True)
class PlannedRow:
    """One row as an import would take it: its number in the file, all its cells, its effect and its problems."""

    number: int
    code: str
    cells: Row
    effect: Effect
    problems: tuple[Problem, ...]
    changed: tuple[str, ...]
    base: int | None
    """The revision that the change is made from; None for a new article."""


def write_csv(rows: Iterable[Row]) -> bytes:
    """Return a table in UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_guarded(row.get(column, "")) for column in COLUMNS] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(rows: Iterable[Row]) -> bytes:
    """Return a workbook of one sheet, every cell a text."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "articles"
    sheet.freeze_panes = "B2"
    wrapped, bold = Alignment(wrap_text=True, vertical="top"), Font(bold=True)
    for number, row in enumerate([dict(zip(COLUMNS, COLUMNS, strict=True)), *rows], 1):
        for index, column in enumerate(COLUMNS, 1):
            cell = sheet.cell(number, index, row.get(column) or None)
            cell.alignment = wrapped
            if cell.data_type == "f":
                cell.data_type = "s"  # a text that begins with "=" stays a text
    for index in range(1, len(COLUMNS) + 1):
        sheet.cell(1, index).font = bold
        sheet.column_dimensions[get_column_letter(index)].width = _COLUMN_WIDTH
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _guarded(text: str) -> str:
    """Keep a spreadsheet program from taking a text for a formula: OWASP, "CSV injection"."""
    return f"'{text}" if text.startswith(_FORMULA_MARKS) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA_MARKS) else text


def read_sheet(content: bytes) -> list[tuple[int, dict[str, str]]]:
    """Return `(row number in the file, cells)`, empty rows left out; the kind of file is told by its content.

    Raises:
        SheetError: it is too large, damaged, not a table, or its heading is not one of ours.

    """
    if len(content) > UPLOAD_MAX:
        raise SheetError("file_too_large", str(UPLOAD_MAX // 1024 // 1024))
    table = _xlsx_lines(content) if content.startswith(_ZIP_MARK) else _csv_lines(content)
    heading = [text.strip().lower() for text in next(table, [])]
    while heading and not heading[-1]:
        heading.pop()
    _require_heading(heading)
    rows = []
    for number, line in enumerate(table, _FIRST_ROW):
        if number - _FIRST_ROW >= _ROWS_MAX:
            raise SheetError("too_many_rows", str(_ROWS_MAX))
        if any(len(text) > _CELL_MAX for text in line):
            raise SheetError("cell_too_long", str(number))
        if any(text.strip() for text in line[len(heading) :]):
            raise SheetError("too_many_cells", str(number))
        if any(text.strip() for text in line):
            rows.append((number, dict(zip(heading, [*line, *[""] * len(heading)], strict=False))))
    if not rows:
        raise SheetError("no_rows")
    return rows


def _require_heading(heading: Sequence[str]) -> None:
    if unknown := [name for name in heading if name not in COLUMNS]:
        raise SheetError("unknown_column", ", ".join(name or "?" for name in unknown[:5]))
    if twice := sorted({name for name in heading if heading.count(name) > 1}):
        raise SheetError("column_twice", ", ".join(twice))
    if "code" not in heading:
        raise SheetError("no_code_column")


def _csv_lines(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError("not_utf8") from error
    if "\0" in text:
        raise SheetError("not_a_table")
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_unguarded(cell) for cell in line]
    except csv.Error as error:
        raise SheetError("not_a_table") from error


def _xlsx_lines(content: bytes) -> Iterator[list[str]]:
    try:
        _require_small(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # Bounded by us: a damaged file may claim a million rows and columns.
        for cells in sheet.iter_rows(max_row=_ROWS_MAX + _FIRST_ROW, max_col=len(COLUMNS) + 1, values_only=True):
            yield [_cell_text(value) for value in cells]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, IndexError, ValueError, SyntaxError, OSError) as error:
        if isinstance(error, SheetError):
            raise
        raise SheetError("not_a_table") from error


def _require_small(content: bytes) -> None:
    """Look at the packed sizes before unpacking: a small archive can hold a very large file ("zip bomb")."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > _PARTS_MAX or sum(part.file_size for part in parts) > _UNPACKED_MAX:
        raise SheetError("unpacked_too_large", str(_UNPACKED_MAX // 1024 // 1024))


def _cell_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def plan(rows: Iterable[tuple[int, Row]], standings: Mapping[str, Standing], today: date) -> list[PlannedRow]:
    """Say what each row would do, without doing it. A column that the file lacks keeps its present text."""
    planned: list[PlannedRow] = []
    seen: dict[str, int] = {}
    for number, row in rows:
        code = row.get("code", "").strip()
        standing = standings.get(code)
        cells = tidy({**(standing.head.cells if standing else {}), **row, "code": code})
        problems = list(read_row(cells, today).problems)
        if code in seen:
            problems.insert(0, Problem("code", "code_twice", str(seen[code])))
        seen.setdefault(code, number)
        planned.append(_planned(number, cells, standing, problems))
    return planned


def _planned(number: int, cells: Row, standing: Standing | None, problems: Sequence[Problem]) -> PlannedRow:
    code = cells.get("code", "")
    changed = tuple(change.column for change in changes(standing.head.cells if standing else {}, cells))
    if standing is not None and not changed and not problems:
        effect = Effect.UNCHANGED
    elif standing is not None and standing.head.state in OPEN:
        effect, problems = Effect.FAULTY, (Problem("code", "open_draft", standing.head.author), *problems)
    elif problems:
        effect = Effect.FAULTY
    else:
        effect = Effect.CHANGED if standing else Effect.NEW
    return PlannedRow(number, code, cells, effect, tuple(problems), changed, standing.head.number if standing else None)

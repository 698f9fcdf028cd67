"""Articles as spreadsheets and YAML files: out and back without a loss, and what bad files are told."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from kb import yaml_files
from kb.__main__ import main
from kb.base import FOLDER
from kb.changes import changes, merge
from kb.exchange import UPLOAD_MAX, Effect, SheetError, plan, read_sheet, write_csv, write_xlsx
from kb.imports import Imports
from kb.loader import read_articles
from kb.rows import COLUMNS, read_row, tidy, to_row
from kb.tables import RevisionState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from database.engine import Database
    from kb.schema import Article
    from kb.store import ArticleStore, Standing

TODAY = date(2026, 11, 22)
CODE = "ID_CARD"


@pytest.fixture
def rows(articles: dict[str, Article]) -> list[dict[str, str]]:
    return [to_row(article) for article in articles.values()]


@pytest_asyncio.fixture
async def standings(store: ArticleStore) -> dict[str, Standing]:
    return await store.standings()


def sheet(*lines: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(lines)
    return out.getvalue().encode()


def xlsx(*lines: list[object]) -> bytes:
    book = Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- the files in git ---


def test_every_file_is_written_as_export_writes_it(articles: dict[str, Article]) -> None:
    for code, article in articles.items():
        assert (FOLDER / "articles" / f"{code}.yml").read_text(encoding="utf-8") == yaml_files.dump(article), code


def test_every_article_passes_the_checks_of_the_editor(articles: dict[str, Article]) -> None:
    faults = {code: read_row(to_row(article), TODAY).problems for code, article in articles.items()}
    assert {code: found for code, found in faults.items() if found} == {}


def test_what_was_exported_reads_back_the_same_and_a_second_export_changes_nothing(
    articles: dict[str, Article], tmp_path: Path
) -> None:
    assert len(yaml_files.export(articles.values(), tmp_path)) == len(articles)
    assert read_articles(tmp_path) == articles
    assert yaml_files.export(articles.values(), tmp_path) == []


def test_the_command_line_takes_the_files_in_and_writes_the_same_bytes_out(
    articles: dict[str, Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path / 'kb.db'}")
    come, gone = tmp_path / "come", tmp_path / "gone"
    come.mkdir()
    gone.mkdir()
    yaml_files.export(articles.values(), come)
    assert main(["import", str(come)]) == 0
    assert main(["export", str(gone)]) == 0
    assert {p.name: p.read_bytes() for p in gone.iterdir()} == {p.name: p.read_bytes() for p in come.iterdir()}
    assert main(["check", str(gone)]) == 0
    (gone / "ASP.yml").write_text((gone / "ASP.yml").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert main(["check", str(gone)]) == 1
    assert "ASP.yml: not written as" in capsys.readouterr().out


# --- spreadsheets ---


@pytest.mark.parametrize("write", [write_csv, write_xlsx])
def test_a_spreadsheet_brings_every_article_back(
    rows: list[dict[str, str]], write: Callable[[list[dict[str, str]]], bytes]
) -> None:
    assert [tidy(cells) for _, cells in read_sheet(write(rows))] == rows


@pytest.mark.parametrize("text", ["=1+1", "+7 717", "-нет", "@ссылка", "'кавычка", "'=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    row = {"code": CODE, "name_ru": text}
    assert read_sheet(write_csv([row]))[0][1]["name_ru"] == text
    assert read_sheet(write_xlsx([row]))[0][1]["name_ru"] == text
    line = list(csv.reader(io.StringIO(write_csv([row]).decode("utf-8-sig"))))[1]
    assert line[1].startswith("'")
    cell = load_workbook(io.BytesIO(write_xlsx([row]))).worksheets[0]["B2"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_a_spreadsheet_program_may_turn_a_date_into_a_date() -> None:
    content = xlsx(["code", "reviewed_at", "valid_until"], [CODE, date(2026, 1, 31), "31.01.2027"])
    assert tidy(read_sheet(content)[0][1]) == {"code": CODE, "reviewed_at": "2026-01-31", "valid_until": "2027-01-31"}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (65 * 1024 * 1024))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "no_code_column"),
        (b"code,name_ru\r\n", "no_rows"),
        (b"name_ru\r\nx\r\n", "no_code_column"),
        (b"code,colour\r\nX,red\r\n", "unknown_column"),
        (b"code,code\r\nX,Y\r\n", "column_twice"),
        (b"code,name_ru\r\nX,a,b\r\n", "too_many_cells"),
        ("code,name_ru\r\nX,имя\r\n".encode("cp1251"), "not_utf8"),
        (b'code,name_ru\r\nX,"open\r\n', "not_a_table"),
        (b"code\0", "not_a_table"),
        (b"PK\x03\x04 and then nothing", "not_a_table"),
        (b"code\r\n" + b"x" * UPLOAD_MAX, "file_too_large"),
        (b"code\r\n" + b"X\r\n" * 2001, "too_many_rows"),
        (b"code,name_ru\r\nX," + b"x" * 20001, "cell_too_long"),
    ],
)
def test_a_file_that_is_no_table_of_articles(content: bytes, kind: str) -> None:
    with pytest.raises(SheetError) as raised:
        read_sheet(content)
    assert raised.value.problem.kind == kind


def test_a_small_file_that_unpacks_into_a_large_one_is_not_unpacked() -> None:
    content = bomb()
    assert len(content) < UPLOAD_MAX
    with pytest.raises(SheetError) as raised:
        read_sheet(content)
    assert raised.value.problem.kind == "unpacked_too_large"


@settings(max_examples=200, deadline=None)
@given(
    content=st.one_of(
        st.binary(max_size=200), st.binary(max_size=200).map(b"PK\x03\x04".__add__), st.text().map(str.encode)
    )
)
def test_any_bytes_end_in_rows_or_a_named_problem(content: bytes) -> None:
    try:
        found = f"{len(read_sheet(content))} rows"
    except SheetError as error:
        found = error.problem.kind
    assert found not in {"", "0 rows"}


TEXT_COLUMNS = [
    column
    for column in COLUMNS
    if column != "code" and not column.endswith(("_confidence", "reviewed_at", "valid_until", "confidence"))
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.dictionaries(
        st.sampled_from(TEXT_COLUMNS),
        st.one_of(st.text(max_size=60), st.text(alphabet=" \n\r\t:#-'\"|>=_x0D{}@%&*!?[]", max_size=30)),
        min_size=1,
        max_size=6,
    )
)
@example(typed={"cost_full_ru": "Цена:\n  • с отступом\n\nконец", "name_ru": "_x000D_"})
@example(typed={"cost_full_kk": "жол\u2028жол\x85жол \ufeff", "sources": "null\n2026-01-01\nyes"})
def test_whatever_is_typed_comes_back_from_every_kind_of_file(
    articles: dict[str, Article], tmp_path: Path, typed: dict[str, str]
) -> None:
    row = tidy({**to_row(articles[CODE]), **typed})
    for write in (write_csv, write_xlsx):
        assert [tidy(cells) for _, cells in read_sheet(write([row]))] == [row]
    article = read_row(row, TODAY).article
    if article is not None:
        yaml_files.export([article], tmp_path)
        assert read_articles(tmp_path)[CODE] == article
        assert read_row(to_row(article), TODAY).article == article
        assert yaml_files.export([read_articles(tmp_path)[CODE]], tmp_path) == []


# --- the dry run ---


async def test_the_dry_run_names_every_problem_by_row_and_column(standings: dict[str, Standing]) -> None:
    content = sheet(
        ["code", "reviewed_at", "cost_short_ru", "cost_short_kk"],
        [CODE, "2026-01-31", "Удостоверение личности стоит {mrp:0.3}.", "Жеке куәліктің құны {mrp:0.3}."],
        ["PASSPORT", "31 января", "Стоит {mpr:2}.", ""],
        [CODE, "2026-01-31", "Иначе.", "Өзгеше."],
        ["новая", "2027-01-31", "https://egov.kz", "Стоит."],
    )
    planned = plan(read_sheet(content), standings, TODAY)
    found = {row.number: {(problem.column, problem.kind) for problem in row.problems} for row in planned}
    assert planned[0].effect is Effect.CHANGED
    assert set(planned[0].changed) == {"reviewed_at", "cost_short_ru", "cost_short_kk"}
    assert found[3] == {("reviewed_at", "date"), ("cost_short_ru", "placeholder"), ("cost_short_kk", "missing")}
    assert ("code", "code_twice") in found[4]
    assert {("code", "code"), ("name_ru", "missing"), ("cost_source", "missing")} <= found[5]


async def test_an_absent_column_keeps_its_text_and_an_empty_cell_takes_it_away(standings: dict[str, Standing]) -> None:
    content = sheet(["code", "cost_full_ru"], [CODE, ""])
    planned = plan(read_sheet(content), standings, TODAY)[0]
    assert planned.changed == ("cost_full_ru",)
    assert planned.cells["cost_short_ru"] == standings[CODE].head.cells["cost_short_ru"]


async def test_an_import_writes_nothing_until_it_is_confirmed_and_then_drafts_only(
    database: Database, store: ArticleStore
) -> None:
    imports = Imports(database, store)
    content = sheet(
        ["code", "provider_ru"], [CODE, "МВД"], ["PASSPORT", "МВД"], ["ASP", ""], ["MARRIAGE", "РАГС и ЦОН"]
    )
    waiting = await imports.keep(content, "правки.csv", "aigul")
    assert await imports.get(waiting.id, "serik") is None
    assert all(standing.head.state is RevisionState.PUBLISHED for standing in (await store.standings()).values())
    passport = (await store.standing("PASSPORT")).head
    await store.save("PASSPORT", {**passport.cells, "name_ru": "Паспорт"}, "serik", base=passport.number)
    outcome = await imports.confirm(waiting, "импорт")
    assert outcome.drafted == (CODE, "MARRIAGE")
    standing = await store.standing(CODE)
    assert (standing.head.state, standing.head.author) == (RevisionState.DRAFT, "aigul")
    assert standing.published is not None
    assert standing.published.cells["provider_ru"] != "МВД"
    assert (await store.standing("PASSPORT")).head.author == "serik"
    assert await imports.get(waiting.id, "aigul") is None


# --- one row ---


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("name_kk", "", "missing"),
        ("cost_short_kk", "", "missing"),
        ("cost_short_ru", "я" * 241, "too_long"),
        ("cost_short_ru", "я" * 230 + " {mrp:2}", "too_long_spoken"),
        ("cost_short_ru", "Смотрите https://egov.kz", "unfit_for_speech"),
        ("cost_short_ru", "Бесплатно!", "unfit_for_speech"),
        ("cost_full_ru", "Стоит {mpr:2}", "placeholder"),
        ("cost_short_ru", "Стоит {mpr:2}", "placeholder"),
        ("cost_short_kk", "Стоит", "not_kazakh"),
        ("cost_reviewed_at", "2026-02-30", "date"),
        ("cost_reviewed_at", "20260131", "date"),
        ("cost_reviewed_at", "2026-11-23", "date_to_come"),
        ("cost_valid_until", "2020-01-01", "dates_order"),
        ("valid_until", "2020-01-01", "dates_order"),
        ("cost_confidence", "sure", "choice"),
        ("code", "id card", "code"),
        ("sources", "", "missing"),
    ],
)
def test_a_fault_is_named_by_column(articles: dict[str, Article], column: str, text: str, kind: str) -> None:
    reading = read_row({**to_row(articles[CODE]), column: text}, TODAY)
    assert reading.article is None
    assert [(problem.column, problem.kind) for problem in reading.problems] == [(column, kind)]


def test_the_same_text_in_both_languages_is_a_fault(articles: dict[str, Article]) -> None:
    row = to_row(articles[CODE])
    reading = read_row({**row, "cost_short_kk": row["cost_short_ru"]}, TODAY)
    assert [(p.column, p.kind) for p in reading.problems] == [("cost_short_kk", "same_in_both")]


@given(cells=st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=40), max_size=12))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_cells_are_read_or_refused_by_column(cells: dict[str, str]) -> None:
    reading = read_row(cells, TODAY)
    assert (reading.article is None) == bool(reading.problems)
    assert {problem.column for problem in reading.problems} <= {*COLUMNS, "aspects"}


# --- two versions ---


def test_a_change_shows_only_the_words_that_differ() -> None:
    change = changes({"name_ru": "Выдача паспорта гражданина"}, {"name_ru": "Выдача нового паспорта гражданина"})[0]
    assert [segment.text.strip() for segment in change.after if segment.changed] == ["нового"]
    assert not any(segment.changed for segment in change.before)
    assert "".join(segment.text for segment in change.after) == "Выдача нового паспорта гражданина"


def test_two_people_who_changed_different_places_both_keep_their_work() -> None:
    base = {"name_ru": "а", "name_kk": "ә", "spoken_ru": "б", "sources": "закон"}
    merged = merge(base, {**base, "name_ru": "их", "spoken_ru": "их"}, {**base, "name_kk": "моё", "spoken_ru": "моё"})
    assert merged.cells == {"name_ru": "их", "name_kk": "моё", "spoken_ru": "моё", "sources": "закон"}
    assert (merged.taken, merged.disputed) == (("name_ru",), ("spoken_ru",))

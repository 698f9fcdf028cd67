"""Owns the pages where articles go out as CSV, XLSX or YAML and come in from a spreadsheet, after a dry run."""

import io
import zipfile
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, File, Request, Response, UploadFile
from starlette.exceptions import HTTPException

from database.base import now
from kb import exchange, yaml_files
from kb.exchange import CSV_TYPE, UPLOAD_MAX, XLSX_TYPE, Effect, SheetError
from kb.rows import COLUMNS, article_of
from kb.tables import PendingImport, Revision
from staff.audit import Action, Subject
from web import services
from web.staff import pages
from web.staff.kb import wording
from web.staff.kb.access import Editor
from web.staff.texts import text

router = APIRouter(prefix="/exchange")

_HERE: Final = "/staff/kb/exchange"
_ZIP_TYPE: Final = "application/zip"


@router.get("")
async def show(request: Request, _by: Editor) -> Response:
    """Show what can be taken out and put in, and what the columns are."""
    return _page(request)


@router.get("/articles.csv")
async def as_csv(request: Request, _by: Editor) -> Response:
    """Give the published articles as CSV."""
    rows = [revision.cells for revision in await _published(request)]
    return _download(exchange.write_csv(rows), CSV_TYPE, "csv")


@router.get("/articles.xlsx")
async def as_xlsx(request: Request, _by: Editor) -> Response:
    """Give the published articles as XLSX."""
    rows = [revision.cells for revision in await _published(request)]
    return _download(exchange.write_xlsx(rows), XLSX_TYPE, "xlsx")


@router.get("/articles.zip")
async def as_yaml(request: Request, _by: Editor) -> Response:
    """Give the published articles as the YAML files of the repository."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for revision in await _published(request):
            archive.writestr(f"{revision.code}.yml", yaml_files.dump(article_of(revision.cells)))
    return _download(out.getvalue(), _ZIP_TYPE, "zip")


@router.post("")
async def upload(request: Request, by: Editor, sheet: Annotated[UploadFile | None, File()] = None) -> Response:
    """Read a spreadsheet and show what it would do."""
    if sheet is None or not sheet.filename:
        return _page(request, text("kb.problems.no_file", pages.language(request)))
    try:
        waiting = await services.of(request).imports.keep(await sheet.read(UPLOAD_MAX + 1), sheet.filename, by.login)
    except SheetError as error:
        return _page(request, wording.sentence(error.problem, pages.language(request)))
    return pages.redirect(request, f"{_HERE}/{waiting.id}")


@router.get("/{number}")
async def show_plan(request: Request, number: UUID, by: Editor) -> Response:
    """Show row by row what an import would do: the dry run."""
    waiting = await _waiting(request, number, by.login)
    plan = await services.of(request).imports.plan(waiting)
    spoken = pages.language(request)
    return pages.page(
        request,
        "kb/import.html",
        waiting=waiting,
        plan=plan,
        counts={effect.value: sum(row.effect is effect for row in plan) for effect in Effect},
        column_name=lambda column: wording.column_name(column, spoken),
        sentence=lambda problem: wording.sentence(problem, spoken),
    )


@router.post("/{number}/confirm")
async def confirm(request: Request, number: UUID, by: Editor) -> Response:
    """Make drafts of the sound rows."""
    waiting = await _waiting(request, number, by.login)
    parts = services.of(request)
    reason = text("kb.exchange.reason", pages.language(request), filename=waiting.filename)
    outcome = await parts.imports.confirm(waiting, reason)
    subject = Subject("import", str(number))
    await parts.audit.record(by, Action.ARTICLES_IMPORTED, subject, detail={"drafts": str(len(outcome.drafted))})
    flash = "kb.flash.imported_some" if outcome.overtaken else "kb.flash.imported"
    values = {"count": str(len(outcome.drafted)), "codes": ", ".join(outcome.overtaken)}
    return pages.redirect(request, "/staff/kb/?show=draft", flash, **values)


@router.post("/{number}/discard")
async def discard(request: Request, number: UUID, by: Editor) -> Response:
    """Let an import go."""
    await services.of(request).imports.discard(await _waiting(request, number, by.login))
    return pages.redirect(request, _HERE, "kb.flash.discarded")


async def _waiting(request: Request, number: UUID, login: str) -> PendingImport:
    waiting = await services.of(request).imports.get(number, login)
    if waiting is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return waiting


async def _published(request: Request) -> list[Revision]:
    return await services.of(request).articles.published()


def _page(request: Request, problem: str = "") -> Response:
    spoken = pages.language(request)
    return pages.page(
        request,
        "kb/exchange.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        problem=problem,
        columns=[(column, wording.column_name(column, spoken)) for column in COLUMNS],
        megabytes=UPLOAD_MAX // 1024 // 1024,
    )


def _download(content: bytes, media_type: str, ending: str) -> Response:
    filename = f"articles-{now().date().isoformat()}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)

"""Owns the list of articles and the page where one is written, in both languages, with its checks as one types."""

from collections.abc import Iterable, Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from database.base import now
from kb.base import KnowledgeBase
from kb.changes import Change, Merge, changes, merge
from kb.due import due_on, is_due
from kb.errors import (
    CodeTakenError,
    EditConflictError,
    UnfinishedError,
    UnknownRevisionError,
    UnknownServiceError,
    WrongStateError,
)
from kb.rows import COLUMNS, Row, article_of, tidy
from kb.schema import Article
from kb.store import Standing
from kb.tables import QUESTION_MAX, REASON_MAX, Revision, RevisionState
from language import Language
from language.normalisation import clean, fold
from web import services
from web.staff import pages
from web.staff.kb import wording
from web.staff.kb.access import Editor, Reader
from web.staff.kb.article_form import SECTIONS, ArticleForm

router = APIRouter()

Show = Literal["all", "draft", "in_review", "rejected", "due"]
Code = Annotated[str, Path(pattern="^[A-Z][A-Z0-9_]{1,31}$")]
_SHOWN: Final[tuple[Show, ...]] = ("all", "draft", "in_review", "rejected", "due")
_LISTED_MAX: Final = 300
_QUERY_MAX: Final = 200
_CONFIDENCES: Final = ("high", "medium", "low")


class Line:
    """One article in the list."""

    def __init__(self, standing: Standing, spoken: str, today: date) -> None:
        head = standing.head
        self.code = head.code
        self.head = head
        self.name = head.cells.get(f"name_{spoken}") or head.code
        self.is_told = standing.published is not None
        told = _told(standing.published)
        self.due_on = due_on(told) if told else None
        self.is_due = told is not None and is_due(told, today)
        self.is_late = self.due_on is not None and self.due_on <= today
        names = (f"{name}_{language}" for name in ("name", "spoken", "aliases") for language in ("ru", "kk"))
        self._text = fold(" ".join((head.code, *(head.cells.get(column, "") for column in names))))

    def has(self, words: Iterable[str]) -> bool:
        """Return whether every word stands in its code, names or aliases."""
        return all(word in self._text for word in words)

    def belongs(self, show: Show) -> bool:
        """Return whether it is of that kind."""
        return show == "all" or (self.is_due if show == "due" else self.head.state == show)


def _told(published: Revision | None) -> Article | None:
    try:
        return article_of(published.cells) if published else None
    except ValidationError:  # written for an older form of articles: /readyz names it
        return None


@router.get("/")
async def show_list(
    request: Request,
    _by: Reader,
    q: Annotated[str, Query(max_length=_QUERY_MAX)] = "",
    show: Show = "all",
) -> Response:
    """List and search the articles."""
    parts = services.of(request)
    spoken, today = pages.language(request), now().date()
    lines = [Line(standing, spoken, today) for standing in (await parts.articles.standings()).values()]
    found = _search(lines, clean(q), parts.knowledge)
    chosen = [line for line in found if line.belongs(show)]
    if show == "due":
        chosen.sort(key=lambda line: (line.due_on or today, line.code))
    template = "kb/list_table.html" if "HX-Request" in request.headers else "kb/list.html"
    return pages.page(
        request,
        template,
        lines=chosen[:_LISTED_MAX],
        total=len(chosen),
        q=q,
        show=show,
        counts={kind: sum(line.belongs(kind) for line in lines) for kind in _SHOWN},
        day=lambda value: wording.day(value, spoken),
    )


def _search(lines: list[Line], query: str, knowledge: KnowledgeBase) -> list[Line]:
    """Find by the letters of names; when none has them, by meaning, as a citizen's question is."""
    words = fold(query).split()
    if not words:
        return lines
    if found := [line for line in lines if line.has(words)]:
        return found
    by_code = {line.code: line for line in lines}
    return [by_code[hit.service] for hit in knowledge.search(query, limit=10) if hit.service in by_code]


@router.get("/new")
async def show_new(
    request: Request, _by: Editor, question: Annotated[str, Query(max_length=QUESTION_MAX)] = "", asked: Language = "ru"
) -> Response:
    """Show an empty article; `question` is what a citizen asked, in the language `asked`, and was not told."""
    return _new_page(request, {f"aliases_{asked}": clean(question)} if question else {})


@router.post("/new")
async def create(request: Request, by: Editor) -> Response:
    """Keep the first draft of a new article."""
    form = await request.form()
    cells = _cells(form)
    try:
        draft = await services.of(request).articles.create(cells, by.login, _reason(form))
    except CodeTakenError:
        return _new_page(request, cells, "code_taken", status=HTTPStatus.CONFLICT)
    except UnfinishedError:
        return _new_page(request, cells, "code_wrong", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return pages.redirect(request, f"/staff/kb/articles/{draft.code}", "kb.flash.saved")


@router.get("/articles/{code}")
async def show_editor(request: Request, code: Code, _by: Editor) -> Response:
    """Show an article for writing."""
    return _editor_page(request, await _standing(request, code))


@router.post("/articles/{code}")
async def save(request: Request, code: Code, by: Editor) -> Response:
    """Keep what was written as a draft, and send it to review when that was asked for."""
    form = await request.form()
    cells, reason = _cells(form), _reason(form)
    base = _number(form, "base")
    store = services.of(request).articles
    try:
        draft = await store.save(code, cells, by.login, base=base, reason=reason)
    except UnknownServiceError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    except EditConflictError as conflict:
        return await _conflict_page(request, conflict.head, cells, base, reason)
    if form.get("then") != "submit":
        return pages.redirect(request, f"/staff/kb/articles/{code}", "kb.flash.saved")
    return await _submit(request, draft, reason)


async def _submit(request: Request, draft: Revision, reason: str) -> Response:
    if not reason:
        return await _refused(request, draft, "no_reason")
    try:
        await services.of(request).articles.submit(draft.code, draft.number, reason)
    except UnfinishedError:
        return await _refused(request, draft, "unfinished")
    except WrongStateError:
        return pages.redirect(request, f"/staff/kb/articles/{draft.code}", "kb.flash.overtaken")
    return pages.redirect(request, f"/staff/kb/articles/{draft.code}/revisions/{draft.number}", "kb.flash.submitted")


async def _refused(request: Request, draft: Revision, problem: str) -> Response:
    standing = await _standing(request, draft.code)
    return _editor_page(request, standing, problem=problem, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@router.post("/check/{section}")
async def check(request: Request, section: str, _by: Editor) -> Response:
    """Say what is wrong with what is being written, and how a citizen will get it; nothing is kept."""
    if section not in SECTIONS:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    form = _article_form(request, _cells(await request.form()))
    return pages.page(request, "kb/checked.html", form=form, section=section)


async def _conflict_page(request: Request, head: Revision, cells: Row, base: int, reason: str) -> Response:
    """Show the author's own text merged with what someone else saved first, and both where they disagree."""
    store = services.of(request).articles
    try:
        seen = await store.revision(head.code, base)
    except UnknownRevisionError:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY) from None
    mine = tidy({**cells, "code": head.code})
    merged = merge(seen.cells, head.cells, mine)
    disputed = [change for change in changes(head.cells, mine) if change.column in merged.disputed]
    return _editor_page(
        request,
        await store.standing(head.code),
        cells=merged.cells,
        merged=merged,
        disputed=disputed,
        reason=reason,
        status=HTTPStatus.CONFLICT,
    )


def _editor_page(
    request: Request,
    standing: Standing,
    *,
    cells: Row | None = None,
    problem: str | None = None,
    merged: Merge | None = None,
    disputed: Sequence[Change] = (),
    reason: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    head = standing.head
    is_open = head.state in {RevisionState.DRAFT, RevisionState.IN_REVIEW}
    return pages.page(
        request,
        "kb/edit.html",
        status,
        form=_article_form(request, head.cells if cells is None else cells),
        head=head,
        published=standing.published,
        problem=problem,
        merged=merged,
        disputed=disputed,
        reason=reason if reason is not None else head.reason if is_open else "",
        **_words(request),
    )


def _new_page(
    request: Request, cells: Row, problem: str | None = None, *, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    today = now().date()
    form = ArticleForm(
        {"confidence": "high", "reviewed_at": today.isoformat(), **cells},
        pages.language(request),
        today,
        services.of(request).knowledge,
        is_fresh=problem is None,
    )
    return pages.page(
        request,
        "kb/edit.html",
        status,
        form=form,
        head=None,
        published=None,
        problem=problem,
        merged=None,
        disputed=(),
        reason="",
        **_words(request),
    )


def _words(request: Request) -> dict[str, object]:
    spoken = pages.language(request)
    return {
        "column_name": lambda column: wording.column_name(column, spoken),
        "field_name": lambda name: wording.field_name(name, spoken),
        "confidences": _CONFIDENCES,
        "reason_max": REASON_MAX,
    }


def _article_form(request: Request, cells: Row) -> ArticleForm:
    return ArticleForm(cells, pages.language(request), now().date(), services.of(request).knowledge)


def _cells(form: FormData) -> dict[str, str]:
    """Return the cells of a posted form; what is not ours or not a text is left out."""
    given = {column: form.get(column) for column in COLUMNS}
    return {column: text for column, text in given.items() if isinstance(text, str)}


def _reason(form: FormData) -> str:
    reason = form.get("reason")
    return clean(reason)[:REASON_MAX] if isinstance(reason, str) else ""


def _number(form: FormData, name: str) -> int:
    given = form.get(name)
    if not isinstance(given, str) or not given.isdecimal():
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    return int(given)


async def _standing(request: Request, code: str) -> Standing:
    try:
        return await services.of(request).articles.standing(code)
    except UnknownServiceError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None

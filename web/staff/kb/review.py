"""Owns the pages of an article's revisions: history, what changed, the decision of another person, the way back."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from starlette.exceptions import HTTPException

from database.base import now
from kb.aspects import ASPECTS
from kb.changes import Change, changes
from kb.errors import (
    EditConflictError,
    OwnWorkError,
    UnfinishedError,
    UnknownRevisionError,
    UnknownServiceError,
    WrongStateError,
)
from kb.store import OPEN
from kb.tables import REASON_MAX, Revision, RevisionState
from language.normalisation import clean
from staff.audit import Action, Subject
from staff.tables import Account
from web import services
from web.staff import pages
from web.staff.kb import wording
from web.staff.kb.access import Editor, Reader, Reviewer
from web.staff.kb.article_form import ArticleForm
from web.staff.kb.articles import Code

router = APIRouter(prefix="/articles/{code}")

Words = Annotated[str, Form(max_length=REASON_MAX)]


@dataclass(frozen=True)
class Comparison:
    """What a revision changes, and against which one; None when there was nothing before it."""

    against: Revision | None
    changes: list[Change]
    aspects: list[str]
    """Those with a changed text, to look at as a citizen."""


@router.get("/history")
async def show_history(request: Request, code: Code, _by: Reader) -> Response:
    """Show every revision with who, when and why."""
    store = services.of(request).articles
    try:
        revisions, standing = await store.history(code), await store.standing(code)
    except UnknownServiceError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    name = standing.head.cells.get(f"name_{pages.language(request)}", code)
    return pages.page(request, "kb/history.html", code=code, name=name, revisions=revisions, head=standing.head)


@router.get("/revisions/{number}")
async def show_revision(
    request: Request, code: Code, number: int, by: Reader, against: Annotated[int | None, Query()] = None
) -> Response:
    """Show what a revision changes, and the decision when it waits for one."""
    return await _revision_page(request, code, number, by, against=against)


@router.post("/revisions/{number}/submit")
async def submit(request: Request, code: Code, number: int, by: Editor, words: Words = "") -> Response:
    """Send a draft to review."""
    reason = clean(words)
    if not reason:
        return await _revision_page(request, code, number, by, problem="no_reason")
    try:
        await services.of(request).articles.submit(code, number, reason)
    except UnfinishedError:
        return await _revision_page(request, code, number, by, problem="unfinished")
    except WrongStateError:
        return _back(request, code, number, "overtaken")
    return _back(request, code, number, "submitted")


@router.post("/revisions/{number}/approve")
async def approve(request: Request, code: Code, number: int, by: Reviewer, words: Words = "") -> Response:
    """Publish a revision that another person wrote."""
    parts = services.of(request)
    try:
        await parts.articles.approve(code, number, by.login, clean(words))
    except OwnWorkError:
        return await _revision_page(request, code, number, by, problem="own_work", status=HTTPStatus.FORBIDDEN)
    except UnfinishedError:
        return await _revision_page(request, code, number, by, problem="unfinished")
    except (WrongStateError, UnknownServiceError):
        return _back(request, code, number, "overtaken")
    await parts.live.refresh()
    await parts.audit.record(by, Action.ARTICLE_PUBLISHED, Subject("article", code), detail={"revision": str(number)})
    return _back(request, code, number, "published")


@router.post("/revisions/{number}/reject")
async def reject(request: Request, code: Code, number: int, by: Reviewer, words: Words = "") -> Response:
    """Give a revision back to its author with a word on why."""
    verdict = clean(words)
    if not verdict:
        return await _revision_page(request, code, number, by, problem="no_verdict")
    try:
        await services.of(request).articles.reject(code, number, by.login, verdict)
    except OwnWorkError:
        return await _revision_page(request, code, number, by, problem="own_work", status=HTTPStatus.FORBIDDEN)
    except (WrongStateError, UnknownServiceError):
        return _back(request, code, number, "overtaken")
    return _back(request, code, number, "rejected")


@router.post("/revisions/{number}/withdraw")
async def withdraw(request: Request, code: Code, number: int, _by: Editor) -> Response:
    """Drop the open work."""
    try:
        await services.of(request).articles.withdraw(code, number)
    except (WrongStateError, UnknownServiceError):
        return _back(request, code, number, "overtaken")
    return pages.redirect(request, f"/staff/kb/articles/{code}/history", "kb.flash.withdrawn")


@router.post("/revisions/{number}/restore")
async def restore(
    request: Request, code: Code, number: int, *, by: Editor, base: Annotated[int, Form()], words: Words = ""
) -> Response:
    """Make the text of an old revision the newest draft."""
    reason = clean(words)
    if not reason:
        return await _revision_page(request, code, number, by, problem="no_reason")
    try:
        draft = await services.of(request).articles.roll_back(code, number, by.login, base=base, reason=reason)
    except EditConflictError:
        return _back(request, code, number, "overtaken")
    except UnknownRevisionError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    return _back(request, code, draft.number, "restored")


async def _revision_page(
    request: Request,
    code: str,
    number: int,
    by: Account,
    *,
    against: int | None = None,
    problem: str | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    parts = services.of(request)
    try:
        shown = await parts.articles.revision(code, number)
        standing = await parts.articles.standing(code)
        compared = await _compare(request, shown, standing.published, against)
    except (UnknownRevisionError, UnknownServiceError):
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    spoken = pages.language(request)
    return pages.page(
        request,
        "kb/revision.html",
        HTTPStatus.UNPROCESSABLE_ENTITY if problem and status is HTTPStatus.OK else status,
        shown=shown,
        head=standing.head,
        name=shown.cells.get(f"name_{spoken}", code),
        compared=compared,
        form=ArticleForm(shown.cells, spoken, now().date(), parts.knowledge),
        is_newest=shown.number == standing.head.number,
        waits=shown.state is RevisionState.IN_REVIEW,
        is_draft=shown.state is RevisionState.DRAFT,
        is_open=shown.state in OPEN,
        is_own=by.login in await parts.articles.authors(code, number),
        problem=problem,
        reason_max=REASON_MAX,
        column_name=lambda column: wording.column_name(column, spoken),
    )


async def _compare(request: Request, shown: Revision, published: Revision | None, against: int | None) -> Comparison:
    """Compare with what was asked for, else with what citizens are told, else with what the author had before him."""
    other = published
    if against is not None:
        other = await services.of(request).articles.revision(shown.code, against)
    elif shown.state not in OPEN:
        other = await services.of(request).articles.revision(shown.code, shown.base) if shown.base else None
    found = changes(other.cells if other else {}, shown.cells)
    changed = {change.column for change in found}
    texts = ("short_ru", "short_kk", "full_ru", "full_kk")
    return Comparison(other, found, [a for a in ASPECTS if changed & {f"{a}_{text}" for text in texts}])


def _back(request: Request, code: str, number: int, flash: str) -> Response:
    return pages.redirect(request, f"/staff/kb/articles/{code}/revisions/{number}", f"kb.flash.{flash}")

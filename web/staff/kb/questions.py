"""Owns the page of what people asked and were not told."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from kb.tables import QuestionKind
from web import services
from web.staff import pages
from web.staff.kb.access import Editor

router = APIRouter(prefix="/questions")

_LISTED_MAX: Final = 200


@router.get("")
async def show_all(request: Request, _by: Editor, kind: Annotated[QuestionKind | None, Query()] = None) -> Response:
    """List the questions that wait, the most asked first."""
    waiting = await services.of(request).questions.waiting(_LISTED_MAX, kind)
    return pages.page(request, "kb/questions.html", questions=waiting, kind=kind, kinds=tuple(QuestionKind))


@router.post("/{number}/settle")
async def settle(request: Request, number: int, by: Editor) -> Response:
    """Take a question off the list."""
    done = await services.of(request).questions.settle(number, by.login)
    return pages.redirect(request, "/staff/kb/questions", "kb.flash.settled" if done else "kb.flash.overtaken")

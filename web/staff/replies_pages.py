"""Owns the pages where a supervisor keeps the canned replies of the console."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from contact_centre.replies import PLACES, Reply, UnknownPlaceError
from contact_centre.reply_book import DifferentPlacesError, EmptyReplyError, Known, UnknownReplyError
from language import LANGUAGES
from staff.audit import Action, Subject
from staff.roles import Permission
from staff.tables import Account
from web import services
from web.settings import MAX_TEXT_CHARACTERS
from web.staff import pages
from web.staff.guard import require
from web.staff.sign_in import client_address

router = APIRouter(prefix="/replies")

Supervising = Annotated[Account, Depends(require(Permission.QUEUE_SUPERVISE))]
Title = Annotated[str, Form(max_length=100)]
Text = Annotated[str, Form(max_length=MAX_TEXT_CHARACTERS)]

NEW: Final = "new"
"""What stands for the code of a reply that is being written; no code is like it."""
_LIST: Final = "/staff/replies"
_BLANK: Final = Reply(title=dict.fromkeys(LANGUAGES, ""), text=dict.fromkeys(LANGUAGES, ""))
_PROBLEMS: Final = {EmptyReplyError: "empty", UnknownPlaceError: "unknown_place", DifferentPlacesError: "different"}


@router.get("")
async def show_all(request: Request, _by: Supervising) -> Response:
    """List the replies in use, and the shipped ones that are not."""
    book = services.of(request).replies
    return pages.page(request, "replies/list.html", replies=await book.all(), left_out=await book.left_out())


@router.get("/{code}")
async def show_one(request: Request, code: str, _by: Supervising) -> Response:
    """Show the form of one reply."""
    return _form(request, code, await _known(request, code))


@router.post("/{code}")
async def change(
    request: Request,
    code: str,
    *,
    by: Supervising,
    title_kk: Title = "",
    title_ru: Title = "",
    text_kk: Text = "",
    text_ru: Text = "",
) -> Response:
    """Keep the reply."""
    known = await _known(request, code)
    reply = Reply(
        title={"kk": title_kk.strip(), "ru": title_ru.strip()}, text={"kk": text_kk.strip(), "ru": text_ru.strip()}
    )
    try:
        kept = await services.of(request).replies.keep(None if code == NEW else code, reply, by)
    except tuple(_PROBLEMS) as problem:
        return _form(request, code, replace(known, reply=reply), _PROBLEMS[type(problem)])
    return await _changed(request, by, kept, "replies.kept", reply.title[pages.language(request)])


@router.post("/{code}/leave-out")
async def leave_out(request: Request, code: str, by: Supervising) -> Response:
    """Use the reply no more."""
    known = await _known(request, code)
    await services.of(request).replies.leave_out(code, by)
    return await _changed(request, by, code, "replies.removed", known.reply.title[pages.language(request)])


@router.post("/{code}/restore")
async def restore(request: Request, code: str, by: Supervising) -> Response:
    """Have the reply as it was shipped."""
    book = services.of(request).replies
    try:
        await book.restore(code)
    except UnknownReplyError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    title = (await book.one(code)).reply.title[pages.language(request)]
    return await _changed(request, by, code, "replies.restored", title)


async def _known(request: Request, code: str) -> Known:
    if code == NEW:
        return Known(_BLANK, shipped=False, changed=False)
    try:
        return await services.of(request).replies.one(code)
    except UnknownReplyError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


async def _changed(request: Request, by: Account, code: str, flash: str, title: str) -> Response:
    subject = Subject("reply", code)
    await services.of(request).audit.record(by, Action.REPLY_CHANGED, subject, address=client_address(request))
    return pages.redirect(request, _LIST, flash, title=title)


def _form(request: Request, code: str, known: Known, problem: str | None = None) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return pages.page(
        request,
        "replies/one.html",
        status,
        code=code,
        known=known,
        problem=problem,
        places=sorted(PLACES),
        is_new=code == NEW,
    )

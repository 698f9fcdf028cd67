"""Owns the pages where announcements are written: what they say in both languages, and from when to when."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

from database.base import now
from kb.announcements import Notice, NoticeConflictError
from kb.problems import Problem
from kb.schema import SHORT_TEXT_MAX
from kb.tables import Announcement, AnnouncementLevel
from language.normalisation import clean
from staff.audit import Action, Subject
from staff.tables import Account
from web import services
from web.staff import days, pages
from web.staff.kb import wording
from web.staff.kb.access import Publisher

router = APIRouter(prefix="/announcements")

_LIST: Final = "/staff/kb/announcements"
_USUAL_LENGTH: Final = timedelta(hours=4)


class Entry(BaseModel):
    """What was written in the form, as it was written; times are those of Kazakhstan."""

    ru: str = ""
    kk: str = ""
    level: str = AnnouncementLevel.INFO.value
    starts_at: str = ""
    ends_at: str = ""
    edition: int = 0

    @classmethod
    def of(cls, kept: Announcement) -> "Entry":
        """Return the form of an announcement."""
        return cls(
            ru=kept.ru,
            kk=kept.kk,
            level=kept.level.value,
            starts_at=days.written(kept.starts_at),
            ends_at=days.written(kept.ends_at),
            edition=kept.edition,
        )

    def read(self) -> tuple[Notice | None, dict[str, Problem]]:
        """Return the notice when it is sound, and what is wrong by field."""
        try:
            notice = Notice.model_validate(
                {
                    "ru": clean(self.ru),
                    "kk": clean(self.kk),
                    "level": self.level,
                    "starts_at": days.moment(self.starts_at),
                    "ends_at": days.moment(self.ends_at),
                }
            )
        except ValidationError as error:
            faults = [Problem.of(fault, str((*fault["loc"], "ends_at")[0])) for fault in error.errors()]
            wrong = {problem.column: problem for problem in reversed(faults)}
            for name in ("starts_at", "ends_at"):
                if name in wrong and wrong[name].kind != "dates_order":
                    wrong[name] = Problem(name, "moment")
            return None, wrong
        return notice, {}


@router.get("")
async def show_all(request: Request, _by: Publisher) -> Response:
    """List the announcements: those that hold, those to come, those that are over."""
    return pages.page(
        request, "kb/announcements.html", announcements=await services.of(request).announcements.all(), now=now()
    )


@router.get("/new")
async def show_new(request: Request, _by: Publisher) -> Response:
    """Show an empty form, from now on."""
    start = now()
    entry = Entry(starts_at=days.written(start), ends_at=days.written(start + _USUAL_LENGTH))
    return _form(request, None, entry)


@router.post("/new")
async def create(request: Request, by: Publisher, entry: Annotated[Entry, Form()]) -> Response:
    """Keep a new announcement; it is shown from its start on."""
    notice, problems = entry.read()
    if notice is None:
        return _form(request, None, entry, problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    kept = await services.of(request).announcements.add(notice, by.login)
    return await _announced(request, by, kept, "announced")


@router.get("/{number}")
async def show_one(request: Request, number: int, _by: Publisher) -> Response:
    """Show one announcement for change."""
    kept = await services.of(request).announcements.get(number)
    if kept is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return _form(request, number, Entry.of(kept))


@router.post("/{number}")
async def change(request: Request, number: int, by: Publisher, entry: Annotated[Entry, Form()]) -> Response:
    """Change an announcement; who comes second sees the other's text beside his own."""
    notice, problems = entry.read()
    if notice is None:
        return _form(request, number, entry, problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        kept = await services.of(request).announcements.change(number, notice, by.login, edition=entry.edition)
    except NoticeConflictError as conflict:
        if conflict.current is None:
            raise HTTPException(HTTPStatus.NOT_FOUND) from None
        return _form(request, number, entry, theirs=conflict.current, status=HTTPStatus.CONFLICT)
    return await _announced(request, by, kept, "announced")


@router.post("/{number}/end")
async def end(request: Request, number: int, by: Publisher, edition: Annotated[int, Form()]) -> Response:
    """Let an announcement end now."""
    try:
        kept = await services.of(request).announcements.end(number, by.login, edition=edition)
    except NoticeConflictError:
        return pages.redirect(request, _LIST, "kb.flash.overtaken")
    return await _announced(request, by, kept, "ended")


async def _announced(request: Request, by: Account, kept: Announcement, flash: str) -> Response:
    parts = services.of(request)
    await parts.live.refresh()
    await parts.audit.record(by, Action.ANNOUNCEMENT_CHANGED, Subject("announcement", str(kept.id)))
    return pages.redirect(request, _LIST, f"kb.flash.{flash}")


def _form(
    request: Request,
    number: int | None,
    entry: Entry,
    problems: dict[str, Problem] | None = None,
    *,
    theirs: Announcement | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    spoken = pages.language(request)
    return pages.page(
        request,
        "kb/announcement.html",
        status,
        number=number,
        entry=entry,
        edition=theirs.edition if theirs else entry.edition,
        problems={name: wording.sentence(problem, spoken) for name, problem in (problems or {}).items()},
        theirs=theirs,
        levels=tuple(AnnouncementLevel),
        longest=SHORT_TEXT_MAX,
    )

"""Owns the pages of written requests for recordings (rule 18): what came in, what is due, what was released."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.exceptions import HTTPException

from contact_centre.recording_requests import (
    TERM,
    AlreadyAnsweredError,
    InvalidRequestError,
    Letter,
    NothingReleasedError,
    UnknownRequestError,
)
from contact_centre.tables import RecordingRequest
from database.base import now
from staff.audit import Action, Subject
from staff.roles import Permission
from staff.tables import Account
from web import looks, services
from web.staff import days, pages
from web.staff.days import Day
from web.staff.guard import require
from web.staff.sign_in import client_address

router = APIRouter(prefix="/recording-requests")

Reader = Annotated[Account, Depends(require(Permission.RECORDINGS_READ))]
Releaser = Annotated[Account, Depends(require(Permission.RECORDINGS_RELEASE))]
Field = Annotated[str, Form(max_length=200)]
_LIST: Final = "/staff/recording-requests"
_HOURS: Final = int(TERM.total_seconds() // 3600)


@router.get("")
async def show_all(request: Request, _by: Reader) -> Response:
    """List the requests, the one due first at the top."""
    found = await services.of(request).recording_requests.all()
    return pages.page(request, "recording_requests/list.html", requests=found, now=now(), hours=_HOURS)


@router.get("/new")
async def show_new(request: Request, _by: Releaser) -> Response:
    """Show the form of a request that came in."""
    return _new_form(request, {"received_at": days.written(now())})


@router.post("/new")
async def register(
    request: Request,
    *,
    by: Releaser,
    letter: Field = "",
    asked_by: Field = "",
    received_at: Field = "",
    called_on: Annotated[Day, Form()] = "",
    phone: Field = "",
) -> Response:
    """Keep a request; its four hours run from its receipt."""
    parts = services.of(request)
    given = {
        "letter": letter,
        "asked_by": asked_by,
        "received_at": received_at,
        "called_on": str(called_on),
        "phone": phone,
    }
    received = days.moment(received_at)
    if received is None or not called_on:
        return _new_form(request, given, "received_at" if received is None else "called_on")
    try:
        kept = await parts.recording_requests.register(Letter(letter, asked_by, received, called_on, phone), by)
    except InvalidRequestError as error:
        return _new_form(request, given, error.field)
    subject = Subject("recording_request", str(kept.id))
    await parts.audit.record(by, Action.RECORDING_REQUESTED, subject, address=client_address(request))
    return pages.redirect(request, f"{_LIST}/{kept.id}", "recording_requests.kept", letter=kept.letter)


@router.get("/{number}")
async def show_one(request: Request, number: int, by: Reader) -> Response:
    """Show a request with the recordings that fit it or, once it is answered, those that were released."""
    asked = await _known(request, number)
    subject = Subject("recording_request", str(number))
    await services.of(request).audit.record_once(
        by, Action.RECORDING_REQUEST_READ, subject, within=looks.ONE_LOOK, address=client_address(request)
    )
    return await _show(request, asked)


@router.post("/{number}")
async def answer(
    request: Request,
    number: int,
    *,
    by: Releaser,
    recording: Annotated[list[int], Form(default_factory=list)],
    why_none: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Release the chosen recordings, or keep why there is none."""
    parts = services.of(request)
    try:
        kept = await parts.recording_requests.answer(number, recording, why_none, by)
    except UnknownRequestError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    except AlreadyAnsweredError:
        return pages.redirect(request, f"{_LIST}/{number}", "recording_requests.answered_before")
    except NothingReleasedError:
        return await _show(request, await _known(request, number), "nothing")
    detail = {"recording": ", ".join(map(str, kept.released)) or "-"}
    subject = Subject("recording_request", str(number))
    await parts.audit.record(by, Action.RECORDING_RELEASED, subject, detail=detail, address=client_address(request))
    return pages.redirect(request, f"{_LIST}/{number}", "recording_requests.answered", letter=kept.letter)


async def _known(request: Request, number: int) -> RecordingRequest:
    try:
        return await services.of(request).recording_requests.one(number)
    except UnknownRequestError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None


async def _show(request: Request, asked: RecordingRequest, problem: str | None = None) -> Response:
    parts = services.of(request)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return pages.page(
        request,
        "recording_requests/one.html",
        status,
        asked=asked,
        found=await parts.recording_requests.recordings(asked),
        called_on=f"{asked.called_on:%d.%m.%Y}",
        now=now(),
        problem=problem,
    )


def _new_form(request: Request, given: dict[str, str], problem: str | None = None) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return pages.page(
        request,
        "recording_requests/new.html",
        status,
        given={"letter": "", "asked_by": "", "called_on": "", "phone": "", **given},
        problem=problem,
        hours=_HOURS,
    )

"""Owns what the voice process reports of the telephone exchange, and what it asks for: calls, seats, recordings."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, WebSocket, WebSocketDisconnect
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from contact_centre.events import DESK, DeskChanged, ListenerTooSlowError
from contact_centre.exchange import CallEvent, CallNews, LiveCall, Seat
from contact_centre.recordings import FILE, UnsafeFileError
from contact_centre.register import UnknownContactError
from contact_centre.states import State
from contact_centre.values import Language, Side
from web import services
from web.access import is_our_service, only_services
from web.chat_models import Phone
from web.problems import InvalidFieldError, Problem, ProblemError

if TYPE_CHECKING:
    from contact_centre.tables import Contact

router = APIRouter(prefix="/api/exchange", tags=["exchange"], dependencies=[Depends(only_services)])
stream_router = APIRouter()

_POLICY_VIOLATION: Final = 1008
_FIRST_YEAR, _LAST_YEAR = MINYEAR + 1, MAXYEAR - 1
_SETTLE_S: Final = 0.05
"""Changes of the queue come in bursts: the seats are read once for all that come within this time."""
_REPEAT_S: Final = 10.0
"""The seats are sent again after so long without news."""


def _in_utc(at: datetime) -> datetime:
    """Return the time as we count; a clock that is centuries wrong is taken as the nearest time we can count with."""
    year = min(max(at.year, _FIRST_YEAR), _LAST_YEAR)
    return (at if year == at.year else datetime(year, 1, 1, tzinfo=UTC)).astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Login = Annotated[str, StringConstraints(min_length=1, max_length=64)]
File = Annotated[str, StringConstraints(pattern=FILE, max_length=255)]


def _problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    return {status.value: {"model": Problem, "description": status.phrase} for status in statuses}


_COMMON = _problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CallNewsIn(_Request):
    """Something that happened to a call, at the exchange's own time.

    `waiting_since` is told with an answer, in case its beginning was missed; `consultant` is a login.
    """

    call: UUID
    event: CallEvent
    at: Moment
    caller: Phone | None = None
    language: Language | None = None
    consultant: Login | None = None
    waiting_since: Moment | None = None


class ContactOut(BaseModel):
    """The contact of a call."""

    number: str
    state: State

    @classmethod
    def of(cls, contact: Contact) -> Self:
        """Show a contact."""
        return cls(number=contact.number, state=contact.state)


class CallbackIn(_Request):
    """The caller wants to be called back at a number that was confirmed."""

    call: UUID
    phone: Phone
    at: Moment


class CallbackOut(BaseModel):
    """What the caller is told; null when the call-back was promised already, or a consultant has the call."""

    text: str | None


class LiveCallIn(_Request):
    """A call that the exchange has now."""

    call: UUID
    place: Literal["waiting", "talking", "elsewhere"]
    caller: Phone | None = None
    language: Language | None = None
    consultant: Login | None = None
    waiting_since: Moment | None = None


class StateIn(_Request):
    """Everything that the exchange has at one time; `reachable` are logins whose telephones it can ring."""

    at: Moment
    calls: list[LiveCallIn] = Field(max_length=2_000)
    reachable: list[Login] = Field(max_length=2_000)


class SeatOut(BaseModel):
    """A consultant; `phone` says whether to ring a telephone, to leave it alone, or to take it out of every queue.

    It is the telephone in the console when `softphone` says so, else the one on the desk.
    """

    model_config = ConfigDict(from_attributes=True)

    account: int
    login: str
    name: str
    languages: list[Language]
    topics: list[str]
    phone: Literal["ready", "paused", "out"]
    softphone: bool


class SeatsOut(BaseModel):
    """Every consultant."""

    seats: list[SeatOut]

    @classmethod
    def of(cls, seats: list[Seat]) -> Self:
        """Show the seats."""
        return cls(seats=[SeatOut.model_validate(seat) for seat in seats])


class OfCall(_Request):
    """What was recorded: a call of the exchange."""

    call: UUID


class OfConversation(_Request):
    """What was recorded: a conversation in the browser."""

    conversation: UUID


class RecordingIn(_Request):
    """A recording in the folder of recordings; `tracks` are files of one side each."""

    of: OfCall | OfConversation
    file: File
    tracks: dict[Side, File] = {}
    started_at: Moment
    duration_ms: int = Field(ge=0, lt=2**31)


class RecordingOut(BaseModel):
    """The recording as it is known."""

    id: int
    number: str


@router.post("/events", summary="Report what happened to a call", responses=_COMMON)
async def report(request: Request, body: CallNewsIn) -> ContactOut:
    """Let it happen to the call's contact; the same report again, or one that comes too late, changes nothing."""
    return ContactOut.of(await services.of(request).exchange.take(CallNews(**dict(body))))


@router.post("/callbacks", summary="Ask for a call-back", responses=_COMMON)
async def call_back(request: Request, body: CallbackIn) -> CallbackOut:
    """Turn the call's wait into a call-back with a due time."""
    return CallbackOut(text=await services.of(request).exchange.call_back(body.call, body.phone, body.at))


@router.put("/state", summary="Correct what is known", status_code=HTTPStatus.NO_CONTENT, responses=_COMMON)
async def synchronise(request: Request, body: StateIn) -> Response:
    """Compare with everything that the exchange has; calls that are not named are over."""
    calls = [LiveCall(**dict(call)) for call in body.calls]
    await services.of(request).exchange.synchronise(calls, frozenset(body.reachable), body.at)
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.get("/seats", summary="Whom the exchange may ring", responses=_problems(HTTPStatus.UNAUTHORIZED))
async def show_seats(request: Request) -> SeatsOut:
    """Return every consultant who has been at the console; `WS /api/exchange/seats/stream` pushes the same."""
    return SeatsOut.of(await services.of(request).exchange.seats())


@router.post(
    "/recordings",
    summary="Attach a recording",
    status_code=HTTPStatus.CREATED,
    responses=_COMMON | _problems(HTTPStatus.NOT_FOUND),
)
async def attach(request: Request, body: RecordingIn) -> RecordingOut:
    """Attach a finished recording to the contact; the same file again is attached once."""
    parts = services.of(request)
    try:
        contact = await _recorded(request, body)
        recording = await parts.recordings.add(contact.id, body.file, body.started_at, body.duration_ms, body.tracks)
    except UnknownContactError:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_conversation") from None
    except UnsafeFileError:
        raise InvalidFieldError("file", "unsafe_file") from None
    return RecordingOut(id=recording.id, number=contact.number)


async def _recorded(request: Request, body: RecordingIn) -> Contact:
    parts = services.of(request)
    if isinstance(body.of, OfCall):
        return await parts.exchange.contact(body.of.call)
    return await parts.register.contact(body.of.conversation)


@stream_router.websocket("/api/exchange/seats/stream")
async def stream_seats(websocket: WebSocket) -> None:
    """Push the seats: all of them, at the beginning and whenever one changes."""
    if not is_our_service(websocket):
        await websocket.close(_POLICY_VIOLATION)
        return
    await websocket.accept()
    tasks = [asyncio.create_task(work) for work in (_push(websocket), _until_left(websocket))]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    await asyncio.gather(*pending, return_exceptions=True)
    with suppress(WebSocketDisconnect, ListenerTooSlowError):  # it asks again when it is back
        for task in done:
            task.result()


async def _push(websocket: WebSocket) -> None:
    parts = services.of(websocket)
    with parts.bus.subscribe(DESK) as news:
        while True:
            await websocket.send_text(SeatsOut.of(await parts.exchange.seats()).model_dump_json())
            try:
                async with asyncio.timeout(_REPEAT_S):
                    while not isinstance(await news.next(), DeskChanged):
                        pass
            except TimeoutError:
                continue  # a sign of life, with what the queue does not tell of: an account that was closed
            await asyncio.sleep(_SETTLE_S)


async def _until_left(websocket: WebSocket) -> None:
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass  # nothing is expected

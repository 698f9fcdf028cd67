"""Owns what the voice process tells the contact centre of calls, and what it hears of the consultants' seats."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from language import Language
from voice_channel.web_api import WebApiError, read

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from pydantic import SecretStr

    from voice_channel.web_api import WebApi

Event = Literal["joined", "ringing", "not_answered", "refused", "answered", "completed", "returned", "hung_up"]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,15}$")]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class Report(_Shape):
    """Something that happened to a call."""

    call: UUID
    event: Event
    at: datetime
    caller: Phone | None = None
    language: Language | None = None
    consultant: str | None = None
    waiting_since: datetime | None = None


class LiveCall(_Shape):
    """A call that the exchange has now."""

    call: UUID
    place: Literal["waiting", "talking", "elsewhere"]
    caller: Phone | None = None
    language: Language | None = None
    consultant: str | None = None
    waiting_since: datetime | None = None


class State(_Shape):
    """Everything that the exchange has at one time."""

    at: datetime
    calls: tuple[LiveCall, ...]
    reachable: tuple[str, ...]


class RecordingOf(_Shape):
    """What was recorded."""

    call: UUID | None = None
    conversation: UUID | None = None


class Recorded(_Shape):
    """A finished recording, by its name in the folder of recordings."""

    of: RecordingOf
    file: str
    tracks: dict[Literal["caller", "line"], str] = {}
    started_at: datetime
    duration_ms: int


class Seat(_Shape):
    """A consultant, by login and number of the account; whether to ring a telephone, and whether the console's."""

    account: int
    login: str
    languages: tuple[Language, ...]
    phone: Literal["ready", "paused", "out"]
    softphone: bool


class _Seats(BaseModel):
    seats: tuple[Seat, ...]


class _Promise(BaseModel):
    text: str | None


class ExchangeClient:
    """Client of the exchange's part of the web API at `url`."""

    def __init__(self, web: WebApi, url: str, service_token: SecretStr | None) -> None:
        self._web = web
        self._stream = f"{url.replace('http', 'ws', 1)}/api/exchange/seats/stream"
        self._token = service_token.get_secret_value() if service_token else ""

    async def report(self, report: Report) -> None:
        """Tell what happened to a call. Raises WebApiError."""
        await self._send("POST", "events", report)

    async def put_state(self, state: State) -> None:
        """Tell everything that the exchange has. Raises WebApiError."""
        await self._send("PUT", "state", state)

    async def attach(self, recorded: Recorded) -> None:
        """Attach a recording to its contact. Raises WebApiError."""
        await self._send("POST", "recordings", recorded)

    async def call_back(self, call: UUID, phone: str, at: datetime) -> str | None:
        """Ask for a call-back; return what the caller is told, None when it was promised before. Raises WebApiError."""
        body = {"call": str(call), "phone": phone, "at": at.isoformat()}
        content = await self._web.send("POST", "/api/exchange/callbacks", self._token, body, {HTTPStatus.OK})
        return read(_Promise, content).text

    async def seats(self) -> AsyncIterator[tuple[Seat, ...]]:
        """Yield the seats, at once and whenever they change.

        Raises:
            WebApiError: the stream cannot be had, or it broke.

        """
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with connect(self._stream, additional_headers=headers, proxy=None, open_timeout=5) as stream:
                async for frame in stream:
                    yield read(_Seats, frame if isinstance(frame, bytes) else frame.encode()).seats
        except (OSError, TimeoutError, InvalidHandshake, WebSocketException) as error:
            raise WebApiError(f"the seats cannot be followed: {error or type(error).__name__}") from error

    async def _send(self, method: str, part: str, body: _Shape) -> None:
        fields = body.model_dump(mode="json", exclude_none=True)
        expected = {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}
        await self._web.send(method, f"/api/exchange/{part}", self._token, fields, expected)

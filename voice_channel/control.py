"""Owns what the dialplan and operators ask over HTTP: /leg, /next, /calls and the health addresses."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final
from uuid import uuid4

from fastapi import FastAPI, HTTPException, Query, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, ValidationError

from language import Language
from observability.health import health_router
from voice_channel.access import is_our_web_process
from voice_channel.browser_leg import BrowserLeg, CallRequest
from voice_channel.chat_client import Conversation
from voice_channel.sessions import LegKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import SecretStr

    from observability.health import Check
    from voice_channel.sessions import Sessions
    from voice_channel.switchboard import Switchboard

_POLICY_VIOLATION: Final = 1008
_Name = Annotated[str, Query(max_length=200)]


class TurnOut(BaseModel):
    """One thing said in a call."""

    who: str
    text: str
    started_at: datetime
    ended_at: datetime
    latency_ms: dict[str, int]
    heard: str | None


class CallOut(BaseModel):
    """What is known of a call; `number` is the contact's registration number, `recording` the file's place."""

    call: str
    state: str
    language: Language | None
    number: str
    recording: str | None
    turns: list[TurnOut]


def create_app(
    sessions: Sessions, switchboard: Switchboard, checks: Mapping[str, Check], service_token: SecretStr | None
) -> FastAPI:
    """Return the control endpoints; a call from a browser needs `service_token`, which only our web process has."""
    app = FastAPI(title="1414 voice control", docs_url=None, redoc_url=None)
    app.include_router(health_router(checks))

    @app.get("/leg", response_class=PlainTextResponse, summary="Announce a leg; answers its session")
    async def leg(call: _Name, kind: LegKind = LegKind.MAIN, caller: _Name = "", called: _Name = "") -> str:  # noqa: ARG001
        return str(sessions.issue(kind, call, caller).id)

    @app.get("/next", response_class=PlainTextResponse, summary="What follows a leg")
    async def following(sid: _Name = "", call: _Name = "", attempt: Annotated[str, Query(alias="try")] = "") -> str:  # noqa: ARG001
        return sessions.next(sid, attempt).value

    @app.get("/calls/{call}", summary="What is known of a call")
    async def call_record(call: str) -> CallOut:
        record = sessions.call(call)
        if record is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "no such call")
        return CallOut.model_validate(record, from_attributes=True)

    @app.websocket("/browser")
    async def browser(websocket: WebSocket) -> None:
        if not is_our_web_process(websocket.headers.get("authorization", ""), service_token):
            await websocket.close(_POLICY_VIOLATION)
            return
        await websocket.accept()
        try:
            wanted = CallRequest.model_validate_json(await websocket.receive_text())
        except (ValidationError, WebSocketDisconnect):
            await websocket.close(_POLICY_VIOLATION)
            return
        await _hold_browser_call(sessions, switchboard, websocket, wanted)

    return app


async def _hold_browser_call(
    sessions: Sessions, switchboard: Switchboard, websocket: WebSocket, wanted: CallRequest
) -> None:
    session = sessions.issue(LegKind.MAIN, str(uuid4()), None)
    session.claimed = session.record.in_browser = True
    session.record.conversation = Conversation(id=wanted.conversation, token=wanted.token, number=wanted.number)
    session.record.number, session.record.language = wanted.number, wanted.language
    leg = BrowserLeg(websocket)
    try:
        await switchboard.serve(session, leg)
    finally:
        await leg.close()

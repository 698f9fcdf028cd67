"""Owns how the staff hear recordings of conversations (rule 21). Every listening is in the audit log beforehand."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException

from contact_centre.register import UnknownContactError
from contact_centre.tables import Recording
from contact_centre.values import Side
from database.base import now
from staff.audit import Action, Filter, Subject
from staff.roles import Permission
from staff.tables import Account
from web import services
from web.staff.guard import require
from web.staff.sign_in import client_address

router = APIRouter(prefix="/contacts")

Listener = Annotated[Account, Depends(require(Permission.RECORDINGS_READ))]
_ONE_LISTENING: Final = timedelta(hours=1)
"""A player asks for a recording piece by piece: within this time they are one listening."""
_LOOKED_BACK: Final = 100


@router.get("/{number}/recordings/{recording_id}")
async def hear(request: Request, number: str, recording_id: int, by: Listener, side: Side | None = None) -> Response:
    """Send the sound, whole or one side of it; a player may ask for a part (RFC 9110, 14)."""
    parts = services.of(request)
    try:
        contact = await parts.register.numbered(number)
    except UnknownContactError:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    recording = await parts.recordings.one(contact.id, recording_id)
    place = None if recording is None else parts.recordings.sound(recording, side)
    if recording is None or place is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    await _record(request, by, Subject("contact", number), recording)
    return FileResponse(place, media_type="audio/wav", headers={"Cache-Control": "no-store"})


async def _record(request: Request, by: Account, subject: Subject, recording: Recording) -> None:
    audit, detail = services.of(request).audit, {"recording": str(recording.id)}
    wanted = Filter(login=by.login, action=Action.RECORDING_HEARD, since=now() - _ONE_LISTENING)
    heard = await audit.records(wanted, _LOOKED_BACK)
    if not any(one.object_id == subject.id and one.detail == detail for one in heard):
        await audit.record(by, Action.RECORDING_HEARD, subject, detail=detail, address=client_address(request))

"""Owns the written requests for recordings (rule 18): what they ask for, by when they are due, what was released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from contact_centre.numbers import TIME_ZONE
from contact_centre.search import Wanted, conditions
from contact_centre.tables import Contact, Recording, RecordingRequest
from database.base import now
from language.phones import phone_in

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database
    from staff.tables import Account

TERM: Final = timedelta(hours=4)
"""From the receipt of the request (rule 18)."""
SHOWN: Final = 100


class UnknownRequestError(LookupError):
    """There is no request with this number."""


class InvalidRequestError(ValueError):
    """Something that a request must have is missing or cannot be; `field` says what."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class AlreadyAnsweredError(RuntimeError):
    """The request was answered before."""


class NothingReleasedError(ValueError):
    """An answer without a recording must say why there is none."""


@dataclass(frozen=True)
class Letter:
    """What a written request says, and when it was received; rule 18 wants the day of the call and the phone."""

    number: str
    """With its date, as the sender gave them."""
    sender: str
    received_at: datetime
    called_on: date
    phone: str


class RecordingRequests:
    """The requests in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, letter: Letter, by: Account) -> RecordingRequest:
        """Keep a request that came in writing.

        Raises:
            InvalidRequestError: the letter or its sender is not named, a time lies ahead, or the phone is none.

        """
        phone = phone_in(letter.phone)
        checks = {
            "letter": bool(letter.number.strip()),
            "asked_by": bool(letter.sender.strip()),
            "received_at": letter.received_at <= now(),
            "called_on": letter.called_on <= letter.received_at.astimezone(TIME_ZONE).date(),
            "phone": phone is not None,
        }
        for field, holds in checks.items():
            if not holds:
                raise InvalidRequestError(field)
        async with self._database.write() as session:
            request = RecordingRequest(
                letter=letter.number.strip(),
                asked_by=letter.sender.strip(),
                received_at=letter.received_at,
                due_at=letter.received_at + TERM,
                called_on=letter.called_on,
                phone=phone,
                account_id=by.id,
                released=[],
                answer="",
            )
            session.add(request)
        return request

    async def all(self) -> Sequence[RecordingRequest]:
        """Return those not answered, the one due first at the front, then the last `SHOWN` that were answered."""
        query = select(RecordingRequest).where(RecordingRequest.answered_at.is_not(None))
        async with self._database.read() as session:
            answered = await session.scalars(query.order_by(RecordingRequest.answered_at.desc()).limit(SHOWN))
            return [*await _waiting(session), *answered]

    async def waiting(self) -> Sequence[RecordingRequest]:
        """Return the requests that are not answered, the one due first at the front."""
        async with self._database.read() as session:
            return await _waiting(session)

    async def one(self, number: int) -> RecordingRequest:
        """Return a request. Raises UnknownRequestError."""
        async with self._database.read() as session:
            found = await session.get(RecordingRequest, number)
        if found is None:
            raise UnknownRequestError(number)
        return found

    async def recordings(self, request: RecordingRequest) -> list[tuple[Contact, Recording]]:
        """Return the recordings of that day's contacts with that phone, or, once answered, those that were released."""
        query = select(Contact, Recording).join(Recording, Recording.contact_id == Contact.id)
        if request.answered_at is not None:
            query = query.where(Recording.id.in_(request.released))
        else:
            begins = datetime.combine(request.called_on, time(), TIME_ZONE)
            ends = begins + timedelta(days=1)
            query = query.where(Recording.started_at >= begins, Recording.started_at < ends)
            query = query.where(*conditions(Wanted(phone=request.phone)))
        async with self._database.read() as session:
            rows = await session.execute(query.order_by(Recording.started_at, Recording.id))
            return [(contact, recording) for contact, recording in rows]

    async def answer(self, number: int, released: Collection[int], why_none: str, by: Account) -> RecordingRequest:
        """Release recordings, or say why there is none to release.

        Raises:
            UnknownRequestError: there is no such request.
            AlreadyAnsweredError: it was answered before.
            NothingReleasedError: there is neither a recording that fits the request nor a reason.

        """
        request = await self.one(number)
        fitting = {recording.id for _, recording in await self.recordings(request)}
        async with self._database.write() as session:
            request = await session.get_one(RecordingRequest, number, with_for_update=True, populate_existing=True)
            if request.answered_at is not None:
                raise AlreadyAnsweredError(number)
            chosen = sorted(fitting & set(released))
            if not chosen and not why_none.strip():
                raise NothingReleasedError(number)
            request.released, request.answer = chosen, "" if chosen else why_none.strip()
            request.answered_at, request.answered_by = now(), by.id
        return request


async def _waiting(session: AsyncSession) -> Sequence[RecordingRequest]:
    query = select(RecordingRequest).where(RecordingRequest.answered_at.is_(None))
    return (await session.scalars(query.order_by(RecordingRequest.due_at))).all()

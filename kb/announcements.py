"""Owns the announcements: notices in both languages that come before anything else while they last."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  pydantic reads the annotations
from typing import TYPE_CHECKING

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator
from sqlalchemy import select

from database.base import now
from kb.schema import ShortText
from kb.store import raise_version
from kb.tables import Announcement, AnnouncementLevel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from database.engine import Database


class Notice(BaseModel):
    """What an announcement says, how it is shown, and from when to when."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    ru: ShortText
    kk: ShortText
    level: AnnouncementLevel = AnnouncementLevel.INFO
    starts_at: AwareDatetime
    ends_at: AwareDatetime

    @model_validator(mode="after")
    def _ends_later(self) -> Notice:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at is not after starts_at")
        return self

    def is_shown(self, at: datetime) -> bool:
        """Whether it holds at that moment."""
        return self.starts_at <= at < self.ends_at


class NoticeConflictError(Exception):
    """Someone else changed the announcement meanwhile; `current` is how it stands, None when it is gone."""

    def __init__(self, current: Announcement | None) -> None:
        super().__init__("the announcement was changed meanwhile")
        self.current = current


class Announcements:
    """The announcements, kept in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[Announcement]:
        """Return every announcement, the one that lasts longest first."""
        async with self._database.read() as session:
            return (await session.scalars(select(Announcement).order_by(Announcement.ends_at.desc()))).all()

    async def current(self) -> list[Notice]:
        """Return what holds now or is still to come, in the order of the start."""
        async with self._database.read() as session:
            query = select(Announcement).where(Announcement.ends_at > now()).order_by(Announcement.starts_at)
            return [Notice.model_validate(row) for row in await session.scalars(query)]

    async def get(self, number: int) -> Announcement | None:
        """Return one announcement."""
        async with self._database.read() as session:
            return await session.get(Announcement, number)

    async def add(self, notice: Notice, author: str) -> Announcement:
        """Keep a new announcement; readers have it within two seconds."""
        async with self._database.write() as session:
            kept = Announcement(**notice.model_dump(), author=author)
            session.add(kept)
            await raise_version(session)
            return kept

    async def change(self, number: int, notice: Notice, author: str, *, edition: int) -> Announcement:
        """Change the announcement that the author saw as `edition`.

        Raises:
            NoticeConflictError: someone else changed it meanwhile.

        """
        async with self._database.write() as session:
            kept = await _held(session, number, edition)
            for name, value in notice:
                setattr(kept, name, value)
            kept.author, kept.changed_at, kept.edition = author, now(), edition + 1
            await raise_version(session)
            return kept

    async def end(self, number: int, author: str, *, edition: int) -> Announcement:
        """Let an announcement end now.

        Raises:
            NoticeConflictError: someone else changed it meanwhile.

        """
        async with self._database.write() as session:
            kept = await _held(session, number, edition)
            kept.ends_at = now()
            kept.starts_at = min(kept.starts_at, kept.ends_at)
            kept.author, kept.changed_at, kept.edition = author, now(), edition + 1
            await raise_version(session)
            return kept


async def _held(session: AsyncSession, number: int, edition: int) -> Announcement:
    """Return the announcement as the author saw it, held against other writers until the transaction ends."""
    kept = await session.get(Announcement, number, with_for_update=True)
    if kept is None:
        raise NoticeConflictError(None)
    if kept.edition != edition:
        session.expunge(kept)  # the rollback would empty it
        raise NoticeConflictError(kept)
    return kept

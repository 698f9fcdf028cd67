"""Owns the recordings of conversations (rule 21): which files belong to which contact, and where they may be."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from contact_centre.tables import Recording
from database.base import now

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path
    from uuid import UUID

    from contact_centre.values import Side
    from database.engine import Database

FOLDER: Final = "recordings"
"""Below the data folder; whoever records writes there."""
FILE: Final = r"^([A-Za-z0-9][A-Za-z0-9_-]*/)?[A-Za-z0-9][A-Za-z0-9_-]*\.wav$"
"""What a recording may be called there: at most one folder down, and nothing that leads elsewhere."""


class UnsafeFileError(ValueError):
    """Not the name of a WAV file in the folder of recordings."""


class Recordings:
    """The recordings in `folder`, known by `database`."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    async def add(
        self, contact_id: UUID, file: str, started_at: datetime, duration_ms: int, tracks: Mapping[Side, str]
    ) -> Recording:
        """Attach a recording to a contact; the same file again changes what is known of it.

        Raises:
            UnsafeFileError: a name leads out of the folder.

        """
        for name in (file, *tracks.values()):
            self._place(name)
        async with self._database.write() as session:
            recording = await session.scalar(select(Recording).where(Recording.file == file))
            if recording is None:
                recording = Recording(contact_id=contact_id, file=file, created_at=now())
                session.add(recording)
            recording.started_at, recording.duration_ms, recording.tracks = started_at, duration_ms, dict(tracks)
        return recording

    async def of(self, contact_id: UUID) -> list[Recording]:
        """Return a contact's recordings, the first one first."""
        query = select(Recording).where(Recording.contact_id == contact_id).order_by(Recording.started_at, Recording.id)
        async with self._database.read() as session:
            return list(await session.scalars(query))

    async def one(self, contact_id: UUID, recording_id: int) -> Recording | None:
        """Return one of a contact's recordings; None when it has no such."""
        query = select(Recording).where(Recording.id == recording_id, Recording.contact_id == contact_id)
        async with self._database.read() as session:
            return await session.scalar(query)

    def sound(self, recording: Recording, side: Side | None = None) -> Path | None:
        """Return the file of a recording, whole or one side of it; None when it is not there (any more)."""
        name = recording.file if side is None else recording.tracks.get(side)
        if name is None:
            return None
        place = self._place(name)
        return place if place.is_file() else None

    def _place(self, name: str) -> Path:
        place = self._folder / name
        if not re.fullmatch(FILE, name) or not place.resolve().is_relative_to(self._folder.resolve()):
            raise UnsafeFileError(name)
        return place

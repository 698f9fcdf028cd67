"""Owns rows as plain records, for what is only looked at: objects that a session watches cost several times as much."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Select, select

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.queue.model import Phase
    from contact_centre.states import State
    from contact_centre.tables import Contact, Message, QueueEntry
    from contact_centre.values import Channel, EntryKind, Language, Sender

_READ_AT_ONCE: Final = 500
"""Rows. Between two such parts of a long answer the process serves others."""
_Snapshot = TypeVar("_Snapshot")


@dataclass(frozen=True, slots=True)
class EntrySnapshot:
    """A wait for a consultant and the talk that came of it; see `contact_centre.tables.QueueEntry`."""

    id: int
    contact_id: UUID
    kind: EntryKind
    language: Language
    topic: str | None
    queued_at: datetime
    priority: int
    external: bool
    returned: bool
    due_at: datetime | None
    reserved_for: int | None
    phase: Phase
    consultant_id: int | None
    offered_at: datetime | None
    accepted_at: datetime | None
    first_accepted_at: datetime | None
    talk_ended_at: datetime | None
    wrap_up_until: datetime | None
    over_at: datetime | None
    refusals: dict[str, str]
    outcome: str | None
    rating: int | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class ContactSnapshot:
    """What consoles show of a contact; see `contact_centre.tables.Contact`."""

    id: UUID
    number: str
    channel: Channel
    language: Language | None
    call_id: UUID | None
    state: State
    phone: str | None
    email: str | None
    handoff_reason: str | None
    service: str | None


@dataclass(frozen=True, slots=True)
class MessageSnapshot:
    """What lists show of a message; see `contact_centre.tables.Message`."""

    id: int
    contact_id: UUID
    at: datetime
    sender: Sender
    language: Language
    text: str
    buttons: list[dict[str, str]] | None
    sources: list[dict[str, str | None]] | None


def of_row(snapshot: type[_Snapshot], row: Contact | Message | QueueEntry) -> _Snapshot:
    """Return how a row is now, as a record of the kind `snapshot`."""
    return snapshot(*(getattr(row, column.name) for column in fields(snapshot)))  # type: ignore[arg-type]


def columns(snapshot: type[Any], table: type[Contact | Message | QueueEntry]) -> Select[Any]:
    """Return the question for the columns of `table` that a record of the kind `snapshot` has."""
    return select(*(getattr(table, column.name) for column in fields(snapshot)))


async def read(session: AsyncSession, snapshot: type[_Snapshot], query: Select[Any]) -> list[_Snapshot]:
    """Return the records that a question made by `columns` finds."""
    return [snapshot(*row) for row in await session.execute(query)]


async def read_in_parts(session: AsyncSession, snapshot: type[_Snapshot], query: Select[Any]) -> list[_Snapshot]:
    """Return the records like `read`; between the parts of many others get their turn."""
    found: list[_Snapshot] = []
    async for part in (await session.stream(query)).partitions(_READ_AT_ONCE):
        found += [snapshot(*row) for row in part]
    return found

"""Owns where Rasa keeps its conversations: in its SQL store, with those that are going on also in memory.

Rasa's own store reads all events of a session back at every turn, and counts them once more before it writes the new
ones: a third of a turn (bench/RESULTS.md). What a turn has said is written before it is answered here too; only the
reading is spared. One Rasa process serves all conversations (`deploy/`), so nothing else writes between two turns.
"""

from __future__ import annotations

import json
import sqlite3
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import StaticPool

KEPT: Final = 128
"""Conversations in memory, about 0.1 MB each; the one that waits longest for its next turn makes room."""


@dataclass
class _Kept:
    """A conversation as it is in the database, unless a turn has taken it and may be changing it."""

    tracker: DialogueStateTracker
    written: int
    taken: bool


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL store for SQLite that remembers the last conversations.

    A tracker is lent for one turn: when the turn fails before it is saved, or somebody else asks meanwhile, the next
    one is read from the database, so that nothing half done is ever taken for what was said.
    """

    def __init__(
        self, db: str, domain: Domain | None = None, event_broker: EventBroker | None = None, **_: Any
    ) -> None:
        super().__init__(domain=domain, dialect="sqlite", db=db, event_broker=event_broker)
        self.engine: sqlalchemy.engine.Engine = sqlalchemy.create_engine(f"sqlite:///{db}", poolclass=StaticPool)
        sqlalchemy.event.listen(self.engine, "connect", _prepare)
        self.sessionmaker.configure(bind=self.engine)
        self._conversations: OrderedDict[str, _Kept] = OrderedDict()

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the latest session of a conversation, None when there is none."""
        kept = self._conversations.pop(sender_id, None)
        if kept is not None and not kept.taken:
            tracker = kept.tracker
        else:
            tracker = await super().retrieve(sender_id)
        if tracker is not None:
            self._keep(tracker, taken=True)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write what is new of a conversation, and keep it for its next turn.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: it could not be written; then it is not kept either.

        """
        await self.stream_events(tracker)
        kept = self._conversations.pop(tracker.sender_id, None)
        known = kept.written if kept is not None and kept.tracker is tracker else None
        with self.session_scope() as session:
            new = self._additional_events(session, tracker) if known is None else islice(tracker.events, known, None)
            events = list(new)
            if events:
                rows = [_row(tracker.sender_id, event) for event in events]
                session.execute(sqlalchemy.insert(self.SQLEvent.__table__), rows)
                session.commit()
        if any(isinstance(event, SessionStarted) for event in events):
            tracker = DialogueStateTracker.from_events(
                tracker.sender_id, _latest_session(list(tracker.events)), self.domain.slots
            )
        self._keep(tracker, taken=False)

    def _keep(self, tracker: DialogueStateTracker, *, taken: bool) -> None:
        self._conversations[tracker.sender_id] = _Kept(tracker, len(tracker.events), taken)
        if len(self._conversations) > KEPT:
            self._conversations.popitem(last=False)


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Let a commit not wait for the disk.

    After a power cut the last turns may be missing here, whole; the contact centre's own database has every word.
    """
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _latest_session(events: Sequence[Event]) -> list[Event]:
    """Return what the SQL store would read back: everything since the latest start of a session."""
    start = max(event.timestamp for event in events if isinstance(event, SessionStarted))
    return [event for event in events if event.timestamp >= start]


def _row(conversation: str, event: Event) -> dict[str, Any]:
    data = event.as_dict()
    return {
        "sender_id": conversation,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }

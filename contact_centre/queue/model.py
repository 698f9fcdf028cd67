"""Owns what the queue is made of: entries that wait and consultants who serve. Nothing here knows a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from contact_centre.states import Event
    from language import Language


class Presence(StrEnum):
    """What a consultant is doing."""

    AVAILABLE = "available"
    BUSY = "busy"
    AFTER_CONTACT = "after_contact"
    BREAK = "break"
    OFFLINE = "offline"


CHOSEN = frozenset({Presence.AVAILABLE, Presence.BUSY, Presence.BREAK, Presence.OFFLINE})
"""What a consultant may choose; the rest follows from the work in hand."""
ON_DUTY = frozenset({Presence.AVAILABLE, Presence.BUSY})
"""Chosen presences of those who will serve, now or when they are free."""


class Phase(StrEnum):
    """Where an entry is on its way through the queue."""

    WAITING = "waiting"
    OFFERED = "offered"
    TALK = "talk"
    AFTER_CONTACT = "after_contact"
    OVER = "over"


@dataclass
class Entry:
    """One citizen's wait for a consultant, and the talk that follows."""

    id: int
    language: Language
    topic: str | None
    queued_at: datetime
    priority: int = 0
    """Greater goes first."""
    external: bool = False
    """Another system finds the consultant and carries the talk: here it is only followed, and never offered."""
    returned: bool = False
    """Given back after a talk had begun: to the front."""
    due_at: datetime | None = None
    """Of a call-back: served when nobody waits, and from this time before everyone."""
    reserved_for: int | None = None
    """Transferred to this person."""
    phase: Phase = Phase.WAITING
    consultant_id: int | None = None
    """To whom it is offered, or who talks."""
    offered_at: datetime | None = None
    accepted_at: datetime | None = None
    first_accepted_at: datetime | None = None
    talk_ended_at: datetime | None = None
    wrap_up_until: datetime | None = None
    over_at: datetime | None = None
    refusals: dict[int, datetime] = field(default_factory=dict)
    """Who did not take it, and when."""

    @property
    def waits(self) -> bool:
        """Whether nobody has taken it yet."""
        return self.phase in {Phase.WAITING, Phase.OFFERED}

    @property
    def is_live(self) -> bool:
        """Whether it lies with a consultant: an offer, a talk, after-contact work."""
        return self.phase in {Phase.OFFERED, Phase.TALK, Phase.AFTER_CONTACT}


@dataclass
class Consultant:
    """Someone who serves; an empty set of topics means all of them."""

    id: int
    languages: frozenset[Language]
    topics: frozenset[str]
    capacity: int
    chosen: Presence
    seen_at: datetime
    free_since: datetime
    takes_external: bool = False
    """Can be reached by the system that carries external talks."""

    def has(self, language: Language, topic: str | None) -> bool:
        """Return whether the consultant has a skill; no topic is one that everybody knows."""
        return language in self.languages and (not self.topics or topic is None or topic in self.topics)

    def fits(self, entry: Entry) -> bool:
        """Return whether the consultant has the skill for the entry."""
        return self.has(entry.language, entry.topic) and (self.takes_external or not entry.external)

    def places_for(self, entry: Entry) -> int:
        """Return how many such entries the consultant can have in hand: an external one takes all of the capacity."""
        return 1 if entry.external else self.capacity

    @property
    def breadth(self) -> int:
        """How much else the consultant could serve: who can do less is taken first."""
        return len(self.languages) * (len(self.topics) or 1_000)


@dataclass(frozen=True)
class Happening:
    """Something that the queue did or that was done to it."""

    event: Event
    entry_id: int
    consultant_id: int | None
    at: datetime
    from_talk: bool = False
    """Whether the citizen was talking with the consultant when it happened."""

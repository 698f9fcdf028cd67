"""Owns the news of a conversation inside this process: who wants to hear of it is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contact_centre.states import State
    from contact_centre.tables import Message

QUEUE_LIMIT = 1_000
"""News that a slow listener may be behind before it is let go; it comes back and reads what it missed."""


@dataclass(frozen=True)
class MessagesAdded:
    """There are new messages in the register, where they are read in order, so that none is told twice or lost.

    `messages` are they, when whoever added them had them at hand, and `after` is the id of the one before the first:
    a listener who has told that one needs not read them again.
    """

    messages: tuple[Message, ...] = ()
    after: int = 0

    def follow(self, told: int) -> bool:
        """Return whether these are all the messages after `told`, an id."""
        return bool(self.messages) and self.after <= told


@dataclass(frozen=True)
class StateChanged:
    """The contact moved to another state."""

    state: State


@dataclass(frozen=True)
class CitizenTyping:
    """The citizen is writing."""


@dataclass(frozen=True)
class ConsultantTyping:
    """The consultant is writing."""


@dataclass(frozen=True)
class MarksChanged:
    """Messages have come further, or the citizen's client came or went."""


@dataclass(frozen=True)
class DeskChanged:
    """The queue, an offer or a consultant's work is no longer what the consoles show."""


@dataclass(frozen=True)
class OfferOver:
    """An offer no longer lies with a consultant."""

    entry_id: int
    consultant_id: int | None
    why: str


News = MessagesAdded | StateChanged | CitizenTyping | ConsultantTyping | MarksChanged | DeskChanged | OfferOver
DESK: Final = UUID(int=0)
"""The topic of the queue as a whole, beside those of the conversations."""


class ListenerTooSlowError(Exception):
    """The listener is more than `QUEUE_LIMIT` news behind."""


class Subscription:
    """The news of one or several topics, in the order of publishing."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[tuple[UUID, News]] = asyncio.Queue(QUEUE_LIMIT)
        self._overrun = False
        self.topics: set[UUID] = set()

    def put(self, topic: UUID, news: News) -> None:
        """Add one without waiting; past the limit the listener is marked as too slow."""
        try:
            self._news.put_nowait((topic, news))
        except asyncio.QueueFull:
            self._overrun = True

    async def next(self) -> News:
        """Wait for the next.

        Raises:
            ListenerTooSlowError: news were lost since the last call.

        """
        return (await self.next_with_topic())[1]

    async def next_with_topic(self) -> tuple[UUID, News]:
        """Wait for the next and tell which topic it is of.

        Raises:
            ListenerTooSlowError: news were lost since the last call.

        """
        if self._overrun:
            raise ListenerTooSlowError
        return await self._news.get()


class EventBus:
    """Publish and subscribe by conversation. Several processes need one over Redis with the same two methods."""

    def __init__(self) -> None:
        self._listeners: defaultdict[UUID, set[Subscription]] = defaultdict(set)

    def publish(self, conversation: UUID, *news: News) -> None:
        """Tell everyone who listens to `conversation`."""
        for subscription in self._listeners.get(conversation, ()):
            for item in news:
                subscription.put(conversation, item)

    @contextmanager
    def subscribe(self, *topics: UUID) -> Iterator[Subscription]:
        """Listen to conversations until the block ends; `follow` changes which."""
        subscription = Subscription()
        self.follow(subscription, set(topics))
        try:
            yield subscription
        finally:
            self.follow(subscription, set())

    def follow(self, subscription: Subscription, topics: set[UUID]) -> None:
        """Let a subscription listen to `topics` from now on, and to nothing else."""
        for gone in subscription.topics - topics:
            self._listeners[gone].discard(subscription)
            if not self._listeners[gone]:
                del self._listeners[gone]
        for new in topics - subscription.topics:
            self._listeners[new].add(subscription)
        subscription.topics = set(topics)

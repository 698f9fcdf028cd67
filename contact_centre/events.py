"""Owns the news of a conversation inside this process: who wants to hear of it is told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from contact_centre.states import State

QUEUE_LIMIT = 1_000
"""News that a slow listener may be behind before it is let go; it comes back and reads what it missed."""


@dataclass(frozen=True)
class MessagesAdded:
    """There are new messages in the register. They are read there, in order, so that none is told twice or lost."""


@dataclass(frozen=True)
class StateChanged:
    """The contact moved to another state."""

    state: State


News = MessagesAdded | StateChanged


class ListenerTooSlowError(Exception):
    """The listener is more than `QUEUE_LIMIT` news behind."""


class Subscription:
    """The news of one conversation, in the order of publishing."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[News] = asyncio.Queue(QUEUE_LIMIT)
        self._overrun = False

    def put(self, news: News) -> None:
        """Add one without waiting; past the limit the listener is marked as too slow."""
        try:
            self._news.put_nowait(news)
        except asyncio.QueueFull:
            self._overrun = True

    async def next(self) -> News:
        """Wait for the next.

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
                subscription.put(item)

    @contextmanager
    def subscribe(self, conversation: UUID) -> Iterator[Subscription]:
        """Listen to `conversation` until the block ends."""
        subscription = Subscription()
        self._listeners[conversation].add(subscription)
        try:
            yield subscription
        finally:
            self._listeners[conversation].discard(subscription)
            if not self._listeners[conversation]:
                del self._listeners[conversation]

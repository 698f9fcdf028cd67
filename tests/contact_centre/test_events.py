from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest

from contact_centre.events import QUEUE_LIMIT, EventBus, ListenerTooSlowError, MessagesAdded, StateChanged
from contact_centre.states import State


async def test_news_reach_every_listener_of_the_conversation_in_order_and_nobody_else() -> None:
    bus, conversation = EventBus(), uuid4()
    with bus.subscribe(conversation) as one, bus.subscribe(conversation) as two, bus.subscribe(uuid4()) as other:
        bus.publish(conversation, MessagesAdded(), StateChanged(State.QUEUED))
        for listener in (one, two):
            assert [await listener.next(), await listener.next()] == [MessagesAdded(), StateChanged(State.QUEUED)]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(other.next(), 0.05)


async def test_a_listener_that_is_too_far_behind_is_let_go() -> None:
    bus, conversation = EventBus(), uuid4()
    with bus.subscribe(conversation) as listener:
        bus.publish(conversation, *[MessagesAdded()] * (QUEUE_LIMIT + 1))
        with pytest.raises(ListenerTooSlowError):
            await listener.next()

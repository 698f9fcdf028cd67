"""Owns the states of a contact and the moves between them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Who is talking with the citizen now. The values are those of the chat API."""

    BOT = "bot"
    QUEUED = "queued"
    CONSULTANT = "consultant"
    RATING = "rating"
    CLOSED = "closed"


class Event(StrEnum):
    """What can happen to a contact."""

    HANDOFF = "handoff"
    END = "end"
    CITIZEN_RETURNED = "citizen_returned"


class IllegalTransitionError(Exception):
    """An event that has no meaning in the state the contact is in."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a contact in state {state.value!r} cannot take the event {event.value!r}")
        self.state = state
        self.event = event


_TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.BOT, Event.HANDOFF): State.QUEUED,
    (State.BOT, Event.END): State.CLOSED,
    # Asked for again while waiting: the place in the queue stays.
    (State.QUEUED, Event.HANDOFF): State.QUEUED,
    # The citizen took leave of the assistant before a consultant was free.
    (State.QUEUED, Event.END): State.CLOSED,
    (State.CLOSED, Event.CITIZEN_RETURNED): State.BOT,
}


def next_state(state: State, event: Event) -> State:
    """Return the state after `event`.

    Raises:
        IllegalTransitionError: the event means nothing in `state`.

    """
    try:
        return _TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransitionError(state, event) from None

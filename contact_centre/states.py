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
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TIMED_OUT = "timed_out"
    """The consultant did not take the offer in time."""
    WITHDRAWN = "withdrawn"
    """The offer was taken back: something that cannot wait came to the consultant."""
    CONSULTANT_VANISHED = "consultant_vanished"
    TRANSFERRED = "transferred"
    CLOSED_BY_CONSULTANT = "closed_by_consultant"
    AFTER_CONTACT_OVER = "after_contact_over"
    ABANDONED = "abandoned"
    """The citizen left while waiting."""
    RETURNED_TO_ASSISTANT = "returned_to_assistant"
    """The citizen gave up the place in the queue and talks with the assistant again."""
    CALLBACK_LEFT = "callback_left"
    """The citizen left a number to be called back instead of waiting."""
    RATED = "rated"
    RATING_SKIPPED = "rating_skipped"


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
    (State.QUEUED, Event.OFFERED): State.QUEUED,
    (State.QUEUED, Event.DECLINED): State.QUEUED,
    (State.QUEUED, Event.TIMED_OUT): State.QUEUED,
    (State.QUEUED, Event.WITHDRAWN): State.QUEUED,
    (State.QUEUED, Event.CONSULTANT_VANISHED): State.QUEUED,
    (State.QUEUED, Event.ACCEPTED): State.CONSULTANT,
    (State.QUEUED, Event.ABANDONED): State.CLOSED,
    (State.QUEUED, Event.RETURNED_TO_ASSISTANT): State.BOT,
    (State.QUEUED, Event.CALLBACK_LEFT): State.CLOSED,
    (State.CONSULTANT, Event.CONSULTANT_VANISHED): State.QUEUED,
    (State.CONSULTANT, Event.TRANSFERRED): State.QUEUED,
    (State.CONSULTANT, Event.CLOSED_BY_CONSULTANT): State.RATING,
    (State.RATING, Event.RATED): State.CLOSED,
    (State.RATING, Event.RATING_SKIPPED): State.CLOSED,
    (State.CLOSED, Event.CITIZEN_RETURNED): State.BOT,
    # The consultant writes up the last talk, whatever the citizen does meanwhile.
    **{(state, Event.AFTER_CONTACT_OVER): state for state in State},
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

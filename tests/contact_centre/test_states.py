from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_centre.states import Event, IllegalTransitionError, State, next_state


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([Event.HANDOFF], State.QUEUED),
        ([Event.HANDOFF, Event.HANDOFF], State.QUEUED),
        ([Event.END], State.CLOSED),
        ([Event.HANDOFF, Event.END], State.CLOSED),
        ([Event.END, Event.CITIZEN_RETURNED], State.BOT),
        ([Event.HANDOFF, Event.END, Event.CITIZEN_RETURNED, Event.HANDOFF], State.QUEUED),
        ([Event.HANDOFF, Event.OFFERED, Event.TIMED_OUT, Event.OFFERED, Event.ACCEPTED], State.CONSULTANT),
        ([Event.HANDOFF, Event.ACCEPTED, Event.CONSULTANT_VANISHED], State.QUEUED),
        ([Event.HANDOFF, Event.ACCEPTED, Event.TRANSFERRED], State.QUEUED),
        ([Event.HANDOFF, Event.ACCEPTED, Event.CLOSED_BY_CONSULTANT], State.RATING),
        ([Event.HANDOFF, Event.ACCEPTED, Event.CLOSED_BY_CONSULTANT, Event.RATED], State.CLOSED),
        ([Event.HANDOFF, Event.ACCEPTED, Event.CLOSED_BY_CONSULTANT, Event.RATING_SKIPPED], State.CLOSED),
        ([Event.HANDOFF, Event.CALLBACK_LEFT], State.CLOSED),
        ([Event.HANDOFF, Event.ABANDONED], State.CLOSED),
    ],
)
def test_a_contact_goes_where_its_events_lead(events: list[Event], state: State) -> None:
    reached = State.BOT
    for event in events:
        reached = next_state(reached, event)
    assert reached is state


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.BOT, Event.CITIZEN_RETURNED),
        (State.CLOSED, Event.END),
        (State.CLOSED, Event.HANDOFF),
        (State.CONSULTANT, Event.HANDOFF),
        (State.BOT, Event.ACCEPTED),
    ],
)
def test_an_event_without_meaning_is_refused_by_name(state: State, event: Event) -> None:
    with pytest.raises(IllegalTransitionError, match=f"{state.value}.*{event.value}"):
        next_state(state, event)


@given(st.lists(st.sampled_from(Event)))
def test_whatever_happens_the_citizen_can_come_back_to_a_human(events: list[Event]) -> None:
    state = State.BOT
    for event in events:
        with suppress(IllegalTransitionError):
            state = next_state(state, event)
    if state is State.RATING:
        state = next_state(state, Event.RATING_SKIPPED)
    if state is State.CLOSED:
        state = next_state(state, Event.CITIZEN_RETURNED)
    assert state is State.CONSULTANT or next_state(state, Event.HANDOFF) is State.QUEUED

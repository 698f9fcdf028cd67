"""What breaks the silence of a wait, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact_centre.queue.notices import Notice, Waiting, due
from contact_centre.queue.policy import QueuePolicy

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
POLICY = QueuePolicy()
FIRST = Waiting(
    queued_at=START,
    heard_at=START,
    told_at=START,
    told_position=3,
    position=3,
    is_anybody_on_duty=True,
    callback_offered=False,
)


@pytest.mark.parametrize(
    ("waiting", "seconds", "notice"),
    [
        (FIRST, 17.9, None),
        (FIRST, 18, "still"),
        (replace(FIRST, position=2), 7.9, None),
        (replace(FIRST, position=2), 8, "moved"),
        (replace(FIRST, position=4), 8, None),
        (replace(FIRST, heard_at=START + timedelta(seconds=10)), 18, None),
        (replace(FIRST, is_anybody_on_duty=False), 9.9, None),
        (replace(FIRST, is_anybody_on_duty=False), 10, "nobody"),
        (replace(FIRST, is_anybody_on_duty=False, callback_offered=True), 10, None),
        (replace(FIRST, heard_at=START + timedelta(seconds=299)), 300, "too_long"),
    ],
)
def test_a_citizen_is_told_what_is_new_and_no_more(waiting: Waiting, seconds: float, notice: Notice | None) -> None:
    assert due(waiting, POLICY, START + timedelta(seconds=seconds)) == notice


@given(st.lists(st.integers(0, 9), min_size=400, max_size=400), st.booleans())
def test_silence_is_never_longer_than_20_seconds(places: list[int], someone: bool) -> None:  # noqa: FBT001
    waiting, heard = replace(FIRST, is_anybody_on_duty=someone), START
    for second, place in enumerate(places):
        now = START + timedelta(seconds=second)
        waiting = replace(waiting, position=place + 1)
        notice = due(waiting, POLICY, now)
        if notice is not None:
            waiting = replace(
                waiting, heard_at=now, callback_offered=waiting.callback_offered or notice in {"nobody", "too_long"}
            )
            heard = now
        if notice in {"moved", "still"}:
            waiting = replace(waiting, told_at=now, told_position=waiting.position)
        assert now - heard < timedelta(seconds=20)

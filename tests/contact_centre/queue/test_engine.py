"""The queue in virtual time: order, offers, silence, transfers; and what holds whatever happens."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from contact_centre.queue.engine import ExternalError, GoneError, OccupiedError, QueueEngine
from contact_centre.queue.model import Consultant, Entry, Phase, Presence
from contact_centre.queue.policy import QueuePolicy
from contact_centre.states import Event, IllegalTransitionError, State, next_state

if TYPE_CHECKING:
    from language import Language

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
POLICY = QueuePolicy()


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def consultant(
    number: int, *languages: Language, topics: tuple[str, ...] = (), capacity: int = 1, seen: float = 0
) -> Consultant:
    spoken = frozenset(languages or ("ru", "kk"))
    return Consultant(
        number, spoken, frozenset(topics), capacity, Presence.AVAILABLE, at(seen), at(0), takes_external=True
    )


def entry(
    number: int, queued: float = 0, *, language: Language = "ru", topic: str | None = None, priority: int = 0
) -> Entry:
    return Entry(number, language, topic, at(queued), priority)


def call(number: int, queued: float = 0, *, language: Language = "ru") -> Entry:
    return Entry(number, language, None, at(queued), external=True)


def engine(*consultants: Consultant, entries: tuple[Entry, ...] = ()) -> QueueEngine:
    return QueueEngine(POLICY, consultants, entries)


def offered(queue: QueueEngine) -> dict[int, int | None]:
    return {one.id: one.consultant_id for one in queue.entries.values() if one.phase is Phase.OFFERED}


def events(queue: QueueEngine) -> list[tuple[Event, int]]:
    return [(one.event, one.entry_id) for one in queue.happened]


def test_the_longest_wait_is_served_first() -> None:
    queue = engine(consultant(1), entries=(entry(1, 5), entry(2, 3), entry(3, 4)))
    queue.advance(at(6))
    assert offered(queue) == {2: 1}


def test_priority_goes_before_length_of_wait_and_a_given_back_talk_before_both() -> None:
    given_back = entry(3, 5)
    given_back.returned = True
    queue = engine(consultant(1), entries=(entry(1, 0), entry(2, 3, priority=1), given_back))
    assert [one.id for one in queue.in_order(at(6))] == [3, 2, 1]


def test_only_a_consultant_with_the_skill_is_asked() -> None:
    queue = engine(
        consultant(1, "ru"),
        consultant(2, "kk", topics=("social",)),
        entries=(entry(1, language="kk", topic="documents"), entry(2, language="kk", topic="social"), entry(3)),
    )
    queue.advance(at(1))
    assert offered(queue) == {2: 2, 3: 1}


def test_who_can_do_less_else_is_taken_first_and_then_the_longest_free() -> None:
    narrow, broad = consultant(1, "ru", topics=("social",)), consultant(2)
    rested = consultant(3, "ru", topics=("social",))
    narrow.free_since, rested.free_since = at(5), at(1)
    queue = engine(broad, narrow, rested, entries=(entry(1, topic="social"),))
    queue.advance(at(6))
    assert offered(queue) == {1: 3}


def test_capacity_is_never_passed_and_work_is_spread() -> None:
    queue = engine(
        consultant(1, capacity=2), consultant(2, capacity=2), entries=tuple(entry(n, n) for n in range(1, 6))
    )
    queue.advance(at(6))
    held = offered(queue)
    assert sorted(held) == [1, 2, 3, 4]
    assert {held[1], held[2]} == {1, 2}
    assert queue.presence(1) is Presence.BUSY


def test_an_offer_not_taken_in_20_seconds_goes_to_the_next_and_its_holder_is_asked_no_more() -> None:
    queue = engine(consultant(1), consultant(2, seen=15), entries=(entry(1),))
    queue.advance(at(0))
    queue.advance(at(19.9))
    assert offered(queue) == {1: 1}
    queue.beat(1, at(15))
    queue.advance(at(20))
    assert offered(queue) == {1: 2}
    assert queue.presence(1) is Presence.BUSY
    with pytest.raises(GoneError):
        queue.accept(1, 1, at(21))
    queue.accept(1, 2, at(21))
    assert events(queue) == [(Event.OFFERED, 1), (Event.TIMED_OUT, 1), (Event.OFFERED, 1), (Event.ACCEPTED, 1)]


def test_a_declined_offer_comes_back_to_the_only_consultant_after_a_pause() -> None:
    queue = engine(consultant(1), entries=(entry(1),))
    queue.advance(at(0))
    queue.decline(1, 1, at(5))
    queue.advance(at(6))
    assert offered(queue) == {}
    queue.beat(1, at(30))
    queue.advance(at(35))
    assert offered(queue) == {1: 1}


def test_a_vanished_consultant_gives_the_talk_back_to_the_front() -> None:
    queue = engine(consultant(1), consultant(2), entries=(entry(1), entry(2, 1)))
    queue.choose(2, Presence.BREAK, at(0))
    queue.advance(at(1))
    queue.accept(1, 1, at(2))
    queue.enqueue(entry(3, 3, priority=9))
    queue.advance(at(29.9))
    queue.beat(2, at(29))
    assert queue.entries[1].phase is Phase.TALK
    queue.advance(at(30))
    assert queue.presence(1) is Presence.OFFLINE
    assert [one.id for one in queue.in_order(at(30))] == [1, 3, 2]
    assert queue.happened[-1].from_talk
    queue.choose(2, Presence.AVAILABLE, at(31))
    queue.advance(at(31))
    assert offered(queue) == {1: 2}


def test_after_contact_work_keeps_its_place_until_it_is_over() -> None:
    queue = engine(consultant(1), entries=(entry(1), entry(2)))
    queue.advance(at(0))
    queue.accept(1, 1, at(1))
    queue.end_talk(1, 1, at(2))
    queue.beat(1, at(30))
    queue.advance(at(31))
    assert queue.presence(1) is Presence.AFTER_CONTACT
    assert offered(queue) == {}
    queue.extend(1, 1, at(32))
    queue.beat(1, at(60))
    queue.advance(at(62))
    assert offered(queue) == {}
    queue.finish(1, 1, at(63))
    queue.advance(at(63))
    assert offered(queue) == {2: 1}


def test_after_contact_work_ends_by_itself() -> None:
    queue = engine(consultant(1), entries=(entry(1),))
    queue.advance(at(0))
    queue.accept(1, 1, at(0))
    queue.end_talk(1, 1, at(1))
    assert queue.next_due() == at(61)
    queue.beat(1, at(60))
    queue.advance(at(61))
    assert (queue.entries[1].phase, queue.presence(1)) == (Phase.OVER, Presence.AVAILABLE)


def test_a_transfer_to_a_person_waits_for_that_person_and_falls_back_to_the_skill() -> None:
    queue = engine(consultant(1), consultant(2, "kk"), consultant(3), entries=(entry(1), entry(2, 1), entry(3, 1)))
    queue.choose(3, Presence.BREAK, at(0))
    queue.choose(2, Presence.BUSY, at(0))
    queue.advance(at(0))
    queue.accept(1, 1, at(1))
    queue.transfer(1, 1, at(2), to=2)
    queue.advance(at(2))
    assert offered(queue) == {2: 1}, "the transferred one waits for the person it is for"
    queue.choose(2, Presence.AVAILABLE, at(3))
    queue.advance(at(3))
    assert offered(queue) == {2: 1, 1: 2}, "whose languages are not asked for"
    queue.decline(1, 2, at(4))
    queue.choose(3, Presence.AVAILABLE, at(5))
    queue.advance(at(5))
    assert offered(queue) == {2: 1, 1: 3}


def test_a_transfer_to_a_skill_does_not_come_back_at_once() -> None:
    queue = engine(consultant(1), consultant(2), entries=(entry(1),))
    queue.choose(2, Presence.BREAK, at(0))
    queue.advance(at(0))
    queue.accept(1, 1, at(1))
    queue.transfer(1, 1, at(2), language="kk", topic="social")
    queue.advance(at(3))
    assert offered(queue) == {}
    assert (queue.entries[1].language, queue.entries[1].topic) == ("kk", "social")


def test_going_offline_is_refused_in_a_talk_and_passes_an_offer_on() -> None:
    queue = engine(consultant(1, capacity=2), consultant(2), entries=(entry(1),))
    queue.choose(2, Presence.BREAK, at(0))
    queue.advance(at(0))
    queue.accept(1, 1, at(1))
    with pytest.raises(OccupiedError):
        queue.choose(1, Presence.OFFLINE, at(2))
    queue.enqueue(entry(2, 2))
    queue.advance(at(2))
    assert offered(queue) == {2: 1}
    queue.choose(1, Presence.BREAK, at(3))
    queue.choose(2, Presence.AVAILABLE, at(3))
    queue.advance(at(3))
    assert offered(queue) == {2: 2}


def test_a_call_back_is_served_when_nobody_waits_and_before_everyone_once_it_is_due() -> None:
    call_back = entry(1, 0)
    call_back.due_at = at(100)
    queue = engine(entries=(call_back, entry(2, 50)))
    assert [one.id for one in queue.in_order(at(60))] == [2, 1]
    assert [one.id for one in queue.in_order(at(100))] == [1, 2]


def test_places_count_those_who_wait_for_the_same_consultants() -> None:
    queue = engine(
        consultant(1, "ru"), consultant(2, "kk"), entries=(entry(1, 1), entry(2, 2, language="kk"), entry(3, 3))
    )
    assert queue.positions(at(4)) == {1: 1, 2: 1, 3: 2}
    nobody = engine(entries=(entry(1, 1), entry(2, 2, language="kk")))
    assert nobody.positions(at(4)) == {1: 1, 2: 2}, "with nobody on duty all are alike"


def test_the_expected_wait_is_honest() -> None:
    handling = timedelta(seconds=300)
    queue = engine(consultant(1), consultant(2), entries=(entry(1), entry(2), entry(3), entry(4)))
    assert queue.expected_wait(2, 2, None) == timedelta(0), "there is a free place"
    assert queue.expected_wait(3, 3, None) is None, "nobody knows how long a talk lasts"
    assert queue.expected_wait(4, 4, handling) == timedelta(seconds=300)
    assert engine(entries=(entry(1),)).expected_wait(1, 1, handling) is None, "nobody is on duty"


def test_an_external_entry_is_never_offered_but_counts_for_places_and_waits() -> None:
    queue = engine(consultant(1), entries=(call(1, 1), entry(2, 2), call(3, 3)))
    queue.advance(at(10))
    assert offered(queue) == {2: 1}, "nobody came for the call in time, so the chat is not kept waiting"
    assert queue.positions(at(10)) == {1: 1, 2: 2, 3: 3}
    for act in (queue.accept, queue.decline, queue.end_talk, queue.transfer):
        with pytest.raises(GoneError):
            act(1, 1, at(11))


def test_whose_turn_it_is_for_an_external_entry_is_kept_free_for_a_moment() -> None:
    queue = engine(consultant(1, capacity=2), entries=(call(1, 1), entry(2, 2)))
    queue.advance(at(2))
    assert offered(queue) == {}
    queue.ring(1, 1, at(4))
    queue.advance(at(20))
    assert offered(queue) == {1: 1}
    assert queue.presence(1) is Presence.BUSY, "a call takes all of the capacity"


def test_a_longer_wait_goes_before_an_external_entry() -> None:
    queue = engine(consultant(1, capacity=2), entries=(entry(1, 1), call(2, 2)))
    queue.advance(at(3))
    assert offered(queue) == {1: 1}
    assert not queue.is_ready(1, at(3)), "no call comes while a chat is in hand"


def test_an_external_talk_from_ringing_to_the_end_of_its_after_contact_work() -> None:
    queue = engine(consultant(1, capacity=3), entries=(call(1, 1), entry(2, 2), entry(3, 3)))
    queue.advance(at(8))
    assert offered(queue) == {2: 1, 3: 1}
    queue.accept(2, 1, at(8))
    queue.ring(1, 1, at(9))
    assert offered(queue) == {1: 1}, "the offer of a chat goes to the next when the phone rings"
    queue.answer(1, 1, at(10))
    with pytest.raises(ExternalError):
        queue.end_talk(1, 1, at(11))
    queue.end_talk(2, 1, at(11))
    queue.finish(2, 1, at(11))
    queue.beat(1, at(38))
    queue.advance(at(39))
    assert queue.entries[3].phase is Phase.WAITING
    queue.hang_up(1, at(39), at(40))
    assert (queue.presence(1), queue.entries[1].talk_ended_at) == (Presence.AFTER_CONTACT, at(39))
    queue.finish(1, 1, at(45))
    queue.advance(at(45))
    assert offered(queue) == {3: 1}
    assert queue.entries[1].first_accepted_at == at(10)


def test_who_misses_an_external_entry_is_asked_nothing_more() -> None:
    queue = engine(consultant(1), entries=(call(1),))
    queue.ring(1, 1, at(1))
    queue.advance(at(29))
    assert offered(queue) == {1: 1}, "how long it rings is not decided here"
    queue.miss(1, 1, at(29))
    assert (queue.presence(1), queue.entries[1].phase) == (Presence.BUSY, Phase.WAITING)


def test_a_telephone_that_turns_an_external_entry_down_is_left_in_peace_for_a_while() -> None:
    queue = engine(consultant(1), consultant(2), entries=(call(1),))
    queue.ring(1, 1, at(1))
    queue.turn_down(1, 1, at(2))
    assert (queue.presence(1), queue.entries[1].phase) == (Presence.AVAILABLE, Phase.WAITING)
    assert [queue.is_ready(one, at(3)) for one in (1, 2)] == [False, True]
    assert queue.is_ready(1, at(2 + POLICY.refusal_pause_s))
    queue.withdraw(1, Event.ABANDONED, at(4))
    assert queue.is_ready(1, at(4)), "nobody is left to come again"


def test_an_external_talk_that_is_handed_on_keeps_its_wait() -> None:
    queue = engine(consultant(1), consultant(2), entries=(call(1), call(2, 5)))
    queue.answer(1, 1, at(10))
    queue.transfer(1, 1, at(20), to=2)
    assert [one.id for one in queue.in_order(at(20))] == [1, 2]
    assert (queue.presence(1), queue.entries[1].queued_at) == (Presence.AVAILABLE, at(0))
    queue.ring(1, 2, at(21))
    queue.answer(1, 2, at(22))
    assert (queue.presence(2), queue.entries[1].first_accepted_at) == (Presence.BUSY, at(10))


def test_an_external_talk_outlives_the_console() -> None:
    queue = engine(consultant(1), entries=(call(1),))
    queue.answer(1, 1, at(1))
    queue.advance(at(40))
    assert (queue.presence(1), queue.entries[1].phase) == (Presence.OFFLINE, Phase.TALK)
    queue.hang_up(1, at(50), at(50))
    queue.advance(at(110))
    assert queue.entries[1].phase is Phase.OVER


def test_an_external_talk_with_somebody_unknown_needs_no_after_contact_work() -> None:
    queue = engine(consultant(1), entries=(call(1),))
    queue.ring(1, 1, at(1))
    queue.answer(1, None, at(2))
    assert queue.presence(1) is Presence.AVAILABLE
    queue.hang_up(1, at(9), at(9))
    assert queue.entries[1].phase is Phase.OVER
    assert events(queue)[1:] == [
        (Event.WITHDRAWN, 1),
        (Event.ACCEPTED, 1),
        (Event.CLOSED_BY_CONSULTANT, 1),
        (Event.AFTER_CONTACT_OVER, 1),
    ]


def test_the_expected_wait_of_an_external_entry_counts_people_not_places() -> None:
    handling = timedelta(seconds=300)
    queue = engine(consultant(1, capacity=3), consultant(2, capacity=3), entries=(call(1), call(2), call(3)))
    assert queue.expected_wait(2, 2, handling) == timedelta(0)
    assert queue.expected_wait(3, 3, handling) == timedelta(seconds=150)
    queue.consultants[1].takes_external = queue.consultants[2].takes_external = False
    assert queue.expected_wait(1, 1, handling) is None, "nobody can be reached"


class Days(RuleBasedStateMachine):
    """Citizens, consultants and clocks do whatever they like, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.time = 0.0
        self.number = 0
        self.queue = engine(
            consultant(1, capacity=2), consultant(2, "ru", topics=("social",)), consultant(3, "kk", capacity=3)
        )
        self.states: dict[int, State] = {}
        self.seen = 0

    @property
    def now(self) -> datetime:
        return at(self.time)

    @rule(
        language=st.sampled_from(["ru", "kk"]),
        topic=st.sampled_from([None, "social", "documents"]),
        external=st.booleans(),
    )
    def come(self, language: Language, topic: str | None, external: bool) -> None:  # noqa: FBT001
        self.number += 1
        coming = entry(self.number, self.time, language=language, topic=topic)
        coming.external = external
        self.queue.enqueue(coming)
        self.states[self.number] = next_state(State.BOT, Event.HANDOFF)

    @rule(seconds=st.sampled_from([0.5, 1, 5, 19, 21, 31, 70]))
    def wait(self, seconds: float) -> None:
        self.time += seconds
        self.queue.advance(self.now)

    @rule(who=st.integers(1, 3))
    def beat(self, who: int) -> None:
        self.queue.beat(who, self.now)

    @rule(who=st.integers(1, 3), presence=st.sampled_from(["available", "busy", "break", "offline"]))
    def choose(self, who: int, presence: str) -> None:
        with suppress(OccupiedError):
            self.queue.choose(who, Presence(presence), self.now)

    @precondition(lambda self: self.number)
    @rule(
        data=st.data(),
        what=st.sampled_from(["accept", "decline", "end_talk", "extend", "finish", "transfer"]),
        who=st.integers(1, 3),
    )
    def act(self, data: st.DataObject, what: str, who: int) -> None:
        number = data.draw(st.integers(1, self.number))
        with suppress(GoneError, ExternalError):
            getattr(self.queue, what)(number, who, self.now)

    @precondition(lambda self: self.number)
    @rule(data=st.data(), what=st.sampled_from(["ring", "miss", "turn_down", "answer"]), who=st.integers(1, 3))
    def report(self, data: st.DataObject, what: str, who: int) -> None:
        number = data.draw(st.integers(1, self.number))
        with suppress(GoneError):
            getattr(self.queue, what)(number, who, self.now)

    @precondition(lambda self: self.number)
    @rule(data=st.data())
    def hang_up(self, data: st.DataObject) -> None:
        with suppress(GoneError):
            self.queue.hang_up(data.draw(st.integers(1, self.number)), self.now, self.now)

    @precondition(lambda self: self.number)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        with suppress(GoneError):
            self.queue.withdraw(data.draw(st.integers(1, self.number)), Event.ABANDONED, self.now)

    def _follow(self) -> None:
        """Let each contact take what happened, as the product does."""
        for happening in self.queue.happened[self.seen :]:
            try:
                state = next_state(self.states[happening.entry_id], happening.event)
            except IllegalTransitionError as error:
                raise AssertionError(str(error)) from error
            self.states[happening.entry_id] = state
        self.seen = len(self.queue.happened)

    @invariant()
    def nobody_is_lost_doubled_or_stuck(self) -> None:
        self._follow()
        for one in self.queue.entries.values():
            held = one.phase in {Phase.OFFERED, Phase.TALK, Phase.AFTER_CONTACT}
            assert one.phase is Phase.OVER or (one.consultant_id is not None) == held
            expected = {
                Phase.WAITING: {State.QUEUED},
                Phase.OFFERED: {State.QUEUED},
                Phase.TALK: {State.CONSULTANT},
                Phase.AFTER_CONTACT: {State.RATING},
                Phase.OVER: {State.RATING, State.CLOSED},
            }[one.phase]
            assert self.states[one.id] in expected
        for consultant_id, one_consultant in self.queue.consultants.items():
            own = [one for one in self.queue.held_by(consultant_id) if not one.external]
            assert len(own) <= one_consultant.capacity
            assert one_consultant.chosen is not Presence.OFFLINE or all(one.phase is Phase.AFTER_CONTACT for one in own)

    @invariant()
    def nothing_is_offered_to_one_with_an_external_talk(self) -> None:
        for consultant_id in self.queue.consultants:
            held = self.queue.held_by(consultant_id)
            if any(one.external and one.phase is not Phase.AFTER_CONTACT for one in held):
                assert not any(one.phase is Phase.OFFERED and not one.external for one in held)
                assert not self.queue.is_ready(consultant_id, self.now)

    @invariant()
    def nobody_waits_beside_a_free_consultant(self) -> None:
        self.queue.advance(self.now)
        for one in self.queue.entries.values():
            if one.phase is not Phase.WAITING or one.external or one.refusals or one.reserved_for:
                continue
            for able in self.queue.consultants.values():
                free = able.chosen is Presence.AVAILABLE and self.queue.load(able.id) < able.capacity
                assert not (free and able.fits(one)) or self._is_kept(able)

    def _is_kept(self, able: Consultant) -> bool:
        """Tell whether an external entry may be about to come to a consultant."""
        calls = [one for one in self.queue.entries.values() if one.external and one.phase is Phase.WAITING]
        became = [max(able.free_since, one.queued_at) for one in calls]
        return any((self.now - since).total_seconds() < POLICY.external_hold_s for since in became)


TestDays = Days.TestCase
TestDays.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)

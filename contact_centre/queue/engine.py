"""Owns the decisions of the queue: order, offers, what a silence or a refusal leads to. Pure: time is given to it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from contact_centre.queue.model import ON_DUTY, Consultant, Entry, Happening, Phase, Presence
from contact_centre.states import Event

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from contact_centre.queue.policy import QueuePolicy
    from language import Language


_Skill = tuple["Language", str | None]


class GoneError(Exception):
    """The entry is no longer where the caller believes it to be: taken, given back or over."""


class OccupiedError(Exception):
    """A consultant who is talking cannot leave; the conversations are closed or transferred first."""


class ExternalError(Exception):
    """Another system carries this talk: it is taken, given away and ended there."""


class QueueEngine:
    """All entries that are not over, and all consultants.

    Commands take the time they happen at, raise `GoneError` when they came too late, and leave what happened in
    `happened`. `advance` does what time alone brings, and offers whatever can be offered.

    External entries count for order, places and load like all others, but what becomes of them is reported
    (`ring`, `miss`, `answer`, `hang_up`), not decided here.
    """

    def __init__(self, policy: QueuePolicy, consultants: Iterable[Consultant], entries: Iterable[Entry]) -> None:
        self.policy = policy
        self.consultants = {consultant.id: consultant for consultant in consultants}
        self.entries = {entry.id: entry for entry in entries}
        self.happened: list[Happening] = []

    # Commands

    def enqueue(self, entry: Entry) -> None:
        """Let an entry wait."""
        self.entries[entry.id] = entry

    def beat(self, consultant_id: int, now: datetime) -> None:
        """Note a sign of life of a console."""
        self.consultants[consultant_id].seen_at = now

    def choose(self, consultant_id: int, presence: Presence, now: datetime) -> None:
        """Let a consultant choose a presence. Offers that lie with someone who leaves go to the next.

        Raises:
            OccupiedError: going offline in the middle of a talk.

        """
        consultant = self.consultants[consultant_id]
        if presence is Presence.OFFLINE and any(entry.phase is Phase.TALK for entry in self.held_by(consultant_id)):
            raise OccupiedError
        consultant.seen_at = now
        if consultant.chosen is presence:
            return
        consultant.chosen = presence
        consultant.free_since = now
        if presence is not Presence.AVAILABLE:
            for entry in self.held_by(consultant_id):
                if entry.phase is Phase.OFFERED and not entry.external:
                    self._refuse(entry, Event.DECLINED, now)

    def accept(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """Begin the talk that was offered."""
        self._begin_talk(self._held(entry_id, consultant_id, Phase.OFFERED), now)

    def decline(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """Refuse an offer: it goes to the next."""
        self._refuse(self._held(entry_id, consultant_id, Phase.OFFERED), Event.DECLINED, now)

    def ring(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """Note that an external entry is offered to a consultant, whose other offers go to the next."""
        entry = self._external(entry_id, Phase.WAITING, Phase.OFFERED)
        if entry.consultant_id == consultant_id:
            return
        self._withdraw_offer(entry, now)
        self._withdraw_offers(consultant_id, now)
        entry.phase, entry.consultant_id, entry.offered_at = Phase.OFFERED, consultant_id, now
        self._note(Event.OFFERED, entry, now)

    def miss(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """Note that a consultant did not take the external entry that was offered."""
        entry = self._external(entry_id, Phase.OFFERED)
        if entry.consultant_id == consultant_id:
            self._miss(entry, now)

    def turn_down(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """Note that an external entry did not get to the consultant it was offered to, who may well be there."""
        entry = self._external(entry_id, Phase.OFFERED)
        if entry.consultant_id == consultant_id:
            self._refuse(entry, Event.DECLINED, now)

    def answer(self, entry_id: int, consultant_id: int | None, now: datetime) -> None:
        """Note that the talk of an external entry has begun; None when nobody here knows with whom."""
        entry = self._external(entry_id, Phase.WAITING, Phase.OFFERED)
        if entry.consultant_id != consultant_id:
            self._withdraw_offer(entry, now)
            entry.consultant_id = consultant_id
        if consultant_id is not None:
            self._withdraw_offers(consultant_id, now, but=entry)
        self._begin_talk(entry, now)

    def hang_up(self, entry_id: int, at: datetime, now: datetime) -> None:
        """Note that the talk of an external entry ended at `at`; after-contact work begins `now`."""
        entry = self._external(entry_id, Phase.TALK)
        self._end_talk(entry, at, now)
        if entry.consultant_id is None:
            self._finish(entry, at)

    def transfer(
        self,
        entry_id: int,
        consultant_id: int,
        now: datetime,
        *,
        to: int | None = None,
        language: Language | None = None,
        topic: str | None = None,
    ) -> None:
        """Give a talk back for a person (`to`) or for a skill: to the front, for the wait is behind the citizen.

        Of an external entry it is noted that the other system does so.
        """
        entry = self._lies_with(entry_id, consultant_id, Phase.TALK)
        self._note(Event.TRANSFERRED, entry, now, from_talk=True)
        self._give_back(entry, now)
        entry.reserved_for = to
        if to is None:
            entry.language, entry.topic = language or entry.language, topic
            entry.refusals[consultant_id] = now

    def end_talk(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """End a talk; after-contact work begins and keeps its place of the consultant's capacity."""
        self._end_talk(self._held(entry_id, consultant_id, Phase.TALK), now, now)

    def extend(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """Let after-contact work last from now on as long as it is meant to."""
        entry = self._held(entry_id, consultant_id, Phase.AFTER_CONTACT)
        entry.wrap_up_until = now + timedelta(seconds=self.policy.after_contact_s)

    def finish(self, entry_id: int, consultant_id: int, now: datetime) -> None:
        """End after-contact work."""
        self._finish(self._held(entry_id, consultant_id, Phase.AFTER_CONTACT), now)

    def withdraw(self, entry_id: int, event: Event, now: datetime) -> None:
        """Take an entry that still waits out of the queue; `event` says why.

        Raises:
            GoneError: a consultant has it already, or it is over.

        """
        entry = self.entries.get(entry_id)
        if entry is None or not entry.waits:
            raise GoneError(f"entry {entry_id} does not wait")
        self._note(event, entry, now)
        self._free(entry, now)
        entry.phase, entry.over_at = Phase.OVER, now

    def advance(self, now: datetime) -> None:
        """Do what is due at `now`, then offer."""
        for consultant in self.consultants.values():
            if consultant.chosen is not Presence.OFFLINE and _passed(consultant.seen_at, self.policy.vanish_s, now):
                self._vanish(consultant, now)
        for entry in list(self.entries.values()):
            is_offer = entry.phase is Phase.OFFERED and not entry.external
            if is_offer and _passed(entry.offered_at, self.policy.offer_s, now):
                self._miss(entry, now)
            elif entry.phase is Phase.AFTER_CONTACT and _passed(entry.wrap_up_until, 0, now):
                self._finish(entry, now)
        self._offer(now)

    # Questions

    def held_by(self, consultant_id: int) -> list[Entry]:
        """Return what lies with a consultant: offers, talks, after-contact work."""
        return [entry for entry in self.entries.values() if entry.consultant_id == consultant_id and entry.is_live]

    def load(self, consultant_id: int) -> int:
        """Return how many places of a consultant's capacity are taken: all of them by an external talk."""
        held = self.held_by(consultant_id)
        capacity = self.consultants[consultant_id].capacity
        return capacity if any(entry.external for entry in held) else len(held)

    def presence(self, consultant_id: int) -> Presence:
        """Return what a consultant is doing: what was chosen, and what the work in hand makes of it."""
        consultant = self.consultants[consultant_id]
        if consultant.chosen is not Presence.AVAILABLE:
            return consultant.chosen
        held = self.held_by(consultant_id)
        if held and all(entry.phase is Phase.AFTER_CONTACT for entry in held):
            return Presence.AFTER_CONTACT
        return Presence.BUSY if self.load(consultant_id) >= consultant.capacity else Presence.AVAILABLE

    def is_ready(self, consultant_id: int, now: datetime) -> bool:
        """Return whether an external entry may come to a consultant: only to one who has nothing else in hand.

        Who turned down one that still waits is left in peace for a while: the other system would come again at once.
        """
        if self.consultants[consultant_id].chosen is not Presence.AVAILABLE or self.held_by(consultant_id):
            return False
        refused = [
            entry.refusals.get(consultant_id) for entry in self.entries.values() if entry.external and entry.waits
        ]
        return all(_passed(at, self.policy.refusal_pause_s, now) for at in refused if at is not None)

    def serving(self, entry: Entry) -> list[Consultant]:
        """Return the consultants on duty who could serve the entry, free or not."""
        return [
            consultant
            for consultant in self.consultants.values()
            if consultant.chosen in ON_DUTY and consultant.fits(entry)
        ]

    def in_order(self, now: datetime) -> list[Entry]:
        """Return who waits, the next first."""
        return sorted((entry for entry in self.entries.values() if entry.waits), key=lambda entry: _rank(entry, now))

    def positions(self, now: datetime) -> dict[int, int]:
        """Return the place of everyone who waits, from 1, among those who wait for the same consultants."""
        ahead: Counter[_Skill] = Counter()
        places: dict[int, int] = {}
        competes: dict[tuple[_Skill, _Skill], bool] = {}
        for entry in self.in_order(now):
            own = entry.language, entry.topic
            places[entry.id] = 1
            for other, count in ahead.items():
                if (own, other) not in competes:
                    competes[own, other] = self._compete(own, other)
                places[entry.id] += count * competes[own, other]
            ahead[own] += 1
        return places

    def position(self, entry_id: int, now: datetime) -> int:
        """Return the place of one who waits, from 1."""
        return self.positions(now)[entry_id]

    def expected_wait(self, entry_id: int, position: int, handling: timedelta | None) -> timedelta | None:
        """Return how long an entry at `position` will probably wait; None when nobody can know.

        `handling` is the mean time of the last talks with their after-contact work. A place comes free every
        handling time divided by the number of places; whoever is n-th of those without a place waits for n of them.
        """
        entry = self.entries[entry_id]
        serving, load = self.serving(entry), self._load()
        places = sum(consultant.places_for(entry) for consultant in serving)
        free = sum(
            max(0, consultant.places_for(entry) - load[consultant.id])
            for consultant in serving
            if consultant.chosen is Presence.AVAILABLE
        )
        if not places:
            return None
        without_place = position - free
        if without_place <= 0:
            return timedelta(0)
        return None if handling is None else handling * without_place / places

    def next_due(self) -> datetime | None:
        """Return when time alone brings something next, silent consoles apart; None when never."""
        due = [
            entry.offered_at + timedelta(seconds=self.policy.offer_s)
            for entry in self.entries.values()
            if entry.phase is Phase.OFFERED and entry.offered_at is not None and not entry.external
        ]
        due += [
            entry.wrap_up_until
            for entry in self.entries.values()
            if entry.phase is Phase.AFTER_CONTACT and entry.wrap_up_until is not None
        ]
        return min(due, default=None)

    # Steps

    def _load(self) -> Counter[int]:
        load: Counter[int] = Counter()
        for entry in self.entries.values():
            consultant = self.consultants.get(entry.consultant_id or 0)
            if consultant is not None and entry.is_live:
                load[consultant.id] += consultant.capacity if entry.external else 1
        return load

    def _compete(self, one: _Skill, other: _Skill) -> bool:
        """Return whether some consultant on duty serves both, or nobody serves the first, so that all are alike."""
        on_duty = [consultant for consultant in self.consultants.values() if consultant.chosen in ON_DUTY]
        able = [consultant for consultant in on_duty if consultant.has(*one)]
        return not able or any(consultant.has(*other) for consultant in able)

    def _offer(self, now: datetime) -> None:
        load = self._load()
        room = {
            consultant.id: consultant.capacity - load[consultant.id]
            for consultant in self.consultants.values()
            if consultant.chosen is Presence.AVAILABLE and consultant.capacity > load[consultant.id]
        }
        if not room:
            return
        for entry in self.in_order(now):
            if entry.phase is not Phase.WAITING:
                continue
            chosen = self._choose(entry, self._room_for(entry, room, now), now)
            if chosen is None:
                continue
            if entry.external:
                del room[chosen.id]  # kept for it: it comes from elsewhere in a moment
                continue
            entry.phase, entry.consultant_id, entry.offered_at = Phase.OFFERED, chosen.id, now
            self._note(Event.OFFERED, entry, now)
            room[chosen.id] -= 1
            if not room[chosen.id]:
                del room[chosen.id]
            if not room:
                return

    def _room_for(self, entry: Entry, room: dict[int, int], now: datetime) -> dict[int, int]:
        """Return where an entry may go; for an external one those with nothing in hand, who became free just now."""
        if not entry.external:
            return room
        return {
            consultant_id: places
            for consultant_id, places in room.items()
            if places == self.consultants[consultant_id].capacity
            and not _passed(
                max(entry.queued_at, self.consultants[consultant_id].free_since), self.policy.external_hold_s, now
            )
        }

    def _choose(self, entry: Entry, room: dict[int, int], now: datetime) -> Consultant | None:
        """Return who gets the offer: the least loaded, then whoever can serve less else, then the longest free."""
        able = [self.consultants[consultant_id] for consultant_id in room if self._may_get(entry, consultant_id, now)]
        if entry.reserved_for is not None and self._is_on_duty(entry.reserved_for):
            able = [consultant for consultant in able if consultant.id == entry.reserved_for]
        return min(
            able,
            key=lambda one: ((one.capacity - room[one.id]) / one.capacity, one.breadth, one.free_since, one.id),
            default=None,
        )

    def _may_get(self, entry: Entry, consultant_id: int, now: datetime) -> bool:
        refused = entry.refusals.get(consultant_id)
        if refused is not None and not _passed(refused, self.policy.refusal_pause_s, now):
            return False
        # Whoever transfers to a person knows why: that person's skills are not asked for.
        return entry.reserved_for == consultant_id or self.consultants[consultant_id].fits(entry)

    def _is_on_duty(self, consultant_id: int) -> bool:
        consultant = self.consultants.get(consultant_id)
        return consultant is not None and consultant.chosen in ON_DUTY

    def _lies_with(self, entry_id: int, consultant_id: int, phase: Phase) -> Entry:
        entry = self.entries.get(entry_id)
        if entry is None or entry.phase is not phase or entry.consultant_id != consultant_id:
            raise GoneError(f"entry {entry_id} is not in phase {phase.value} with consultant {consultant_id}")
        return entry

    def _held(self, entry_id: int, consultant_id: int, phase: Phase) -> Entry:
        entry = self._lies_with(entry_id, consultant_id, phase)
        if entry.external and phase is not Phase.AFTER_CONTACT:
            raise ExternalError(f"entry {entry_id} is carried by another system")
        return entry

    def _external(self, entry_id: int, *phases: Phase) -> Entry:
        entry = self.entries.get(entry_id)
        if entry is None or not entry.external or entry.phase not in phases:
            raise GoneError(f"entry {entry_id} is no external one in {' or '.join(phases)}")
        return entry

    def _begin_talk(self, entry: Entry, now: datetime) -> None:
        entry.phase = Phase.TALK
        entry.accepted_at = now
        entry.first_accepted_at = entry.first_accepted_at or now
        entry.refusals = {}
        entry.reserved_for = None
        self._note(Event.ACCEPTED, entry, now)

    def _end_talk(self, entry: Entry, at: datetime, now: datetime) -> None:
        entry.phase = Phase.AFTER_CONTACT
        entry.talk_ended_at = at
        entry.wrap_up_until = now + timedelta(seconds=self.policy.after_contact_s)
        self._note(Event.CLOSED_BY_CONSULTANT, entry, at, from_talk=True)

    def _withdraw_offers(self, consultant_id: int, now: datetime, but: Entry | None = None) -> None:
        for entry in self.held_by(consultant_id):
            if entry is not but:
                self._withdraw_offer(entry, now)

    def _withdraw_offer(self, entry: Entry, now: datetime) -> None:
        if entry.phase is Phase.OFFERED:
            self._note(Event.WITHDRAWN, entry, now)
            self._free(entry, now)
            entry.phase = Phase.WAITING

    def _miss(self, entry: Entry, now: datetime) -> None:
        missed = entry.consultant_id
        self._refuse(entry, Event.TIMED_OUT, now)
        if missed in self.consultants:
            # Whoever does not answer is asked nothing more until they say that they are there.
            self.consultants[missed].chosen = Presence.BUSY

    def _refuse(self, entry: Entry, event: Event, now: datetime) -> None:
        self._note(event, entry, now)
        assert entry.consultant_id is not None  # noqa: S101  an offer lies with someone
        entry.refusals = {**entry.refusals, entry.consultant_id: now}
        if entry.reserved_for == entry.consultant_id:
            entry.reserved_for = None
        self._free(entry, now)
        entry.phase = Phase.WAITING

    def _vanish(self, consultant: Consultant, now: datetime) -> None:
        for entry in self.held_by(consultant.id):
            if entry.phase is Phase.AFTER_CONTACT:
                self._finish(entry, now)
                continue
            if entry.external:
                continue  # the console went dark, not the talk
            was_talk = entry.phase is Phase.TALK
            self._note(Event.CONSULTANT_VANISHED, entry, now, from_talk=was_talk)
            if was_talk:
                self._give_back(entry, now)
            else:
                self._free(entry, now)
                entry.phase = Phase.WAITING
        consultant.chosen = Presence.OFFLINE

    def _give_back(self, entry: Entry, now: datetime) -> None:
        self._free(entry, now)
        entry.phase, entry.returned, entry.accepted_at, entry.refusals = Phase.WAITING, True, None, {}

    def _finish(self, entry: Entry, now: datetime) -> None:
        self._note(Event.AFTER_CONTACT_OVER, entry, now)
        if entry.consultant_id in self.consultants:
            self.consultants[entry.consultant_id].free_since = now
        entry.phase, entry.over_at = Phase.OVER, now

    def _free(self, entry: Entry, now: datetime) -> None:
        if entry.consultant_id in self.consultants:
            self.consultants[entry.consultant_id].free_since = now
        entry.consultant_id = entry.offered_at = None

    def _note(self, event: Event, entry: Entry, now: datetime, *, from_talk: bool = False) -> None:
        self.happened.append(Happening(event, entry.id, entry.consultant_id, now, from_talk))


def _rank(entry: Entry, now: datetime) -> tuple[bool, bool, int, datetime, int]:
    """Order of service: given back or overdue, then by priority and length of wait; call-backs not yet due last."""
    early = entry.due_at is not None and entry.due_at > now
    overdue = entry.due_at is not None and not early
    return not (entry.returned or overdue), early, -entry.priority, entry.queued_at, entry.id


def _passed(since: datetime | None, seconds: float, now: datetime) -> bool:
    return since is not None and (now - since).total_seconds() >= seconds

"""The queue against theory, in virtual time: `python -m bench.queue` (needs nothing that runs; about six minutes).

The engine is the product's own. Arrivals are Poisson, talks exponential, patience exponential; one seed.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import statistics
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from bench import erlang
from contact_centre.queue.engine import QueueEngine
from contact_centre.queue.model import Consultant, Entry, Phase, Presence
from contact_centre.queue.policy import QueuePolicy
from contact_centre.states import Event

if TYPE_CHECKING:
    from collections.abc import Sequence

    from language import Language

HOUR_S: Final = 3_600.0
START: Final = datetime(2026, 11, 23, tzinfo=UTC)
SEED: Final = 1414
TARGET_S: Final = 40.0
TALK_S: Final = 270.0
AFTER_CONTACT_S: Final = 30.0
REACTION_S: Final = 3.0
"""From the offer to the key that accepts it."""
PATIENCE_S: Final = 240.0
HANDOFFS_A_DAY: Final = 6_000
# Share of a day's hand-offs by hour: night, morning peak, lunch, afternoon peak, evening.
PROFILE: Final = (
    *(0.4, 0.3, 0.2, 0.2, 0.3, 0.5, 1.2, 2.5, 5.5, 8.8, 9.8, 9.2),
    *(7.0, 7.4, 8.8, 8.6, 7.8, 6.2, 4.4, 3.4, 2.8, 2.2, 1.5, 1.0),
)
KAZAKH_SHARE: Final = 0.45
# Of ten consultants: five speak both languages, two only Kazakh, three only Russian.
MIXED: Final[tuple[tuple[Language, ...], ...]] = (
    *((("kk", "ru"),) * 2),
    *(("ru",), ("kk",), ("kk", "ru"), ("ru",), ("kk", "ru"), ("kk",), ("kk", "ru"), ("ru",)),
)
ALL_SPEAK_BOTH: Final[tuple[tuple[Language, ...], ...]] = (("kk", "ru"),)


class _Kind(IntEnum):
    STAFF = 0
    ARRIVAL = 1
    ACCEPT = 2
    TALK_ENDS = 3
    WRITTEN_UP = 4
    LEAVES = 5


@dataclass(frozen=True)
class Setting:
    """What is simulated: arrivals and consultants by hour, and how people behave; seconds."""

    arrivals: Sequence[float]
    staff: Sequence[int]
    skills: Sequence[tuple[Language, ...]] = ALL_SPEAK_BOTH
    talk_s: float = TALK_S
    after_contact_s: float = 0.0
    reaction_s: float = 0.0
    patience_s: float | None = None
    hour_s: float = HOUR_S
    seed: int = SEED


@dataclass(frozen=True)
class Caller:
    """One who comes: when, with what language, for how long; seconds. Drawn beforehand: every queue serves the same."""

    second: float
    language: Language
    talk_s: float
    after_contact_s: float
    patience_s: float


@dataclass
class Hour:
    """What came of the arrivals of one hour."""

    waits_s: list[float] = field(default_factory=list)
    abandoned: int = 0

    @property
    def average_s(self) -> float:
        """Average speed of answer."""
        return statistics.fmean(self.waits_s) if self.waits_s else 0.0


def callers(setting: Setting) -> list[Caller]:
    """Draw everyone who comes, in order."""
    chance = random.Random(setting.seed)  # noqa: S311  chance of a simulation, not a secret
    drawn = []
    for hour, arrivals in enumerate(setting.arrivals):
        begin = hour * setting.hour_s
        second = begin + chance.expovariate(arrivals / setting.hour_s)
        while second < begin + setting.hour_s:
            language: Language = "kk" if chance.random() < KAZAKH_SHARE else "ru"
            talk_s = chance.expovariate(1 / setting.talk_s)
            after_contact_s = chance.expovariate(1) * setting.after_contact_s
            drawn.append(Caller(second, language, talk_s, after_contact_s, chance.expovariate(1)))
            second += chance.expovariate(arrivals / setting.hour_s)
    return drawn


def ideal_waits(coming: Sequence[Caller], servers: int) -> list[float]:
    """Return the waits of first come, first served with nothing between a free server and the next in line."""
    free_at = [0.0] * servers
    waits = []
    for caller in coming:
        begins = max(caller.second, heapq.heappop(free_at))
        heapq.heappush(free_at, begins + caller.talk_s + caller.after_contact_s)
        waits.append(begins - caller.second)
    return waits


class Simulation:
    """The engine under a stream of events in virtual time."""

    def __init__(self, setting: Setting, coming: Sequence[Caller]) -> None:
        self._setting = setting
        self._callers = coming
        # Nobody vanishes or misses an offer here: what is measured is the order and the matching.
        policy = QueuePolicy(vanish_s=1e9, offer_s=1e9, after_contact_s=1e9)
        staff = [self._consultant(number) for number in range(max(setting.staff))]
        self._engine = QueueEngine(policy, staff, ())
        self._events: list[tuple[float, _Kind, int]] = [
            *((hour * setting.hour_s, _Kind.STAFF, hour) for hour in range(len(setting.staff))),
            *((caller.second, _Kind.ARRIVAL, number) for number, caller in enumerate(coming)),
        ]
        heapq.heapify(self._events)
        self.hours = [Hour() for _ in setting.arrivals]

    def run(self) -> list[Hour]:
        """Play all hours, and on until everyone is served."""
        while self._events:
            second, kind, number = heapq.heappop(self._events)
            now = START + timedelta(seconds=second)
            self._happen(second, kind, number, now)
            self._engine.advance(now)
            self._take_offers(second)
        return self.hours

    def _consultant(self, number: int) -> Consultant:
        languages = frozenset(self._setting.skills[number % len(self._setting.skills)])
        return Consultant(number, languages, frozenset(), 1, Presence.BREAK, START, START)

    def _happen(self, second: float, kind: _Kind, number: int, now: datetime) -> None:
        if kind is _Kind.STAFF:
            for consultant in self._engine.consultants.values():
                on_duty = consultant.id < self._setting.staff[number]
                self._engine.choose(consultant.id, Presence.AVAILABLE if on_duty else Presence.BREAK, now)
        elif kind is _Kind.ARRIVAL:
            self._engine.enqueue(Entry(number, self._callers[number].language, None, now))
            if self._setting.patience_s is not None:
                leaves = second + self._callers[number].patience_s * self._setting.patience_s
                heapq.heappush(self._events, (leaves, _Kind.LEAVES, number))
        elif kind is _Kind.LEAVES:
            self._leave(number, now)
        elif (entry := self._engine.entries[number]).consultant_id is not None:
            self._work(second, kind, entry, entry.consultant_id, now)

    def _work(self, second: float, kind: _Kind, entry: Entry, consultant: int, now: datetime) -> None:
        caller = self._callers[entry.id]
        if kind is _Kind.ACCEPT and entry.phase is Phase.OFFERED:
            self._engine.accept(entry.id, consultant, now)
            self._hour_of(entry).waits_s.append(second - caller.second)
            heapq.heappush(self._events, (second + caller.talk_s, _Kind.TALK_ENDS, entry.id))
        elif kind is _Kind.TALK_ENDS:
            self._engine.end_talk(entry.id, consultant, now)
            heapq.heappush(self._events, (second + caller.after_contact_s, _Kind.WRITTEN_UP, entry.id))
        elif kind is _Kind.WRITTEN_UP:
            self._engine.finish(entry.id, consultant, now)
            del self._engine.entries[entry.id]

    def _leave(self, number: int, now: datetime) -> None:
        entry = self._engine.entries.get(number)
        if entry is None or entry.phase is not Phase.WAITING:
            return  # talking, or just being picked up
        self._engine.withdraw(number, Event.ABANDONED, now)
        del self._engine.entries[number]
        self._hour_of(entry).abandoned += 1

    def _take_offers(self, second: float) -> None:
        for happening in self._engine.happened:
            if happening.event is Event.OFFERED:
                heapq.heappush(self._events, (second + self._setting.reaction_s, _Kind.ACCEPT, happening.entry_id))
        self._engine.happened.clear()

    def _hour_of(self, entry: Entry) -> Hour:
        return self.hours[int((entry.queued_at - START).total_seconds() // self._setting.hour_s)]


def against_theory(contacts: int, runs: int) -> None:
    """One skill, steady arrivals, no abandonment: the engine against the formula, and against the ideal on the same."""
    print(f"one skill, steady load, {runs} runs of {contacts} hand-offs: average speed of answer, s")
    print("consultants  load   Erlang C   engine (95 % interval)   ideal on the same   engine to ideal")
    for servers, load in ((5, 4.0), (10, 8.5), (20, 18.0), (40, 37.0), (80, 75.0)):
        arrivals_per_s = load / TALK_S
        engine, ideal = [], []
        for run in range(runs):
            setting = Setting([contacts], [servers], hour_s=contacts / arrivals_per_s, seed=SEED + run)
            coming = callers(setting)
            engine.append(statistics.fmean(Simulation(setting, coming).run()[0].waits_s))
            ideal.append(statistics.fmean(ideal_waits(coming, servers)))
        exact = erlang.average_speed_of_answer_s(servers, arrivals_per_s, TALK_S)
        mean, around = statistics.fmean(engine), 1.96 * statistics.stdev(engine) / runs**0.5
        best = statistics.fmean(ideal)
        print(
            f"{servers:11}  {load:4.1f}  {exact:9.2f}  {mean:8.2f} ± {around:5.2f}{best:26.2f}{mean / best - 1:+18.2%}"
        )


def day(
    skills: Sequence[tuple[Language, ...]], more: float, patience_s: float | None, seed: int = SEED
) -> tuple[list[Hour], list[int]]:
    """Play a day with the staff that Erlang C asks for, times 1 + `more`."""
    arrivals = [HANDOFFS_A_DAY * share / sum(PROFILE) for share in PROFILE]
    staff = [math.ceil(needed(hour) * (1 + more)) for hour in arrivals]
    setting = Setting(
        arrivals,
        staff,
        skills,
        after_contact_s=AFTER_CONTACT_S,
        reaction_s=REACTION_S,
        patience_s=patience_s,
        seed=seed,
    )
    return Simulation(setting, callers(setting)).run(), staff


def days(count: int, skills: Sequence[tuple[Language, ...]], more: float, patience_s: float | None) -> list[list[Hour]]:
    """Play several days; return each hour of the clock with what came of it on every day."""
    played = [day(skills, more, patience_s, SEED + number)[0] for number in range(count)]
    return [list(same) for same in zip(*played, strict=True)]


def interval(values: Sequence[float]) -> str:
    """Return a mean with the half of its 95 % interval."""
    return f"{statistics.fmean(values):6.1f} ± {1.96 * statistics.stdev(values) / len(values) ** 0.5:4.1f}"


def needed(arrivals_an_hour: float) -> int:
    """Return the consultants that an hour needs by Erlang C; the reaction is waited for and occupies too."""
    handling_s = TALK_S + AFTER_CONTACT_S + REACTION_S
    return erlang.servers_needed(arrivals_an_hour / HOUR_S, handling_s, TARGET_S - REACTION_S)


def averages(played: Sequence[Sequence[Hour]]) -> list[float]:
    """Return the average speed of answer of each day."""
    return [
        statistics.fmean(wait for hour in one_day for wait in hour.waits_s) for one_day in zip(*played, strict=True)
    ]


def show_day(count: int) -> None:
    """Show a day with peaks: consultants an hour for at most 40 s, and what comes of it."""
    arrivals = [HANDOFFS_A_DAY * share / sum(PROFILE) for share in PROFILE]
    patient, hasty = (days(count, ALL_SPEAK_BOTH, 0.0, patience) for patience in (None, PATIENCE_S))
    print(f"\n{count} days of {HANDOFFS_A_DAY} hand-offs: talk {TALK_S:.0f} s, then {AFTER_CONTACT_S:.0f} s of work,")
    print(f"reaction {REACTION_S:.0f} s; consultants by Erlang C for an average of at most {TARGET_S:.0f} s")
    print("hour  hand-offs  consultants  Erlang C, s      engine, s  with abandonment, s  abandoned")
    handling_s = TALK_S + AFTER_CONTACT_S + REACTION_S
    for hour, expected in enumerate(arrivals):
        staff = needed(expected)
        exact = REACTION_S + erlang.average_speed_of_answer_s(staff, expected / HOUR_S, handling_s)
        left = sum(one.abandoned for one in hasty[hour])
        share = left / (left + sum(len(one.waits_s) for one in hasty[hour]))
        waits = interval([one.average_s for one in patient[hour]])
        shorter = interval([one.average_s for one in hasty[hour]])
        print(f"{hour:4}  {expected:9.0f}  {staff:11}  {exact:11.1f}  {waits}  {shorter:>19}  {share:9.1%}")
    print(f"day: {interval(averages(patient))} s without abandonment, {interval(averages(hasty))} s with it")


def show_skills(count: int) -> None:
    """Show what specialists cost, in consultant-hours."""
    arrivals = [HANDOFFS_A_DAY * share / sum(PROFILE) for share in PROFILE]
    print(f"\nthree skills (20 % Kazakh, 30 % Russian, 50 % both), {count} days: consultant-hours a day, average, s")
    least = sum(map(needed, arrivals))
    for more in (0.0, 0.02, 0.05):
        hours = sum(math.ceil(needed(expected) * (1 + more)) for expected in arrivals)
        pooled, mixed = (averages(days(count, skills, more, None)) for skills in (ALL_SPEAK_BOTH, MIXED))
        extra = statistics.fmean(mixed) / statistics.fmean(pooled) - 1
        print(
            f"{hours} hours (Erlang C {hours / least - 1:+.1%}): everybody speaks both {interval(pooled)} s, "
            f"mixed skills {interval(mixed)} s, {extra:+.1%}"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=20_000, help="of each run of a steady load")
    parser.add_argument("--runs", type=int, default=8, help="of each steady load")
    parser.add_argument("--days", type=int, default=24, help="of each staffing")
    options = parser.parse_args()
    against_theory(options.contacts, options.runs)
    show_day(options.days)
    show_skills(options.days)


if __name__ == "__main__":
    main()

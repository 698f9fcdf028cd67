"""Owns which telephones are members of which queues: the difference between what is and what should be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from language import LANGUAGES
from voice_channel.pbx.calls import ANY, NAMED, QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from voice_channel.exchange_client import Seat
    from voice_channel.pbx.ami import Message

TECHNOLOGY: Final = "PJSIP/"
_REACHABLE: Final = {"1", "2", "3", "6", "7", "8"}
"""States of a device (AST_DEVICE_*): idle, in use, busy, ringing, on hold; the others are unknown, invalid or away."""


@dataclass(frozen=True)
class Member:
    """A telephone in a queue; of those with the same skill the smaller penalty is rung first.

    In the queue for named people it says who it is: a caller there asks for one penalty alone.
    """

    queue: str
    login: str
    paused: bool
    penalty: int

    @property
    def interface(self) -> str:
        """What Asterisk dials."""
        return f"{TECHNOLOGY}{self.login}"


@dataclass(frozen=True)
class Action:
    """One thing to let Asterisk do."""

    name: str
    headers: dict[str, str]


def wanted(seats: Iterable[Seat]) -> list[Member]:
    """Return who should be in the queues: who can serve less else goes first."""
    return [
        Member(
            queue=queue,
            login=seat.login,
            paused=seat.phone == "paused",
            penalty=_penalty(queue, seat),
        )
        for seat in seats
        if seat.phone != "out"
        for queue, language in QUEUES.items()
        if language is None or language in seat.languages
    ]


def _penalty(queue: str, seat: Seat) -> int:
    if queue == NAMED:
        return seat.account
    # Whose language nobody knows yet is best met by someone who speaks all.
    return len(LANGUAGES) - len(seat.languages) if queue == ANY else len(seat.languages) - 1


def present(status: Iterable[Message]) -> list[Member]:
    """Return the members of our queues that a QueueStatus names; fixed ones of an exchange's own are not ours."""
    return [
        Member(
            queue=one.get("Queue"),
            login=one.get("Location").removeprefix(TECHNOLOGY),
            paused=one.get("Paused") == "1",
            penalty=int(one.get("Penalty")) if one.get("Penalty").isdecimal() else 0,
        )
        for one in _members(status)
        if one.get("Membership") == "dynamic"
    ]


def reachable(status: Iterable[Message]) -> frozenset[str]:
    """Return whose telephones can be rung."""
    return frozenset(one.get("Location").removeprefix(TECHNOLOGY) for one in _members(status) if is_reachable(one))


def is_reachable(member: Message) -> bool:
    """Return whether a member's telephone can be rung, from a status or an event of it."""
    return member.get("Status") in _REACHABLE


def actions(now: Iterable[Member], then: Iterable[Member]) -> Iterator[Action]:
    """Yield what makes the queues that are those that should be; whoever leaves, leaves first."""
    before = {(member.queue, member.interface): member for member in now}
    after = {(member.queue, member.interface): member for member in then}
    for queue, interface in before.keys() - after.keys():
        yield Action("QueueRemove", {"Queue": queue, "Interface": interface})
    for place, member in after.items():
        queue, interface = place
        paused = "true" if member.paused else "false"
        was = before.get(place)
        if was is None:
            new = {"Penalty": str(member.penalty), "Paused": paused, "MemberName": member.login}
            yield Action("QueueAdd", {"Queue": queue, "Interface": interface, **new})
            continue
        if was.paused is not member.paused:
            yield Action("QueuePause", {"Queue": queue, "Interface": interface, "Paused": paused})
        if was.penalty != member.penalty:
            yield Action("QueuePenalty", {"Queue": queue, "Interface": interface, "Penalty": str(member.penalty)})


def _members(status: Iterable[Message]) -> Iterator[Message]:
    return (one for one in status if one.get("Event") == "QueueMember" and one.get("Queue") in QUEUES)

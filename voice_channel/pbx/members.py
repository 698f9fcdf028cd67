"""Owns which telephones are members of which queues: the difference between what is and what should be. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from language import LANGUAGES
from voice_channel.pbx.calls import ANY, NAMED, QUEUES
from voice_channel.pbx.phones import login_of, softphone

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
    phone: str
    paused: bool
    penalty: int

    @property
    def interface(self) -> str:
        """What Asterisk dials."""
        return f"{TECHNOLOGY}{self.phone}"


@dataclass(frozen=True)
class Action:
    """One thing to let Asterisk do."""

    name: str
    headers: dict[str, str]


def wanted(seats: Iterable[Seat]) -> list[Member]:
    """Return who should be in the queues: who can serve less else goes first.

    While the telephone in the console is on, the one on the desk stays, paused: where the console goes away, a queue
    without any telephone would send its callers away before the one on the desk is back.
    """
    return [
        Member(queue=queue, phone=phone, paused=paused, penalty=_penalty(queue, seat))
        for seat in seats
        if seat.phone != "out"
        for queue, language in QUEUES.items()
        if language is None or language in seat.languages
        for phone, paused in _phones(seat)
    ]


def _phones(seat: Seat) -> Iterator[tuple[str, bool]]:
    """Yield the telephones of a consultant, and whether each is left alone."""
    is_left_alone = seat.phone == "paused"
    yield seat.login, is_left_alone or seat.softphone
    if seat.softphone:
        yield softphone(seat.login), is_left_alone


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
            phone=one.get("Location").removeprefix(TECHNOLOGY),
            paused=one.get("Paused") == "1",
            penalty=int(one.get("Penalty")) if one.get("Penalty").isdecimal() else 0,
        )
        for one in _members(status)
        if one.get("Membership") == "dynamic"
    ]


def reachable(status: Iterable[Message]) -> frozenset[str]:
    """Return whose telephone can be rung: the one in the console where there is one, else the one on the desk."""
    of: dict[str, dict[str, bool]] = {}
    for one in _members(status):
        phone = one.get("Location").removeprefix(TECHNOLOGY)
        of.setdefault(login_of(phone), {})[phone] = is_reachable(one)
    return frozenset(login for login, phones in of.items() if phones.get(softphone(login), phones.get(login)))


def whose(interface: str) -> str:
    """Return the login of whose telephone Asterisk dials so."""
    return login_of(interface.removeprefix(TECHNOLOGY))


def is_reachable(member: Message) -> bool:
    """Return whether a member's telephone can be rung, from a status or an event of it."""
    return member.get("Status") in _REACHABLE


def actions(now: Iterable[Member], then: Iterable[Member]) -> Iterator[Action]:
    """Yield what makes the queues that are those that should be.

    Whoever leaves, leaves last: where a consultant only changes telephones, a queue that was empty for a moment would
    send its callers away.
    """
    before = {(member.queue, member.interface): member for member in now}
    after = {(member.queue, member.interface): member for member in then}
    for place, member in after.items():
        queue, interface = place
        paused = "true" if member.paused else "false"
        was = before.get(place)
        if was is None:
            new = {"Penalty": str(member.penalty), "Paused": paused, "MemberName": login_of(member.phone)}
            yield Action("QueueAdd", {"Queue": queue, "Interface": interface, **new})
            continue
        if was.paused is not member.paused:
            yield Action("QueuePause", {"Queue": queue, "Interface": interface, "Paused": paused})
        if was.penalty != member.penalty:
            yield Action("QueuePenalty", {"Queue": queue, "Interface": interface, "Penalty": str(member.penalty)})
    for queue, interface in before.keys() - after.keys():
        yield Action("QueueRemove", {"Queue": queue, "Interface": interface})


def _members(status: Iterable[Message]) -> Iterator[Message]:
    return (one for one in status if one.get("Event") == "QueueMember" and one.get("Queue") in QUEUES)

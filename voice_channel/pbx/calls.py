"""Owns what AMI messages say of calls: reports of what happened, and the state of everything. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from voice_channel.exchange_client import LiveCall, Report
from voice_channel.pbx.phones import login_of
from voice_channel.sessions import phone_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from language import Language
    from voice_channel.exchange_client import Event
    from voice_channel.pbx.ami import Message

ANY: Final = "1414"
NAMED: Final = f"{ANY}-named"
"""Where a caller waits for one person: each member's penalty is the number of the account."""
QUEUES: Final[dict[str, Language | None]] = {ANY: None, f"{ANY}-kk": "kk", f"{ANY}-ru": "ru", NAMED: None}
"""The queues of the line with the caller's language, unknown in the first and the last."""
_EVENTS: Final[dict[str, Event]] = {
    "QueueCallerJoin": "joined",
    "AgentCalled": "ringing",
    "AgentRingNoAnswer": "not_answered",
    "AgentConnect": "answered",
    "AgentComplete": "completed",
    "Hangup": "hung_up",
}
_RANG: Final = "5"
"""State of a channel (AST_STATE_RINGING) whose telephone said that it rings."""
_REFUSED_WITHIN_MS: Final = 15_000
"""Who lets it ring longer was not there: `timeout` of the queues, less what answering takes."""
_WAITING_APPLICATION: Final = "Queue"
_OF_A_PHONE: Final = re.compile(r"PJSIP/(.+)-[0-9a-f]{8}")
"""A channel of a consultant's telephone."""


def call_of(message: Message) -> UUID | None:
    """Return the call whose own channel a message is about; None for another channel, a consultant's for one."""
    if message.get("Uniqueid") != message.get("Linkedid"):
        return None
    try:
        return UUID(message.variable("CALL"))
    except ValueError:
        return None


def report_of(message: Message, now: datetime) -> Report | None:
    """Return what an event tells of a call; `now` is its time when it carries none."""
    event, call = _EVENTS.get(message.get("Event")), call_of(message)
    if event is None or call is None or ("Queue" in dict(message.headers) and message.get("Queue") not in QUEUES):
        return None
    if event == "not_answered" and not _rang_to_the_end(message):
        event = "refused"
    at = _time(message, now)
    return Report(
        call=call,
        event=event,
        at=at,
        caller=phone_number(message.get("CallerIDNum")),
        language=QUEUES.get(message.get("Queue")),
        consultant=message.get("MemberName") or None,
        waiting_since=at - timedelta(seconds=_number(message, "HoldTime")) if event == "answered" else None,
    )


def live_calls(channels: Iterable[Message], waits: Iterable[Message], now: datetime) -> list[LiveCall]:
    """Return every call of the line, from a list of channels and one of who waits in the queues."""
    by_bridge: dict[str, list[Message]] = {}
    own: list[tuple[UUID, Message]] = []
    waited = {entry.get("Uniqueid"): _number(entry, "Wait") for entry in waits if entry.get("Event") == "QueueEntry"}
    for channel in channels:
        if (call := call_of(channel)) is not None:
            own.append((call, channel))
        elif channel.get("BridgeId"):
            by_bridge.setdefault(channel.get("BridgeId"), []).append(channel)
    return [_live(call, channel, by_bridge, waited, now) for call, channel in own]


def _live(
    call: UUID, channel: Message, by_bridge: dict[str, list[Message]], waited: dict[str, float], now: datetime
) -> LiveCall:
    queue = channel.get("ApplicationData").partition(",")[0]
    caller = phone_number(channel.get("CallerIDNum"))
    if channel.get("Application") != _WAITING_APPLICATION or queue not in QUEUES:
        return LiveCall(call=call, place="elsewhere", caller=caller)
    consultants = by_bridge.get(channel.get("BridgeId"), []) if channel.get("BridgeId") else []
    wait = waited.get(channel.get("Uniqueid"))
    return LiveCall(
        call=call,
        place="talking" if consultants else "waiting",
        caller=caller,
        language=QUEUES[queue],
        consultant=_login(consultants[0].get("Channel")) if consultants else None,
        waiting_since=None if wait is None else now - timedelta(seconds=wait),
    )


def _rang_to_the_end(missed: Message) -> bool:
    """Return whether a telephone rang and nobody came: not one that was busy, away, or refused with a key."""
    return missed.get("DestChannelState") == _RANG and _number(missed, "RingTime") >= _REFUSED_WITHIN_MS


def _login(channel: str) -> str | None:
    phone = _OF_A_PHONE.fullmatch(channel)
    return login_of(phone[1]) if phone else None


def _time(message: Message, now: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(float(message.get("Timestamp")), UTC)
    except (ValueError, OverflowError, OSError):
        return now


def _number(message: Message, name: str) -> float:
    try:
        return float(message.get(name, "0"))
    except ValueError:
        return 0.0

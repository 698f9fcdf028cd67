"""Owns the legs that the dialplan has asked for: who may connect with which session, and what comes after each."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from language import Language
    from voice_channel.chat_client import Conversation

MOST_KEPT: Final = 2_000
"""Sessions and calls remembered; the oldest are forgotten."""
_PHONE: Final = re.compile(r"\+?[0-9]{2,15}")


class LegKind(StrEnum):
    """Why the dialplan gives us the caller."""

    MAIN = "main"
    RATING = "rating"
    CALLBACK = "callback"


class Next(StrEnum):
    """What the dialplan does with the caller after a leg."""

    HANGUP = "hangup"
    QUEUE = "queue"
    QUEUE_KK = "queue-kk"
    QUEUE_RU = "queue-ru"


class SessionRefusedError(Exception):
    """A connection names a session that is in use or over."""


@dataclass
class TurnRecord:
    """One thing said; times in UTC, latencies in milliseconds.

    `who` is the caller, the assistant (the dialogue's answers) or the line (its own sentences). `heard` is what the
    caller heard of our words before speaking over them: whole sentences, None while they are being said.
    """

    who: str
    text: str
    started_at: datetime
    ended_at: datetime
    latency_ms: dict[str, int] = field(default_factory=dict)
    heard: str | None = None


@dataclass
class CallRecord:
    """What is known of a call over all its legs, for operators and tests."""

    call: str
    state: str = "ringing"
    language: Language | None = None
    number: str = ""
    recording: str | None = None
    in_browser: bool = False
    """Spoken in a browser: no call of the exchange."""
    turns: list[TurnRecord] = field(default_factory=list)
    conversation: Conversation | None = None

    @property
    def exchange_call(self) -> UUID | None:
        """The exchange's own name of the call; None for one that has none."""
        try:
            return None if self.in_browser else UUID(self.call)
        except ValueError:
            return None


@dataclass
class Session:
    """One leg of a call; `conversation` is given when the caller talks in one already (a browser)."""

    id: UUID
    kind: LegKind
    record: CallRecord
    caller: str | None
    next: Next | None = None
    claimed: bool = False


class Sessions:
    """All legs asked for lately."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[UUID, Session] = OrderedDict()
        self._calls: OrderedDict[str, CallRecord] = OrderedDict()

    def issue(self, kind: LegKind, call: str, caller: str | None, session_id: UUID | None = None) -> Session:
        """Return a new session; its id is what AudioSocket is to be called with."""
        record = self._calls.setdefault(call, CallRecord(call))
        session = Session(session_id or uuid4(), kind, record, phone_number(caller))
        self._sessions[session.id] = session
        for kept in (self._sessions, self._calls):
            while len(kept) > MOST_KEPT:
                kept.popitem(last=False)
        return session

    def claim(self, session_id: UUID) -> tuple[Session, bool]:
        """Return the session that a connection names, and whether the dialplan had asked for it.

        An unknown one is a new call all the same: a caller is at its other end.

        Raises:
            SessionRefusedError: it has been used.

        """
        known = self._sessions.get(session_id)
        session = known or self.issue(LegKind.MAIN, str(session_id), None, session_id)
        if session.claimed:
            raise SessionRefusedError(f"session {session_id} has been used already")
        session.claimed = True
        return session, known is not None

    def next(self, session_id: str, attempt: str) -> Next:
        """Say what follows a leg; `attempt` is the dialplan's TRYSTATUS.

        The caller goes to the queue unless the leg said otherwise. Only a main leg leads there: one who was asked for a
        rating or a call-back has been in the queue.
        """
        try:
            session = self._sessions.get(UUID(session_id))
        except ValueError:
            session = None
        if session is None:
            return Next.QUEUE
        if attempt in {"", "SUCCESS"} and session.next is not None:
            return session.next
        return queue_for(session.record.language) if session.kind is LegKind.MAIN else Next.HANGUP

    def in_progress(self) -> list[UUID]:
        """Return the calls of the exchange that are with us now, by their names there."""
        talking = (record for record in self._calls.values() if record.state == "talking" and not record.in_browser)
        return [call for record in talking if (call := record.exchange_call) is not None]

    def call(self, call: str) -> CallRecord | None:
        """Return what is known of a call."""
        return self._calls.get(call)


def queue_for(language: Language | None) -> Next:
    """Return the queue in which a consultant speaks the caller's language."""
    return {"kk": Next.QUEUE_KK, "ru": Next.QUEUE_RU}.get(language or "", Next.QUEUE)


def now() -> datetime:
    """Return the time as records have it."""
    return datetime.now(UTC)


def phone_number(caller: str | None) -> str | None:
    """Return a caller's number as the register keeps it; None when it is none."""
    digits = re.sub(r"[ ()\-]", "", caller or "")
    return digits if _PHONE.fullmatch(digits) else None

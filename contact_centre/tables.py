"""Owns the tables of the contact centre."""

from __future__ import annotations

from datetime import date, datetime  # noqa: TC003  SQLAlchemy reads the annotations
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from contact_centre.queue.model import Phase, Presence
from contact_centre.states import Event, State
from contact_centre.values import Awaited, Channel, EntryKind, Language, NoteKind, Sender, Side  # noqa: TC001  the same
from database.base import Base, enum_column, now


class RegistrationYear(Base):
    """The last number given in a calendar year."""

    __tablename__ = "registration_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Contact(Base):
    """One citizen's contact with the centre (rule 8: registered automatically, at its first moment)."""

    __tablename__ = "contacts"
    __table_args__ = (Index(None, "state", "queued_at"), Index(None, "phone"), Index(None, "email"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    channel: Mapped[Channel] = mapped_column(String(8))
    by_service: Mapped[bool]
    language: Mapped[Language | None] = mapped_column(String(2))
    call_id: Mapped[UUID | None] = mapped_column(unique=True)
    """The telephone exchange's own name of the call."""
    state: Mapped[State] = mapped_column(enum_column(State, 16), default=State.BOT)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    queued_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    token_hash: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(254))
    handoff_reason: Mapped[str | None] = mapped_column(String(64))
    handoff_skill: Mapped[str | None] = mapped_column(String(64))
    service: Mapped[str | None] = mapped_column(String(64))
    """What the contact is about: the service of the last answer, or the one that the consultant named."""
    heard_at: Mapped[datetime | None]
    """When the citizen was last told anything."""
    awaiting: Mapped[Awaited | None] = mapped_column(String(16))
    """What the citizen's next message is expected to be, when it is not one for the dialogue."""
    helped: Mapped[bool | None]
    """What the citizen said of a conversation with the assistant alone."""


class Message(Base):
    """One message of a conversation; ids grow in the order of arrival.

    A citizen's message also carries the outcome of its turn: `answered_at`, the `signals` of the dialogue and the
    kind of `fault`, so that a repeated request gets the answer that was given. Replies point at it with `reply_to`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("contact_id", "client_id"),
        Index(None, "contact_id", "id"),
        Index(None, "sender", "answered_at"),
        {"sqlite_autoincrement": True},  # an id is never given twice, even after the newest rows are erased
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    sender: Mapped[Sender] = mapped_column(String(16))
    language: Mapped[Language] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    sources: Mapped[list[dict[str, str | None]] | None] = mapped_column(JSON(none_as_null=True))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    """Which consultant wrote it."""
    client_id: Mapped[str | None] = mapped_column(String(100))
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    answered_at: Mapped[datetime | None]
    signals: Mapped[list[dict[str, object]] | None] = mapped_column(JSON(none_as_null=True))
    fault: Mapped[str | None] = mapped_column(String(16))


class QueueEntry(Base):
    """One wait for a consultant and the talk that came of it; see `contact_centre.queue.model.Entry`."""

    __tablename__ = "queue_entries"
    __table_args__ = (
        Index(None, "phase"),
        Index(None, "queued_at"),
        Index(None, "over_at"),
        Index(None, "contact_id", "id"),
        # The database itself refuses to let one conversation wait twice.
        Index(
            "uq_queue_entries_live_conversation",
            "contact_id",
            unique=True,
            sqlite_where=text("kind = 'conversation' AND phase IN ('waiting', 'offered', 'talk')"),
            postgresql_where=text("kind = 'conversation' AND phase IN ('waiting', 'offered', 'talk')"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    kind: Mapped[EntryKind] = mapped_column(String(16), default="conversation")
    language: Mapped[Language] = mapped_column(String(2))
    topic: Mapped[str | None] = mapped_column(String(64))
    priority: Mapped[int] = mapped_column(default=0)
    external: Mapped[bool] = mapped_column(default=False)
    queued_at: Mapped[datetime] = mapped_column(default=now)
    returned: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime | None]
    reserved_for: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    phase: Mapped[Phase] = mapped_column(enum_column(Phase, 16), default=Phase.WAITING)
    consultant_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    offered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    first_accepted_at: Mapped[datetime | None]
    talk_ended_at: Mapped[datetime | None]
    wrap_up_until: Mapped[datetime | None]
    over_at: Mapped[datetime | None]
    refusals: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    ending: Mapped[Event | None] = mapped_column(enum_column(Event, 32))
    """What took it out of the queue or ended the talk."""
    outcome: Mapped[str | None] = mapped_column(String(32))
    rating: Mapped[int | None]
    rating_word: Mapped[str | None] = mapped_column(Text)
    told_at: Mapped[datetime | None]
    told_position: Mapped[int | None]
    callback_offered: Mapped[bool] = mapped_column(default=False)
    phone: Mapped[str | None] = mapped_column(String(32))
    """Where to call back."""


class ConsultantDuty(Base):
    """What a consultant can do and is doing; see `contact_centre.queue.model.Consultant`."""

    __tablename__ = "consultants"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    languages: Mapped[list[Language]] = mapped_column(JSON)
    topics: Mapped[list[str]] = mapped_column(JSON, default=list)
    capacity: Mapped[int]
    chosen: Mapped[Presence] = mapped_column(enum_column(Presence, 16), default=Presence.OFFLINE)
    since: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    free_since: Mapped[datetime] = mapped_column(default=now)
    phone_ready: Mapped[bool] = mapped_column(default=False)
    """The exchange can reach the consultant's telephone."""


class ContactEvent(Base):
    """One thing that happened to a contact; only ever added to."""

    __tablename__ = "contact_events"
    __table_args__ = (Index(None, "contact_id", "id"), Index(None, "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("queue_entries.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    event: Mapped[Event] = mapped_column(enum_column(Event, 32))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    """Which consultant did it, or to whom it happened."""


class Note(Base):
    """What consultants write for each other of a contact; never shown to the citizen."""

    __tablename__ = "contact_notes"
    __table_args__ = (Index(None, "contact_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[NoteKind] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)


class Recording(Base):
    """One recorded conversation (rule 21); the sound itself is a file below the folder of recordings."""

    __tablename__ = "recordings"
    __table_args__ = (
        Index(None, "contact_id", "started_at"),
        Index(None, "started_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID] = mapped_column(ForeignKey("contacts.id"))
    file: Mapped[str] = mapped_column(String(255), unique=True)
    """Everybody who speaks in it, on one or two channels."""
    tracks: Mapped[dict[Side, str]] = mapped_column(JSON, default=dict)
    """Files of one side each, where the recorder keeps them apart."""
    started_at: Mapped[datetime]
    duration_ms: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)


class RecordingRequest(Base):
    """A written request for the recordings of a citizen's calls on a day; see `contact_centre.recording_requests`."""

    __tablename__ = "recording_requests"
    __table_args__ = (Index(None, "answered_at", "due_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    letter: Mapped[str] = mapped_column(String(64))
    """The number and the date of the letter, as its sender gave them."""
    asked_by: Mapped[str] = mapped_column(String(200))
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    called_on: Mapped[date]
    phone: Mapped[str] = mapped_column(String(32))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    """Who registered it."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    released: Mapped[list[int]] = mapped_column(JSON)
    """Which recordings the authority was given."""
    answer: Mapped[str] = mapped_column(Text)
    """Why none was released."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))


class CannedReply(Base):
    """A canned reply of the centre's own, or its version of a shipped one; see `contact_centre.reply_book`."""

    __tablename__ = "canned_replies"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    title: Mapped[dict[Language, str]] = mapped_column(JSON)
    text: Mapped[dict[Language, str]] = mapped_column(JSON)
    removed: Mapped[bool] = mapped_column(default=False)
    """A shipped reply that the centre does not use."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    """Who changed it last."""

"""Owns the tables of the contact centre."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    JSON,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from contact_centre.states import State
from contact_centre.values import Channel, Language, Sender

if TYPE_CHECKING:
    from sqlalchemy import Dialect


def now() -> datetime:
    """Return the time in UTC, aware."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time; SQLite keeps no zone, so it is written as UTC and read as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Turn any aware time into UTC."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give back the zone that the database may have dropped."""
        return None if value is None else value.replace(tzinfo=UTC)


_STATE = Enum(
    State,
    native_enum=False,
    length=16,
    create_constraint=False,
    values_callable=lambda states: [s.value for s in states],
)


class Base(DeclarativeBase):
    """Common metadata; named constraints so that later migrations can change them on any database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        },
    )
    type_annotation_map: ClassVar = {
        datetime: UtcDateTime,
        UUID: Uuid,
        Language: String(2),
        Channel: String(8),
        Sender: String(16),
    }


class RegistrationYear(Base):
    """The last number given in a calendar year."""

    __tablename__ = "registration_years"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Contact(Base):
    """One citizen's contact with the centre (rule 8: registered automatically, at its first moment)."""

    __tablename__ = "contacts"
    __table_args__ = (Index(None, "state", "queued_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    channel: Mapped[Channel]
    by_service: Mapped[bool]
    language: Mapped[Language | None]
    state: Mapped[State] = mapped_column(_STATE, default=State.BOT)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    queued_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    token_hash: Mapped[str] = mapped_column(String(64))
    phone: Mapped[str | None] = mapped_column(String(32))
    email: Mapped[str | None] = mapped_column(String(254))
    handoff_reason: Mapped[str | None] = mapped_column(String(64))
    handoff_skill: Mapped[str | None] = mapped_column(String(64))


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
    sender: Mapped[Sender]
    language: Mapped[Language]
    text: Mapped[str] = mapped_column(Text)
    payload: Mapped[str | None] = mapped_column(Text)
    buttons: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    sources: Mapped[list[dict[str, str | None]] | None] = mapped_column(JSON(none_as_null=True))
    client_id: Mapped[str | None] = mapped_column(String(100))
    reply_to: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    answered_at: Mapped[datetime | None]
    signals: Mapped[list[dict[str, object]] | None] = mapped_column(JSON(none_as_null=True))
    fault: Mapped[str | None] = mapped_column(String(16))

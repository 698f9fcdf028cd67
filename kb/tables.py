"""Owns the tables of the live knowledge base."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  SQLAlchemy reads the annotations
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from database.base import Base, enum_column, now
from language import Language  # noqa: TC001  the same

_CODE: Final = String(32)
_PERSON: Final = String(64)
REASON_MAX: Final = 500
QUESTION_MAX: Final = 300
"""Characters kept of a question."""


class RevisionState(StrEnum):
    """Where a revision of an article is on its way to the citizen."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """A later one, or a change of mind, took its place."""


class QuestionKind(StrEnum):
    """Why a question is shown to the editors."""

    NOT_FOUND = "not_found"
    THUMBS_DOWN = "thumbs_down"


class AnnouncementLevel(StrEnum):
    """How an announcement is shown."""

    INFO = "info"
    WARNING = "warning"
    OUTAGE = "outage"


class KnowledgeVersion(Base):
    """One row; its number grows with everything that readers must load anew."""

    __tablename__ = "kb_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]


class ArticleRow(Base):
    """A service code with the number of its last revision and of the one that citizens are told."""

    __tablename__ = "kb_articles"

    code: Mapped[str] = mapped_column(_CODE, primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
    published: Mapped[int | None]


class Revision(Base):
    """One version of an article. Its cells never change; its state does."""

    __tablename__ = "kb_revisions"
    __table_args__ = (
        ForeignKeyConstraint(["code", "base"], ["kb_revisions.code", "kb_revisions.number"]),
        Index(None, "state"),
    )

    code: Mapped[str] = mapped_column(_CODE, ForeignKey("kb_articles.code"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[RevisionState] = mapped_column(enum_column(RevisionState, 16))
    cells: Mapped[dict[str, str]] = mapped_column(JSON)
    """The article in its flat form (`kb.rows`), which also holds what is not finished."""
    base: Mapped[int | None]
    """The revision that the author had before him."""
    author: Mapped[str] = mapped_column(_PERSON)
    reason: Mapped[str] = mapped_column(String(REASON_MAX), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    reviewer: Mapped[str | None] = mapped_column(_PERSON)
    verdict: Mapped[str] = mapped_column(String(REASON_MAX), default="")
    decided_at: Mapped[datetime | None]


class Announcement(Base):
    """A notice that is shown before anything else while it lasts, such as an outage."""

    __tablename__ = "kb_announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    ru: Mapped[str] = mapped_column(Text)
    kk: Mapped[str] = mapped_column(Text)
    level: Mapped[AnnouncementLevel] = mapped_column(enum_column(AnnouncementLevel, 16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    author: Mapped[str] = mapped_column(_PERSON)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    edition: Mapped[int] = mapped_column(default=1)
    """Counts the changes, so that two editors notice each other."""


class Question(Base):
    """What people asked and were not told, masked, with how often."""

    __tablename__ = "kb_questions"
    __table_args__ = (UniqueConstraint("kind", "language", "folded"), Index(None, "settled_at", "count"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[QuestionKind] = mapped_column(enum_column(QuestionKind, 16))
    language: Mapped[Language] = mapped_column(String(2))
    text: Mapped[str] = mapped_column(String(QUESTION_MAX))
    folded: Mapped[str] = mapped_column(String(QUESTION_MAX))
    service: Mapped[str | None] = mapped_column(_CODE)
    count: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime] = mapped_column(default=now)
    last_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[str | None] = mapped_column(_PERSON)


class PendingImport(Base):
    """A spreadsheet that was read and waits for the editor's word."""

    __tablename__ = "kb_imports"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    author: Mapped[str] = mapped_column(_PERSON)
    filename: Mapped[str] = mapped_column(String(255))
    rows: Mapped[dict[str, dict[str, str]]] = mapped_column(JSON)
    """Cells by column, by the number of the row in the file."""
    created_at: Mapped[datetime] = mapped_column(default=now)

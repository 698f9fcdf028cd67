"""Owns the reference server's memory: what providers entered, in a small database of its own."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from sqlalchemy import Date, String, create_engine, event, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from monitoring.models import Application, HistoryEntry, StageEntry, normalised_number, read_stages

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

    from monitoring.models import Stage

_SEED_FILE: Final = Path(__file__).with_name("seed.yml")


class _Base(DeclarativeBase):
    pass


class _ApplicationRow(_Base):
    __tablename__ = "applications"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    service: Mapped[str] = mapped_column(String(32))
    provider: Mapped[str] = mapped_column(String(200))
    result_ready_at: Mapped[date | None] = mapped_column(Date)
    iin_digest: Mapped[str | None] = mapped_column(String(64))


class _StageRow(_Base):
    __tablename__ = "stages"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), index=True)
    stage: Mapped[str] = mapped_column(String(32))
    since: Mapped[date] = mapped_column(Date)


class UnknownStageError(ValueError):
    """The entered stage is not one of the known ones."""


class NotEnteredError(LookupError):
    """No provider has entered this application."""


class OwnerCheckError(PermissionError):
    """The owner of the system wants the citizen checked by IIN, and it was not given or is another's."""


@dataclass(frozen=True)
class EnteredApplication:
    """The application after an entry, and whether the entry was its first."""

    application: Application
    created: bool


def _digest(number: str, iin: str) -> str:
    return hashlib.sha256(f"{number}:{iin}".encode()).hexdigest()


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA busy_timeout=2000")
    cursor.close()


class ApplicationStore:
    """Applications and the stages they went through, in the SQLite file at `path`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._stages = read_stages()
        self._engine = create_engine(f"sqlite:///{path}")
        event.listen(self._engine, "connect", _set_pragmas)
        _Base.metadata.create_all(self._engine)

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    def enter(self, number: str, entry: StageEntry) -> EnteredApplication:
        """Keep what a provider entered; the same entry twice is kept once.

        Raises:
            UnknownStageError: the stage is not a known one.

        """
        if entry.stage not in self._stages:
            raise UnknownStageError(f"unknown stage {entry.stage!r}, expected one of {', '.join(self._stages)}")
        number = normalised_number(number)
        with Session(self._engine) as session, session.begin():
            row = session.get(_ApplicationRow, number)
            created = row is None
            row = row or _ApplicationRow(number=number)
            row.service, row.provider, row.result_ready_at = entry.service, entry.provider, entry.result_ready_at
            if entry.iin is not None:
                row.iin_digest = _digest(number, entry.iin)
            session.add(row)
            same = select(_StageRow).filter_by(number=number, stage=entry.stage, since=entry.since)
            if session.scalar(same) is None:
                session.add(_StageRow(number=number, stage=entry.stage, since=entry.since))
        with Session(self._engine) as session:
            return EnteredApplication(self._application(session, number), created)

    def application(self, number: str, iin: str | None) -> Application:
        """Return one application.

        Raises:
            NotEnteredError: no provider has entered it.
            OwnerCheckError: its owner wants an IIN, and `iin` is missing or another one.

        """
        number = normalised_number(number)
        with Session(self._engine) as session:
            row = session.get(_ApplicationRow, number)
            if row is None:
                raise NotEnteredError(number)
            if row.iin_digest is not None and not hmac.compare_digest(row.iin_digest, _digest(number, iin or "")):
                raise OwnerCheckError(number)
            return self._application(session, number)

    def _application(self, session: Session, number: str) -> Application:
        row = session.get_one(_ApplicationRow, number)
        entries = session.scalars(select(_StageRow).filter_by(number=number).order_by(_StageRow.since, _StageRow.id))
        history = [HistoryEntry(stage=self._stage(entry.stage), since=entry.since) for entry in entries]
        return Application(
            number=row.number,
            service=row.service,
            provider=row.provider,
            stage=history[-1].stage,
            stage_since=history[-1].since,
            history=history,
            result_ready_at=row.result_ready_at,
        )

    def _stage(self, code: str) -> Stage:
        return self._stages[code]

    def seed(self, path: Path = _SEED_FILE) -> None:
        """Enter the made-up applications of `path` (entering them again changes nothing)."""
        for item in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader):
            for stage, since in item["stages"]:
                entry = StageEntry(
                    service=item["service"],
                    provider=item["provider"],
                    stage=stage,
                    since=since,
                    result_ready_at=item.get("result_ready_at"),
                    iin=item.get("iin"),
                )
                self.enter(item["number"], entry)

"""The real database: upgrade, settings, failures."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from contact_centre.tables import Message
from database.base import Base
from database.engine import Database, create_engine, upgrade
from tests.database.running import upgraded, url

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection


async def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    database = Database(url(tmp_path))
    await database.upgrade()
    await database.upgrade()  # a second start changes nothing
    await database.close()
    engine = create_engine(url(tmp_path))

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_what_is_kept_already_outlives_an_upgrade(tmp_path: Path) -> None:
    early = create_engine(url(tmp_path))
    async with early.begin() as connection:
        await connection.run_sync(upgrade, "0004")
        contact = "INSERT INTO contacts (id, number, channel, by_service, state, created_at, updated_at, token_hash)"
        await connection.execute(text(f"{contact} VALUES ('c1', '26-1', 'web', 0, 'bot', '2026', '2026', 'x')"))
        message = "INSERT INTO messages (contact_id, at, sender, language, text)"
        await connection.execute(text(f"{message} VALUES ('c1', '2026', 'citizen', 'ru', 'Паспорт')"))
    await early.dispose()
    async with upgraded(tmp_path) as database, database.read() as session:
        joined = "SELECT text FROM messages JOIN contacts ON contacts.id = contact_id"
        assert await session.scalar(text(joined)) == "Паспорт"
        assert await session.scalar(text("PRAGMA foreign_keys")) == 1


async def test_a_glance_sees_what_is_committed_and_holds_nothing(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as database, database.glance() as looking:
        years = text("SELECT count(*) FROM registration_years")
        before = await looking.scalar(years)
        async with database.write() as session:
            await session.execute(text("INSERT INTO registration_years (year, last) VALUES (1999, 1)"))
            assert await looking.scalar(years) == before
        assert await looking.scalar(years) == before + 1


async def test_sqlite_is_set_up_for_several_readers_and_sound_references(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as database:
        async with database.read() as session:
            assert await session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert await session.scalar(text("PRAGMA busy_timeout")) == 5000
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                session.add(Message(contact_id=uuid4(), sender="citizen", language="ru", text="чей?"))


async def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}")
    assert "database does not answer" in str(await database.check())
    await database.close()
    # The driver's thread says its last word to this loop, which must still be there.
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            await asyncio.to_thread(thread.join)

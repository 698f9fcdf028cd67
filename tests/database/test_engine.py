"""The real database: upgrade, settings, failures."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError

from contact_centre.tables import Message
from database import engine
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
    made = create_engine(url(tmp_path))

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with made.connect() as connection:
        assert await connection.run_sync(differences) == []
    await made.dispose()


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
            assert await session.scalar(text("PRAGMA synchronous")) == 1
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                session.add(Message(contact_id=uuid4(), sender="citizen", language="ru", text="чей?"))


async def test_what_is_read_aside_is_the_same_database(tmp_path: Path) -> None:
    add = text("INSERT INTO registration_years (year, last) VALUES (1999, 1)")
    async with upgraded(tmp_path) as database:
        async with database.write() as session:
            await session.execute(add)
        async with database.aside() as session:
            assert await session.scalar(text("SELECT last FROM registration_years WHERE year = 1999")) == 1
            assert await session.scalar(text("PRAGMA foreign_keys")) == 1


async def test_whoever_writes_waits_for_another_process_and_nobody_else_does(tmp_path: Path) -> None:
    add = text("INSERT INTO registration_years (year, last) VALUES (1999, 1)")
    count = text("SELECT count(*) FROM registration_years WHERE year = 1999")
    async with upgraded(tmp_path) as database:
        other = sqlite3.connect(make_url(url(tmp_path)).database or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        async def write() -> None:
            async with database.write() as session:
                await session.execute(add)

        writing = asyncio.create_task(write())
        longest = 0.0
        for _ in range(20):
            started = time.monotonic()
            async with database.read() as session:
                assert await session.scalar(count) == 0
            await asyncio.sleep(0.01)
            longest = max(longest, time.monotonic() - started)
        assert not writing.done()
        assert longest < engine.LOCK_WAIT_S / 10
        other.execute("COMMIT")
        other.close()
        await writing
        async with database.read() as session:
            assert await session.scalar(count) == 1


async def test_a_lock_that_is_never_given_back_is_told_and_harms_nothing_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_WAIT_S", 0.2)
    add = text("INSERT INTO registration_years (year, last) VALUES (1999, 1)")
    async with upgraded(tmp_path) as database:
        other = sqlite3.connect(make_url(url(tmp_path)).database or "", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OperationalError, match="locked"):
            async with database.write() as session:
                await session.execute(add)
        other.close()
        async with database.write() as session:
            await session.execute(add)


async def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}")
    assert "database does not answer" in str(await database.check())
    await database.close()


async def test_a_file_that_another_process_is_making_is_waited_for(tmp_path: Path) -> None:
    database, path = Database(url(tmp_path)), make_url(url(tmp_path)).database or ""
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    ending = threading.Timer(0.3, other.execute, ["COMMIT"])
    ending.start()
    assert await database.check() is None
    ending.join()
    other.close()
    await database.close()

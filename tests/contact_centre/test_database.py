"""The register on a real database: upgrade, numbers, keeping."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from contact_centre import tables
from contact_centre.database import Database, create_engine
from contact_centre.register import Register, UnknownContactError
from contact_centre.tables import Base, Contact, Message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'deeper' / 'contacts.db'}"


@asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[Database]:
    database = Database(_url(folder))
    await database.upgrade()
    yield database
    await database.close()


async def _registered(register: Register) -> Contact:
    async with register.open(
        channel="web", language="ru", by_service=False, token_hash="", phone=None, email=None
    ) as registration:
        await registration.say("Здравствуйте!", "ru")
    return registration.contact


async def test_the_migrations_make_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        await database.upgrade()  # a second start changes nothing
    engine = create_engine(_url(tmp_path))

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_sqlite_is_set_up_for_several_readers_and_sound_references(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        async with database.read() as session:
            assert await session.scalar(text("PRAGMA journal_mode")) == "wal"
            assert await session.scalar(text("PRAGMA busy_timeout")) == 5000
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                session.add(Message(contact_id=uuid4(), sender="citizen", language="ru", text="чей?"))


async def test_two_processes_share_the_numbers_of_a_year(tmp_path: Path) -> None:
    async with _database(tmp_path) as one, _database(tmp_path) as two:
        registers = [Register(one), Register(two)] * 10
        contacts = await asyncio.gather(*map(_registered, registers))
    numbers = sorted(int(contact.number.partition("-")[2]) for contact in contacts)
    assert numbers == list(range(1, 21))


async def test_numbers_start_anew_with_the_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _database(tmp_path) as database:
        register = Register(database)
        first = await _registered(register)
        assert first.number.endswith("-000001")
        this_year = tables.now()

        def next_year() -> datetime:
            return this_year.replace(year=this_year.year + 1, day=1)

        monkeypatch.setattr("contact_centre.register.now", next_year)
        assert (await _registered(register)).number == f"{(this_year.year + 1) % 100:02d}-000001"


async def test_a_failed_registration_takes_no_number(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        register = Register(database)

        async def fail() -> None:
            async with register.open(
                channel="web", language=None, by_service=False, token_hash="", phone=None, email=None
            ):
                raise ConnectionError

        with pytest.raises(ConnectionError):
            await fail()
        assert (await _registered(register)).number.endswith("-000001")


async def test_times_come_back_in_utc(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        register = Register(database)
        contact = await _registered(register)
        assert (await register.contact(contact.id)).created_at == contact.created_at


async def test_nothing_is_kept_for_a_contact_that_is_not_there(tmp_path: Path) -> None:
    async with _database(tmp_path) as database:
        register = Register(database)
        with pytest.raises(UnknownContactError):
            await register.contact(uuid4())
        with pytest.raises(UnknownContactError):
            await register.keep(uuid4(), text="?", language="ru", payload=None, client_id=None)


async def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}")
    assert "database does not answer" in str(await database.check())
    await database.close()

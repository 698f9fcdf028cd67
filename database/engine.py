"""Owns the connection to the database: its settings, its transactions, its upgrade at start."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from sqlalchemy import event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.util import await_only

from database import sqlite_in_loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.ext.asyncio import AsyncEngine
    from sqlalchemy.pool import ConnectionPoolEntry

LOCK_WAIT_S = 5.0
"""How long whoever needs a lock of a SQLite file waits for another process that has it, before it is refused."""
LOCK_PAUSE_S = 0.02
MIGRATIONS = Path(__file__).parent / "migrations"

_READ_ONLY = "database_read_only"
_SINGLE = "database_single_statement"


class BrokenReferencesError(Exception):
    """A migration left rows that point at nothing; it is undone."""


class Database:
    """Sessions over one database. SQLite by default, any other that SQLAlchemy speaks by its address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = create_engine(url)
        self._aside = create_engine(url, aside=True).execution_options(**{_READ_ONLY: True})
        self._reader = self._engine.execution_options(**{_READ_ONLY: True})
        self._glancer = self._reader.execution_options(**{_SINGLE: True})
        # SQLite has one writer. To wait here is fair; to wait inside SQLite is polling.
        self._writing = asyncio.Lock() if self._engine.dialect.name == "sqlite" else nullcontext()

    async def upgrade(self) -> None:
        """Bring the tables to the newest revision."""
        # SQLite alters a table by copying it, and would not let go of the old one while others point at it.
        engine = create_engine(self._url, watches_references=False)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
        finally:
            await engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Open a session that sees one consistent state and changes nothing."""
        async with AsyncSession(self._reader, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[AsyncSession]:
        """Open a session like `read` for what may take long, such as a report: nobody else waits for it."""
        async with AsyncSession(self._aside, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def glance(self) -> AsyncIterator[AsyncSession]:
        """Open a session for one statement that changes nothing; each further one may see another state.

        For what every request does: one statement needs no transaction around it.
        """
        async with AsyncSession(self._glancer, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Open a transaction; it is committed at the end and rolled back on an error."""
        async with self._writing, AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    async def check(self) -> str | None:
        """Ask the database for a sign of life; None when it gave one, else a sentence."""
        try:
            async with self.read() as session:
                await session.execute(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001  a driver may raise its own kind; the state page shows any
            return f"the database does not answer: {error}"
        return None

    async def close(self) -> None:
        """Give the connections back."""
        await self._engine.dispose()
        await self._aside.dispose()


def default_url(data_dir: Path) -> str:
    """Return the address of the database that is used when none is set: one SQLite file in `data_dir`."""
    return f"sqlite+aiosqlite:///{data_dir / 'contact_centre.db'}"


def create_engine(url: str, *, watches_references: bool = True, aside: bool = False) -> AsyncEngine:
    """Return an engine for `url`; for SQLite with WAL, foreign keys, and explicit transactions.

    An engine `aside` has threads of its own for SQLite, which it may keep busy.
    """
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return create_async_engine(address, pool_pre_ping=True)
    if address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    address = address.set(drivername="sqlite+aiosqlite")
    if aside:
        # The driver must not open transactions of its own: _begin_sqlite does.
        engine = create_async_engine(address, connect_args={"isolation_level": None})
    else:
        engine = create_async_engine(address, async_creator=sqlite_in_loop.connector(address.database or ""))
    patience_s = LOCK_WAIT_S if aside else sqlite_in_loop.LOCK_WAIT_S
    prepare = partial(_prepare_sqlite, watches_references=watches_references, patience_s=patience_s)
    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(
    connection: DBAPIConnection, _entry: ConnectionPoolEntry, *, watches_references: bool, patience_s: float
) -> None:
    cursor = connection.cursor()
    for pragma in (
        # Several processes that start at once make the file or mend it one after the other.
        f"busy_timeout={LOCK_WAIT_S * 1000:.0f}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        f"foreign_keys={'ON' if watches_references else 'OFF'}",
        f"busy_timeout={patience_s * 1000:.0f}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its lock at once: one that read first and then wants to write is refused, however long it waits.
    options = connection.get_execution_options()
    if options.get(_SINGLE, False):
        return
    if options.get(_READ_ONLY, False):
        connection.exec_driver_sql("BEGIN")
        return
    until = time.monotonic() + LOCK_WAIT_S
    while not _began(connection, is_last=time.monotonic() >= until):
        await_only(asyncio.sleep(LOCK_PAUSE_S))


def _began(connection: Connection, *, is_last: bool) -> bool:
    """Try to take the lock of the one who writes; the last try raises OperationalError when another has it."""
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        if is_last or getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise
        return False
    return True


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the tables to a revision. Raises BrokenReferencesError when rows would be left pointing at nothing."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    if connection.dialect.name == "sqlite" and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise BrokenReferencesError(f"{len(broken)} rows point at nothing, the first in {broken[0][0]}")

"""Owns SQLite in the thread of the event loop, with the methods of aiosqlite, for statements that take microseconds.

A statement that finds a row by its key takes SQLite less time than the way to another thread and back, which aiosqlite
takes at every statement, every fetch and every commit. What may take long is read aside, in a thread
(`database.engine.Database.aside`), and no statement here waits long for a lock: see `LOCK_WAIT_S`.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LOCK_WAIT_S = 0.01
"""How long SQLite itself may wait for a lock, and the whole loop with it; whoever wants to write waits outside."""


class Cursor:
    """A cursor whose results are there when they are awaited."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor
        self.arraysize = cursor.arraysize

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> tuple[Any, ...] | None:
        """The columns of the result, None when the statement has none."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The key of the row added last."""
        return self._cursor.lastrowid

    async def execute(self, statement: str, parameters: Sequence[object] = ()) -> Self:
        """Run a statement."""
        self._cursor.execute(statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[object]]) -> Self:
        """Run a statement for each of several parameters."""
        self._cursor.executemany(statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """Return all rows."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Let the result go."""
        self._cursor.close()


class Connection:
    """A connection without a thread; transactions are begun by statements, not by the driver."""

    def __init__(self, path: str) -> None:
        """Open the file. Raises sqlite3.Error."""
        # The name is what SQLAlchemy asks aiosqlite's connection by whether it is open.
        self._connection: sqlite3.Connection | None = sqlite3.connect(path, timeout=0, isolation_level=None)

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        return Cursor(self._open.cursor())

    async def create_function(self, *arguments: Any, **options: Any) -> None:
        """Give SQL a function of Python's."""
        self._open.create_function(*arguments, **options)

    async def commit(self) -> None:
        """Keep what the transaction did."""
        self._open.commit()

    async def rollback(self) -> None:
        """Undo what the transaction did."""
        self._open.rollback()

    async def close(self) -> None:
        """Close the file."""
        self.stop()

    def stop(self) -> None:
        """Close the file at once."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise ValueError("no active connection")  # as aiosqlite says it, which SQLAlchemy knows
        return self._connection


def connector(path: str) -> Callable[[], Any]:
    """Return what makes connections to a file, as SQLAlchemy's `async_creator`."""

    async def connect() -> Connection:
        return Connection(path)

    return connect

"""A database of a test's own, upgraded."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from database.engine import Database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / 'deeper' / 'product.db'}"


@asynccontextmanager
async def upgraded(folder: Path) -> AsyncIterator[Database]:
    """Open the database that is kept in `folder`, made at the first call."""
    database = Database(url(folder))
    await database.upgrade()
    try:
        yield database
    finally:
        await database.close()

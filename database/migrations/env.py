"""Runs the migrations: on the connection given by the process at start, else on DATABASE_URL for work by hand."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from alembic import context

# Every room's tables fill the metadata.
import contact_centre.tables  # noqa: F401
import kb.tables  # noqa: F401
import staff.tables  # noqa: F401
from database.base import Base
from database.engine import create_engine

if TYPE_CHECKING:
    from sqlalchemy import Connection


def _migrate(connection: Connection) -> None:
    # SQLite cannot alter a column in place: batch mode copies the table.
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


async def _migrate_by_hand() -> None:
    engine = create_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


_given: Connection | None = context.config.attributes.get("connection")
if _given is None:
    asyncio.run(_migrate_by_hand())
else:
    _migrate(_given)

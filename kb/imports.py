"""Owns spreadsheets that were read and wait for the editor's word before anything of them is kept as a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete

from database.base import now
from kb import exchange
from kb.errors import CodeTakenError, EditConflictError
from kb.exchange import Effect, PlannedRow
from kb.tables import PendingImport

if TYPE_CHECKING:
    from uuid import UUID

    from database.engine import Database
    from kb.store import ArticleStore

_KEPT_FOR: Final = timedelta(days=1)
_FILENAME_MAX: Final = 255


@dataclass(frozen=True)
class Outcome:
    """What an import did: the codes it made drafts of, and those that someone else was faster with."""

    drafted: tuple[str, ...]
    overtaken: tuple[str, ...]


class Imports:
    """The waiting imports, kept in `database` so that any process can go on with them."""

    def __init__(self, database: Database, store: ArticleStore) -> None:
        self._database = database
        self._store = store

    async def keep(self, content: bytes, filename: str, author: str) -> PendingImport:
        """Read a spreadsheet and let it wait, a day at most.

        Raises:
            SheetError: it cannot be read as a table of articles.

        """
        rows = {str(number): cells for number, cells in exchange.read_sheet(content)}
        async with self._database.write() as session:
            await session.execute(delete(PendingImport).where(PendingImport.created_at < now() - _KEPT_FOR))
            waiting = PendingImport(author=author, filename=filename[:_FILENAME_MAX], rows=rows)
            session.add(waiting)
            return waiting

    async def get(self, number: UUID, author: str) -> PendingImport | None:
        """Return an import of this person that waits."""
        async with self._database.read() as session:
            waiting = await session.get(PendingImport, number)
        return waiting if waiting is not None and waiting.author == author else None

    async def plan(self, waiting: PendingImport) -> list[PlannedRow]:
        """Say what each row would do as things stand now."""
        rows = [(int(number), cells) for number, cells in waiting.rows.items()]
        return exchange.plan(rows, await self._store.standings(), now().date())

    async def confirm(self, waiting: PendingImport, reason: str) -> Outcome:
        """Make a draft of each sound row that changes something; the rest is left, and the import is over."""
        drafted, overtaken = [], []
        for row in await self.plan(waiting):
            try:
                if row.effect is Effect.NEW:
                    await self._store.create(row.cells, waiting.author, reason)
                elif row.effect is Effect.CHANGED and row.base is not None:
                    await self._store.save(row.code, row.cells, waiting.author, base=row.base, reason=reason)
                else:
                    continue
            except (CodeTakenError, EditConflictError):
                overtaken.append(row.code)
            else:
                drafted.append(row.code)
        await self.discard(waiting)
        return Outcome(tuple(drafted), tuple(overtaken))

    async def discard(self, waiting: PendingImport) -> None:
        """Let an import go without doing anything of it."""
        async with self._database.write() as session:
            await session.execute(delete(PendingImport).where(PendingImport.id == waiting.id))

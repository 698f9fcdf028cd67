"""Owns keeping the knowledge in memory the same as the database, in every process that serves from it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError

from kb.announcements import Announcements
from kb.rows import article_of
from kb.store import ArticleStore

if TYPE_CHECKING:
    from database.engine import Database
    from kb.base import KnowledgeBase

POLL_S: Final = 1.0
"""A publication is served by every process within two seconds."""

_log = logging.getLogger(__name__)


class LiveKnowledge:
    """Brings what is published into a `KnowledgeBase` that was loaded from the files.

    While the database is down or empty the knowledge stays as it was: from the files, or as last loaded.
    """

    def __init__(self, knowledge: KnowledgeBase, database: Database) -> None:
        self._knowledge = knowledge
        self._store = ArticleStore(database)
        self._announcements = Announcements(database)
        self._version: int | None = None
        self._numbers: dict[str, int] = {}
        self._refreshing = asyncio.Lock()
        self._problem: str | None = "the database was not asked yet: the YAML files are served"

    async def check(self) -> str | None:
        """Say what keeps the knowledge from being the database's; None when it is. For /readyz."""
        return self._problem

    async def begin(self) -> None:
        """Publish in the database what the files have and it lacks (all, at the first start), then load from it."""
        await self._store.seed({code: self._knowledge.article(code) for code in self._knowledge.codes})
        await self.refresh()

    async def keep_fresh(self) -> None:
        """Refresh every `POLL_S` seconds until cancelled."""
        while True:
            await self.refresh()
            await asyncio.sleep(POLL_S)

    async def refresh(self) -> None:
        """Load what was published since the last time; costs one small query when nothing was."""
        async with self._refreshing:
            try:
                version = await self._store.version()
                if version is None:
                    self._tell("the database has no articles yet: the YAML files are served")
                    return
                if version != self._version:
                    await self._load()
                    self._version = version
            except (SQLAlchemyError, OSError) as error:
                # The driver's first line says enough; the rest quotes the statement.
                reason = str(error).partition("\n")[0]
                self._tell(f"the database does not answer, what was loaded before is served: {reason}")
            else:
                self._tell(None)

    async def _load(self) -> None:
        self._knowledge.announce(await self._announcements.current())
        numbers = await self._store.published_numbers()
        wanted = [code for code, number in numbers.items() if self._numbers.get(code) != number]
        changed = []
        for revision in await self._store.published(wanted):
            try:
                article = article_of(revision.cells)
            except ValidationError:
                _log.exception(
                    "%s: published revision %s is unusable, the text before is served", revision.code, revision.number
                )
            else:
                changed.append(article)
            self._numbers[revision.code] = revision.number
        await asyncio.to_thread(self._knowledge.replace, changed)  # an index takes a moment

    def _tell(self, problem: str | None) -> None:
        """Log a change for the worse loudly and once."""
        if problem and problem != self._problem:
            _log.error("%s", problem)
        elif self._problem and not problem:
            _log.info("the knowledge is the database's again")
        self._problem = problem

"""The real knowledge base, loaded once, and an empty database that is like a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from database.engine import Database
from kb.base import FOLDER, KnowledgeBase
from kb.loader import read_articles
from kb.store import ArticleStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kb.schema import Article


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def articles() -> dict[str, Article]:
    return read_articles(FOLDER / "articles")


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'centre.db'}")
    await database.upgrade()
    yield database
    await database.close()


@pytest_asyncio.fixture
async def store(database: Database, articles: dict[str, Article]) -> ArticleStore:
    """Hold every article, as after the first start."""
    store = ArticleStore(database)
    assert await store.seed(articles) == len(articles)
    return store

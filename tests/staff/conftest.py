from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from staff.accounts import Accounts
from staff.audit import AuditLog
from staff.authentication import Authentication
from staff.sessions import Sessions
from tests.database.running import upgraded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from database.engine import Database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with upgraded(tmp_path) as database:
        yield database


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database)


@pytest.fixture
def authentication(database: Database) -> Authentication:
    return Authentication(database)


@pytest.fixture
def sessions(database: Database) -> Sessions:
    return Sessions(database)


@pytest.fixture
def log(database: Database) -> AuditLog:
    return AuditLog(database)

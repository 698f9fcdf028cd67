from __future__ import annotations

import asyncio
import shutil
from contextlib import ExitStack
from typing import TYPE_CHECKING

import httpx
import pytest

from database.engine import Database
from staff.accounts import Accounts
from staff.roles import Role
from tests.web.running import running
from tests.web.staff.browsing import PASSWORD, Visitor, login_of
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DATABASE = "contact_centre.db"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the file of a database with an account for each role; made once, for hashing takes its time by design."""
    folder = tmp_path_factory.mktemp("prepared")
    settings = Settings(data_dir=folder, rasa_url="http://127.0.0.1:9")
    with running(settings):  # the application fills in what it starts with
        pass
    asyncio.run(_make_accounts(settings.database_url))
    return folder / DATABASE


@pytest.fixture
def settings(settings: Settings, prepared: Path) -> Settings:
    shutil.copy(prepared, settings.data_dir / DATABASE)
    return settings


@pytest.fixture
def visit(address: str) -> Iterator[Callable[..., Visitor]]:
    """Give visitors: signed in with the roles that are named, or not signed in when none is."""
    with ExitStack() as clients:

        def visitor(*roles: Role) -> Visitor:
            client = httpx.Client(base_url=address, timeout=30, trust_env=False, headers={"Accept-Language": "ru"})
            someone = Visitor(clients.enter_context(client))
            if roles:
                assert someone.sign_in(login_of(*roles)).status_code == 303
            return someone

        yield visitor


async def _make_accounts(database_url: str) -> None:
    database = Database(database_url)
    accounts = Accounts(database)
    for roles in [*((role,) for role in Role), (Role.CONSULTANT, Role.EDITOR)]:
        await accounts.create(login_of(*roles), f"Имя: {login_of(*roles)}", roles, "ru", password=PASSWORD)
    await database.close()

"""Sessions: who is behind a token, and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from staff.roles import Role
from staff.sessions import IDLE, LONGEST, csrf_token
from staff.tables import StaffSession

if TYPE_CHECKING:
    from database.engine import Database
    from staff.accounts import Accounts
    from staff.sessions import Sessions
    from staff.tables import Account

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
async def aigerim(accounts: Accounts) -> Account:
    account, _ = await accounts.create("aigerim", "А", {Role.EDITOR}, "ru")
    return account


async def pass_time(database: Database, passed: timedelta) -> None:
    async with database.write() as session:
        for kept in await session.scalars(select(StaffSession)):
            kept.started_at -= passed
            kept.seen_at -= passed


async def test_a_token_opens_its_account_and_is_not_kept(
    sessions: Sessions, aigerim: Account, database: Database
) -> None:
    token = await sessions.start(aigerim)
    found = await sessions.account(token)
    assert found is not None
    assert found.id == aigerim.id
    async with database.read() as session:
        kept = (await session.scalars(select(StaffSession.token_hash))).one()
    assert kept not in {token, csrf_token(token)}


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
async def test_an_unknown_token_opens_nothing(sessions: Sessions, aigerim: Account, token: str) -> None:
    await sessions.start(aigerim)
    assert await sessions.account(token) is None


async def test_a_session_left_alone_ends_and_a_used_one_goes_on(
    sessions: Sessions, aigerim: Account, database: Database
) -> None:
    token = await sessions.start(aigerim)
    for _ in range(3):  # longer in sum than it may be idle
        await pass_time(database, IDLE - A_MINUTE)
        assert await sessions.account(token) is not None
    await pass_time(database, IDLE + A_MINUTE)
    assert await sessions.account(token) is None


async def test_a_session_ends_with_the_working_day_however_busy(
    sessions: Sessions, aigerim: Account, database: Database
) -> None:
    token = await sessions.start(aigerim)
    steps = int(LONGEST / (IDLE / 2))
    for _ in range(steps):
        assert await sessions.account(token) is not None
        await pass_time(database, IDLE / 2)
    await pass_time(database, A_MINUTE)
    assert await sessions.account(token) is None


async def test_signing_in_gives_a_new_token_and_ends_the_browser_s_old_one(
    sessions: Sessions, aigerim: Account
) -> None:
    old = await sessions.start(aigerim)
    elsewhere = await sessions.start(aigerim)
    new = await sessions.start(aigerim, instead_of=old)
    assert len({old, elsewhere, new}) == 3
    assert await sessions.account(old) is None
    assert await sessions.account(elsewhere) is not None
    assert await sessions.account(new) is not None


async def test_what_is_over_is_erased_at_the_next_sign_in(
    sessions: Sessions, aigerim: Account, database: Database
) -> None:
    await sessions.start(aigerim)
    await pass_time(database, LONGEST + A_MINUTE)
    await sessions.start(aigerim)
    async with database.read() as session:
        assert len((await session.scalars(select(StaffSession))).all()) == 1


async def test_signing_out_ends_the_session(sessions: Sessions, aigerim: Account) -> None:
    token = await sessions.start(aigerim)
    await sessions.end(token)
    await sessions.end(token)
    assert await sessions.account(token) is None

"""Signing in: wrong credentials, and the lock-out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from database.base import now
from staff.audit import Action, Filter
from staff.authentication import FAILURES_ALLOWED, LOCKED_FOR, LockedOutError, WrongCredentialsError
from staff.roles import Role
from staff.tables import Account, FailedSignIns

if TYPE_CHECKING:
    from database.engine import Database
    from staff.accounts import Accounts
    from staff.audit import AuditLog
    from staff.authentication import Authentication

GOOD = "дождь идёт с утра"


@pytest.fixture(autouse=True)
async def aigerim(accounts: Accounts) -> Account:
    account, _ = await accounts.create("aigerim", "А", {Role.EDITOR}, "ru", password=GOOD)
    return account


async def fail(authentication: Authentication, times: int, login: str = "aigerim") -> None:
    for _ in range(times):
        with pytest.raises(WrongCredentialsError):
            await authentication.check(login, "wrong", "::1")


async def pass_time(database: Database, passed: timedelta) -> None:
    """Move the kept failures into the past."""
    async with database.write() as session:
        for kept in await session.scalars(select(FailedSignIns)):
            kept.last_at -= passed


@pytest.mark.parametrize("login", ["aigerim", "nobody", "", "x" * 500])
async def test_after_five_failures_in_a_row_nobody_gets_in_whether_the_login_exists_or_not(
    authentication: Authentication, login: str
) -> None:
    await fail(authentication, FAILURES_ALLOWED, login)
    with pytest.raises(LockedOutError):
        await authentication.check(login, GOOD, "::1")


async def test_the_right_password_at_the_fifth_try_starts_the_count_anew(authentication: Authentication) -> None:
    for _ in range(2):
        await fail(authentication, FAILURES_ALLOWED - 1)
        assert (await authentication.check("aigerim", GOOD, "::1")).signed_in_at is not None


async def test_the_lock_opens_after_its_time_and_no_earlier(authentication: Authentication, database: Database) -> None:
    await fail(authentication, FAILURES_ALLOWED)
    await pass_time(database, LOCKED_FOR - timedelta(seconds=30))
    with pytest.raises(LockedOutError) as locked:
        await authentication.check("aigerim", GOOD, "::1")
    assert timedelta() < locked.value.until - now() <= timedelta(seconds=30)
    await pass_time(database, timedelta(seconds=30))
    assert (await authentication.check("aigerim", GOOD, "::1")).login == "aigerim"


async def test_tries_at_once_are_no_more_than_tries_in_a_row(authentication: Authentication) -> None:
    outcomes = await asyncio.gather(
        *(authentication.check("aigerim", "wrong", "::1") for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(outcome, WrongCredentialsError) for outcome in outcomes) == FAILURES_ALLOWED
    assert sum(isinstance(outcome, LockedOutError) for outcome in outcomes) == 20 - FAILURES_ALLOWED


async def test_a_lock_keeps_out_one_login_only(authentication: Authentication) -> None:
    await fail(authentication, FAILURES_ALLOWED, "somebody-else")
    assert (await authentication.check("aigerim", GOOD, "::1")).login == "aigerim"


async def test_a_hash_with_weaker_parameters_is_renewed_at_sign_in(
    authentication: Authentication, accounts: Accounts, aigerim: Account, database: Database
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(GOOD)
    async with database.write() as session:
        (await session.get_one(Account, aigerim.id)).password_hash = weak
    await authentication.check("aigerim", GOOD, "::1")
    assert (await accounts.by_id(aigerim.id)).password_hash != weak
    await authentication.check("aigerim", GOOD, "::1")


async def test_sign_ins_and_refusals_are_recorded_without_what_was_typed(
    authentication: Authentication, log: AuditLog
) -> None:
    await authentication.check("aigerim", GOOD, "192.0.2.7")
    await fail(authentication, 1)
    await fail(authentication, 1, "my-secret-typed-into-the-wrong-field")
    records = await log.records(Filter(), 3)
    assert [(record.action, record.login, record.detail) for record in records] == [
        (Action.SIGN_IN_REFUSED, None, {"why": "wrong"}),
        (Action.SIGN_IN_REFUSED, None, {"why": "wrong", "login": "aigerim"}),
        (Action.SIGNED_IN, "aigerim", None),
    ]
    assert records[2].address == "192.0.2.7"

"""Accounts on a real database: made, changed, never left without an administrator."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from staff import accounts as rules
from staff.audit import Action, AuditLog, Filter
from staff.authentication import Authentication, WrongCredentialsError
from staff.roles import Role

if TYPE_CHECKING:
    from staff.accounts import Accounts
    from staff.sessions import Sessions

GOOD = "дождь идёт с утра"


async def test_an_account_gets_a_temporary_password_that_opens_it(
    accounts: Accounts, authentication: Authentication
) -> None:
    made, password = await accounts.create(" Aigerim ", "Айгерім", {Role.EDITOR}, "kk")
    assert (made.login, made.password_is_temporary) == ("aigerim", True)
    assert password not in str(made.password_hash)
    entered = await authentication.check("AIGERIM", password, "::1")
    assert (entered.id, entered.language) == (made.id, "kk")
    assert entered.roles == {Role.EDITOR}


@pytest.mark.parametrize("login", ["", "a", "имя", "two words", "-a", "a" * 65, "a<b", "a/b"])
async def test_a_login_that_is_not_one_is_refused(accounts: Accounts, login: str) -> None:
    with pytest.raises(rules.InvalidLoginError):
        await accounts.create(login, "?", {Role.EDITOR}, "ru")
    assert not await accounts.exist()


async def test_a_login_belongs_to_one_account_even_when_two_are_made_at_once(accounts: Accounts) -> None:
    outcomes = await asyncio.gather(
        *(accounts.create("aigerim", "?", {Role.EDITOR}, "ru", password=GOOD) for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, rules.LoginTakenError) for outcome in outcomes) == 3
    assert len(await accounts.all()) == 1


async def test_weak_passwords_and_missing_roles_are_refused(accounts: Accounts) -> None:
    with pytest.raises(rules.WeakPasswordError):
        await accounts.create("aigerim", "?", {Role.EDITOR}, "ru", password="short")
    with pytest.raises(rules.NoRoleError):
        await accounts.create("aigerim", "?", (), "ru")
    assert not await accounts.exist()


async def test_a_deactivated_account_is_out_at_once_and_comes_back(
    accounts: Accounts, authentication: Authentication, sessions: Sessions
) -> None:
    made, _ = await accounts.create("aigerim", "А", {Role.EDITOR}, "ru", password=GOOD)
    token = await sessions.start(made)
    await accounts.change(made.id, display_name="А", roles=made.roles, active=False)
    assert await sessions.account(token) is None
    with pytest.raises(WrongCredentialsError):
        await authentication.check("aigerim", GOOD, "::1")
    await accounts.change(made.id, display_name="А", roles=made.roles, active=True)
    assert (await authentication.check("aigerim", GOOD, "::1")).active


async def test_other_roles_hold_from_the_next_request_on(accounts: Accounts, sessions: Sessions) -> None:
    made, _ = await accounts.create("aigerim", "А", {Role.EDITOR}, "ru", password=GOOD)
    token = await sessions.start(made)
    await accounts.change(made.id, display_name="Б", roles={Role.CONSULTANT}, active=True)
    now = await sessions.account(token)
    assert now is not None
    assert now.roles == {Role.CONSULTANT}
    assert now.display_name == "Б"


async def test_the_last_administrator_stays(accounts: Accounts) -> None:
    first, _ = await accounts.create("first", "1", {Role.ADMINISTRATOR}, "ru", password=GOOD)
    with pytest.raises(rules.LastAdministratorError):
        await accounts.change(first.id, display_name="1", roles=first.roles, active=False)
    with pytest.raises(rules.LastAdministratorError):
        await accounts.change(first.id, display_name="1", roles={Role.EDITOR}, active=True)
    second, _ = await accounts.create("second", "2", {Role.ADMINISTRATOR}, "ru", password=GOOD)
    await accounts.change(first.id, display_name="1", roles={Role.EDITOR}, active=True)
    with pytest.raises(rules.LastAdministratorError):
        await accounts.change(second.id, display_name="2", roles=second.roles, active=False)
    assert [(each.login, each.active) for each in await accounts.all()] == [("first", True), ("second", True)]


async def test_a_reset_ends_the_sessions_and_asks_for_a_password_of_one_s_own(
    accounts: Accounts, authentication: Authentication, sessions: Sessions
) -> None:
    made, _ = await accounts.create("aigerim", "А", {Role.EDITOR}, "ru", password=GOOD)
    token = await sessions.start(made)
    given = await accounts.reset_password(made.id)
    assert await sessions.account(token) is None
    with pytest.raises(WrongCredentialsError):
        await authentication.check("aigerim", GOOD, "::1")
    assert (await authentication.check("aigerim", given, "::1")).password_is_temporary


async def test_a_person_changes_the_password_knowing_the_present_one(
    accounts: Accounts, authentication: Authentication
) -> None:
    made, given = await accounts.create("aigerim", "А", {Role.EDITOR}, "ru")
    with pytest.raises(rules.WrongPasswordError):
        await accounts.change_password(made, "another", GOOD)
    with pytest.raises(rules.WeakPasswordError):
        await accounts.change_password(made, given, given)
    await accounts.change_password(made, given, GOOD)
    assert not (await authentication.check("aigerim", GOOD, "::1")).password_is_temporary


async def test_every_change_is_in_the_audit_log_and_no_password_is(accounts: Accounts, log: AuditLog) -> None:
    boss, _ = await accounts.create("boss", "1", {Role.ADMINISTRATOR}, "ru", password=GOOD)
    made, _ = await accounts.create("aigerim", "А", {Role.EDITOR}, "ru", by=boss)
    await accounts.change(made.id, display_name="А", roles={Role.CONSULTANT}, active=False, by=boss)
    given = await accounts.reset_password(made.id, by=boss)
    await accounts.change_password(await accounts.by_id(made.id), given, GOOD + "!")
    records = await log.records(Filter(), 10)
    assert [(record.login, Action(record.action), record.object_id) for record in reversed(records)] == [
        (None, Action.ACCOUNT_CREATED, "1"),
        ("boss", Action.ACCOUNT_CREATED, "2"),
        ("boss", Action.ACCOUNT_CHANGED, "2"),
        ("boss", Action.PASSWORD_RESET, "2"),
        ("aigerim", Action.PASSWORD_CHANGED, "2"),
    ]
    assert [record.detail for record in records if given in str(record.detail) or GOOD in str(record.detail)] == []


async def test_an_unknown_account_is_told(accounts: Accounts) -> None:
    with pytest.raises(rules.UnknownAccountError):
        await accounts.by_id(7)
    with pytest.raises(rules.UnknownAccountError):
        await accounts.by_login("nobody")
    with pytest.raises(rules.UnknownAccountError):
        await accounts.reset_password(7)

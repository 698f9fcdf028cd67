"""The audit log: complete, in order, and out of reach."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from database.base import now
from staff.audit import Action, Filter, Subject
from staff.roles import Role

if TYPE_CHECKING:
    from database.engine import Database
    from staff.accounts import Accounts
    from staff.audit import AuditLog


@pytest.mark.parametrize("statement", ["UPDATE audit_records SET login = 'x'", "DELETE FROM audit_records"])
async def test_the_database_itself_refuses_to_change_it(log: AuditLog, database: Database, statement: str) -> None:
    await log.record(None, Action.SIGNED_OUT)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as session:
            await session.execute(text(statement))
    assert len(await log.records(Filter(), 10)) == 1


async def test_records_are_found_by_who_what_and_when(log: AuditLog, accounts: Accounts) -> None:
    made, _ = await accounts.create("aigerim", "А", {Role.CONSULTANT}, "ru")
    await log.record(made, Action.CONTACT_READ, Subject("contact", "26-000001"), address="192.0.2.7")
    await log.record(None, Action.SIGN_IN_REFUSED)
    (seen,) = await log.records(Filter(login="aigerim"), 10)
    assert (seen.action, seen.object_kind, seen.object_id, seen.address) == (
        Action.CONTACT_READ,
        "contact",
        "26-000001",
        "192.0.2.7",
    )
    assert [record.action for record in await log.records(Filter(action=Action.SIGN_IN_REFUSED), 10)] == [
        Action.SIGN_IN_REFUSED
    ]
    soon = now() + timedelta(minutes=1)
    assert len(await log.records(Filter(until=soon), 10)) == 3
    assert await log.records(Filter(since=soon), 10) == []


async def test_the_newest_come_first_and_the_older_ones_page_by_page(log: AuditLog) -> None:
    for _ in range(5):
        await log.record(None, Action.SIGNED_OUT)
    first = await log.records(Filter(), 3)
    rest = await log.records(Filter(before=first[-1].id), 3)
    ids = [record.id for record in (*first, *rest)]
    assert ids == sorted(ids, reverse=True)
    assert len(set(ids)) == 5

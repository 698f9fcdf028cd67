"""The register on a real database: numbers, keeping."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from contact_centre.register import Register, UnknownContactError
from database.base import now
from tests.database.running import upgraded

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from contact_centre.tables import Contact


async def _registered(register: Register) -> Contact:
    async with register.open(
        channel="web", language="ru", by_service=False, token_hash="", phone=None, email=None
    ) as registration:
        await registration.say("Здравствуйте!", "ru")
    return registration.contact


async def test_two_processes_share_the_numbers_of_a_year(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as one, upgraded(tmp_path) as two:
        registers = [Register(one), Register(two)] * 10
        contacts = await asyncio.gather(*map(_registered, registers))
    numbers = sorted(int(contact.number.partition("-")[2]) for contact in contacts)
    assert numbers == list(range(1, 21))


async def test_numbers_start_anew_with_the_year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with upgraded(tmp_path) as database:
        register = Register(database)
        first = await _registered(register)
        assert first.number.endswith("-000001")
        this_year = now()

        def next_year() -> datetime:
            return this_year.replace(year=this_year.year + 1, day=1)

        monkeypatch.setattr("contact_centre.register.now", next_year)
        assert (await _registered(register)).number == f"{(this_year.year + 1) % 100:02d}-000001"


async def test_a_failed_registration_takes_no_number(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as database:
        register = Register(database)

        async def fail() -> None:
            async with register.open(
                channel="web", language=None, by_service=False, token_hash="", phone=None, email=None
            ):
                raise ConnectionError

        with pytest.raises(ConnectionError):
            await fail()
        assert (await _registered(register)).number.endswith("-000001")


async def test_times_come_back_in_utc(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as database:
        register = Register(database)
        contact = await _registered(register)
        assert (await register.contact(contact.id)).created_at == contact.created_at


async def test_nothing_is_kept_for_a_contact_that_is_not_there(tmp_path: Path) -> None:
    async with upgraded(tmp_path) as database:
        register = Register(database)
        with pytest.raises(UnknownContactError):
            await register.contact(uuid4())
        with pytest.raises(UnknownContactError):
            await register.keep(uuid4(), "?", None)

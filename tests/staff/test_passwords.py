"""Passwords: which are taken, how they are made and kept."""

from __future__ import annotations

import asyncio

import pytest

from staff import passwords
from staff.passwords import Weakness


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("дождь идёт с утра", None),
        ("elevenchars", Weakness.SHORT),
        ("a" * 129, Weakness.LONG),
        ("abababababababab", Weakness.MONOTONOUS),
        ("my-Aigerim-2026", Weakness.CONTAINS_LOGIN),
    ],
)
def test_length_and_variety_decide(password: str, expected: Weakness | None) -> None:
    assert passwords.weakness(password, "aigerim") is expected


def test_random_ones_are_good_enough_and_never_the_same() -> None:
    made = {passwords.random() for _ in range(200)}
    assert len(made) == 200
    assert {passwords.weakness(password, "administrator") for password in made} == {None}


async def test_what_is_kept_is_argon2id_with_a_salt_of_its_own() -> None:
    one, other = await asyncio.gather(passwords.hashed("дождь идёт с утра"), passwords.hashed("дождь идёт с утра"))
    assert one.startswith("$argon2id$")
    assert one != other
    assert await passwords.matches("дождь идёт с утра", one)
    assert not await passwords.matches("дождь идет с утра", one)
    assert not passwords.is_outdated(one)


async def test_without_a_kept_hash_nothing_matches() -> None:
    assert not await passwords.matches("", None)
    assert not await passwords.matches("anything at all", None)

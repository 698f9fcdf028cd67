"""Owns passwords: which are good enough, how they are made and kept (argon2id, RFC 9106)."""

from __future__ import annotations

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 128
# Without letters and digits that look alike when read from paper or told by phone.
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP_LENGTH: Final = 4
_FEWEST_DIFFERENT: Final = 5
_HASHER: Final = PasswordHasher()
# One hash takes 64 MiB: this many at once, the others wait.
_THREADS: Final = ThreadPoolExecutor(4, thread_name_prefix="argon2")


class Weakness(StrEnum):
    """Why a password is not taken."""

    SHORT = "short"
    LONG = "long"
    MONOTONOUS = "monotonous"
    CONTAINS_LOGIN = "contains_login"
    SAME = "same"
    """The new one is the present one."""


def weakness(password: str, login: str) -> Weakness | None:
    """Return what is wrong with a password (NIST SP 800-63B: length counts, forced digits and signs do not)."""
    if len(password) < MIN_LENGTH:
        return Weakness.SHORT
    if len(password) > MAX_LENGTH:
        return Weakness.LONG
    if len(set(password.casefold())) < _FEWEST_DIFFERENT:
        return Weakness.MONOTONOUS
    if login.casefold() in password.casefold():
        return Weakness.CONTAINS_LOGIN
    return None


def random() -> str:
    """Return a new password such as `k7fm-x2wq-9hbd-tr4c` (79 bits), easy to read out."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))
    return "-".join(groups)


async def hashed(password: str) -> str:
    """Return what is kept of a password: an argon2id hash with its parameters and salt."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _HASHER.hash, password)


async def matches(password: str, kept_hash: str | None) -> bool:
    """Compare. Without a kept hash the answer is no, and takes as long: it does not tell which logins exist."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _matches, password, kept_hash)


def is_outdated(kept_hash: str) -> bool:
    """Return whether a hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept_hash)


def _matches(password: str, kept_hash: str | None) -> bool:
    try:
        return _HASHER.verify(kept_hash or _nobody_s_hash(), password) and kept_hash is not None
    except VerificationError:
        return False


@cache
def _nobody_s_hash() -> str:
    return _HASHER.hash(random())

"""Owns the SIP accounts of consultants' phones: one a person, its password derived from the installation's secret."""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import SecretStr

_LOGIN: Final = re.compile(r"(?!(?:global|udp|websocket|trunk|trunk-address)$)[A-Za-z0-9._-]{1,64}")
"""Not the names that the configuration itself has."""


@dataclass(frozen=True)
class Phone:
    """What a consultant's phone signs in with; `login` is that of the staff account."""

    login: str
    password: str


def phones(logins: Iterable[str], secret: SecretStr) -> list[Phone]:
    """Return the phones of these people; who has a login that SIP cannot carry has none."""
    return [Phone(login, password(login, secret)) for login in sorted(logins) if _LOGIN.fullmatch(login)]


def password(login: str, secret: SecretStr) -> str:
    """Return the password of a phone: 256 bits that only who holds the secret can compute (HMAC-SHA-256, RFC 2104)."""
    digest = hmac.digest(secret.get_secret_value().encode(), b"sip:" + login.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

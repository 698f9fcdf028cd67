"""Owns the SIP accounts of consultants' telephones: two a person, passwords derived from the installation's secret."""

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
_IN_CONSOLE: Final = "+console"
"""Ends the name of the account of a telephone in the console: a login has no plus."""


@dataclass(frozen=True)
class Phone:
    """What a telephone signs in with; `name` is the login of the staff account, marked for the one in the console."""

    name: str
    password: str

    @property
    def is_softphone(self) -> bool:
        """Whether it is the telephone in the console: a browser, whose sound is encrypted (DTLS-SRTP)."""
        return self.name.endswith(_IN_CONSOLE)


def phones(logins: Iterable[str], secret: SecretStr) -> list[Phone]:
    """Return the telephones of these people; who has a login that SIP cannot carry has none."""
    carried = [login for login in sorted(logins) if _LOGIN.fullmatch(login)]
    names = (name for login in carried for name in (login, softphone(login)))
    return [Phone(name, password(name, secret)) for name in names]


def softphone(login: str) -> str:
    """Return the name of the telephone in a consultant's console."""
    return f"{login}{_IN_CONSOLE}"


def login_of(name: str) -> str:
    """Return whose telephone it is."""
    return name.removesuffix(_IN_CONSOLE)


def password(name: str, secret: SecretStr) -> str:
    """Return the password of a phone: 256 bits that only who holds the secret can compute (HMAC-SHA-256, RFC 2104)."""
    digest = hmac.digest(secret.get_secret_value().encode(), b"sip:" + name.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

"""Owns telling our own web process from everybody else: it has the service token."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr


def is_our_web_process(authorization: str, service_token: SecretStr | None) -> bool:
    """Return whether a request's `Authorization` is that of our web process; without a token nobody's is."""
    known = service_token.get_secret_value() if service_token else ""
    return bool(known) and hmac.compare_digest(authorization.encode(), f"Bearer {known}".encode())

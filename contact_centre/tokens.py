"""Owns the secret by which a citizen's client proves that a conversation is its own."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_BYTES = 32


def new() -> str:
    """Return a new token, safe in a header."""
    return secrets.token_urlsafe(_BYTES)


def digest(token: str) -> str:
    """Return what is kept of a token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def matches(token: str, kept_digest: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(digest(token), kept_digest)

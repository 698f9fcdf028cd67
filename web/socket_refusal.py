"""Owns the refusal of a WebSocket: who finds the reason raises it, who serves the socket closes with its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enum import IntEnum


class RefusedError(Exception):
    """The socket is not served; `code` tells the client why (RFC 6455, 7.4.2: 4000-4999 are the application's)."""

    def __init__(self, code: IntEnum) -> None:
        super().__init__(code.name)
        self.code = code

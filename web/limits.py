"""Owns how often a citizen's client may call: moving windows, in the memory of this process."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

if TYPE_CHECKING:
    from web.settings import Settings


class RateLimits:
    """Messages by conversation; new conversations and sign-ins by address. Several processes need a shared storage."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._messages = RateLimitItemPerSecond(settings.messages_limit, settings.messages_window_s)
        self._conversations = RateLimitItemPerSecond(settings.conversations_limit, settings.conversations_window_s)
        self._sign_ins = RateLimitItemPerSecond(settings.sign_ins_limit, settings.sign_ins_window_s)

    async def message(self, conversation: str) -> int | None:
        """Count a message; None when it is allowed, else the whole seconds to wait."""
        return await self._hit(self._messages, "message", conversation)

    async def conversation(self, address: str) -> int | None:
        """Count a new conversation; None when it is allowed, else the whole seconds to wait."""
        return await self._hit(self._conversations, "conversation", address)

    async def sign_in(self, address: str) -> int | None:
        """Count an attempt to sign in; None when it is allowed, else the whole seconds to wait."""
        return await self._hit(self._sign_ins, "sign_in", address)

    async def _hit(self, limit: RateLimitItemPerSecond, *key: str) -> int | None:
        if await self._limiter.hit(limit, *key):
            return None
        window = await self._limiter.get_window_stats(limit, *key)
        return max(1, math.ceil(window.reset_time - time.time()))

"""Owns taking callers away from an assistant that has frozen: Asterisk does not notice while the connection stands."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import httpx

from voice_channel.pbx.asterisk import AsteriskError

if TYPE_CHECKING:
    from voice_channel.pbx.asterisk import Asterisk

logger = logging.getLogger(__name__)

EVERY_S: Final = 1.0
ANSWER_S: Final = 2.0
MISSES: Final = 2
"""Answers that fail to come in a row: one may be a busy moment."""
_LOST: Final = "assistant-lost,s,1"


class Watchdog:
    """Asks the voice process whether it lives; when it does not, the dialplan leads its callers on."""

    def __init__(self, asterisk: Asterisk, voice_url: str) -> None:
        self._asterisk = asterisk
        self._http = httpx.AsyncClient(base_url=voice_url, timeout=ANSWER_S, trust_env=False)
        self._missed = 0

    async def run(self) -> None:
        """Watch until cancelled."""
        async with self._http:
            while True:
                await asyncio.sleep(EVERY_S)
                await self.look()

    async def look(self) -> None:
        """Ask once, and do what follows."""
        try:
            self._missed = 0 if (await self._http.get("/healthz")).is_success else self._missed + 1
        except httpx.HTTPError:
            self._missed += 1
        if self._missed >= MISSES:
            await self._rescue()

    async def _rescue(self) -> None:
        try:
            for channel in await self._asterisk.channels_in("AudioSocket"):
                logger.error("the voice process gives no sign of life: a caller is led on without it")
                await self._asterisk.redirect(channel, _LOST)
        except AsteriskError as error:
            logger.error("callers could not be taken from the frozen voice process: %s", error)  # noqa: TRY400

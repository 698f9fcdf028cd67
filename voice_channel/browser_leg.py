"""Owns a call from a browser as a leg: sound in binary frames of a WebSocket, keys and the end as JSON."""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, ValidationError

from language import Language
from voice_channel.audiosocket import KEYS, LARGEST_PAYLOAD_BYTES
from voice_channel.leg import HungUp, Key, Sound

if TYPE_CHECKING:
    from voice_channel.leg import LegEvent

logger = logging.getLogger(__name__)

_MOST_UNSENT_FRAMES: Final = 25
_WATCHDOG_S: Final = 10.0


class CallRequest(BaseModel):
    """First frame: the conversation in which the browser's citizen wants to speak."""

    model_config = ConfigDict(extra="forbid")

    conversation: str
    token: str
    number: str
    language: Language


class _Pressed(BaseModel):
    key: str


class BrowserLeg:
    """One accepted WebSocket; sound is signed 16-bit mono at 8 kHz, little-endian, both ways."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue(_MOST_UNSENT_FRAMES)
        self._sending = asyncio.create_task(self._send())
        self.dropped_frames = 0

    async def receive(self) -> list[LegEvent]:
        """Wait for what comes next."""
        while True:
            try:
                async with asyncio.timeout(_WATCHDOG_S):
                    message = await self._websocket.receive()
            except TimeoutError:
                return [HungUp(f"nothing came from the browser in {_WATCHDOG_S} s")]
            if message["type"] == "websocket.disconnect":
                return [HungUp("the browser hung up")]
            if (event := _event(message.get("bytes"), message.get("text"))) is not None:
                return [event]

    def send(self, frame: bytes) -> None:
        """Send 20 ms, unless the browser has not taken what it has got."""
        try:
            self._outgoing.put_nowait(frame)
        except asyncio.QueueFull:
            self.dropped_frames += 1

    async def close(self) -> None:
        """Say that the call is over, and close."""
        self._sending.cancel()
        with suppress(asyncio.CancelledError):
            await self._sending
        with suppress(RuntimeError, WebSocketDisconnect):  # the browser was faster
            await self._websocket.send_text(json.dumps({"type": "ended"}))
            await self._websocket.close()

    async def _send(self) -> None:
        with suppress(RuntimeError, WebSocketDisconnect):  # `receive` tells that the browser is gone
            while True:
                await self._websocket.send_bytes(await self._outgoing.get())


def _event(sound: bytes | None, text: str | None) -> LegEvent | None:
    """Read one message; None for what has no meaning in a call."""
    if sound is not None and len(sound) % 2 == 0 and 0 < len(sound) <= LARGEST_PAYLOAD_BYTES:
        return Sound(sound)
    if text is not None:
        with suppress(ValidationError):
            pressed = _Pressed.model_validate_json(text)
            if pressed.key in KEYS:
                return Key(pressed.key)
    logger.warning("a browser sent what is neither sound nor a key; it is left out")
    return None

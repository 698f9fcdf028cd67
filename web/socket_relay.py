"""Owns the carrying of frames between a browser's socket and one of our own processes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed

if TYPE_CHECKING:
    from fastapi import WebSocket
    from websockets.asyncio.client import ClientConnection


async def pass_on(browser: WebSocket, ours: ClientConnection) -> bool:
    """Carry frames both ways until either side ends; return whether the browser left. Else its socket is closed."""
    there, back = asyncio.create_task(_to_ours(browser, ours)), asyncio.create_task(_to_browser(browser, ours))
    try:
        await asyncio.wait((there, back), return_when=asyncio.FIRST_COMPLETED)
        return there.done() and there.result()
    finally:
        for way in (there, back):
            way.cancel()
        await asyncio.gather(there, back, return_exceptions=True)


async def _to_ours(browser: WebSocket, ours: ClientConnection) -> bool:
    with suppress(ConnectionClosed):  # the other way sees the same end
        while (message := await browser.receive())["type"] != "websocket.disconnect":
            await ours.send(message.get("bytes") or message.get("text") or b"")
        return True
    return False


async def _to_browser(browser: WebSocket, ours: ClientConnection) -> None:
    async for frame in ours:
        if isinstance(frame, bytes):
            await browser.send_bytes(frame)
        else:
            await browser.send_text(frame)
    await browser.close()

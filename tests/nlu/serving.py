"""A Sanic application on a free port of this machine, for as long as a test talks to it."""

from __future__ import annotations

import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
from sanic import Blueprint, Sanic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Sanic.test_mode = True  # several applications in one process: without it the first one's start-up breaks the second's
TIMEOUT = aiohttp.ClientTimeout(total=10)


@asynccontextmanager
async def client_of(app: Sanic, blueprint: Blueprint, prefix: str) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve the routes of a blueprint and yield a client whose addresses begin there."""
    app.blueprint(blueprint, url_prefix=prefix)
    listening = socket.create_server(("127.0.0.1", 0))  # Sanic would take port 0 for its default, 8000
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
    assert server is not None
    assert server.server is not None
    await server.startup()
    port = listening.getsockname()[1]
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=TIMEOUT) as client:
            yield client
    finally:
        server.close()
        await server.wait_closed()

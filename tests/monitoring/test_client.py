from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from monitoring.client import (
    FAILURES_TO_OPEN,
    IinNeededError,
    MonitoringClient,
    MonitoringUnavailableError,
    NotEnteredError,
)
from tests.monitoring.conftest import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class FaultyServer:
    """A listener that gives each connection the next of its answers (the last one again and again) and counts them."""

    def __init__(self, *answers: bytes | None) -> None:
        self._answers = answers
        self.requests = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        answer = self._answers[min(self.requests, len(self._answers) - 1)]
        self.requests += 1
        if answer is None:
            await asyncio.sleep(5)
        else:
            writer.write(answer)
            await writer.drain()
        writer.close()


def http_answer(status: str, body: str = "{}") -> bytes:
    content = body.encode()
    headers = ("Content-Type: application/json", f"Content-Length: {len(content)}", "Connection: close")
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode() + content


@asynccontextmanager
async def faulty(server: FaultyServer) -> AsyncIterator[MonitoringClient]:
    listener = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    try:
        async with MonitoringClient(f"http://127.0.0.1:{port}") as client:
            yield client
    finally:
        listener.close()


async def test_reads_what_providers_entered(server: str) -> None:
    async with MonitoringClient(server) as client:
        application = await client.application("0026 1045 0022")
        assert (application.stage.code, application.stage_since.isoformat()) == ("ready_for_collection", "2026-11-19")
        assert application.result_ready_at is None


async def test_tells_not_entered_from_a_check(server: str) -> None:
    async with MonitoringClient(server) as client:
        with pytest.raises(NotEnteredError):
            await client.application("999999999999")
        with pytest.raises(IinNeededError):
            await client.application("002610450132")
        with pytest.raises(IinNeededError):
            await client.application("002610450132", "111111111111")
        assert (await client.application("002610450132", "850101300121")).service == "RESIDENCE"


async def test_not_entered_never_opens_the_circuit(server: str) -> None:
    async with MonitoringClient(server) as client:
        for _ in range(FAILURES_TO_OPEN + 3):
            with pytest.raises(NotEnteredError):
                await client.application("999999999999")


async def test_one_fault_is_retried() -> None:
    good = (
        '{"number":"770012345678","service":"PASSPORT","provider":"x","stage":{"code":"accepted","ru":"а","kk":"ә"},'
        '"stage_since":"2026-11-20","history":[],"result_ready_at":null}'
    )
    broken = FaultyServer(http_answer("500 Internal Server Error"), http_answer("200 OK", good))
    async with faulty(broken) as client:
        assert (await client.application("770012345678")).service == "PASSPORT"
    assert broken.requests == 2


@pytest.mark.parametrize(
    "answer", [http_answer("503 Unavailable"), http_answer("200 OK", "[]"), http_answer("200 OK", "not json"), b"junk"]
)
async def test_any_fault_is_unavailable(answer: bytes) -> None:
    async with faulty(FaultyServer(answer)) as client:
        with pytest.raises(MonitoringUnavailableError):
            await client.application("770012345678")


async def test_silence_ends_before_the_dialogue_gives_up() -> None:
    async with faulty(FaultyServer(None)) as client:
        started = time.monotonic()
        with pytest.raises(MonitoringUnavailableError):
            await client.application("770012345678")
        assert time.monotonic() - started < 1.8


async def test_circuit_opens_after_repeated_failures() -> None:
    broken = FaultyServer(http_answer("500 Internal Server Error"))
    async with faulty(broken) as client:
        for _ in range(FAILURES_TO_OPEN + 4):
            with pytest.raises(MonitoringUnavailableError):
                await client.application("770012345678")
        assert broken.requests == 2 * FAILURES_TO_OPEN


async def test_nobody_listening_is_unavailable_at_once() -> None:
    async with MonitoringClient(f"http://127.0.0.1:{free_port()}") as client:
        started = time.monotonic()
        with pytest.raises(MonitoringUnavailableError):
            await client.application("770012345678")
        assert time.monotonic() - started < 0.8
        assert await client.ready_problem() is not None

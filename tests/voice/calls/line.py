"""A running phone line for the tests: the real voice process, and callers who speak into it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx

from voice_channel.simulated_caller import CallEndedError, SimulatedCaller, on_the_line, synthesised

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from language import Language

START_S = 60.0
ROOT = Path(__file__).resolve().parents[3]
_PATIENCE_S = 60.0
"""For what must come in the end, however busy the machine is."""

spoken = synthesised


@dataclass
class PhoneLine:
    """Where a voice process takes calls."""

    audiosocket_port: int
    control: str
    data_dir: Path

    def ask(self, path: str, **parameters: str) -> httpx.Response:
        return httpx.get(f"{self.control}{path}", params=parameters, timeout=10, trust_env=False)

    @asynccontextmanager
    async def call(
        self, kind: str = "main", call: str | None = None, caller: str = "+77011234567"
    ) -> AsyncIterator[Call]:
        """Call as the dialplan does: announce the leg, connect, and (with `Call.next`) ask what follows."""
        call = call or str(uuid4())
        answer = await asyncio.to_thread(self.ask, "/leg", kind=kind, call=call, caller=caller)
        assert answer.status_code == 200
        session = UUID(answer.text)
        async with on_the_line("127.0.0.1", self.audiosocket_port, session) as voice:
            yield Call(self, call, session, voice)


@dataclass
class Call:
    """One simulated call."""

    line: PhoneLine
    id: str
    session: UUID
    caller: SimulatedCaller

    async def greeting_begins(self) -> None:
        """Wait until the greeting sounds; a caller who knows the line speaks over the rest of it."""
        await self.caller.answer_begins(_PATIENCE_S)

    async def say(self, text: str, language: Language) -> None:
        await self.caller.speak(await asyncio.to_thread(spoken, text, language))

    async def answered(self, times: int = 1) -> None:
        """Wait until the dialogue has answered so many times and the last answer was said (or interrupted)."""
        await self.until(lambda record: _ended(record, "assistant") >= times)

    async def replied(self, times: int = 1) -> None:
        """Wait until the dialogue has answered so many times, said or not."""
        await self.until(lambda record: sum(turn["who"] == "assistant" for turn in record["turns"]) >= times)

    async def hears(self, words: str) -> None:
        """Wait until the line has said one of its own sentences to the end."""
        await self.until(lambda record: any(words in (turn["heard"] or "") for turn in record["turns"]))

    async def type(self, keys: str) -> None:
        for key in keys:
            self.caller.press(key)
            await asyncio.sleep(0.15)

    async def ends(self) -> None:
        """Wait until our side hangs up."""
        async with asyncio.timeout(_PATIENCE_S):
            await self.caller.ended.wait()

    def record(self) -> dict[str, Any]:
        answer = self.line.ask(f"/calls/{self.id}")
        assert answer.status_code == 200
        return dict(answer.json())

    def said_by(self, who: str) -> list[str]:
        return [turn["text"] for turn in self.record()["turns"] if turn["who"] == who]

    def next(self, attempt: str = "SUCCESS") -> str:
        return self.line.ask("/next", call=self.id, sid=str(self.session), **{"try": attempt}).text

    async def until(self, holds: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until what the voice process knows of the call is so."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                while not holds(await asyncio.to_thread(self.record)):  # noqa: ASYNC110  another process's state
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"it never came to that: {self.record()}") from None

    async def is_over(self) -> None:
        """Wait until the voice process has ended the call."""
        await self.until(lambda record: record["state"] == "ended")


def _ended(record: dict[str, Any], who: str) -> int:
    return sum(turn["who"] == who and turn["heard"] is not None for turn in record["turns"])


@contextmanager
def running(web_url: str, token: str, data_dir: Path, **environment: str) -> Iterator[PhoneLine]:
    """Run the voice process until the block ends."""
    audiosocket_port, control_port = _free_ports()
    told = {
        **os.environ,
        "WEB_URL": web_url,
        "SERVICE_TOKEN": token,
        "DATA_DIR": str(data_dir),
        "AUDIOSOCKET_PORT": str(audiosocket_port),
        "VOICE_CONTROL_PORT": str(control_port),
        "VOICE_SPEECH_PROCESSES": "1",
        **environment,
    }
    line = PhoneLine(audiosocket_port, f"http://127.0.0.1:{control_port}", data_dir)
    with (data_dir / "voice.log").open("wb") as log:
        command = [sys.executable, "-m", "voice_channel"]
        process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=log, stderr=subprocess.STDOUT)  # noqa: S603  our own
        try:
            _wait(line, process)
            yield line
            assert process.poll() is None, "the voice process ended during the tests"
        finally:
            process.terminate()
            process.wait(20)


def _wait(line: PhoneLine, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, (line.data_dir / "voice.log").read_text()
        try:
            if line.ask("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass  # it does not listen yet
        time.sleep(0.1)
    raise AssertionError(f"the voice process was not ready in {START_S} s")


def _free_ports() -> tuple[int, int]:
    with ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(2)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        one, other = (listener.getsockname()[1] for listener in listeners)
        return one, other


__all__ = ["Call", "CallEndedError", "PhoneLine", "running", "spoken"]

"""Owns a child process that does heavy work (recognition, speech) away from the media loop: frames over its pipes.

A frame is the stream's number, its kind, the payload's length (little-endian), the payload.
"""

from __future__ import annotations

import asyncio
import logging
import os
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

logger = logging.getLogger(__name__)

_HEADER: Final = struct.Struct("<IBI")
_MOST_WAITING_BYTES: Final = 2_000_000
"""What a worker may be behind; more is not sent to it, so that a hung one costs no memory."""
_RESTART_PAUSE_S: Final = 0.5
_LONGEST_RESTART_PAUSE_S: Final = 30.0
_STOP_S: Final = 3.0
ROOT: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Frame:
    """One message to or from a worker."""

    stream: int
    kind: int
    payload: bytes


def encode(frame: Frame) -> bytes:
    """Return the bytes of a frame."""
    return _HEADER.pack(frame.stream, frame.kind, len(frame.payload)) + frame.payload


def frames(source: IO[bytes]) -> Iterator[Frame]:
    """Yield the frames of a blocking stream until it ends; for the worker's side."""
    while len(header := source.read(_HEADER.size)) == _HEADER.size:
        stream, kind, length = _HEADER.unpack(header)
        payload = source.read(length)
        if len(payload) < length:
            return
        yield Frame(stream, kind, payload)


def claim_output() -> BinaryIO:
    """Return the pipe to the parent; whatever libraries print goes nowhere."""
    pipe = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return pipe


class Worker:
    """A child process that is started again whenever it ends."""

    def __init__(
        self, module: str, arguments: Sequence[str], on_frame: Callable[[Frame], None], on_loss: Callable[[], None]
    ) -> None:
        """`on_frame` gets what the worker sends; `on_loss` is called when it has died with all its streams."""
        self._module = module
        self._arguments = arguments
        self._on_frame = on_frame
        self._on_loss = on_loss
        self._process: asyncio.subprocess.Process | None = None
        self._running: asyncio.Task[None] | None = None
        self._heard_at = 0.0

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process and keep it started until `stop`."""
        await self._spawn()
        self._running = asyncio.create_task(self._keep_running(), name=f"worker {self._module}")

    async def stop(self) -> None:
        """End the process."""
        if self._running:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        if self._process and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(_STOP_S):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()

    def send(self, stream: int, kind: int, payload: bytes = b"") -> bool:
        """Pass a frame on, without waiting; False when the worker is gone or too far behind."""
        pipe = self._process.stdin if self._process else None
        if not self.alive or pipe is None or pipe.is_closing():
            return False
        if pipe.transport.get_write_buffer_size() > _MOST_WAITING_BYTES:
            return False
        pipe.write(encode(Frame(stream, kind, payload)))
        return True

    def end_if_hung(self, silent_s: float) -> None:
        """Kill the process, which is then started again, when it has said nothing at all for so long."""
        if self._process and self.alive and asyncio.get_running_loop().time() - self._heard_at >= silent_s:
            logger.error("%s has said nothing for %s s: it is taken as hung", self._module, silent_s)
            self._process.kill()

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )

    async def _keep_running(self) -> None:
        pause_s = _RESTART_PAUSE_S
        while True:
            read_any = await self._read()
            logger.error("%s ended with code %s; it is started again", self._module, self._returncode())
            self._on_loss()
            pause_s = _RESTART_PAUSE_S if read_any else min(2 * pause_s, _LONGEST_RESTART_PAUSE_S)
            await asyncio.sleep(pause_s)
            await self._spawn()

    def _pass_on(self, frame: Frame) -> None:
        try:
            self._on_frame(frame)
        except Exception:  # one answer that we stumble over must not make us deaf to the others
            logger.exception("%s sent a frame of kind %s that could not be taken", self._module, frame.kind)

    def _returncode(self) -> int | None:
        return self._process.returncode if self._process else None

    async def _read(self) -> bool:
        """Read until the process ends; return whether it ever said anything."""
        if self._process is None or self._process.stdout is None:
            return False
        source, read_any = self._process.stdout, False
        with suppress(asyncio.IncompleteReadError):
            while True:
                stream, kind, length = _HEADER.unpack(await source.readexactly(_HEADER.size))
                payload = await source.readexactly(length)
                read_any = True
                self._heard_at = asyncio.get_running_loop().time()
                self._pass_on(Frame(stream, kind, payload))
        await self._process.wait()
        return read_any

"""Owns one AudioSocket connection as a leg: sound, keys and the end of the call over TCP."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from voice_channel import audiosocket
from voice_channel.audio import FRAME_BYTES
from voice_channel.audiosocket import FrameError, FrameParser, Kind
from voice_channel.leg import HungUp, Key, Sound

if TYPE_CHECKING:
    from uuid import UUID

    from voice_channel.leg import LegEvent

logger = logging.getLogger(__name__)

FIRST_FRAME_S: Final = 2.0
WATCHDOG_S: Final = 10.0
"""A connection on which nothing comes for so long is dead: the PBX sends sound all the time."""
_READ_BYTES: Final = 65_536
_STALE_FRAMES: Final = 25
"""Half a second: older sound arrived in one lump after a stall, and would be answered too late."""
_MOST_UNSENT_BYTES: Final = 8_000
"""Half a second that the peer has not taken: more would be heard ever later."""
_CLOSE_S: Final = 1.0


class AudioSocketLeg:
    """A connection whose session is known; use `accept` to get there."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = FrameParser()
        self._waiting: list[audiosocket.Frame] = []
        self._unknown: set[int] = set()
        self.dropped_frames = 0

    async def accept(self) -> UUID:
        """Read the first frame and return the session that it names.

        Raises:
            FrameError: it is something else, the connection ended, or nothing came in `FIRST_FRAME_S` seconds.

        """
        try:
            async with asyncio.timeout(FIRST_FRAME_S):
                while not self._waiting:
                    self._waiting = await self._frames()
        except TimeoutError:
            raise FrameError(f"the connection said nothing in {FIRST_FRAME_S} s") from None
        except (ConnectionError, EOFError):
            raise FrameError("the connection ended before it named a session") from None
        return audiosocket.session_of(self._waiting.pop(0))

    async def receive(self) -> list[LegEvent]:
        """Wait for what comes next."""
        while True:
            try:
                if not self._waiting:
                    async with asyncio.timeout(WATCHDOG_S):
                        self._waiting = await self._frames()
                frames, self._waiting = self._waiting, []
                events = self._events(frames)
            except EOFError:
                return [HungUp("the caller hung up")]
            except TimeoutError:
                return [HungUp(f"nothing came from the PBX in {WATCHDOG_S} s")]
            except (ConnectionError, FrameError) as error:
                return [HungUp(f"the connection broke: {error}")]
            if events:
                return events

    def send(self, frame: bytes) -> None:
        """Send 20 ms, unless the peer has not taken what it has got."""
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > _MOST_UNSENT_BYTES:
            self.dropped_frames += 1
            return
        self._writer.write(audiosocket.encode(Kind.AUDIO, frame))

    async def close(self) -> None:
        """Say that we hang up, and close."""
        with suppress(ConnectionError, TimeoutError):
            async with asyncio.timeout(_CLOSE_S):
                if not self._writer.is_closing():
                    self._writer.write(audiosocket.encode(Kind.HANGUP))
                    await self._writer.drain()
                self._writer.close()
                await self._writer.wait_closed()
        self._writer.transport.abort()

    async def _frames(self) -> list[audiosocket.Frame]:
        data = await self._reader.read(_READ_BYTES)
        if not data:
            raise EOFError
        return self._parser.feed(data)

    def _events(self, frames: list[audiosocket.Frame]) -> list[LegEvent]:
        events: list[LegEvent] = []
        for frame in frames:
            if frame.kind == Kind.AUDIO:
                events.append(Sound(audiosocket.sound_of(frame)))
            elif frame.kind == Kind.KEY:
                events.append(Key(audiosocket.key_of(frame)))
            elif frame.kind == Kind.HANGUP:
                return [*_fresh(events), HungUp("the caller hung up")]
            elif frame.kind == Kind.ERROR:
                return [*_fresh(events), HungUp(f"the PBX reports error {frame.payload.hex()}")]
            elif frame.kind not in self._unknown:
                self._unknown.add(frame.kind)
                logger.warning("frames of unknown kind %#04x are left out", frame.kind)
        return _fresh(events)


def _fresh(events: list[LegEvent]) -> list[LegEvent]:
    """Leave out sound that waited too long; keys are never left out."""
    room = _STALE_FRAMES * FRAME_BYTES
    kept: list[LegEvent] = []
    for event in reversed(events):
        if isinstance(event, Sound):
            if room <= 0:
                continue
            room -= len(event.pcm)
        kept.append(event)
    return kept[::-1]

"""Owns the recording of a call: one WAV file, the caller on the left track and our side on the right (rule 21).

The file is named by the contact's registration number. A disk that is full ends the recording, never the call.
"""

from __future__ import annotations

import asyncio
import logging
import wave
from typing import TYPE_CHECKING, Final

import numpy as np

from voice_channel.audio import FRAME_BYTES, FRAME_MS, SAMPLE_BYTES, SAMPLE_RATE_HZ, SILENCE
from voice_channel.sessions import now

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

_FLUSH_FRAMES: Final = 100
_LATEST_FRAMES: Final = 10
"""Sound of the caller that waits for its place on the track; more came late in one lump and is cut."""


class Recording:
    """The recording of one leg; `path` is where it grows."""

    def __init__(self, path: Path) -> None:
        """Begin the file. Raises OSError when it cannot be."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = path
        self._file: wave.Wave_write | None = wave.open(str(path), "wb")  # noqa: SIM115  closed by `close`
        self._file.setnchannels(2)
        self._file.setsampwidth(SAMPLE_BYTES)
        self._file.setframerate(SAMPLE_RATE_HZ)
        self._incoming = bytearray()
        self._caller = bytearray()
        self._ours = bytearray()
        self._frames = 0
        self.started_at = now()
        self._flushing: asyncio.Task[None] | None = None

    @property
    def duration_ms(self) -> int:
        """How long it is so far."""
        return self._frames * FRAME_MS

    def heard(self, pcm: bytes) -> None:
        """Take sound of the caller as it comes."""
        self._incoming += pcm
        del self._incoming[: max(0, len(self._incoming) - _LATEST_FRAMES * FRAME_BYTES)]

    def beat(self, ours: bytes | None) -> None:
        """Move both tracks on by 20 ms; `ours` is the frame that was sent, None for silence."""
        self._caller += bytes(self._incoming[:FRAME_BYTES]).ljust(FRAME_BYTES, b"\0")
        del self._incoming[:FRAME_BYTES]
        self._ours += ours or SILENCE
        self._frames += 1
        ready = len(self._ours) >= _FLUSH_FRAMES * FRAME_BYTES
        if ready and (self._flushing is None or self._flushing.done()):
            self._flushing = asyncio.create_task(asyncio.to_thread(self._write, *self._taken()))

    async def close(self) -> None:
        """Write what is left and end the file."""
        if self._flushing is not None:
            await self._flushing
        await asyncio.to_thread(self._write, *self._taken())
        await asyncio.to_thread(self._end)

    def _taken(self) -> tuple[bytes, bytes]:
        taken = bytes(self._caller), bytes(self._ours)
        self._caller.clear()
        self._ours.clear()
        return taken

    def _write(self, caller: bytes, ours: bytes) -> None:
        if self._file is None:
            return
        tracks = np.stack([np.frombuffer(caller, np.int16), np.frombuffer(ours, np.int16)], axis=1)
        try:
            self._file.writeframes(tracks.tobytes())
        except OSError as error:
            logger.error("the recording %s ends here: %s", self.path.name, error)  # noqa: TRY400
            self._end()

    def _end(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        try:
            file.close()
        except OSError as error:
            logger.error("the recording %s could not be finished: %s", self.path.name, error)  # noqa: TRY400


def place(folder: Path, number: str, session: str) -> Path:
    """Return where the recording of a leg belongs: by month, contact number and session."""
    return folder / f"{now():%Y-%m}" / f"{number}-{session[:8]}.wav"

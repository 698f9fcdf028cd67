"""Owns the exchange's recordings of whole calls: found when a call is over, and those that nobody took care of."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from voice_channel.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ
from voice_channel.exchange_client import Recorded, RecordingOf
from voice_channel.sessions import now

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

logger = logging.getLogger(__name__)

_LOOK_S: Final = 0.5
_LONGEST_LOOKS: Final = 20
"""After so many looks a file that still grows is taken as it is."""
_HEADER_BYTES: Final = 44
_LEFT_OVER: Final = timedelta(days=1)
"""Older recordings have been taken care of."""


class WholeCalls:
    """The recordings in `folder`: `<call>.wav`, with `<call>-caller.wav` and `<call>-line.wav` beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def recorded(self, call: UUID) -> Recorded | None:
        """Return the recording of a call that is over, once it grows no more; None when there is none."""
        file = self._folder / f"{call}.wav"
        size = -1
        for _ in range(_LONGEST_LOOKS):
            seen = await asyncio.to_thread(_size, file)
            if seen == size:
                break
            size = seen
            await asyncio.sleep(_LOOK_S)
        if size <= _HEADER_BYTES:
            logger.warning("a call was not recorded")
            return None
        return await asyncio.to_thread(self._described, file, size, call)

    def left_over(self, alive: Container[UUID]) -> list[UUID]:
        """Return the calls of the last day that were recorded and are over."""
        oldest = (now() - _LEFT_OVER).timestamp()
        files = sorted(self._folder.glob("*.wav")) if self._folder.is_dir() else []
        recent = [call for file in files if (call := _call(file)) is not None and file.stat().st_mtime >= oldest]
        return [call for call in recent if call not in alive]

    def _described(self, file: Path, size: int, call: UUID) -> Recorded:
        seconds = (size - _HEADER_BYTES) / (SAMPLE_RATE_HZ * SAMPLE_BYTES)
        ended_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        sides = {side: f"{call}-{side}.wav" for side in ("caller", "line")}
        return Recorded(
            of=RecordingOf(call=call),
            file=file.name,
            tracks={side: name for side, name in sides.items() if _size(self._folder / name) > _HEADER_BYTES},
            started_at=ended_at - timedelta(seconds=seconds),
            duration_ms=round(1000 * seconds),
        )


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def _call(file: Path) -> UUID | None:
    try:
        return UUID(file.stem)
    except ValueError:
        return None  # one side of a call, or a recording of another kind

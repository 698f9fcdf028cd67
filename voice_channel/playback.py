"""Owns what our side sounds like, frame by frame, and how much of it the caller has heard."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from voice_channel.audio import FRAME_BYTES, FRAME_S, SAMPLE_RATE_HZ, SILENCE, padded

_REWIND_S: Final = 0.4
"""After a pause our voice goes on a little before where it stopped, so that no word is cut."""
_REWIND_BYTES: Final = int(_REWIND_S * SAMPLE_RATE_HZ) * 2


@dataclass
class _Clip:
    text: str
    pcm: bytes
    position: int = 0


class Playback:
    """A queue of spoken sentences, played in frames of 20 ms."""

    def __init__(self) -> None:
        self._clips: deque[_Clip] = deque()
        self._heard: list[str] = []
        self._paused = False
        self._stopped = False

    @property
    def stopped(self) -> bool:
        """Whether the utterance was ended before its time."""
        return self._stopped

    @property
    def playing(self) -> bool:
        """Whether there is sound left to play, paused or not."""
        return bool(self._clips)

    @property
    def paused(self) -> bool:
        """Whether the sound that is left waits."""
        return self._paused

    @property
    def left_s(self) -> float:
        """How long the sound that is left lasts."""
        return sum(len(clip.pcm) - clip.position for clip in self._clips) / FRAME_BYTES * FRAME_S

    def begin(self) -> None:
        """Start a new utterance: what was heard is counted from here."""
        self._clips.clear()
        self._heard.clear()
        self._paused = False
        self._stopped = False

    def add(self, text: str, pcm: bytes) -> None:
        """Queue the sound of one sentence."""
        if pcm:
            self._clips.append(_Clip(text, padded(pcm)))

    def next_frame(self) -> bytes | None:
        """Return the next 20 ms, or None when there is nothing to play now."""
        if self._paused or not self._clips:
            return None
        clip = self._clips[0]
        frame = clip.pcm[clip.position : clip.position + FRAME_BYTES]
        clip.position += FRAME_BYTES
        if clip.position >= len(clip.pcm):
            self._heard.append(clip.text)
            self._clips.popleft()
        return frame or SILENCE

    def pause(self) -> None:
        """Hold the sound."""
        self._paused = True

    def resume(self) -> None:
        """Go on, from shortly before where it was held; nothing happens when it was not."""
        if self._paused and self._clips:
            self._clips[0].position = max(0, self._clips[0].position - _REWIND_BYTES)
        self._paused = False

    def stop(self) -> None:
        """Drop what is left, and whatever was still to come of this utterance."""
        self._clips.clear()
        self._stopped = True
        self._paused = False

    def heard(self) -> list[str]:
        """Return the sentences played to their end since `begin`."""
        return list(self._heard)

"""Owns the interface between a call and whatever carries its sound (AudioSocket, a browser)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Sound:
    """What the caller's side sent: signed 16-bit mono at 8 kHz, any number of whole samples."""

    pcm: bytes


@dataclass(frozen=True)
class Key:
    """A key that the caller pressed: a digit, `*` or `#`."""

    name: str


@dataclass(frozen=True)
class HungUp:
    """The caller's side is gone; nothing comes after it."""

    reason: str


LegEvent = Sound | Key | HungUp


class Leg(Protocol):
    """One connection to a caller."""

    async def receive(self) -> list[LegEvent]:
        """Wait for what comes next; after `HungUp` it is not asked again. Sound that waited too long is left out."""

    def send(self, frame: bytes) -> None:
        """Send one frame of 20 ms at once; never waits, and drops the frame when the peer does not read."""

    async def close(self) -> None:
        """End the connection from our side; the caller is passed on."""

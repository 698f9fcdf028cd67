"""Owns the AudioSocket wire format: one byte of kind, two of length (big-endian), the payload.

The kinds are those of Asterisk's `res_audiosocket.h`. Nothing here does I/O.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Final
from uuid import UUID

_HEADER: Final = struct.Struct(">BH")
LARGEST_PAYLOAD_BYTES: Final = 16_000
"""One second of sound. Asterisk sends 20 ms; more than this is no AudioSocket client."""
KEYS: Final = frozenset("0123456789*#ABCD")


class Kind(IntEnum):
    """What a frame carries; any other number is a kind that we do not know."""

    HANGUP = 0x00
    UUID = 0x01
    KEY = 0x03
    AUDIO = 0x10
    ERROR = 0xFF


class FrameError(ValueError):
    """Bytes that no AudioSocket client sends; the connection cannot be read on after them."""


@dataclass(frozen=True)
class Frame:
    """One frame as it came; `kind` is a `Kind` when we know it."""

    kind: int
    payload: bytes


def encode(kind: Kind, payload: bytes = b"") -> bytes:
    """Return the bytes of a frame."""
    return _HEADER.pack(kind, len(payload)) + payload


class FrameParser:
    """Cuts a stream of bytes into frames, wherever the network broke it."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that are complete now.

        Raises:
            FrameError: a payload longer than `LARGEST_PAYLOAD_BYTES` is announced.

        """
        self._buffer += data
        frames = []
        position = 0
        while len(self._buffer) - position >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._buffer, position)
            if length > LARGEST_PAYLOAD_BYTES:
                raise FrameError(f"a frame of kind {kind:#04x} has {length} bytes, more than {LARGEST_PAYLOAD_BYTES}")
            end = position + _HEADER.size + length
            if end > len(self._buffer):
                break
            frames.append(Frame(kind, bytes(self._buffer[position + _HEADER.size : end])))
            position = end
        del self._buffer[:position]
        return frames


def session_of(frame: Frame) -> UUID:
    """Return the session that the first frame names.

    Raises:
        FrameError: it is no UUID frame of 16 bytes.

    """
    try:
        if frame.kind == Kind.UUID:
            return UUID(bytes=frame.payload)
    except ValueError as error:
        raise FrameError(f"expected a UUID of 16 bytes, got {len(frame.payload)}") from error
    raise FrameError(f"expected a UUID frame first, got kind {frame.kind:#04x}")


def key_of(frame: Frame) -> str:
    """Return the key of a DTMF frame.

    Raises:
        FrameError: it is none of `KEYS`.

    """
    key = frame.payload.decode("ascii", errors="replace")
    if key not in KEYS:
        raise FrameError(f"expected one key of a telephone, got {frame.payload!r}")
    return key


def sound_of(frame: Frame) -> bytes:
    """Return the samples of an audio frame.

    Raises:
        FrameError: half a sample.

    """
    if len(frame.payload) % 2:
        raise FrameError(f"expected whole samples of two bytes, got {len(frame.payload)} bytes")
    return frame.payload

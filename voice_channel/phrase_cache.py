"""Owns the sentences kept as sound on disk: bounded, least recently used first out."""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

_IN_MEMORY_BYTES: Final = 16_000_000


class PhraseCache:
    """Sound by engine, language and text. The disk is asked once a sentence, then memory; a full disk is no fault."""

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        """`limit_bytes` is what the folder may hold; what is in it from before counts."""
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._memory_bytes = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        files = sorted(folder.glob("*.pcm"), key=lambda file: file.stat().st_mtime)
        self._files = OrderedDict((file.stem, file.stat().st_size) for file in files)
        self._bytes = sum(self._files.values())

    def get(self, engine: str, language: str, text: str) -> bytes | None:
        """Return the sound, None when it is not kept."""
        key = _key(engine, language, text)
        if key in self._memory:
            self._memory.move_to_end(key)
            return self._memory[key]
        if key not in self._files:
            return None
        try:
            pcm = self._file(key).read_bytes()
        except OSError as error:
            logger.warning("a kept sentence cannot be read: %s", error)
            self._bytes -= self._files.pop(key)
            return None
        self._files.move_to_end(key)
        self._remember(key, pcm)
        return pcm

    def put(self, engine: str, language: str, text: str, pcm: bytes) -> None:
        """Keep a sound. What is a citizen's own does not belong here: the caller leaves it out."""
        if len(pcm) > self._limit_bytes:
            return
        key = _key(engine, language, text)
        self._remember(key, pcm)
        if key in self._files:
            return
        try:
            self._file(key).write_bytes(pcm)
        except OSError as error:
            logger.warning("a sentence is not kept on disk: %s", error)
            return
        self._files[key] = len(pcm)
        self._bytes += len(pcm)
        while self._bytes > self._limit_bytes:
            oldest, size = self._files.popitem(last=False)
            self._bytes -= size
            self._file(oldest).unlink(missing_ok=True)

    def _remember(self, key: str, pcm: bytes) -> None:
        self._memory_bytes += len(pcm) - len(self._memory.pop(key, b""))
        self._memory[key] = pcm
        while self._memory_bytes > _IN_MEMORY_BYTES:
            self._memory_bytes -= len(self._memory.popitem(last=False)[1])

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.pcm"


def _key(engine: str, language: str, text: str) -> str:
    return hashlib.sha256(f"{engine}\0{language}\0{text}".encode()).hexdigest()

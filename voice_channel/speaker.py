"""Owns the voice process's side of speech: sentences made by a pool of processes, kept when they will be said again."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import shutil
from ctypes.util import find_library
from typing import TYPE_CHECKING, Final

from voice_channel.speech_process import Say
from voice_channel.worker import Frame, Worker

if TYPE_CHECKING:
    from language import Language
    from voice_channel.phrase_cache import PhraseCache

logger = logging.getLogger(__name__)

_START_LIMIT_S: Final = 20.0
_SENTENCE_LIMIT_S: Final = 5.0


class SpeakerLostError(Exception):
    """A sentence cannot be spoken."""


def installed() -> bool:
    """Return whether this machine has espeak-ng."""
    return shutil.which("espeak-ng") is not None or find_library("espeak-ng") is not None


class Speaker:
    """All sentences of all calls."""

    def __init__(self, cache: PhraseCache, processes: int) -> None:
        self._cache = cache
        self._numbers = itertools.count(1)
        self._waiting: dict[int, tuple[_Mouth, asyncio.Future[bytes]]] = {}
        self._mouths = [_Mouth(self) for _ in range(processes)] if installed() else []
        self.engine = ""

    async def start(self) -> None:
        """Start the processes; without espeak-ng there are none and `say` fails."""
        if not self._mouths:
            logger.error("espeak-ng is not installed: callers are passed straight to consultants")
            return
        await asyncio.gather(*(mouth.worker.start() for mouth in self._mouths))
        try:
            async with asyncio.timeout(_START_LIMIT_S):
                await asyncio.gather(*(mouth.ready.wait() for mouth in self._mouths))
        except TimeoutError:
            logger.error("speech did not start in %s s", _START_LIMIT_S)  # noqa: TRY400

    async def stop(self) -> None:
        """End the processes."""
        await asyncio.gather(*(mouth.worker.stop() for mouth in self._mouths))

    async def check(self) -> str | None:
        """None when speech works or was never installed, else a sentence."""
        if not self._mouths or any(mouth.ready.is_set() for mouth in self._mouths):
            return None
        return "speech is being started"

    @property
    def usable(self) -> bool:
        """Whether a sentence can be spoken now."""
        return any(mouth.ready.is_set() for mouth in self._mouths)

    async def say(self, text: str, language: Language, *, keep: bool) -> bytes:
        """Return the sound of a sentence that is spelt out already; `keep` it only when it is no citizen's own.

        Raises:
            SpeakerLostError: it could not be made in time.

        """
        kept = self._cache.get(self.engine, language, text)
        if kept is not None:
            return kept
        pcm = await self._made(text, language)
        if keep:
            self._cache.put(self.engine, language, text, pcm)
        return pcm

    async def _made(self, text: str, language: Language) -> bytes:
        mouth = min((mouth for mouth in self._mouths if mouth.ready.is_set()), key=self._load, default=None)
        if mouth is None:
            raise SpeakerLostError("no speech process is running")
        number = next(self._numbers)
        sound: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = (mouth, sound)
        wanted = json.dumps({"text": text, "language": language}, ensure_ascii=False).encode()
        try:
            if not mouth.worker.send(number, Say.SENTENCE, wanted):
                raise SpeakerLostError("the speech process takes nothing more")
            async with asyncio.timeout(_SENTENCE_LIMIT_S):
                return await sound
        except TimeoutError:
            raise SpeakerLostError(f"no speech in {_SENTENCE_LIMIT_S} s") from None
        finally:
            del self._waiting[number]

    def _load(self, mouth: _Mouth) -> int:
        return sum(user is mouth for user, _ in self._waiting.values())

    def take(self, mouth: _Mouth, frame: Frame) -> None:
        """Take what a process says."""
        if frame.kind == Say.READY:
            self.engine = frame.payload.decode()
            mouth.ready.set()
            return
        _, sound = self._waiting.get(frame.stream, (mouth, None))
        if sound is None or sound.done():
            return  # nobody waits for it any more
        if frame.kind == Say.SOUND:
            sound.set_result(frame.payload)
        else:
            sound.set_exception(SpeakerLostError(frame.payload.decode()))

    def lose(self, mouth: _Mouth) -> None:
        """Note that a process has died with its sentences."""
        mouth.ready.clear()
        for user, sound in self._waiting.values():
            if user is mouth and not sound.done():
                sound.set_exception(SpeakerLostError("the speech process ended"))


class _Mouth:
    """One process of the pool."""

    def __init__(self, speaker: Speaker) -> None:
        self.ready = asyncio.Event()
        self.worker = Worker(
            "voice_channel.speech_process",
            [],
            lambda frame: speaker.take(self, frame),
            lambda: speaker.lose(self),
        )

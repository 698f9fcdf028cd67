"""Owns the voice process's side of recognition: one stream a call, over the process that has the models."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from language import Language
from voice_channel.recogniser_process import Ask, Tell
from voice_channel.recognition import Recognition, Word
from voice_channel.worker import Frame, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from voice_channel.speech_models import SpeechModel

logger = logging.getLogger(__name__)

_LOAD_LIMIT_S: Final = 60.0


class RecogniserLostError(Exception):
    """The recogniser died or is too slow: what was being said is not understood."""


class _Ready(BaseModel):
    languages: list[Language]
    broken: dict[str, str]


class _Final(BaseModel):
    request: int
    heard: dict[Language, list[Word]]
    hinted: dict[Language, list[Word]]

    def recognitions(self) -> dict[Language, Recognition]:
        """Return what was heard; what was listened for wins where it accounts for everything that was said."""
        heard = {language: Recognition(words=words) for language, words in self.heard.items()}
        hinted = {language: Recognition(words=words) for language, words in self.hinted.items()}
        return heard | {language: likely for language, likely in hinted.items() if likely.is_whole}


class RecognitionStream:
    """What one call is heard with. Not usable after `close`."""

    def __init__(self, number: int, worker: Worker, on_partial: Callable[[dict[Language, str]], None]) -> None:
        self._number = number
        self._worker = worker
        self._on_partial = on_partial
        self._requests = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[Language, Recognition]]] = {}
        self._wanted: Mapping[Language, tuple[str, ...]] = {}

    def listen(self, wanted: Mapping[Language, tuple[str, ...]]) -> None:
        """Recognise in these languages from now on, and listen apart for the words that are likely in each."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._worker.send(self._number, Ask.LISTEN, json.dumps(wanted, ensure_ascii=False).encode())

    def feed(self, pcm: bytes) -> None:
        """Pass sound on; it is lost when the recogniser is."""
        self._worker.send(self._number, Ask.SOUND, pcm)

    async def finish(self, limit_s: float) -> dict[Language, Recognition]:
        """End the utterance and return what was heard, by language.

        Raises:
            RecogniserLostError: no answer in `limit_s` seconds.

        """
        request = next(self._requests)
        answer: asyncio.Future[dict[Language, Recognition]] = asyncio.get_running_loop().create_future()
        self._waiting[request] = answer
        try:
            if not self._worker.send(self._number, Ask.FINISH, str(request).encode()):
                raise RecogniserLostError("the recogniser takes nothing more")
            async with asyncio.timeout(limit_s):
                return await answer
        except TimeoutError:
            self._worker.end_if_hung(limit_s)
            raise RecogniserLostError(f"no answer from the recogniser in {limit_s} s") from None
        finally:
            self._waiting.pop(request, None)

    def take(self, frame: Frame) -> None:
        """Take what the recogniser says of this call."""
        if frame.kind == Tell.PARTIAL:
            self._on_partial(json.loads(frame.payload))
        elif frame.kind == Tell.FINAL:
            final = _Final.model_validate_json(frame.payload)
            answer = self._waiting.get(final.request)
            if answer is not None and not answer.done():
                answer.set_result(final.recognitions())

    def lose(self) -> None:
        """Tell whoever waits that the recogniser has died; listening starts anew with the next one."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(RecogniserLostError("the recogniser ended"))

    def renew(self) -> None:
        """Begin again with a recogniser that has just started."""
        wanted, self._wanted = self._wanted, {}
        self.listen(wanted)


class Recogniser:
    """All streams, and the process behind them; without a model there is none and nothing is understood."""

    def __init__(self, models: Sequence[SpeechModel]) -> None:
        self._models = models
        self._streams: dict[int, RecognitionStream] = {}
        self._numbers = itertools.count(1)
        self._ready = asyncio.Event()
        self.languages: tuple[Language, ...] = ()
        arguments = [f"{model.language}={model.path}" for model in models]
        self._worker = Worker("voice_channel.recogniser_process", arguments, self._take, self._lose)

    async def start(self) -> None:
        """Load the models; says in the log which are in use and which are broken."""
        if not self._models:
            logger.error("no speech model: callers are served by keys and passed to consultants")
            return
        await self._worker.start()
        try:
            async with asyncio.timeout(_LOAD_LIMIT_S):
                await self._ready.wait()
        except TimeoutError:
            logger.error("the speech models did not load in %s s; callers are served by keys", _LOAD_LIMIT_S)  # noqa: TRY400

    async def stop(self) -> None:
        """End the process."""
        if self._models:
            await self._worker.stop()

    async def check(self) -> str | None:
        """None when recognition works or was never configured, else a sentence."""
        if not self._models or self._ready.is_set():
            return None
        return "the recogniser is being started"

    def open(self, on_partial: Callable[[dict[Language, str]], None]) -> RecognitionStream | None:
        """Return a stream for a call, None while there is no recogniser.

        `on_partial` gets the words heard so far of the utterance, by language.
        """
        if not self.languages:
            return None
        number = next(self._numbers)
        stream = self._streams[number] = RecognitionStream(number, self._worker, on_partial)
        return stream

    def close(self, stream: RecognitionStream) -> None:
        """Let a call's recognisers go."""
        for number, known in list(self._streams.items()):
            if known is stream:
                del self._streams[number]
                self._worker.send(number, Ask.CLOSE)

    def _take(self, frame: Frame) -> None:
        if frame.kind == Tell.READY:
            self._begin(_Ready.model_validate_json(frame.payload))
        elif (stream := self._streams.get(frame.stream)) is not None:
            stream.take(frame)

    def _begin(self, ready: _Ready) -> None:
        self.languages = tuple(ready.languages)
        for sentence in ready.broken.values():
            logger.error("%s", sentence)
        for model in self._models:
            if model.language in self.languages:
                logger.info("speech recognition in use: %s", model.label)
        self._ready.set()
        for stream in self._streams.values():
            stream.renew()

    def _lose(self) -> None:
        self._ready.clear()
        self.languages = ()
        for stream in self._streams.values():
            stream.lose()

"""Owns the process that recognises: `python -m voice_channel.recogniser_process ru=<model folder> kk=<model folder>`.

One copy of the models serves all calls; each call's recognisers are worked on by one thread, so that calls do not wait
for each other beyond the machine's cores.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from enum import IntEnum
from typing import TYPE_CHECKING, BinaryIO

import vosk

from voice_channel import worker
from voice_channel.audio import SAMPLE_RATE_HZ
from voice_channel.worker import Frame

if TYPE_CHECKING:
    from collections.abc import Mapping


class Ask(IntEnum):
    """What the voice process sends. A stream is a call."""

    LISTEN = 1
    """Payload: the languages to listen in, `["ru", "kk"]`; recognisers of others are let go."""
    SOUND = 2
    FINISH = 3
    """The utterance is over; payload: a number that comes back with the answer."""
    CLOSE = 4


class Tell(IntEnum):
    """What this process sends."""

    READY = 1
    """Payload: the languages whose models loaded, and what went wrong with the others."""
    PARTIAL = 2
    """Payload: the text so far by language."""
    FINAL = 3
    """Payload: `{"request": number, "heard": {language: [words]}}`."""


class _Ear:
    """One recogniser of one call: one language."""

    def __init__(self, model: vosk.Model) -> None:
        self._recogniser = vosk.KaldiRecognizer(model, SAMPLE_RATE_HZ)
        self._recogniser.SetWords(True)  # noqa: FBT003  vosk's own signature
        self._words: list[dict[str, object]] = []
        self._partial = ""

    @property
    def text(self) -> str:
        return " ".join([*(str(word["word"]) for word in self._words), self._partial]).strip()

    def hear(self, pcm: bytes) -> None:
        if self._recogniser.AcceptWaveform(pcm):
            self._take(self._recogniser.Result())
        else:
            self._partial = json.loads(self._recogniser.PartialResult())["partial"]

    def finish(self) -> list[dict[str, object]]:
        self._take(self._recogniser.FinalResult())
        words, self._words = self._words, []
        self._recogniser.Reset()
        return words

    def _take(self, result: str) -> None:
        self._words += json.loads(result).get("result", [])
        self._partial = ""


class _Stream:
    """The recognisers of one call."""

    def __init__(self, models: Mapping[str, vosk.Model]) -> None:
        self._models = models
        self._ears: dict[str, _Ear] = {}
        self._told: dict[str, str] = {}

    def listen(self, languages: list[str]) -> None:
        self._ears = {
            language: self._ears.get(language) or _Ear(self._models[language])
            for language in languages
            if language in self._models
        }

    def hear(self, pcm: bytes) -> dict[str, str] | None:
        """Return the texts so far when they have changed."""
        for ear in self._ears.values():
            ear.hear(pcm)
        texts = {language: ear.text for language, ear in self._ears.items()}
        if texts == self._told:
            return None
        self._told = texts
        return texts

    def finish(self) -> dict[str, list[dict[str, object]]]:
        self._told = {}
        return {language: ear.finish() for language, ear in self._ears.items()}


class _Recogniser:
    """All calls of this process."""

    def __init__(self, models: Mapping[str, vosk.Model], output: BinaryIO) -> None:
        self._models = models
        self._output = output
        self._writing = threading.Lock()
        self._queues: list[queue.SimpleQueue[Frame]] = []
        for _ in range(os.cpu_count() or 1):
            waiting: queue.SimpleQueue[Frame] = queue.SimpleQueue()
            self._queues.append(waiting)
            threading.Thread(target=self._work, args=(waiting,), daemon=True).start()

    def take(self, frame: Frame) -> None:
        self._queues[frame.stream % len(self._queues)].put(frame)

    def tell(self, stream: int, kind: Tell, content: object) -> None:
        payload = json.dumps(content, ensure_ascii=False).encode()
        with self._writing:
            self._output.write(worker.encode(Frame(stream, kind, payload)))
            self._output.flush()

    def _work(self, waiting: queue.SimpleQueue[Frame]) -> None:
        streams: dict[int, _Stream] = {}
        while True:
            frame = waiting.get()
            if frame.kind == Ask.CLOSE:
                streams.pop(frame.stream, None)
                continue
            self._serve(frame, streams.setdefault(frame.stream, _Stream(self._models)))

    def _serve(self, frame: Frame, stream: _Stream) -> None:
        if frame.kind == Ask.LISTEN:
            stream.listen(json.loads(frame.payload))
        elif frame.kind == Ask.SOUND:
            texts = stream.hear(frame.payload)
            if texts is not None:
                self.tell(frame.stream, Tell.PARTIAL, texts)
        elif frame.kind == Ask.FINISH:
            self.tell(frame.stream, Tell.FINAL, {"request": json.loads(frame.payload), "heard": stream.finish()})


def _load(arguments: list[str]) -> tuple[dict[str, vosk.Model], dict[str, str]]:
    """Return the models by language, and by language why one did not load."""
    models, broken = {}, {}
    for argument in arguments:
        language, _, path = argument.partition("=")
        try:
            models[language] = vosk.Model(path)
        except Exception as error:  # noqa: BLE001  vosk raises nothing narrower
            broken[language] = f"{path} is no speech model that Vosk can load: {error}"
    return models, broken


def main() -> None:
    """Serve until standard input ends."""
    output = worker.claim_output()
    vosk.SetLogLevel(-1)
    models, broken = _load(sys.argv[1:])
    recogniser = _Recogniser(models, output)
    recogniser.tell(0, Tell.READY, {"languages": list(models), "broken": broken})
    for frame in worker.frames(sys.stdin.buffer):
        recogniser.take(frame)


if __name__ == "__main__":
    main()

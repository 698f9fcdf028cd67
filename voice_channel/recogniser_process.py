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
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

import vosk

from voice_channel import priority, worker
from voice_channel.audio import SAMPLE_RATE_HZ
from voice_channel.settings import Settings
from voice_channel.worker import Frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence


_UNKNOWN: Final = "[unk]"


class Ask(IntEnum):
    """What the voice process sends. A stream is a call."""

    LISTEN = 1
    """Payload: the words that are likely, by each language to listen in: `{"ru": [], "kk": ["бес"]}`."""
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
    """Payload: `{"request": number, "heard": {language: [words]}, "hinted": {language: [words]}}`; `hinted` is what was
    heard by those who know the likely words only."""


class _Model:
    """A model; `takes_grammar`: its graph is made at run time, so that it can listen for a few words only."""

    def __init__(self, path: Path) -> None:
        self.vosk = vosk.Model(str(path))
        self.takes_grammar = (path / "graph" / "Gr.fst").is_file()


class _Ear:
    """One recogniser of one call: one language, all its words or, with a grammar, a few."""

    def __init__(self, model: _Model, grammar: tuple[str, ...] = ()) -> None:
        words = [json.dumps([*grammar, _UNKNOWN], ensure_ascii=False)] if grammar else []
        self._recogniser = vosk.KaldiRecognizer(model.vosk, SAMPLE_RATE_HZ, *words)
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

    def __init__(self, models: Mapping[str, _Model]) -> None:
        self._models = models
        self._ears: dict[str, _Ear] = {}
        self._hinted: dict[tuple[str, tuple[str, ...]], _Ear] = {}
        self._told: dict[str, str] = {}

    def listen(self, wanted: Mapping[str, Sequence[str]]) -> None:
        known = {language: tuple(words) for language, words in wanted.items() if language in self._models}
        self._ears = {language: self._ears.get(language) or _Ear(self._models[language]) for language in known}
        self._hinted = {
            (language, words): self._hinted.get((language, words)) or _Ear(self._models[language], words)
            for language, words in known.items()
            if words and self._models[language].takes_grammar
        }

    def hear(self, pcm: bytes) -> dict[str, str] | None:
        """Return the texts so far when they have changed."""
        for ear in (*self._ears.values(), *self._hinted.values()):
            ear.hear(pcm)
        texts = {language: ear.text for language, ear in self._ears.items()}
        if texts == self._told:
            return None
        self._told = texts
        return texts

    def finish(self) -> dict[str, dict[str, list[dict[str, object]]]]:
        self._told = {}
        return {
            "heard": {language: ear.finish() for language, ear in self._ears.items()},
            "hinted": {language: ear.finish() for (language, _), ear in self._hinted.items()},
        }


def _all_of(waiting: queue.SimpleQueue[Frame]) -> Iterator[Frame]:
    """Yield what is waiting; the first is waited for."""
    yield waiting.get()
    with suppress(queue.Empty):
        while True:
            yield waiting.get_nowait()


def _joined(frames: Iterable[Frame]) -> list[Frame]:
    """Return the frames with each stream's successive sounds as one: who is behind catches up with fewer steps."""
    joined: list[Frame] = []
    last: dict[int, int] = {}
    for frame in frames:
        place = last.get(frame.stream)
        if place is not None and frame.kind == joined[place].kind == Ask.SOUND:
            joined[place] = Frame(frame.stream, frame.kind, joined[place].payload + frame.payload)
        else:
            last[frame.stream] = len(joined)
            joined.append(frame)
    return joined


class _Recogniser:
    """All calls of this process."""

    def __init__(self, models: Mapping[str, _Model], output: BinaryIO) -> None:
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
            for frame in _joined(_all_of(waiting)):
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
            self.tell(frame.stream, Tell.FINAL, {"request": json.loads(frame.payload), **stream.finish()})


def _load(arguments: list[str]) -> tuple[dict[str, _Model], dict[str, str]]:
    """Return the models by language, and by language why one did not load."""
    models, broken = {}, {}
    for argument in arguments:
        language, _, path = argument.partition("=")
        try:
            models[language] = _Model(Path(path))
        except Exception as error:  # noqa: BLE001  vosk raises nothing narrower
            broken[language] = f"{path} is no speech model that Vosk can load: {error}"
    return models, broken


def main() -> None:
    """Serve until standard input ends."""
    output = worker.claim_output()
    if Settings().voice_realtime:
        priority.go_second()
    vosk.SetLogLevel(-1)
    models, broken = _load(sys.argv[1:])
    recogniser = _Recogniser(models, output)
    recogniser.tell(0, Tell.READY, {"languages": list(models), "broken": broken})
    for frame in worker.frames(sys.stdin.buffer):
        recogniser.take(frame)


if __name__ == "__main__":
    main()

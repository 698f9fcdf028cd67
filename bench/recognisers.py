"""Our recogniser beside a vosk-server: `python -m bench.recognisers ws://127.0.0.1:2700 PID --streams 10 20 40`.

The peer is the public vosk-server's own websocket server, started by hand with the same model (`VOSK_MODEL_PATH=
models/speech/ru`); PID is its process. Streams of one language send the same sentences at the pace of speech, in chunks
of the same length; then all of a turn is asked for at once. The two are measured in turn, in one run: processor time
(parent and children) of the recognising process to a second of sound, and the wait for the last word.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from websockets.asyncio.client import connect

from models.speech.recipe.evaluation import edit_distance
from voice_channel.audio import FRAME_BYTES, FRAME_S, padded, seconds
from voice_channel.recogniser import Recogniser
from voice_channel.simulated_caller import synthesised
from voice_channel.speech_models import available

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.asyncio.client import ClientConnection

    from voice_channel.recogniser import RecognitionStream

_SENTENCES: Final = (
    "сколько стоит паспорт",
    "какие документы нужны на паспорт",
    "где получить паспорт",
    "как встать в очередь в детский сад",
    "где моё заявление",
)
_LANGUAGE: Final = "ru"
_FINAL_LIMIT_S: Final = 20.0
_APART_S: Final = 0.13
"""Between the first sounds of two streams, so that their turns do not end together."""
_TICKS: Final = os.sysconf("SC_CLK_TCK")


class Stream(Protocol):
    """One stream of sound into a recogniser."""

    async def hear(self, pcm: bytes) -> None:
        """Send a chunk."""

    async def finish(self) -> str:
        """Return the text of what was sent since the last call."""


class Ours:
    """A stream of the product's recogniser."""

    def __init__(self, stream: RecognitionStream) -> None:
        self._stream = stream
        stream.listen({_LANGUAGE: ()})

    async def hear(self, pcm: bytes) -> None:
        """Send a chunk."""
        self._stream.feed(pcm)

    async def finish(self) -> str:
        """Return the text."""
        return (await self._stream.finish(_FINAL_LIMIT_S))[_LANGUAGE].text


class Peers:
    """A stream of a vosk-server: every chunk is answered, the text comes in one or several results."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._unanswered = 0
        self._text: list[str] = []

    async def hear(self, pcm: bytes) -> None:
        """Send a chunk; answers are read when there are any."""
        await self._socket.send(pcm)
        self._unanswered += 1
        while self._unanswered > 1:
            await self._answer()

    async def finish(self) -> str:
        """Return the text."""
        await self._socket.send('{"reset" : 1}')
        self._unanswered += 1
        while self._unanswered:
            await self._answer()
        text, self._text = " ".join(self._text), []
        return text

    async def _answer(self) -> None:
        async with asyncio.timeout(_FINAL_LIMIT_S):
            answer = json.loads(await self._socket.recv())
        self._unanswered -= 1
        self._text += [word for word in answer.get("text", "").split() if word != "[unk]"]


@dataclass
class Measured:
    """What one recogniser did for all streams."""

    sound_s: float = 0.0
    waits_ms: list[float] = field(default_factory=list)
    words: int = 0
    errors: int = 0


def _used_s(number: int) -> float:
    """Return the processor seconds a process has used."""
    times = Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(times[11]) + int(times[12])) / _TICKS


def _child_of_ours() -> int:
    for path in Path("/proc").glob("[0-9]*/stat"):
        number = int(path.parent.name)
        words = (path.parent / "cmdline").read_bytes().split(b"\0")
        if b"voice_channel.recogniser_process" in words and _parent(path) == os.getpid():
            return number
    raise LookupError("our recogniser is not running")


def _parent(stat: Path) -> int:
    return int(stat.read_text().rsplit(")", 1)[1].split()[1])


async def _speak(stream: Stream, start_s: float, turns: int, chunk: int, measured: Measured) -> None:
    await asyncio.sleep(start_s)
    for sentence in itertools.islice(itertools.cycle(_SENTENCES), turns):
        pcm = padded(synthesised(sentence, _LANGUAGE))
        began = time.monotonic()
        for position in range(0, len(pcm), chunk):
            part = pcm[position : position + chunk]
            due = began + seconds(pcm[: position + len(part)])
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await stream.hear(part)
        heard = (await stream.finish()).split()
        # From when the last sound was due: a server that takes chunks late is not the quicker for it.
        measured.waits_ms.append(1000 * (time.monotonic() - began - seconds(pcm)))
        measured.sound_s += seconds(pcm)
        measured.words += len(sentence.split())
        measured.errors += edit_distance(sentence.split(), heard)


async def _all(streams: list[Stream], process: int, options: argparse.Namespace, name: str) -> str:
    measured, before, began = Measured(), _used_s(process), time.monotonic()
    chunk = round(options.chunk_ms / 1000 / FRAME_S) * FRAME_BYTES
    async with asyncio.TaskGroup() as group:
        for number, stream in enumerate(streams):
            group.create_task(_speak(stream, number * _APART_S, options.turns, chunk, measured))
    used_s = _used_s(process) - before
    p50, p95 = np.percentile(measured.waits_ms, (50, 95))
    return (
        f"| {name} | {len(streams)} | {options.chunk_ms} | {p50:.0f} | {p95:.0f} | {max(measured.waits_ms):.0f} "
        f"| {used_s / measured.sound_s:.3f} | {measured.sound_s / used_s:.0f} "
        f"| {used_s / (time.monotonic() - began):.2f} | {measured.errors / measured.words:.1%} |"
    )


async def _measure(options: argparse.Namespace) -> None:
    recogniser = Recogniser([model for model in available() if model.language == _LANGUAGE])
    await recogniser.start()
    try:
        for row in itertools.product(options.streams, range(options.rounds)):
            sys.stdout.write(await _ours(recogniser, row[0], options) + "\n")
            sys.stdout.write(await _peers(row[0], options) + "\n")
            sys.stdout.flush()
    finally:
        await recogniser.stop()


async def _ours(recogniser: Recogniser, count: int, options: argparse.Namespace) -> str:
    opened = [stream for stream in (recogniser.open(lambda _: None) for _ in range(count)) if stream is not None]
    try:
        return await _all([Ours(stream) for stream in opened], _child_of_ours(), options, "ours")
    finally:
        for stream in opened:
            recogniser.close(stream)


async def _peers(count: int, options: argparse.Namespace) -> str:
    async with AsyncExitStack() as sockets:
        opened = [await sockets.enter_async_context(connect(options.peer, proxy=None)) for _ in range(count)]
        for socket in opened:
            await socket.send(json.dumps({"config": {"sample_rate": 8000}}))
        return await _all([Peers(socket) for socket in opened], options.process, options, "vosk-server")


def _table_head() -> Iterator[str]:
    columns = (
        "recogniser", "streams", "chunk, ms", "last word p50, ms", "p95", "max", "core s to a s of sound",
        "streams a core", "cores in use", "WER",
    )  # fmt: skip
    yield f"| {' | '.join(columns)} |"
    yield "|" + "---|" * len(columns)


def main() -> None:
    """Measure both and print a table."""
    parser = argparse.ArgumentParser(prog="python -m bench.recognisers", description="Streams a core, beside a peer.")
    parser.add_argument("peer", help="the vosk-server's address, ws://…")
    parser.add_argument("process", type=int, help="its process number")
    parser.add_argument("--streams", type=int, nargs="+", default=[10], help="streams at once, row by row")
    parser.add_argument("--turns", type=int, default=5, help="sentences a stream")
    parser.add_argument("--chunk-ms", type=int, default=20, help="length of a chunk; the phone line has 20")
    parser.add_argument("--rounds", type=int, default=2, help="how often each row is measured, in turn")
    options = parser.parse_args()
    for sentence in _SENTENCES:
        synthesised(sentence, _LANGUAGE)  # made before anything is measured
    sys.stdout.write("\n".join(_table_head()) + "\n")
    asyncio.run(_measure(options))


if __name__ == "__main__":
    main()

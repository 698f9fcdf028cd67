"""Measures the running phone line: `python -m bench.voice --calls 20 --turns 3`, or `--calls 20 --total 500 --turns 1`.

Callers ask in both languages, turn after turn, over our voice, and measure at their end of the line: the wait from
their last sound to our first, the longest gap between two frames of ours, how soon we fall silent when they speak. The
parts of each wait come from the voice process, its processor time and memory from the system. The callers go before
everything else (real-time, where the system allows it): in life they are no load on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import httpx
import numpy as np

from models.speech.recipe.evaluation import edit_distance
from voice_channel import priority
from voice_channel.audio import seconds
from voice_channel.settings import Settings
from voice_channel.simulated_caller import CallEndedError, SimulatedCaller, on_the_line, synthesised

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from language import Language

_QUESTIONS: Final[dict[Language, tuple[str, ...]]] = {
    "ru": ("сколько стоит паспорт", "какие документы нужны на паспорт", "где получить паспорт"),
    "kk": ("паспорт қанша тұрады", "жеке куәлік қанша тұрады", "паспортты қайдан аламын"),
}
_PARTS: Final = ("end_of_turn", "final", "dialogue", "first_audio", "total")
_KNOWS_THE_GREETING_S: Final = 2.0
_BETWEEN_CALLS_S: Final = 0.4
_LOOK_S: Final = 0.5
_MODULE: Final = "voice_channel"
_RECOGNISER: Final = "voice_channel.recogniser_process"
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Measured:
    """What the callers measured."""

    waits_ms: list[float] = field(default_factory=list)
    gaps_ms: list[float] = field(default_factory=list)
    silenced_ms: list[float] = field(default_factory=list)
    parts_ms: dict[str, list[float]] = field(default_factory=lambda: {part: [] for part in _PARTS})
    asked: int = 0
    understood: int = 0
    broken_off: int = 0
    calls: int = 0
    call_s: float = 0.0
    spoken_s: float = 0.0
    words: dict[Language, int] = field(default_factory=lambda: dict.fromkeys(_QUESTIONS, 0))
    word_errors: dict[Language, int] = field(default_factory=lambda: dict.fromkeys(_QUESTIONS, 0))


@dataclass(frozen=True)
class _Process:
    """One process of the phone line: what it runs, its processor time, its memory."""

    module: str
    cpu_s: float
    memory_mb: float


async def _call(
    http: httpx.AsyncClient, settings: Settings, language: Language, turns: int, measured: Measured
) -> None:
    call = str(uuid4())
    leg = await http.get("/leg", params={"kind": "main", "call": call})
    asked = list(itertools.islice(itertools.cycle(_QUESTIONS[language]), turns))
    began = time.monotonic()
    async with on_the_line(settings.voice_host, settings.audiosocket_port, UUID(leg.text)) as caller:
        try:
            await _talk(caller, asked, language, measured)
        except (CallEndedError, TimeoutError) as error:
            measured.broken_off += 1
            sys.stderr.write(f"a call broke off: {error or 'no answer'}\n")
    measured.calls += 1
    measured.call_s += time.monotonic() - began
    measured.gaps_ms.append(1000 * float(np.diff(caller.arrivals).max(initial=0)))
    _compare((await http.get(f"/calls/{call}")).json()["turns"], asked, language, measured)


async def _talk(caller: SimulatedCaller, asked: list[str], language: Language, measured: Measured) -> None:
    await caller.answer_begins()
    await asyncio.sleep(_KNOWS_THE_GREETING_S)
    for question in asked:
        talking_over = asyncio.get_running_loop().time() - caller.last_sound_heard_at < _BETWEEN_CALLS_S
        pcm = synthesised(question, language)
        measured.spoken_s += seconds(pcm)
        await caller.speak(pcm)
        if talking_over and caller.last_sound_heard_at > caller.first_sound_sent_at:
            measured.silenced_ms.append(1000 * (caller.last_sound_heard_at - caller.first_sound_sent_at))
        await caller.answer_begins()
        measured.waits_ms.append(1000 * (caller.first_sound_heard_at - caller.last_sound_sent_at))
        await asyncio.sleep(_KNOWS_THE_GREETING_S)  # the next question is asked over the answer


def _compare(turns: list[dict[str, Any]], asked: list[str], language: Language, measured: Measured) -> None:
    heard = [turn["text"] for turn in turns if turn["who"] == "caller"]
    said = " ".join(asked).split()
    measured.asked += len(asked)
    measured.understood += sum(question in heard for question in asked)
    measured.words[language] += len(said)
    measured.word_errors[language] += edit_distance(said, " ".join(heard).split())
    for turn in turns:
        for part, value in turn["latency_ms"].items():
            measured.parts_ms[part].append(value)


def _processes(settings: Settings) -> dict[int, _Process]:
    """Return the processes of the phone line whose control endpoint we ask, by number."""
    return dict(_candidates(str(settings.voice_control_port).encode()))


def _candidates(port: bytes) -> Iterator[tuple[int, _Process]]:
    default = str(Settings.model_fields["voice_control_port"].default).encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            environment = dict(line.partition(b"=")[::2] for line in (folder / "environ").read_bytes().split(b"\0"))
            times = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            pages = int((folder / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue  # ended meanwhile, or another user's
        module = words[words.index(b"-m") + 1].decode() if b"-m" in words[:-1] else ""
        line = module == _MODULE or (module.startswith(f"{_MODULE}.") and module.endswith("_process"))
        if line and environment.get(b"VOICE_CONTROL_PORT", default) == port:
            yield (
                int(folder.name),
                _Process(module, (int(times[11]) + int(times[12])) / _TICKS, pages * _PAGE_BYTES / 1e6),
            )


async def _watch_memory(settings: Settings, most_mb: dict[int, _Process]) -> None:
    """Keep what each process had at its largest."""
    while True:
        for number, process in (await asyncio.to_thread(_processes, settings)).items():
            if number not in most_mb or process.memory_mb > most_mb[number].memory_mb:
                most_mb[number] = process
        await asyncio.sleep(_LOOK_S)


async def _measure(options: argparse.Namespace, settings: Settings, measured: Measured) -> None:
    control = f"http://{settings.voice_host}:{settings.voice_control_port}"
    free_line = asyncio.Semaphore(options.calls)
    total = max(options.total, options.calls)

    async def one(language: Language) -> None:
        try:
            await _call(http, settings, language, options.turns, measured)
        finally:
            free_line.release()
        if options.total and measured.calls % 100 == 0:
            memory = sum(process.memory_mb for process in _processes(settings).values())
            sys.stdout.write(f"after {measured.calls} calls: {memory:.0f} MB\n")

    async with httpx.AsyncClient(base_url=control, trust_env=False, timeout=10) as http, asyncio.TaskGroup() as group:
        for _, language in zip(range(total), itertools.cycle(_QUESTIONS), strict=False):
            await free_line.acquire()
            group.create_task(one(language))
            await asyncio.sleep(_BETWEEN_CALLS_S)


async def _watched(options: argparse.Namespace, settings: Settings) -> tuple[Measured, dict[int, _Process]]:
    measured, most = Measured(), _processes(settings)
    watching = asyncio.create_task(_watch_memory(settings, most))
    try:
        await _measure(options, settings, measured)
    finally:
        watching.cancel()
    return measured, most


def _line(name: str, values: Iterable[float]) -> str:
    known = np.array(list(values))
    if not len(known):
        return f"{name:<34} none"
    p50, p95 = np.percentile(known, (50, 95))
    return f"{name:<34} p50 {p50:6.0f}   p95 {p95:6.0f}   max {known.max():6.0f}   n {len(known)}"


def _load(
    measured: Measured, at_once: int, before: dict[int, _Process], after: dict[int, _Process], most: dict[int, _Process]
) -> Iterator[str]:
    used_s = {number: process.cpu_s - before[number].cpu_s for number, process in after.items() if number in before}
    hearing_s = sum(used_s[number] for number in used_s if after[number].module == _RECOGNISER)
    grown_mb = [process.memory_mb - before[number].memory_mb for number, process in most.items() if number in before]
    for number, process in sorted(most.items()):
        yield (
            f"{process.module:<34} at most {process.memory_mb:4.0f} MB, "
            f"{used_s.get(number, 0.0) / measured.call_s:.4f} of a core a call"
        )
    yield f"whole voice channel at most {sum(process.memory_mb for process in most.values()):.0f} MB together"
    yield f"growth at {at_once} calls, a call {sum(grown_mb) / at_once:.1f} MB"
    yield f"calls a core {measured.call_s / sum(used_s.values()):.0f}"
    yield f"recognition, core seconds to a second spoken {hearing_s / measured.spoken_s:.4f}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.voice", description="Measure the running phone line.")
    parser.add_argument("--calls", type=int, default=1, help="calls at once")
    parser.add_argument("--turns", type=int, default=3, help="questions a call")
    parser.add_argument("--total", type=int, default=0, help="calls altogether, one beginning when another ends")
    options = parser.parse_args()
    settings = Settings()
    for language, questions in _QUESTIONS.items():
        for question in questions:
            synthesised(question, language)  # made before anything is measured
    priority.go_first()
    before, started = _processes(settings), time.monotonic()
    measured, most = asyncio.run(_watched(options, settings))
    after, took_s = _processes(settings), time.monotonic() - started
    rates = ", ".join(f"{one} {measured.word_errors[one] / max(1, measured.words[one]):.1%}" for one in _QUESTIONS)
    lines = [
        f"{measured.calls} calls, {options.calls} at once, {options.turns} turns each, {took_s:.0f} s",
        f"calls that broke off: {measured.broken_off}",
        _line("caller's end: wait, ms", measured.waits_ms),
        *(_line(f"  {part}, ms", values) for part, values in measured.parts_ms.items()),
        _line("longest gap in our sound, ms", measured.gaps_ms),
        _line("our voice stops after, ms", measured.silenced_ms),
        f"word error rate: {rates}; sentences understood exactly {measured.understood} of {measured.asked}",
        *_load(measured, options.calls, before, after, most),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

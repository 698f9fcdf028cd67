"""Measures the running phone line: `python -m bench.voice --calls 20 --turns 3`.

Callers ask in both languages, turn after turn, and measure at their end of the line: the wait from their last sound to
our first, and the longest gap between two frames of ours. The parts of each wait come from the voice process.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import httpx
import numpy as np

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
_MODULE: Final = "voice_channel"


@dataclass
class Measured:
    """What the callers measured."""

    waits_ms: list[float] = field(default_factory=list)
    gaps_ms: list[float] = field(default_factory=list)
    silenced_ms: list[float] = field(default_factory=list)
    parts_ms: dict[str, list[float]] = field(default_factory=lambda: {part: [] for part in _PARTS})
    turns: int = 0
    understood: int = 0


async def _call(
    http: httpx.AsyncClient, settings: Settings, language: Language, turns: int, measured: Measured
) -> None:
    call = str(uuid4())
    leg = await http.get("/leg", params={"kind": "main", "call": call})
    asked = list(itertools.islice(itertools.cycle(_QUESTIONS[language]), turns))
    async with on_the_line(settings.voice_host, settings.audiosocket_port, UUID(leg.text)) as caller:
        try:
            await _talk(caller, asked, language, measured)
        except (CallEndedError, TimeoutError) as error:
            sys.stderr.write(f"a call broke off: {error or 'no answer'}\n")
    measured.gaps_ms.append(1000 * float(np.diff(caller.arrivals).max(initial=0)))
    _compare((await http.get(f"/calls/{call}")).json()["turns"], asked, measured)


async def _talk(caller: SimulatedCaller, asked: list[str], language: Language, measured: Measured) -> None:
    await caller.answer_begins()
    await asyncio.sleep(_KNOWS_THE_GREETING_S)
    for question in asked:
        began = asyncio.get_running_loop().time()
        talking_over = began - caller.last_sound_heard_at < _BETWEEN_CALLS_S
        pcm = synthesised(question, language)
        began = asyncio.get_running_loop().time()
        await caller.speak(pcm)
        if talking_over and caller.last_sound_heard_at > began:
            measured.silenced_ms.append(1000 * (caller.last_sound_heard_at - began))
        await caller.answer_begins()
        measured.waits_ms.append(1000 * (caller.first_sound_heard_at - caller.last_sound_sent_at))
        await asyncio.sleep(_KNOWS_THE_GREETING_S)  # the next question is asked over the answer


def _compare(turns: list[dict[str, Any]], asked: list[str], measured: Measured) -> None:
    understood = [turn["text"] for turn in turns if turn["who"] == "caller"]
    measured.turns += len(asked)
    measured.understood += sum(question in understood for question in asked)
    for turn in turns:
        for part, value in turn["latency_ms"].items():
            measured.parts_ms[part].append(value)


def _line(name: str, values: Iterable[float]) -> str:
    known = np.array(list(values))
    if not len(known):
        return f"{name:<28} none"
    p50, p95 = np.percentile(known, (50, 95))
    return f"{name:<28} p50 {p50:6.0f}   p95 {p95:6.0f}   max {known.max():6.0f}   n {len(known)}"


def _memory_mb() -> Iterator[str]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            pages = int((folder / "statm").read_text().split()[1])
        except (OSError, ValueError):
            continue  # ended meanwhile
        if f"-m {_MODULE}" in command and f"{_MODULE}.sim" not in command:
            yield f"{command.split('-m ')[1].split()[0]:<36} {pages * 4096 / 1e6:6.0f} MB"


async def _measure(options: argparse.Namespace, settings: Settings) -> Measured:
    measured = Measured()
    control = f"http://{settings.voice_host}:{settings.voice_control_port}"
    async with httpx.AsyncClient(base_url=control, trust_env=False, timeout=10) as http, asyncio.TaskGroup() as group:
        for _, language in zip(range(options.calls), itertools.cycle(_QUESTIONS), strict=False):
            group.create_task(_call(http, settings, language, options.turns, measured))
            await asyncio.sleep(_BETWEEN_CALLS_S)
    return measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.voice", description="Measure the running phone line.")
    parser.add_argument("--calls", type=int, default=1, help="calls at once")
    parser.add_argument("--turns", type=int, default=3, help="questions a call")
    options = parser.parse_args()
    for language, questions in _QUESTIONS.items():
        for question in questions:
            synthesised(question, language)  # made before anything is measured
    started = time.monotonic()
    measured = asyncio.run(_measure(options, Settings()))
    sys.stdout.write(f"{options.calls} calls at once, {options.turns} turns each, {time.monotonic() - started:.0f} s\n")
    lines = [
        _line("caller's end: wait, ms", measured.waits_ms),
        *(_line(f"  {part}, ms", values) for part, values in measured.parts_ms.items()),
        _line("longest gap in our sound, ms", measured.gaps_ms),
        _line("our voice stops after, ms", measured.silenced_ms),
        f"sentences understood exactly {measured.understood} of {measured.turns}",
        *_memory_mb(),
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

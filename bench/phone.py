"""Measures the telephone exchange with everything behind it: `python -m bench.phone --calls 20 50 100`, as root.

Needs a running `make phone` (with VOICE_CALLS_LIMIT for more than 24 calls), its environment (DATA_DIR, ports) and sipp
(Debian: sip-tester). Half the callers ask in Kazakh, half in Russian, a question every `--every` seconds. Gaps are read
from the RTP packets on their way to the callers, waits from the voice process, processor time from the system.
With `--hold` the number of calls grows by `--step` while the 95th percentile of the wait stays below 1.5 s.
"""

from __future__ import annotations

import argparse
import csv
import os
import socket
import struct
import subprocess
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final, Self

import httpx
import numpy as np
import soundfile
from pydantic_settings import BaseSettings

from voice_channel import priority
from voice_channel.audio import SAMPLE_RATE_HZ
from voice_channel.simulated_caller import synthesised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from language import Language

_QUESTIONS: Final[dict[Language, str]] = {"ru": "сколько стоит паспорт", "kk": "паспорт қанша тұрады"}
_SCENARIO: Final = Path(__file__).with_suffix(".xml")
_GREETING_S: Final = 6.0
_CALLS_A_SECOND: Final = 4
_LIMIT_MS: Final = 1_500
_NOTICED: Final = 0.01
"""Of a core: processes that use less are not listed."""
_GAP_MS: Final = 100
"""A pause between two packets that a telephone's jitter buffer no longer hides."""
_FIRST_MEDIA_PORT: Final = {"ru": 30_000, "kk": 36_000}
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_ETH_P_IP: Final = 0x0800
_UDP: Final = 17
_SO_TIMESTAMPNS: Final = 35
"""Linux: the kernel says when it saw each packet, in whole seconds and nanoseconds."""
_STAMP: Final = struct.Struct("@qq")
_PATIENCE_S: Final = 60


class _Place(BaseSettings):
    """Where the exchange that is measured runs."""

    data_dir: Path = Path("var")
    sip_port: int = 5060
    voice_control_port: int = 9093
    rtp_first_port: int = 20_000
    rtp_last_port: int = 20_999


@dataclass
class _Result:
    """What a number of calls came to."""

    calls: int
    answered: int
    failed: int
    took_s: float
    waits_ms: list[int]
    asked: int
    understood: int
    longest_gap_ms: list[float]
    gaps: int
    cores: dict[str, float]

    @property
    def p95_ms(self) -> float:
        return float(np.percentile(self.waits_ms, 95)) if self.waits_ms else float("inf")


@dataclass
class _Listener:
    """Hears every RTP packet from the exchange to the callers, on loopback."""

    ports: range
    arrivals: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    _over: Event = field(default_factory=Event)

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP))
        self._socket.bind(("lo", _ETH_P_IP))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_000_000)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)  # ours would be that of this thread's turn
        self._socket.settimeout(0.5)
        self._thread = Thread(target=self._listen)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _listen(self) -> None:
        priority.go_first()
        while not self._over.is_set():
            try:
                packet, [(_, _, stamp)], _, where = self._socket.recvmsg(64, socket.CMSG_SPACE(_STAMP.size))
            except TimeoutError:
                continue
            header = (packet[0] & 0x0F) * 4
            if where[2] == socket.PACKET_OUTGOING or packet[9] != _UDP:  # on loopback each packet is seen twice
                continue
            source, destination = struct.unpack_from(">HH", packet, header)
            if source in self.ports and source % 2 == 0:  # the odd ones are RTCP
                whole_s, nanoseconds = _STAMP.unpack(stamp)
                self.arrivals[destination].append(whole_s + nanoseconds / 1e9)


def _sounds(folder: Path, every_s: float) -> None:
    for language, question in _QUESTIONS.items():
        pcm = np.frombuffer(synthesised(question, language), np.int16)
        lead, rest = (np.zeros(int(s * SAMPLE_RATE_HZ), np.int16) for s in (_GREETING_S, every_s - _GREETING_S))
        (folder / language).mkdir()
        sound = np.concatenate([lead, pcm, rest])
        soundfile.write(folder / language / "caller.alaw", sound, SAMPLE_RATE_HZ, format="RAW", subtype="ALAW")


def _callers(folder: Path, language: Language, calls: int, seconds: float, place: _Place) -> subprocess.Popen[bytes]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {
        "-sf": _SCENARIO,
        "-m": calls,
        "-l": calls,
        "-r": _CALLS_A_SECOND // 2,
        "-d": int(seconds * 1000),
        "-i": "127.0.0.1",
        "-mi": "127.0.0.1",
        "-p": port,
        "-mp": _FIRST_MEDIA_PORT[language],
        "-stf": folder / language / "figures.csv",
        "-timeout": int(seconds + calls + _PATIENCE_S),
    }
    # In life the callers are no load on this machine, so they go before everything else.
    command = ["chrt", "--rr", "1", "sipp", f"127.0.0.1:{place.sip_port}", "-nostdin", "-trace_stat"]
    return subprocess.Popen(  # noqa: S603 - fixed arguments
        [*command, *(str(part) for option in options.items() for part in option)],
        cwd=folder / language,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
    )


def _figures(file: Path) -> tuple[int, int]:
    rows = list(csv.DictReader(file.open(), delimiter=";"))
    return int(rows[-1]["SuccessfulCall(C)"]), int(rows[-1]["FailedCall(C)"])


def _used_s(data_dir: Path) -> dict[str, float]:
    """Return the processor time of the processes of the run, by what they run."""
    mark = os.fsencode(f"DATA_DIR={data_dir.resolve()}")
    used: dict[str, float] = defaultdict(float)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark not in (folder / "environ").read_bytes().split(b"\0"):
                continue
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        if os.getpid() in {int(folder.name), int(fields[1])}:
            continue  # the callers are no load of ours in life
        name = words[words.index("-m") + 1] if "-m" in words[:-1] else Path(words[0]).name
        used["asterisk" if any(word.endswith("sbin/asterisk") for word in words) else name] += (
            int(fields[11]) + int(fields[12])
        ) / _TICKS
    return used


def _calls_known(place: _Place) -> set[str]:
    return {file.name.removesuffix("-caller.wav") for file in (place.data_dir / "recordings").glob("*-caller.wav")}


def _measure(calls: int, seconds: float, every_s: float, place: _Place) -> _Result:
    known, before, began = _calls_known(place), _used_s(place.data_dir), time.monotonic()
    with TemporaryDirectory() as scratch, _Listener(range(place.rtp_first_port, place.rtp_last_port + 1)) as listener:
        folder = Path(scratch)
        _sounds(folder, every_s)
        shares: dict[Language, int] = {"ru": calls - calls // 2, "kk": calls // 2}
        crowds = [_callers(folder, one, share, seconds, place) for one, share in shares.items() if share]
        for crowd in crowds:
            crowd.wait()
        figures = [_figures(folder / one / "figures.csv") for one, share in shares.items() if share]
    took_s, after = time.monotonic() - began, _used_s(place.data_dir)
    turns = [turn for call in _calls_known(place) - known for turn in _turns(call, place)]
    heard = [turn["text"] for turn in turns if turn["who"] == "caller"]
    gaps = [1000 * np.diff(times) for times in listener.arrivals.values() if len(times) > 1]
    return _Result(
        calls=calls,
        answered=sum(good for good, _ in figures),
        failed=sum(bad for _, bad in figures),
        took_s=took_s,
        waits_ms=[turn["latency_ms"]["total"] for turn in turns if "total" in turn["latency_ms"]],
        asked=len(heard),
        understood=sum(text in _QUESTIONS.values() for text in heard),
        longest_gap_ms=[float(gap.max()) for gap in gaps],
        gaps=int(sum((gap > _GAP_MS).sum() for gap in gaps)),
        cores={name: (used - before.get(name, 0.0)) / took_s for name, used in after.items()},
    )


def _turns(call: str, place: _Place) -> list[dict[str, Any]]:
    answer = httpx.get(f"http://127.0.0.1:{place.voice_control_port}/calls/{call}", timeout=10, trust_env=False)
    turns: list[dict[str, Any]] = answer.json()["turns"] if answer.is_success else []
    return turns


def _report(result: _Result) -> Iterator[str]:
    yield f"{result.calls} calls in {result.took_s:.0f} s: {result.answered} answered, {result.failed} failed"
    if result.waits_ms:
        p50 = np.percentile(result.waits_ms, 50)
        yield f"  wait for an answer, ms: p50 {p50:.0f}, p95 {result.p95_ms:.0f}, max {max(result.waits_ms)}"
    yield f"  understood exactly {result.understood} of {result.asked} turns"
    if result.longest_gap_ms:
        p50, p95 = np.percentile(result.longest_gap_ms, (50, 95))
        yield (
            f"  gaps heard longer than {_GAP_MS} ms: {result.gaps}; "
            f"longest of a call, ms: p50 {p50:.0f}, p95 {p95:.0f}, max {max(result.longest_gap_ms):.0f}"
        )
    busiest = ", ".join(f"{name} {used:.0%}" for name, used in _most_first(result.cores) if used >= _NOTICED)
    yield f"  of a core: {busiest}; load {os.getloadavg()[0]:.1f}"


def _most_first(cores: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(cores.items(), key=lambda item: -item[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.phone", description="Measure the exchange with sipp.")
    parser.add_argument("--calls", type=int, nargs="+", default=[20, 50, 100], help="calls at once, one run each")
    parser.add_argument("--seconds", type=float, default=60, help="length of a call")
    parser.add_argument("--every", type=float, default=18, help="seconds from question to question")
    parser.add_argument("--hold", action="store_true", help="find how many calls the machine holds")
    parser.add_argument("--step", type=int, default=5, help="with --hold: calls more each time")
    options = parser.parse_args()
    place, held = _Place(), 0
    for calls in range(options.step, 1_000, options.step) if options.hold else options.calls:
        result = _measure(calls, options.seconds, options.every, place)
        sys.stdout.write("\n".join(_report(result)) + "\n")
        sys.stdout.flush()
        if options.hold and (result.p95_ms >= _LIMIT_MS or result.failed):
            break
        held = calls
    if options.hold:
        sys.stdout.write(f"held with p95 below {_LIMIT_MS} ms: {held} calls\n")


if __name__ == "__main__":
    main()

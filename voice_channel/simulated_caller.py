"""Owns a caller made of code: it speaks sentences or WAVs through AudioSocket, presses keys, and notes what it hears.

`python -m voice_channel.simulated_caller --lang kk "паспорт қанша тұрады"`
"""

from __future__ import annotations

import argparse
import asyncio
import atexit
import json
import subprocess
import sys
import wave
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import httpx
import numpy as np
import soundfile

from voice_channel import audiosocket, worker
from voice_channel.audio import FRAME_BYTES, SAMPLE_RATE_HZ, SILENCE, padded
from voice_channel.audiosocket import FrameParser, Kind
from voice_channel.pacing import Pacer
from voice_channel.settings import Settings
from voice_channel.speech_engines import telephone
from voice_channel.speech_process import Say
from voice_channel.worker import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Sequence

    from language import Language

_AUDIBLE: Final = 150
"""Peak of 16-bit samples from which a frame is sound and not silence."""
_SENTENCE_END_FRAMES: Final = 45
"""Quiet (0.9 s) after which the other side has finished speaking; between its sentences there is less."""
_ANSWER_LIMIT_S: Final = 15.0
_READ_BYTES: Final = 65_536
_CHANCE: Final = np.random.default_rng()


class CallEndedError(Exception):
    """The other side hung up."""


class _Voice:
    """The caller's voice: a speech process of its own, for espeak-ng tolerates no second user in a process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "voice_channel.speech_process"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
        self._one_at_a_time = Lock()
        atexit.register(self._end)

    def speak(self, text: str, language: Language) -> bytes:
        wanted = json.dumps({"text": text, "language": language}).encode()
        with self._one_at_a_time:
            if self._process.stdin is None or self._process.stdout is None:
                raise OSError("the speech process has no pipes")
            self._process.stdin.write(worker.encode(worker.Frame(1, Say.SENTENCE, wanted)))
            self._process.stdin.flush()
            for frame in worker.frames(self._process.stdout):
                if frame.kind == Say.SOUND:
                    return frame.payload
                if frame.kind == Say.FAILED:
                    raise ValueError(f"{text!r} cannot be spoken: {frame.payload.decode()}")
        raise OSError("no speech: is the Debian package espeak-ng installed?")

    def _end(self) -> None:
        self._process.terminate()
        self._process.communicate()


_voice: Final = cache(_Voice)


@cache
def synthesised(text: str, language: Language) -> bytes:
    """Return a sentence in the synthetic caller's voice."""
    return _voice().speak(text, language)


def from_wav(path: Path) -> bytes:
    """Return the sound of a file of any rate and number of channels.

    Raises:
        ValueError: it is no sound file that can be read.

    """
    try:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise ValueError(f"{path} is no sound file that can be read: {error}") from error
    return telephone(np.ascontiguousarray(samples[:, 0]), int(rate))


@dataclass
class SimulatedCaller:
    """One caller on the line; times are seconds of the loop's clock."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    heard: bytearray = field(default_factory=bytearray)
    arrivals: list[float] = field(default_factory=list)
    """When each frame of the other side came."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    first_sound_sent_at: float = 0.0
    """Of what was spoken last."""
    last_sound_sent_at: float = 0.0
    last_sound_heard_at: float = 0.0
    first_sound_heard_at: float = 0.0
    """Of the other side, since we last spoke or pressed."""
    noise: float = 0.0
    """Root mean square of the noise on our side, of 16-bit samples."""
    _began: bool = False
    _outgoing: bytearray = field(default_factory=bytearray)
    _spoken: asyncio.Event = field(default_factory=asyncio.Event)
    _answering: asyncio.Event = field(default_factory=asyncio.Event)
    _silent_frames: int = 0
    _fell_silent: asyncio.Event = field(default_factory=asyncio.Event)

    def start(self) -> list[asyncio.Task[None]]:
        """Begin to send and to listen."""
        return [asyncio.create_task(self._send()), asyncio.create_task(self._listen())]

    async def speak(self, pcm: bytes) -> None:
        """Speak; returns when the last sound was sent."""
        self._spoken.clear()
        self._began = False
        self._outgoing += padded(pcm)
        await self._or_ended(self._spoken.wait())
        self._answering.clear()

    def press(self, key: str) -> None:
        """Press a key."""
        self._answering.clear()
        self.last_sound_sent_at = asyncio.get_running_loop().time()
        self.writer.write(audiosocket.encode(Kind.KEY, key.encode()))

    async def answer(self, limit_s: float = _ANSWER_LIMIT_S) -> float:
        """Wait until the other side has spoken and finished; return seconds from our last sound to its first.

        Raises:
            TimeoutError: it said nothing, or never finished, within `limit_s` seconds after the first sound.
            CallEndedError: it hung up before it said anything.

        """
        await self.answer_begins(limit_s)
        waited_s = self.first_sound_heard_at - self.last_sound_sent_at
        await self.falls_silent()
        return waited_s

    async def answer_begins(self, limit_s: float = _ANSWER_LIMIT_S) -> None:
        """Wait for the other side's first sound since we last spoke or pressed; raises as `answer` does."""
        async with asyncio.timeout(limit_s):
            await self._or_ended(self._answering.wait())

    async def falls_silent(self) -> float:
        """Wait until the other side has finished; return when its last sound came."""
        with suppress(CallEndedError):
            await self._or_ended(self._fell_silent.wait())
        return self.last_sound_heard_at

    def hang_up(self) -> None:
        """Leave without a word, as Asterisk does when the caller hangs up."""
        self.writer.close()

    def save(self, path: Path) -> None:
        """Keep what was heard as a WAV file."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes(bytes(self.heard))

    async def _or_ended(self, waiting: Coroutine[object, object, object]) -> None:
        """Wait, but not longer than the call lasts."""
        tasks = {asyncio.create_task(waiting), asyncio.create_task(self.ended.wait())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
        if self.ended.is_set() and len(done) == 1:
            raise CallEndedError("the call has ended")

    async def _send(self) -> None:
        clock = asyncio.get_running_loop().time
        pacer = Pacer(clock())
        while not self.writer.is_closing():
            for _ in range(pacer.due(clock())):
                self._send_frame(clock())
            await asyncio.sleep(pacer.sleep_s(clock()))

    def _send_frame(self, at: float) -> None:
        frame = bytes(self._outgoing[:FRAME_BYTES])
        del self._outgoing[:FRAME_BYTES]
        if frame and _is_sound(frame):
            self.last_sound_sent_at = at
            if not self._began:
                self.first_sound_sent_at, self._began = at, True
        if not self._outgoing:
            self._spoken.set()
        self.writer.write(audiosocket.encode(Kind.AUDIO, self._on_a_noisy_line(frame or SILENCE)))

    def _on_a_noisy_line(self, frame: bytes) -> bytes:
        if not self.noise:
            return frame
        samples = np.frombuffer(frame, np.int16) + _CHANCE.normal(0, self.noise, len(frame) // 2)
        return bytes(np.clip(samples, -32768, 32767).astype(np.int16).tobytes())

    async def _listen(self) -> None:
        clock = asyncio.get_running_loop().time
        parser = FrameParser()
        try:
            while data := await self.reader.read(_READ_BYTES):
                for frame in parser.feed(data):
                    if frame.kind == Kind.AUDIO:
                        self._hear(frame.payload, clock())
                    elif frame.kind == Kind.HANGUP:
                        return
        except ConnectionError:
            return
        finally:
            self.ended.set()

    def _hear(self, pcm: bytes, at: float) -> None:
        self.heard += pcm
        self.arrivals.append(at)
        if not _is_sound(pcm):
            self._silent_frames += 1
            if self._silent_frames >= _SENTENCE_END_FRAMES:
                self._fell_silent.set()
        else:
            self._silent_frames = 0
            self._fell_silent.clear()
            self.last_sound_heard_at = at
            if not self._answering.is_set():
                self.first_sound_heard_at = at
                self._answering.set()


def _is_sound(pcm: bytes) -> bool:
    return pcm != SILENCE and bool(np.abs(np.frombuffer(pcm, np.int16)).max(initial=0) > _AUDIBLE)


@asynccontextmanager
async def on_the_line(host: str, port: int, session: UUID) -> AsyncIterator[SimulatedCaller]:
    """Call; the caller hangs up when the block ends."""
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(audiosocket.encode(Kind.UUID, session.bytes))
    caller = SimulatedCaller(reader, writer)
    tasks = caller.start()
    try:
        yield caller
    finally:
        caller.hang_up()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _call(options: argparse.Namespace, settings: Settings) -> int:
    control = f"http://{settings.voice_host}:{settings.voice_control_port}"
    call = str(uuid4())
    async with httpx.AsyncClient(base_url=control, trust_env=False, timeout=5) as http:
        leg = await http.get("/leg", params={"kind": "main", "call": call, "caller": options.caller})
        leg.raise_for_status()
        session = UUID(leg.text)
        async with on_the_line(settings.voice_host, settings.audiosocket_port, session) as caller:
            caller.noise = options.noise
            await _hold(caller, _script(options))
            caller.save(options.save)
        record = (await http.get(f"/calls/{call}")).json()
        following = (await http.get("/next", params={"call": call, "sid": str(session), "try": "SUCCESS"})).text
    _show(record, following, options.save)
    return 0


async def _hold(caller: SimulatedCaller, script: Sequence[bytes | str]) -> None:
    try:
        await caller.answer()
        for part in script:
            if isinstance(part, str):
                for key in part:
                    caller.press(key)
                    await asyncio.sleep(0.2)
            else:
                await caller.speak(part)
            await caller.answer()
    except (CallEndedError, TimeoutError) as end:
        sys.stdout.write(f"({end or 'no answer'})\n")


def _script(options: argparse.Namespace) -> list[bytes | str]:
    """Return what to do after the greeting: sound to speak, or keys to press (`keys:123#`)."""
    script: list[bytes | str] = []
    for part in (part.strip() for given in options.parts for part in given.split("|")):
        if part.startswith("keys:"):
            script.append(part.removeprefix("keys:"))
        elif part.lower().endswith((".wav", ".flac", ".ogg")):
            script.append(from_wav(Path(part)))
        else:
            script.append(synthesised(part, options.lang))
    return script


def _show(record: dict[str, Any], following: str, saved: Path) -> None:
    sys.stdout.write(f"contact {record['number']}, language {record['language']}\n")
    for turn in record["turns"]:
        waits = ", ".join(f"{name} {value}" for name, value in turn["latency_ms"].items())
        sys.stdout.write(f"{turn['who']:>9}: {turn['text']}{f'  [ms: {waits}]' if waits else ''}\n")
    sys.stdout.write(f"then: {following}; what was heard is in {saved}\n")


def main() -> int:
    """Make one call."""
    parser = argparse.ArgumentParser(prog="make call", description="A simulated caller, through AudioSocket.")
    parser.add_argument(
        "parts", nargs="+", metavar="PART", help="a sentence, a sound file, or keys:123#; several with | between them"
    )
    parser.add_argument("--lang", choices=("ru", "kk"), default="ru")
    parser.add_argument("--caller", default="+77010000000", help="the number that calls")
    parser.add_argument("--noise", type=float, default=0.0, help="noise on the line, RMS of 16-bit samples")
    parser.add_argument("--save", type=Path, default=Path("call.wav"), help="where to keep what was heard")
    options = parser.parse_args()
    try:
        return asyncio.run(_call(options, Settings()))
    except (OSError, httpx.HTTPError, ValueError) as error:
        sys.stderr.write(f"No call: {error or type(error).__name__}. Is `make run` running?\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())

"""A real SIP telephone for the tests: baresip, told what to do over its control port, its sound in WAV files."""

from __future__ import annotations

import errno
import json
import socket
import subprocess
import time
import wave
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_channel.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ
from voice_channel.simulated_caller import synthesised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from language import Language

_MODULES = Path("/usr/lib/baresip/modules")
_PATIENCE_S = 40.0
_SILENCE_S = 300
_TRIES = 5
_CONFIG = """
poll_method epoll
sip_listen 127.0.0.1:{sip}
call_local_timeout 60
call_max_calls 4
audio_player aufile,{folder}/played.wav
audio_source aufile,{folder}/silence.wav
audio_alert aufile,{folder}/alert.wav
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
audio_buffer 20-160
rtp_ports {rtp}-{rtp_last}
module_path {modules}
module g711.so
module aufile.so
module sndfile.so
snd_path {folder}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


@dataclass
class Telephone:
    """One baresip."""

    folder: Path
    control: socket.socket
    _read: bytes = b""

    def dial(self, address: str) -> None:
        self.command("dial", address)

    def hang_up(self) -> None:
        self.command("hangup")

    def press(self, key: str) -> None:
        self.command("sndcode", key)

    def say(self, text: str, language: Language) -> float:
        """Speak from now on, once; return how many seconds it takes."""
        pcm = synthesised(text, language)
        file = self.folder / f"said-{time.monotonic_ns()}.wav"
        _write(file, pcm + _silence(_SILENCE_S))
        self.command("ausrc", f"aufile,{file}")
        return len(pcm) / SAMPLE_RATE_HZ / SAMPLE_BYTES

    def command(self, name: str, parameters: str = "") -> None:
        body = json.dumps({"command": name, "params": parameters, "token": "t"}).encode()
        self.control.sendall(b"%d:%s," % (len(body), body))

    def event(self, fits: Callable[[dict[str, Any]], bool], patience_s: float = _PATIENCE_S) -> dict[str, Any]:
        """Return the next event that fits, and forget those before it."""
        found = self._look_for(fits, patience_s)
        assert found is not None, f"no such event in {patience_s} s"
        return found

    def happens(self, kind: str, patience_s: float = _PATIENCE_S) -> dict[str, Any]:
        """Wait for an event of baresip, such as CALL_ESTABLISHED."""
        return self.event(lambda message: message.get("type") == kind, patience_s)

    def answers(self) -> None:
        """Wait until it rings, and lift the receiver."""
        self.happens("CALL_INCOMING", 60)
        self.command("accept")
        self.happens("CALL_ESTABLISHED")

    def register(self, account: str) -> None:
        """Sign in with an account, which is not in the configuration: that would be done before anybody listens."""
        self.command("uanew", account)
        ended = self.event(lambda message: message.get("type") in {"REGISTER_OK", "REGISTER_FAIL"})
        assert ended["type"] == "REGISTER_OK", ended

    def _look_for(self, fits: Callable[[dict[str, Any]], bool], patience_s: float) -> dict[str, Any] | None:
        deadline = time.monotonic() + patience_s
        while (left := deadline - time.monotonic()) > 0:
            message = self._next(left)
            if message is not None and fits(message):
                return message
        return None

    def heard(self) -> list[Path]:
        """Return what the telephone has heard, a file a call."""
        return sorted(self.folder.glob("dump-*-dec.wav"))

    def _next(self, patience_s: float) -> dict[str, Any] | None:
        length, colon, rest = self._read.partition(b":")
        if colon and len(rest) > int(length):
            self._read = rest[int(length) + 1 :]
            message: dict[str, Any] = json.loads(rest[: int(length)])
            return message
        self.control.settimeout(patience_s)
        try:
            received = self.control.recv(65_536)
        except TimeoutError:
            return None
        assert received, "baresip ended"
        self._read += received
        return None


@contextmanager
def telephone(folder: Path, account: str = "") -> Iterator[Telephone]:
    """Run a telephone with one SIP account (baresip's form), or none yet, until the block ends."""
    folder.mkdir(parents=True)
    _write(folder / "silence.wav", _silence(_SILENCE_S))
    (folder / "accounts").write_text(account + "\n")
    process, connection = _started(folder)
    try:
        with connection:
            yield Telephone(folder, connection)
    finally:
        process.terminate()
        process.wait(10)


def _started(folder: Path) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start it on ports that are free, on others when somebody took one of them meanwhile."""
    for _ in range(_TRIES):
        sip, control, rtp = _free_ports()
        (folder / "config").write_text(
            _CONFIG.format(folder=folder, sip=sip, control=control, rtp=rtp, rtp_last=rtp + 20, modules=_MODULES)
        )
        with (folder / "log.txt").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - fixed arguments
                ["/usr/bin/baresip", "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        connection = _connected(process, control)
        if connection is not None:
            return process, connection
    raise AssertionError(f"baresip found its ports taken {_TRIES} times")


def _connected(process: subprocess.Popen[bytes], port: int) -> socket.socket | None:
    """Return its control connection, None when a port was taken."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        ended = process.poll()
        if ended == errno.EADDRINUSE:
            return None
        assert ended is None, f"baresip ended with {ended} while starting"
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1)
        except OSError:
            if time.monotonic() > deadline:
                process.kill()
                raise AssertionError("baresip did not start") from None
            time.sleep(0.1)


def _free_ports() -> tuple[int, int, int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip, socket.socket() as control:
        sip.bind(("127.0.0.1", 0))
        control.bind(("127.0.0.1", 0))
        chosen = int(sip.getsockname()[1])
        return chosen, int(control.getsockname()[1]), 40_000 + chosen % 9_000 * 2


def _silence(seconds: int) -> bytes:
    return bytes(seconds * SAMPLE_RATE_HZ * SAMPLE_BYTES)


def _write(file: Path, pcm: bytes) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(SAMPLE_RATE_HZ)
        sound.writeframes(pcm)

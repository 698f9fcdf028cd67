"""Owns running outside commands: time limits, no orphans, and output turned into one sentence when one fails."""

import os
import re
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from deploy.project import SetupError

_POLL_S = 0.5
_POLITE_STOP_S = 20.0

_DISK_FULL = re.compile(r"No space left on device|os error 28|Disk quota exceeded", re.IGNORECASE)
_UNREACHABLE = re.compile(
    r"Connection refused|dns error|name resolution|Failed to establish a new connection|error sending request"
    r"|timed out|Failed to fetch|Could not connect|Network is unreachable|Could not resolve|Unable to connect",
    re.IGNORECASE,
)
_ERROR = re.compile(r"(?:Error|Exception)\b|\berror:")
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_ADDRESS = re.compile(r"https?://[^\s`'\")]+")

Argv = Sequence[str | Path]
"""A command and its arguments."""


class CommandFailed(SetupError):  # noqa: N818 - read as a sentence: "the command failed"
    """An outside command ended badly; the message is the sentence for the operator."""


def run(
    argv: Argv,
    *,
    what: str,
    log: Path,
    timeout_s: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    tick: Callable[[], None] | None = None,
) -> None:
    """Run a command quietly, its output appended to `log`; `what` names it in a sentence ("installing uv").

    Raises CommandFailed with one sentence when it cannot start, fails, or takes more than `timeout_s` seconds.
    """
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with log.open("ab") as output:
            start = output.tell()
            output.write(f"\n== {what}\n".encode())
            output.flush()
            process = _start(argv, stdout=output, env=env, cwd=cwd)
            code = _wait(process, what, timeout_s, tick)
    except OSError as error:
        raise CommandFailed(f"{_capitalised(what)} failed: {error}.") from error
    if code != 0:
        raise CommandFailed(_sentence(what, code, _since(log, start), log))


def show(argv: Argv, *, what: str, timeout_s: float, cwd: Path, env: Mapping[str, str]) -> int:
    """Run a command whose output the operator sees; return its exit code."""
    try:
        process = _start(argv, stdout=None, env=env, cwd=cwd)
    except OSError as error:
        raise CommandFailed(f"{_capitalised(what)} cannot start: {error}.") from error
    return _wait(process, what, timeout_s, None)


def output_of(argv: Argv, *, timeout_s: float = 20.0) -> str | None:
    """Return what a short command prints, or None when it is missing, fails or hangs."""
    try:
        done = subprocess.run(  # noqa: S603 - the commands are this package's own
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=timeout_s,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def _start(
    argv: Argv, *, stdout: BinaryIO | None, env: Mapping[str, str] | None, cwd: Path | None
) -> subprocess.Popen[bytes]:
    # A session of its own: one signal to its group reaches the command with everything it started.
    return subprocess.Popen(  # noqa: S603 - the commands are this package's own
        [str(part) for part in argv],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=None if stdout is None else subprocess.STDOUT,
        env=dict(env) if env is not None else None,
        cwd=cwd,
        start_new_session=True,
    )


def _wait(process: subprocess.Popen[bytes], what: str, timeout_s: float, tick: Callable[[], None] | None) -> int:
    remaining = timeout_s
    try:
        while remaining > 0:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(min(_POLL_S, remaining))
            remaining -= _POLL_S
            if tick:
                tick()
    except BaseException:
        _stop(process)
        raise
    _stop(process)
    raise CommandFailed(f"{_capitalised(what)} took more than {timeout_s:.0f} s and was stopped.")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for number, patience_s in ((signal.SIGINT, _POLITE_STOP_S), (signal.SIGKILL, None)):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)


def _since(log: Path, position: int) -> str:
    with log.open("rb") as written:
        written.seek(position)
        return written.read().decode(errors="replace")


def _sentence(what: str, code: int, output: str, log: Path) -> str:
    if _DISK_FULL.search(output):
        return f"{_capitalised(what)} failed because the disk is full: free some space and start again."
    if _UNREACHABLE.search(output):
        address = _ADDRESS.search(output)
        named = f" {address.group(0).rstrip('.,:')}" if address else ""
        return (
            f"{_capitalised(what)} failed because the registry{named} did not answer: check the network or the "
            "proxy, or name a mirror in UV_DEFAULT_INDEX and PIP_INDEX_URL."
        )
    return (
        f"{_capitalised(what)} failed with exit code {code}: {_telling_line(output)} (everything it said is in {log})"
    )


def _telling_line(output: str) -> str:
    lines = [line.strip() for line in _COLOUR.sub("", output).splitlines() if line.strip()]
    return ([line for line in lines if _ERROR.search(line)] or lines)[-1]


def _capitalised(what: str) -> str:
    return what[:1].upper() + what[1:]

"""Owns one supervisor: starting it, asking it, and ending it with every process it ever started."""

import http.client
import os
import signal
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from deploy.project import Project, SetupError

_STOP_LIMIT_S = 25.0
_CALL_LIMIT_S = 15.0
_POLL_S = 0.1
_LONGEST_SOCKET_PATH = 107  # sun_path in unix(7), less its closing zero
_GROUP = "assistant"
_DOWN = ("BACKOFF", "EXITED", "FATAL")


class ProcessManager:
    """A supervisor in a session of its own, so that the terminal's Ctrl-C reaches only whoever started it."""

    def __init__(self, project: Project, control_socket: Path, log: Path, environment: Mapping[str, str]) -> None:
        """Start it. Raises SetupError when the socket's path is too long for the system."""
        if len(os.fsencode(control_socket)) > _LONGEST_SOCKET_PATH:
            raise SetupError(f"The path of {control_socket} is too long for a socket: set DATA_DIR to a shorter one.")
        self._socket = control_socket
        self._log = log
        configuration = project.root / "deploy" / "supervisord.conf"
        # setpriv: should we be killed outright, the kernel ends supervisor, and supervisor its processes.
        guard = ["setpriv", "--pdeathsig", "TERM", "--"]
        log.touch(mode=0o600)
        with log.open("wb") as output:
            self._supervisor = subprocess.Popen(  # noqa: S603 - fixed arguments
                [*guard, project.python, "-m", "supervisor.supervisord", "-c", configuration],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=project.root,
                env=dict(environment),
                start_new_session=True,
                umask=0o077,
            )

    def failure(self) -> str | None:
        """Return a sentence when supervisor itself has ended, else None."""
        code = self._supervisor.poll()
        return None if code is None else f"The process manager ended with exit code {code}: read {self._log}."

    def fallen(self) -> list[str]:
        """Return the names of the processes that ended by themselves; none while supervisor is only starting."""
        try:
            states = self._call("getAllProcessInfo")
        except OSError:
            return []  # its socket is not there yet
        return [str(state["name"]) for state in states if state["statename"] in _DOWN]

    def stop(self, name: str) -> None:
        """Stop one process and wait until it has ended."""
        self._call("stopProcess", f"{_GROUP}:{name}")

    def start(self, name: str) -> None:
        """Start one process that was stopped; its readiness is not waited for."""
        self._call("startProcess", f"{_GROUP}:{name}", False)  # noqa: FBT003 - the protocol's second argument: do not wait

    def processes(self) -> list[int]:
        """Return the ids of all live processes of this supervisor, itself included, whoever their parent is by now."""
        return [process for process in _live_processes() if _session(process) == self._supervisor.pid]

    def shut_down(self) -> None:
        """End everything; returns only when no process is left."""
        self._supervisor.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._supervisor.wait(_STOP_LIMIT_S)
        while left := self.processes():
            for process in left:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._supervisor.poll()
            time.sleep(_POLL_S)
        self._supervisor.wait()

    def _call(self, method: str, *arguments: object) -> list[dict[str, object]]:
        with xmlrpc.client.ServerProxy("http://supervisor", transport=_Transport(self._socket)) as proxy:
            answer: list[dict[str, object]] = getattr(proxy.supervisor, method)(*arguments)
            return answer


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisor", timeout=_CALL_LIMIT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_CALL_LIMIT_S)
        self.sock.connect(str(self._path))


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:  # noqa: ARG002 - the socket is the host
        return _Connection(self._path)


def _live_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal()]


def _session(process: int) -> int | None:
    """Return the session of a process, or None when it has ended (a zombie has: it only waits to be collected)."""
    try:
        # The program's name, in brackets, may hold anything: the fields begin behind the last bracket.
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, session = fields[0], int(fields[3])
    return None if state == "Z" else session

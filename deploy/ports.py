"""Owns the question whether each port can be taken, and who has it when it cannot."""

import errno
import os
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

from deploy.project import SetupError
from deploy.settings import LISTENERS, LOOPBACK, PHONE_LISTENERS, SIP, Process, Settings

_LISTENING = "0A"  # TCP_LISTEN in the state column of /proc/net/tcp


def require_free(settings: Settings) -> None:
    """Raise SetupError, with who has it and what to set, for the first port that cannot be listened on."""
    taken: dict[int, Process] = {}
    for process in settings.listeners:
        port = settings.port(process)
        if port in taken:
            raise SetupError(f"{taken[port].port_variable} and {process.port_variable} are both {port}: change one.")
        taken[port] = process
        try:
            _try_to_listen(settings.listening_host(process), port, udp=process is SIP)
        except OSError as error:
            raise SetupError(_sentence(error, process, settings)) from error


def free() -> dict[str, int]:
    """Return a free port for each process, taken together so that they differ."""
    with ExitStack() as held:
        found = {}
        for process in (*LISTENERS, *PHONE_LISTENERS):
            kind = socket.SOCK_DGRAM if process is SIP else socket.SOCK_STREAM
            listener = held.enter_context(socket.socket(type=kind))
            listener.bind((LOOPBACK, 0))
            found[process.name] = listener.getsockname()[1]
    return found


def owner(port: int) -> str | None:
    """Return "<program> (process <id>)" of whoever listens on the port, or None when that is not ours to see."""
    sockets = {f"socket:[{inode}]" for inode in _listening_inodes(port)}
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):  # ended meanwhile, or another user's
            if any(_target(link) in sockets for link in descriptors.iterdir()):
                program = (descriptors.parent / "comm").read_text().strip()
                return f"{program} (process {descriptors.parent.name})"
    return None


def _target(link: Path) -> str | None:
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return None  # closed since the folder was listed


def _try_to_listen(host: str, port: int, *, udp: bool) -> None:
    wanted = socket.SOCK_DGRAM if udp else socket.SOCK_STREAM
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=wanted)[0]
    with socket.socket(family, kind, protocol) as listener:
        if udp:
            listener.bind(address)
            return
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()


def _sentence(error: OSError, process: Process, settings: Settings) -> str:
    port, variable = settings.port(process), process.port_variable
    if error.errno == errno.EADDRINUSE:
        holder = owner(port) or "another user's process"
        return f"Port {port} ({process.name}) is in use by {holder}: stop it or set {variable}."
    if error.errno == errno.EACCES:
        return f"Port {port} ({process.name}) is reserved for the administrator: set {variable} to 1024 or more."
    host = settings.listening_host(process)
    return f"{process.name} cannot listen on {host}:{port} ({os.strerror(error.errno or 0)}): check BIND_HOST."


def _listening_inodes(port: int) -> set[str]:
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(FileNotFoundError):  # a kernel without IPv6 has no second table
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if columns[3] == _LISTENING and int(columns[1].rsplit(":", 1)[1], 16) == port:
                    inodes.add(columns[9])
    return inodes

"""Owns what the operator may set from outside: ports, address, data folder; and what each process is told."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.asterisk import Asterisk
from deploy.model import RASA_ENVIRONMENT
from deploy.project import Project, SetupError

LOOPBACK = "127.0.0.1"
# They would make an interpreter look for modules elsewhere than in its own environment and this work tree.
_MISLEADING = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Process:
    """One of the product's processes, by the name it has in supervisord.conf, in logs and in sentences."""

    name: str
    port_variable: str
    default_port: int
    internal: bool
    """Internal ones listen on loopback whatever BIND_HOST says."""


RASA = Process("rasa", "RASA_PORT", 5005, internal=True)
ACTIONS = Process("actions", "ACTIONS_PORT", 5055, internal=True)
WEB = Process("web", "WEB_PORT", 8000, internal=False)
MONITORING = Process("monitoring", "MONITORING_PORT", 8010, internal=False)
VOICE = Process("voice", "VOICE_CONTROL_PORT", 9093, internal=True)
AUDIOSOCKET = Process("audiosocket", "AUDIOSOCKET_PORT", 9092, internal=True)
"""Where the voice process takes calls; no process of its own."""
PROCESSES = (RASA, ACTIONS, WEB, MONITORING, VOICE)
LISTENERS = (*PROCESSES, AUDIOSOCKET)

PBX = Process("pbx", "PBX_CONTROL_PORT", 9094, internal=True)
"""The telephone exchange, which runs only with the phone line."""
AMI = Process("ami", "AMI_PORT", 5038, internal=True)
SIP_WEBSOCKET = Process("sip-websocket", "SIP_WEBSOCKET_PORT", 8088, internal=True)
SIP = Process("sip", "SIP_PORT", 5060, internal=True)
"""Over UDP. Beyond loopback only by SIP_HOST, which is the exchange's own setting."""
PHONE_LISTENERS = (PBX, AMI, SIP_WEBSOCKET, SIP)


@dataclass(frozen=True)
class Settings:
    """Where one run listens and keeps its data; `ports` by process name. With an `asterisk` the exchange runs too."""

    host: str
    ports: Mapping[str, int]
    data_dir: Path
    asterisk: Asterisk | None = None

    @property
    def processes(self) -> tuple[Process, ...]:
        """The processes of this run."""
        return (*PROCESSES, PBX) if self.asterisk else PROCESSES

    @property
    def listeners(self) -> tuple[Process, ...]:
        """Whatever listens on a port in this run."""
        return (*LISTENERS, *PHONE_LISTENERS) if self.asterisk else LISTENERS

    @property
    def logs(self) -> Path:
        """Folder of one log file a process."""
        return self.data_dir / "log"

    @property
    def socket(self) -> Path:
        """Unix socket by which supervisor is controlled."""
        return self.data_dir / "supervisor.sock"

    def log(self, process: Process) -> Path:
        """Return where supervisor keeps what a process says."""
        return self.logs / f"{process.name}.log"

    def listening_host(self, process: Process) -> str:
        """Return the address that a process binds."""
        return LOOPBACK if process.internal else self.host

    def url(self, process: Process) -> str:
        """Return the address at which this machine reaches a process."""
        host = self.listening_host(process)
        reachable = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(host, host)  # noqa: S104 - recognised, not bound here
        bracketed = f"[{reachable}]" if ":" in reachable else reachable
        return f"http://{bracketed}:{self.port(process)}"

    @property
    def _sip_websocket(self) -> str:
        return f"{self.url(SIP_WEBSOCKET).replace('http', 'ws', 1)}/ws"

    def port(self, process: Process) -> int:
        """Return the port of a process."""
        return self.ports[process.name]

    def environment(self, model: Path, secrets: Mapping[str, str], outside: Mapping[str, str]) -> dict[str, str]:
        """Return what supervisor and every process find in their environment; what the operator set wins."""
        defaults = {
            "RASA_URL": self.url(RASA),
            "ACTIONS_URL": f"{self.url(ACTIONS)}/webhook",
            "MONITORING_URL": self.url(MONITORING),
            "WEB_URL": self.url(WEB),
            "VOICE_URL": self.url(VOICE),
            **({"PBX_URL": self.url(PBX), "SIP_WEBSOCKET_URL": self._sip_websocket} if self.asterisk else {}),
            "RASA_TRACKER_DB": str(self.data_dir / "rasa_tracker.db"),
            "PYTHONUNBUFFERED": "1",
        }
        fixed = {
            "BIND_HOST": self.host,
            "DATA_DIR": str(self.data_dir),
            "RASA_MODEL": str(model),
            **{process.port_variable: str(self.port(process)) for process in self.listeners},
            "PBX_AUTOSTART": "true" if self.asterisk else "false",
            **_asterisk(self.asterisk),
            **RASA_ENVIRONMENT,
            **secrets,
        }
        inherited = {name: value for name, value in outside.items() if name not in _MISLEADING}
        return {**defaults, **inherited, **fixed}


def from_environment(project: Project, environment: Mapping[str, str]) -> Settings:
    """Read BIND_HOST, DATA_DIR and the ports. Raises SetupError with the variable that is wrong."""
    ports = {process.name: _port(process, environment) for process in (*LISTENERS, *PHONE_LISTENERS)}
    data_dir = project.root / (environment.get("DATA_DIR") or "var")
    return Settings(environment.get("BIND_HOST") or LOOPBACK, ports, data_dir.resolve())


def _asterisk(asterisk: Asterisk | None) -> dict[str, str]:
    if asterisk is None:
        return {}
    return {
        "ASTERISK_COMMAND": json.dumps(asterisk.command),
        "ASTERISK_MODULES": str(asterisk.modules),
        "ASTERISK_DATA": str(asterisk.data),
    }


def _port(process: Process, environment: Mapping[str, str]) -> int:
    text = environment.get(process.port_variable) or str(process.default_port)
    if not text.isdecimal() or not 0 < int(text) <= _HIGHEST_PORT:
        raise SetupError(f"{process.port_variable} must be a port number from 1 to {_HIGHEST_PORT}, not {text!r}.")
    return int(text)

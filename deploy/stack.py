"""Owns one run of the whole product: every process started, ready within a limit, and gone afterwards."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from deploy import demo_accounts, ports, readiness, secret_store
from deploy.demo_accounts import Account
from deploy.process_manager import ProcessManager
from deploy.progress import Progress
from deploy.project import Project, SetupError
from deploy.settings import Process, Settings

READY_LIMIT_S = 180.0
_POLL_S = 0.3


class StopRequested(Exception):  # noqa: N818 - a wish, not an error
    """The operator asked to stop while the processes were still starting."""


@dataclass(frozen=True)
class Stack:
    """A run that is ready: its settings (addresses), its secrets by variable name, and its process manager.

    `accounts` are the demo accounts by role: all of them at the first run, none when there were accounts already.
    """

    settings: Settings
    secrets: Mapping[str, str]
    manager: ProcessManager
    accounts: Mapping[str, Account]

    def url(self, process: Process) -> str:
        """Return the address of a process, e.g. of `settings.WEB`."""
        return self.settings.url(process)

    def stop(self, process: Process) -> None:
        """Stop one process and wait until it has ended."""
        self.manager.stop(process.name)

    def start(self, process: Process) -> None:
        """Start one process that was stopped, and wait until the whole stack is ready again."""
        self.manager.start(process.name)
        _wait_until_ready(self.settings, self.manager, Event(), lambda: None)


@contextmanager
def running(
    project: Project,
    settings: Settings,
    model: Path,
    *,
    stop: Event,
    progress: Progress,
    environment: Mapping[str, str] = os.environ,
) -> Iterator[Stack]:
    """Run every process while the block lasts; on leaving it, however, none is left.

    Raises SetupError with one sentence when a port is taken, the data folder is in use, or a process does not get
    ready within `READY_LIMIT_S`; StopRequested when `stop` is set before that.
    """
    for folder in (settings.data_dir, settings.logs):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _sole_use(settings.data_dir):
        ports.require_free(settings)
        secrets = secret_store.load(settings.data_dir, environment)
        told = settings.environment(model, secrets, environment)
        manager = ProcessManager(project, settings.socket, settings.logs / "manager.log", told)
        try:
            with progress.step(f"Starting {_listed(settings)}", "about 15 s") as step:
                _wait_until_ready(settings, manager, stop, step.tick)
            yield Stack(settings, secrets, manager, demo_accounts.make(project, told))
        finally:
            manager.shut_down()


@contextmanager
def _sole_use(data_dir: Path) -> Iterator[None]:
    with (data_dir / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise SetupError(f"Another run uses {data_dir}: stop it, or set DATA_DIR to another folder.") from taken
        yield


def _wait_until_ready(settings: Settings, manager: ProcessManager, stop: Event, tick: Callable[[], None]) -> None:
    waiting = dict.fromkeys(settings.processes, "it was not asked yet")
    started = time.monotonic()
    while waiting:
        _require_alive(settings, manager)
        lacks = {process: readiness.lacking(settings.url(process)) for process in waiting}
        waiting = {process: lack for process, lack in lacks.items() if lack}
        if time.monotonic() - started > READY_LIMIT_S:
            raise SetupError(_not_ready(settings, waiting))
        if stop.wait(_POLL_S if waiting else 0):
            raise StopRequested
        tick()


def _listed(settings: Settings) -> str:
    *others, last = (process.name for process in settings.processes)
    return f"{', '.join(others)} and {last}"


def _require_alive(settings: Settings, manager: ProcessManager) -> None:
    failure = manager.failure()
    if failure:
        raise SetupError(failure)
    for name in manager.fallen():
        log = settings.logs / f"{name}.log"
        raise SetupError(f"{name} ended while starting: {_last_line(log)} (its log: {log})")


def _not_ready(settings: Settings, waiting: Mapping[Process, str]) -> str:
    parts = [f"{process.name} ({lack}; its log: {settings.log(process)})" for process, lack in waiting.items()]
    return f"Not ready after {READY_LIMIT_S:.0f} s: {', '.join(parts)}."


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"

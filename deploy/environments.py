"""Owns the project's Python environments: made from nothing, pinned with hashes, installed exactly."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy import commands
from deploy.commands import Argv
from deploy.interpreters import find_or_fetch, probe
from deploy.progress import Progress
from deploy.project import Project, SetupError

_STAMP = ".installed-requirements"
_INSTALL_LIMIT_S = 1800.0
_MEGABYTE = 1_000_000
_SYNC_OPTIONS = ("--require-hashes", "--compile-bytecode")
"""Compiled once here: where Python may not write beside its sources, every start would compile a million lines anew."""
_LOCK_OPTIONS = (
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-annotate",
    "--custom-compile-command",
    "make lock",
)


@dataclass(frozen=True)
class Environment:
    """One pinned environment; `size_mb` and `duration` are what a first installation takes."""

    title: str
    python: str
    folder: Path
    requirements: Path
    size_mb: int
    duration: str

    @property
    def interpreter(self) -> Path:
        """Its own Python."""
        return self.folder / "bin" / "python"

    def wanted(self) -> str:
        """Return the fingerprint of what should be installed."""
        return hashlib.sha256(self.requirements.read_bytes()).hexdigest()

    def is_current(self) -> bool:
        """Return whether exactly the wanted requirements were installed into an interpreter that is still there."""
        stamp = self.folder / _STAMP
        return self.interpreter.exists() and stamp.is_file() and stamp.read_text() == self.wanted()


def tools(project: Project) -> Environment:
    """Return the private tool environment, which holds uv; it runs on the interpreter that runs this."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    requirements = project.root / "deploy" / "uv-requirements.txt"
    return Environment("uv", version, project.tools, requirements, 60, "10 s")


def pinned(project: Project) -> list[Environment]:
    """Return the environments of the product: the Rasa server's, and the one of everything else."""
    root = project.root
    return [
        Environment("Python 3.12 libraries", "3.12", root / ".venv", root / "requirements.txt", 1000, "1 min"),
        Environment("Rasa server", "3.10", root / ".venv-nlu", root / "nlu" / "requirements.txt", 2500, "2 min"),
    ]


def install_tools(project: Project, progress: Progress) -> None:
    """Make the tool environment with uv in it, unless it is current. Raises SetupError."""
    environment = tools(project)
    if environment.is_current():
        return
    install: Argv = [environment.interpreter, "-m", "pip", "install", "--retries", "2", "--require-hashes"]
    with _installing(environment, project, progress) as command:
        if not probe(environment.interpreter, environment.python):
            command("making the environment of uv", [sys.executable, "-m", "venv", "--clear", environment.folder])
        command("installing uv", [*install, "-r", environment.requirements])


def synchronise(
    environment: Environment, project: Project, progress: Progress, variables: Mapping[str, str] = os.environ
) -> None:
    """Install exactly the pinned requirements, unless they are installed already. Raises SetupError."""
    if environment.is_current():
        return
    sound = probe(environment.interpreter, environment.python)
    base = None if sound else find_or_fetch(environment.python, project, variables, progress)
    install: Argv = [project.uv, "pip", "sync", *_SYNC_OPTIONS, "--python", environment.interpreter]
    with _installing(environment, project, progress, variables) as command:
        if base:
            make: Argv = [project.uv, "venv", "--clear", "--python", base, environment.folder]
            command(f"making the environment of {environment.title}", make)
        command(f"installing {environment.title}", [*install, environment.requirements])


def lock(project: Project, progress: Progress) -> None:
    """Compile every requirement file anew, pinned with hashes, naming no host. Raises SetupError."""
    nlu = "nlu/pyproject.toml"
    for target, arguments in (
        ("requirements.txt", ["pyproject.toml", "--group", "dev", "--python-version", "3.12"]),
        (
            "nlu/requirements.txt",
            [nlu, "--group", f"{nlu}:dev", "--override", "nlu/overrides.txt", "--python-version", "3.10"],
        ),
        ("models/speech/requirements.txt", ["models/speech/pyproject.toml", "--python-version", "3.12"]),
        ("deploy/uv-requirements.txt", ["deploy/uv-requirements.in"]),
    ):
        with progress.step(target, "about 10 s") as step:
            commands.run(
                [project.uv, "pip", "compile", *arguments, "--upgrade", *_LOCK_OPTIONS, "-o", target],
                what=f"compiling {target}",
                log=project.setup_log,
                timeout_s=_INSTALL_LIMIT_S,
                cwd=project.root,
                tick=step.tick,
            )


@contextmanager
def _installing(
    environment: Environment, project: Project, progress: Progress, variables: Mapping[str, str] = os.environ
) -> Iterator[Callable[[str, Argv], None]]:
    """Announce an installation, run its commands, and mark it complete only when all of them succeeded."""
    _require_space(environment)
    stamp = environment.folder / _STAMP
    stamp.unlink(missing_ok=True)
    with progress.step(environment.title, f"{environment.size_mb} MB, about {environment.duration}") as step:

        def command(what: str, argv: Argv) -> None:
            log = project.setup_log
            commands.run(argv, what=what, log=log, timeout_s=_INSTALL_LIMIT_S, env=variables, tick=step.tick)

        yield command
        stamp.write_text(environment.wanted())
        step.note = f"{_size_mb(environment.folder)} MB"


def _require_space(environment: Environment) -> None:
    free_mb = shutil.disk_usage(environment.folder.parent).free // _MEGABYTE
    if free_mb < environment.size_mb:
        raise SetupError(
            f"The disk is too full: {environment.title} takes {environment.size_mb} MB in {environment.folder}, "
            f"and {free_mb} MB are free."
        )


def _size_mb(folder: Path) -> int:
    files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return sum(path.stat().st_size for path in files) // _MEGABYTE

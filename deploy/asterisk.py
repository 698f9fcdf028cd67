"""Owns which Asterisk serves the telephone: the installed one, else one unpacked from Debian into the project's tools.

Debian stable has no package of it. The one of Debian unstable is unpacked beside everything else, without root and
without touching the system: it brings its own C library and runs through its own loader.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy import commands
from deploy.commands import Argv
from deploy.progress import Progress, Step
from deploy.project import Project, SetupError

_SUITE = "sid"
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_LIMIT_S = 600.0
_SIZE = "40 MB, about 30 s"
_STAMP = ".fetched"
_LOADER = "usr/lib*/*-linux-gnu*/ld-linux*.so.*"
_KEPT_AS_THEY_ARE = ("usr/share/asterisk/documentation",)


@dataclass(frozen=True)
class Asterisk:
    """An Asterisk that can be started: the command, where its modules lie, and its read-only data."""

    command: tuple[str, ...]
    modules: Path
    data: Path


def module_names(project: Project) -> list[str]:
    """Return the modules that the line needs, which are all that is loaded and all that is kept."""
    return (project.root / "voice_channel" / "pbx" / "templates" / "modules.txt").read_text().split()


def ensure(project: Project, progress: Progress, limit_s: float = _LIMIT_S) -> Asterisk:
    """Return the installed Asterisk, else the fetched one, fetched now when it is missing. Raises SetupError.

    A step of the fetching may take `limit_s` seconds; there are two that matter.
    """
    installed = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if installed:
        return Asterisk((installed,), _modules_of_the_system(), Path("/usr/share/asterisk"))
    root = project.tools / "asterisk"
    wanted = hashlib.sha256("\n".join(module_names(project)).encode()).hexdigest()
    stamp = root / _STAMP
    if not stamp.is_file() or stamp.read_text() != wanted:
        with progress.step("Asterisk from Debian unstable", _SIZE) as step:
            _fetch(project, root, step, limit_s)
            stamp.write_text(wanted)
            step.note = f"{_size_mb(root)} MB"
    return _unpacked(root)


def _modules_of_the_system() -> Path:
    folders = [*Path("/usr/lib").glob("*/asterisk/modules"), Path("/usr/lib/asterisk/modules")]
    return next((folder for folder in folders if folder.is_dir()), folders[-1])


def _unpacked(root: Path) -> Asterisk:
    loader = next(root.glob(_LOADER), None)
    modules = next(root.glob("usr/lib/*/asterisk/modules"), None)
    if loader is None or modules is None:
        raise SetupError(f"The Asterisk in {root} is not whole: remove that folder and start again.")
    command = (str(loader), "--library-path", str(loader.parent), str(root / "usr/sbin/asterisk"))
    return Asterisk(command, modules, root / "usr" / "share" / "asterisk")


def _fetch(project: Project, root: Path, step: Step, limit_s: float) -> None:
    mirror = _mirror()
    project.tools.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=project.tools, prefix="asterisk-") as folder:
        work = Path(folder)
        for argv in _downloads(work, mirror):
            commands.run(argv, what="fetching Asterisk", log=project.setup_log, timeout_s=limit_s, tick=step.tick)
        whole, kept = work / "whole", work / "kept"
        for package in sorted((work / "cache" / "archives").glob("*.deb")):
            unpack: Argv = ["dpkg-deb", "-x", package, whole]
            commands.run(unpack, what="unpacking Asterisk", log=project.setup_log, timeout_s=limit_s, tick=step.tick)
        _keep(whole, kept, module_names(project))
        shutil.rmtree(root, ignore_errors=True)
        kept.rename(root)


def _mirror() -> str:
    """Return the Debian mirror that this machine's own apt uses."""
    sites = (commands.output_of(["apt-get", "indextargets", "--format", "$(SITE)"]) or "").split()
    mirror = next((site for site in sites if re.search(r"/debian/?$", site)), None)
    if mirror is None or not _KEYRING.is_file():
        raise SetupError(
            "Asterisk was not found, and it can be fetched on Debian only. Type: sudo apt-get install -y asterisk"
        )
    return mirror


def _downloads(work: Path, mirror: str) -> Iterator[Argv]:
    """Let apt work out, download and verify (by Debian's signature) what Asterisk needs, in a state of its own."""
    for name in ("lists/partial", "cache/archives/partial", "whole"):
        (work / name).mkdir(parents=True)
    (work / "status").touch()
    (work / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {mirror} {_SUITE} main\n")
    options = {
        "Dir::Etc::sourcelist": work / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State": work,
        "Dir::State::lists": work / "lists",
        "Dir::State::status": work / "status",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        # A mirror may keep the suite longer than its signature says; the signature itself is checked.
        "Acquire::Check-Valid-Until": "false",
        "Debug::NoLocking": "1",
    }
    own = ["apt-get", "-q", *(part for name, value in options.items() for part in ("-o", f"{name}={value}"))]
    yield [*own, "update"]
    yield [*own, "-y", "--no-install-recommends", "--download-only", "install", "asterisk", "asterisk-modules"]


def _keep(whole: Path, kept: Path, modules: Sequence[str]) -> None:
    """Copy Asterisk, the named modules, and the libraries that these need, out of everything that was unpacked."""
    loader, folder = next(whole.glob(_LOADER)), next(whole.glob("usr/lib/*/asterisk/modules"))
    programs = [whole / "usr/sbin/asterisk", *(folder / f"{name}.so" for name in modules)]
    lacking = [program.name for program in programs if not program.is_file()]
    if lacking:
        raise SetupError(
            f"Debian's Asterisk has no {', '.join(lacking)}: review voice_channel/pbx/templates/modules.txt."
        )
    needed = {loader, *programs}
    for program in programs:
        listed = commands.output_of([loader, "--library-path", loader.parent, "--list", program]) or ""
        needed |= {Path(path) for path in re.findall(rf"{re.escape(str(whole))}\S+", listed)}
    for path in needed:
        target = kept / path.relative_to(whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)  # of a link, the file that it leads to
    for name in _KEPT_AS_THEY_ARE:
        shutil.copytree(whole / name, kept / name)


def _size_mb(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) // 1_000_000

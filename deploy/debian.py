"""Owns the Debian and Ubuntu packages the project needs: is each one there, install it, or say the line to type."""

import os
import platform
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deploy import commands
from deploy.progress import Progress
from deploy.project import SetupError

_APT_LIMIT_S = 900.0
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Package:
    """A package by name; `provided` answers whether what it brings is on this machine from elsewhere."""

    name: str
    purpose: str
    provided: Callable[[], bool]


def chromium() -> str | None:
    """Return the browser for the tests: CHROMIUM, else the first one found on PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)


def for_setup() -> list[Package]:
    """Return the packages that set-up itself needs."""
    version = ".".join(platform.python_version_tuple()[:2])
    return [Package(f"python{version}-venv", "private tool environment", lambda: find_spec("ensurepip") is not None)]


def for_run() -> list[Package]:
    """Return the packages that the processes need."""
    return [Package("espeak-ng", "the voice of the telephone line", lambda: shutil.which("espeak-ng") is not None)]


def for_tests() -> list[Package]:
    """Return the packages that the browser tests need."""
    name = "chromium-browser" if _distribution() == "ubuntu" else "chromium"
    return [
        *for_run(),
        Package(name, "browser tests", lambda: chromium() is not None),
        Package("baresip-core", "telephones of the phone tests", lambda: shutil.which("baresip") is not None),
        Package("fonts-dejavu-core", "Kazakh letters in browser tests", _kazakh_font),
    ]


def installed(name: str) -> bool:
    """Return whether dpkg has the package installed (known or half removed is not installed)."""
    return commands.output_of(["dpkg-query", "-W", "-f=${db:Status-Status}", name]) == "installed"


def missing(packages: Sequence[Package]) -> list[Package]:
    """Return those that neither dpkg nor the machine otherwise provides."""
    return [package for package in packages if not package.provided() and not installed(package.name)]


def ensure(packages: Sequence[Package], progress: Progress, log: Path) -> None:
    """Install what is missing when root; raises SetupError with the line to type when not."""
    wanted = missing(packages)
    if not wanted:
        return
    names = [package.name for package in wanted]
    reasons = ", ".join(f"{package.name} ({package.purpose})" for package in wanted)
    if not shutil.which("apt-get"):
        raise SetupError(f"Needed and not found: {reasons}. Install them with this system's package manager.")
    if os.geteuid() != 0:
        line = "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(names)
        raise SetupError(f"Needed and not found: {reasons}. Type: {line}")
    with progress.step(f"Debian packages: {', '.join(names)}", "up to 300 MB, 1 min") as step:
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", *names]):
            commands.run(
                ["apt-get", *arguments],
                what=f"apt-get {' '.join(arguments)}",
                log=log,
                timeout_s=_APT_LIMIT_S,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                tick=step.tick,
            )


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return ""  # no os-release file: not a Debian, so its package names do not matter


def _kazakh_font() -> bool:
    return bool(commands.output_of(["fc-list", ":lang=kk", "family"]))

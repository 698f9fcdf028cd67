"""Owns finding a Python of a given minor version where it already is, or having uv fetch one."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy import commands
from deploy.commands import CommandFailed
from deploy.progress import Progress
from deploy.project import Project, SetupError

# A pyenv shim for a version that is not selected is a file that answers 127: only running tells.
_PROBE = "import sys; print('%d.%d' % sys.version_info[:2], sys.implementation.name, sys.executable)"
_DOWNLOAD_LIMIT_S = 600.0
PROBE_LIMIT_S = 10.0
"""How long an interpreter may take to say what it is."""


def find(version: str, project: Project, environment: Mapping[str, str]) -> Path | None:
    """Return a CPython that runs and is `version` ("3.10"), or None.

    Looked for on PATH, among pyenv's versions, and among those that uv fetched before.
    """
    answers = (probe(candidate, version) for candidate in _candidates(version, project, environment))
    return next(filter(None, answers), None)


def probe(candidate: Path, version: str) -> Path | None:
    """Return the interpreter that `candidate` starts when it runs and is a CPython of `version`, else None."""
    answer = commands.output_of([candidate, "-I", "-c", _PROBE], timeout_s=PROBE_LIMIT_S)
    words = answer.split(maxsplit=2) if answer else []
    return Path(words[2].strip()) if words[:2] == [version, "cpython"] else None


def find_or_fetch(version: str, project: Project, environment: Mapping[str, str], progress: Progress) -> Path:
    """Return an interpreter of `version`, downloaded by uv when the machine has none.

    Raises SetupError when there is none and none can be fetched.
    """
    found = find(version, project, environment)
    if found:
        return found
    with progress.step(f"Python {version}: none on this machine, fetching one", "30 MB") as step:
        try:
            commands.run(
                [project.uv, "python", "install", version],
                what=f"fetching Python {version}",
                log=project.setup_log,
                timeout_s=_DOWNLOAD_LIMIT_S,
                env={**environment, "UV_PYTHON_INSTALL_DIR": str(project.fetched_interpreters)},
                tick=step.tick,
            )
        except CommandFailed as failure:
            raise SetupError(
                f"Python {version} is not on this machine and could not be downloaded: install it (package or pyenv) "
                f"so that python{version} is on PATH. {failure}"
            ) from failure
    fetched = find(version, project, environment)
    if not fetched:
        raise SetupError(f"uv fetched Python {version}, but it does not run: install python{version} and try again.")
    return fetched


def _candidates(version: str, project: Project, environment: Mapping[str, str]) -> Iterator[Path]:
    yield Path(sys.executable)
    for folder in environment.get("PATH", "").split(os.pathsep):
        if folder:
            yield from (path for path in (Path(folder, f"python{version}"), Path(folder, "python3")) if path.exists())
    pyenv = Path(environment.get("PYENV_ROOT") or Path(environment.get("HOME", "/")) / ".pyenv")
    for parent, pattern in (
        (pyenv / "versions", f"{version}.*/bin/python{version}"),
        (project.fetched_interpreters, f"cpython-{version}.*/bin/python{version}"),
    ):
        yield from sorted(parent.glob(pattern), key=_numbers, reverse=True)


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.parent.parent.name)]

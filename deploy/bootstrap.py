"""Owns the order of set-up: packages, uv, the two environments, the model; each step only when something changed."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy import debian, environments, model
from deploy.progress import Progress
from deploy.project import Project


def prepare(project: Project, progress: Progress, extra_packages: Sequence[debian.Package] = ()) -> None:
    """Make everything a run needs but the model; `extra_packages` are Debian's. Raises SetupError."""
    with _one_at_a_time(project, progress):
        debian.ensure([*debian.for_setup(), *extra_packages], progress, project.setup_log)
        _install_environments(project, progress)


def prepare_with_model(project: Project, progress: Progress, extra_packages: Sequence[debian.Package] = ()) -> Path:
    """Make everything a run needs and return the path of the model of the present sources. Raises SetupError."""
    prepare(project, progress, extra_packages)
    with _one_at_a_time(project, progress):
        return model.ensure(project, progress)


def retrain(project: Project, progress: Progress) -> None:
    """Train the model anew, whether its sources changed or not. Raises SetupError."""
    prepare(project, progress)
    with _one_at_a_time(project, progress):
        model.train(project, progress)


def lock_versions(project: Project, progress: Progress) -> None:
    """Compile the requirement files anew: the newest versions that their pyproject files allow, with hashes."""
    prepare(project, progress)
    environments.lock(project, progress)


@contextmanager
def _one_at_a_time(project: Project, progress: Progress) -> Iterator[None]:
    """Hold the set-up lock, so that two commands started together do not install into the same folders."""
    project.scratch.mkdir(exist_ok=True, mode=0o700)
    with (project.scratch / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.say("  Another set-up of this folder is under way: waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install_environments(project: Project, progress: Progress) -> None:
    environments.install_tools(project, progress)
    for environment in environments.pinned(project):
        environments.synchronise(environment, project, progress, os.environ)

"""A work tree in miniature: the real deploy/ and its real supervisor, with small stand-ins for the four processes."""

import io
import shutil
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy import environments, model
from deploy.progress import Progress
from deploy.project import Project, this_project
from deploy.settings import LOOPBACK, PROCESSES

_STAND_IN = Path(__file__).with_name("stand_in.py")


@pytest.fixture
def progress() -> Progress:
    return Progress(io.StringIO())


@pytest.fixture
def miniature(tmp_path: Path) -> Project:
    """Give a tree that set-up finds complete: the environments are the real ones, the model is an empty file."""
    real, project = this_project(), Project(tmp_path / "tree")
    complete = all(each.is_current() for each in (environments.tools(real), *environments.pinned(real)))
    assert complete, "The environments are not the pinned ones: run make lint once."
    shutil.copytree(real.root / "deploy", project.root / "deploy", ignore=shutil.ignore_patterns("__pycache__"))
    for shared in (".venv", ".venv-nlu", ".tools", "requirements.txt"):
        (project.root / shared).symlink_to(real.root / shared)
    for process in PROCESSES:
        (project.root / process.name).mkdir()
        (project.root / process.name / "__init__.py").touch()
        shutil.copy(_STAND_IN, project.root / process.name / "__main__.py")
    (project.root / "deploy" / "rasa.sh").write_text("exec .venv/bin/python -m rasa\n")
    (project.root / "nlu").mkdir()
    (project.root / "nlu" / "requirements.txt").symlink_to(real.root / "nlu" / "requirements.txt")
    project.models.mkdir()
    model.path_of(project).touch()
    return project


@pytest.fixture
def free_ports() -> dict[str, str]:
    """Give one free port a process, by environment variable."""
    with ExitStack() as held:
        listeners = {process.port_variable: held.enter_context(socket.socket()) for process in PROCESSES}
        for listener in listeners.values():
            listener.bind((LOOPBACK, 0))
        return {variable: str(listener.getsockname()[1]) for variable, listener in listeners.items()}

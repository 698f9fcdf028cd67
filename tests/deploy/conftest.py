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
from deploy.settings import LISTENERS, LOOPBACK, PROCESSES, VOICE

_STAND_IN = Path(__file__).with_name("stand_in.py")
_STAFF = """import json, os, sys
if os.environ.get("STAND_IN_CRASHES") == "staff":
    sys.exit("RuntimeError: the stand-in was told to crash")
print(json.dumps({"editor": ["editor", "the-password-of-the-first-run"]}))
"""


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
        module = project.root / ("voice_channel" if process is VOICE else process.name)
        module.mkdir()
        (module / "__init__.py").touch()
        shutil.copy(_STAND_IN, module / "__main__.py")
    (project.root / "staff").mkdir()
    (project.root / "staff" / "__main__.py").write_text(_STAFF)
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
        listeners = {process.port_variable: held.enter_context(socket.socket()) for process in LISTENERS}
        for listener in listeners.values():
            listener.bind((LOOPBACK, 0))
        return {variable: str(listener.getsockname()[1]) for variable, listener in listeners.items()}

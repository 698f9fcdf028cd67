"""Owns the Rasa model: named by the hash of everything it is made from, so that a stale one is never taken."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from deploy import commands
from deploy.commands import Argv
from deploy.progress import Progress
from deploy.project import Project, SetupError

# What training reads: the Rasa project, the components with the code and vocabulary under them (of the knowledge base
# only the code and the aspects, not the articles), and the pinned versions that run them.
_INPUTS = ("config.yml", "domain.yml", "data", "nlu", "language", "kb/__init__.py", "kb/errors.py", "kb/aspect*")
_TRAINING_LIMIT_S = 600.0
RASA_ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
}
"""What every start of Rasa needs: no telemetry, and no warnings of its old libraries."""


def fingerprint(project: Project) -> str:
    """Return the hash of everything that goes into the model (names and contents; 16 hexadecimal digits)."""
    digest = hashlib.sha256()
    for path in sorted(_input_files(project.root)):
        digest.update(path.relative_to(project.root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def path_of(project: Project) -> Path:
    """Return where the model of the present sources lies when it is trained."""
    return project.models / f"{fingerprint(project)}.tar.gz"


def ensure(project: Project, progress: Progress) -> Path:
    """Return the model of the present sources, trained now if it is missing. Raises SetupError."""
    model = path_of(project)
    if not model.is_file():
        train(project, progress)
    return model


def train(project: Project, progress: Progress) -> None:
    """Train the model of the present sources and remove every other one; a failed training leaves none behind."""
    model = path_of(project)
    workshop = project.scratch / "training"
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    try:
        with progress.step("Rasa model", "about 3 min") as step:
            commands.run(
                _command(project, workshop),
                what="training the Rasa model",
                log=project.setup_log,
                timeout_s=_TRAINING_LIMIT_S,
                env=_environment(project, workshop),
                cwd=project.root,
                tick=step.tick,
            )
            trained = workshop / "model.tar.gz"
            if not trained.is_file():
                raise SetupError(f"Rasa ended its training without a model: read {project.setup_log}.")
            if path_of(project) != model:
                raise SetupError("The sources of the Rasa model changed while it was trained: start again.")
            project.models.mkdir(exist_ok=True)
            trained.replace(model)
            step.note = f"{model.stat().st_size / 1_000_000:.1f} MB"
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    for older in project.models.glob("*.tar.gz"):
        if older != model:
            older.unlink()


def _command(project: Project, workshop: Path) -> Argv:
    # Without --force Rasa may answer from its cache, which knows a component's own source but not what it imports.
    train_from_nothing: Argv = [project.nlu_python, "-m", "rasa", "train", "--force"]
    return [*train_from_nothing, "--fixed-model-name", "model", "--out", workshop]


def _environment(project: Project, workshop: Path) -> dict[str, str]:
    cache = {"RASA_CACHE_DIRECTORY": str(workshop / "cache")}
    return {**os.environ, **RASA_ENVIRONMENT, **cache, "PYTHONPATH": str(project.root)}


def _input_files(root: Path) -> Iterator[Path]:
    for pattern in _INPUTS:
        for found in root.glob(pattern):
            for path in found.rglob("*") if found.is_dir() else (found,):
                if path.is_file() and "__pycache__" not in path.parts:
                    yield path

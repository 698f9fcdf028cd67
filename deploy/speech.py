"""Owns the speech models' two commands: making the demo pair by the recipe, and fetching the published models."""

import os
import shutil

from deploy import bootstrap, commands, debian, environments
from deploy.commands import Argv
from deploy.environments import Environment
from deploy.progress import Progress
from deploy.project import Project

_MAKING_LIMIT_S = 6 * 3600.0
_FETCHING_LIMIT_S = 6 * 3600.0


def environment(project: Project) -> Environment:
    """Return the recipe's environment; nothing else needs it."""
    requirements = project.root / "models" / "speech" / "requirements.txt"
    return Environment("speech recipe", "3.12", project.tools / "speech", requirements, 700, "1 min")


def packages() -> list[debian.Package]:
    """Return the Debian packages that the recipe needs."""
    return [
        debian.Package("espeak-ng", "the voices that the models learn from", lambda: bool(shutil.which("espeak-ng"))),
        debian.Package("libfst-tools", "decoding graphs", lambda: bool(shutil.which("fstconvert"))),
    ]


def make(project: Project, progress: Progress) -> int:
    """Make the demo models anew and measure them; return the command's exit code. Raises SetupError."""
    debian.ensure([*debian.for_setup(), *packages()], progress, project.setup_log)
    recipe = environment(project)
    environments.install_tools(project, progress)
    environments.synchronise(recipe, project, progress)
    progress.say("Making the demo speech models: about an hour and a half a language, and 5 GB of memory.")
    return _show(
        [recipe.interpreter, "-m", "models.speech.recipe"], "making the speech models", _MAKING_LIMIT_S, project
    )


def fetch(project: Project, progress: Progress) -> int:
    """Fetch the published models; return the command's exit code. Raises SetupError."""
    bootstrap.prepare(project, progress)
    return _show(
        [project.python, "-m", "models.speech.fetch"], "fetching the speech models", _FETCHING_LIMIT_S, project
    )


def _show(argv: Argv, what: str, limit_s: float, project: Project) -> int:
    return commands.show(argv, what=what, timeout_s=limit_s, cwd=project.root, env=os.environ)

"""Owns where things lie in the work tree, and the one kind of error an operator is meant to read."""

from dataclasses import dataclass
from pathlib import Path


class SetupError(Exception):
    """Set-up or start cannot go on; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Project:
    """A work tree; every path is derived from its root."""

    root: Path

    @property
    def tools(self) -> Path:
        """Folder of the project's private tools: uv, and the interpreters that uv fetched."""
        return self.root / ".tools"

    @property
    def uv(self) -> Path:
        """The project's own uv."""
        return self.tools / "bin" / "uv"

    @property
    def fetched_interpreters(self) -> Path:
        """Where uv keeps the interpreters it downloads."""
        return self.tools / "interpreters"

    @property
    def python(self) -> Path:
        """Interpreter of the root environment (everything but the Rasa server)."""
        return self.root / ".venv" / "bin" / "python"

    @property
    def nlu_python(self) -> Path:
        """Interpreter of the Rasa server's environment."""
        return self.root / ".venv-nlu" / "bin" / "python"

    @property
    def models(self) -> Path:
        """Folder of trained and fetched models."""
        return self.root / "models"

    @property
    def scratch(self) -> Path:
        """Folder, ignored by git, for what set-up writes on its way (its log, a training under way)."""
        return self.root / "var"

    @property
    def setup_log(self) -> Path:
        """Whole output of every command that set-up ran, the last run at the end."""
        return self.scratch / "setup.log"


def this_project() -> Project:
    """Return the work tree that this file belongs to."""
    return Project(Path(__file__).resolve().parent.parent)

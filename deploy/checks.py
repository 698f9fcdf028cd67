"""Owns what `make lint`, `make types` and `make test` run, and the one closing line of all tests together."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree as ET

from deploy import commands
from deploy.commands import Argv
from deploy.progress import Progress
from deploy.project import Project

_CHECK_LIMIT_S = 600.0
_TESTS_LIMIT_S = 1800.0
_NLU_CONFIGURATION = "nlu/pyproject.toml"


@dataclass(frozen=True)
class Check:
    """One command whose exit code 0 means good."""

    title: str
    argv: Argv
    limit_s: float = _CHECK_LIMIT_S


@dataclass(frozen=True)
class Outcome:
    """Counts of one pytest session, or of several together."""

    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Outcome") -> "Outcome":
        """Return both together."""
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.errors + other.errors,
            self.skipped + other.skipped,
            self.seconds + other.seconds,
        )

    def closing_line(self) -> str:
        """Return pytest's own kind of closing line ("2 failed, 40 passed in 12.30s")."""
        named = (("failed", self.failed), ("passed", self.passed), ("skipped", self.skipped), ("errors", self.errors))
        counts = [f"{count} {name}" for name, count in named if count]
        return f"{', '.join(counts) or 'no tests ran'} in {self.seconds:.2f}s"


def lint(project: Project) -> list[Check]:
    """Return the checks of style."""
    ruff: Argv = [project.python, "-m", "ruff"]
    # .gitignore names these too, but an unpacked archive has no repository to read it in.
    own = ["--extend-exclude", ".venv-nlu", "--extend-exclude", ".tools", "."]
    return [Check("ruff check", [*ruff, "check", *own]), Check("ruff format", [*ruff, "format", "--check", *own])]


def types(project: Project) -> list[Check]:
    """Return the checks of types: the root environment, and the Rasa server's on its own Python."""
    nlu: Argv = [project.nlu_python, "-m", "mypy", "--config-file", _NLU_CONFIGURATION]
    return [
        Check("mypy", [project.python, "-m", "mypy", "."]),
        Check("mypy of the Rasa server", [*nlu, "nlu", "tests/nlu"]),
    ]


def tests(project: Project) -> list[Check]:
    """Return the test sessions: what runs on Rasa's Python, then everything else."""
    nlu: Argv = [project.nlu_python, "-m", "pytest", "-c", _NLU_CONFIGURATION, "--rootdir", ".", "-q"]
    return [
        Check(
            "tests of the Rasa server",
            [*nlu, "--import-mode", "importlib", "tests/nlu", "tests/language"],
            _TESTS_LIMIT_S,
        ),
        # Three at once, for most wait for something: one runs the product, one takes calls (tests/conftest.py).
        Check(
            "tests",
            [project.python, "-m", "pytest", "--ignore", "tests/nlu", "-n", "3", "--dist", "loadscope"],
            _TESTS_LIMIT_S,
        ),
    ]


def passes(checks: Sequence[Check], project: Project, progress: Progress) -> bool:
    """Run every check, whatever the others say, and return whether all passed."""
    results = [_passes(check, project, progress) for check in checks]
    return all(results)


def run_tests(project: Project, progress: Progress, checks_passed: bool) -> bool:  # noqa: FBT001 - said in the last line
    """Run every test session; the last line gives the counts of all. Return whether every one passed."""
    total, passed = Outcome(), checks_passed
    with TemporaryDirectory() as folder:
        report = Path(folder, "report.xml")
        for check in tests(project):
            report.unlink(missing_ok=True)
            reporting = Check(check.title, [*check.argv, "--junit-xml", report], check.limit_s)
            passed = _passes(reporting, project, progress) and passed
            total += _outcome(report)
    if not checks_passed:
        progress.say("Lint or types failed: see above.")
    progress.say(total.closing_line())
    return passed


def _passes(check: Check, project: Project, progress: Progress) -> bool:
    progress.say(f"== {check.title}")
    code = commands.show(check.argv, what=check.title, timeout_s=check.limit_s, cwd=project.root, env=os.environ)
    if code != 0:
        progress.say(f"== {check.title}: failed")
    return code == 0


def _outcome(report: Path) -> Outcome:
    """Read pytest's JUnit report; a session that broke down before writing one is an error."""
    if not report.exists():
        return Outcome(errors=1)
    total = Outcome()
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314 - pytest's own file
        count = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
        passed = count["tests"] - count["failures"] - count["errors"] - count["skipped"]
        seconds = float(suite.get("time", "0"))
        total += Outcome(passed, count["failures"], count["errors"], count["skipped"], seconds)
    return total

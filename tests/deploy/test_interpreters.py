"""Finding a Python: only one that runs, and is what it claims to be, counts."""

from pathlib import Path

import pytest

from deploy import interpreters
from deploy.project import Project, this_project

VERSION = "3.10"  # not the version the tests run on, which would be found at once


def script(path: Path, line: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def real_interpreter() -> Path:
    return this_project().nlu_python.resolve()


def test_a_shim_that_answers_127_is_passed_over_for_a_version_that_pyenv_has(tmp_path: Path) -> None:
    shim = script(tmp_path / "shims" / f"python{VERSION}", "echo 'pyenv: command not found' >&2; exit 127")
    script(tmp_path / "pyenv" / "versions" / "3.10.13" / "bin" / f"python{VERSION}", f'exec {real_interpreter()} "$@"')
    environment = {"PATH": str(shim.parent), "PYENV_ROOT": str(tmp_path / "pyenv")}
    assert interpreters.find(VERSION, Project(tmp_path), environment) == real_interpreter()


def test_the_one_on_path_is_found_without_pyenv(tmp_path: Path) -> None:
    script(tmp_path / "bin" / f"python{VERSION}", f'exec {real_interpreter()} "$@"')
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    assert interpreters.find(VERSION, Project(tmp_path), environment) == real_interpreter()


def test_one_that_lies_about_its_version_does_not_count(tmp_path: Path) -> None:
    script(tmp_path / "bin" / f"python{VERSION}", f'exec {this_project().python} "$@"')
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    assert interpreters.find(VERSION, Project(tmp_path), environment) is None


def test_one_that_hangs_does_not_hang_set_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interpreters, "PROBE_LIMIT_S", 1.0)
    script(tmp_path / "bin" / f"python{VERSION}", "exec sleep 60")
    environment = {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}
    assert interpreters.find(VERSION, Project(tmp_path), environment) is None


def test_the_newest_of_several_fetched_ones_is_tried_first(tmp_path: Path) -> None:
    project = Project(tmp_path)
    for patch, answer in (("9", "exit 1"), ("13", f'exec {real_interpreter()} "$@"')):
        folder = project.fetched_interpreters / f"cpython-{VERSION}.{patch}-linux" / "bin"
        script(folder / f"python{VERSION}", answer)
    assert interpreters.find(VERSION, project, {"PATH": "", "HOME": str(tmp_path)}) == real_interpreter()

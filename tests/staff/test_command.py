"""`python -m staff` as an operator runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from staff.roles import Role

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run(tmp_path)


class Run:
    def __init__(self, folder: Path) -> None:
        inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        self._environment = {**inherited, "DATA_DIR": str(folder)}

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603  our own command
            [sys.executable, "-m", "staff", *arguments],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def test_demo_accounts_are_made_once_one_a_role_with_passwords_of_their_own(run: Run) -> None:
    first = run("demo")
    made = json.loads(first.stdout)
    assert set(made) == {role.value for role in Role}
    assert len({password for _, password in made.values()}) == len(Role)
    assert json.loads(run("demo").stdout) == {}
    assert not any(password in first.stderr for _, password in made.values())


def test_an_account_is_made_listed_deactivated_and_given_a_new_password(run: Run) -> None:
    created = run("create", "Boss", "--name", "Айдана", "--role", "administrator", "--role", "editor")
    assert created.returncode == 0, created.stderr
    assert created.stdout.startswith("Temporary password, shown once: ")
    assert run("list").stdout.strip() == "boss  Айдана  administrator, editor"
    assert run("demo").stdout.strip() == "{}"
    assert run("reset", "boss").stdout != created.stdout
    run("create", "second", "--name", "Б", "--role", "administrator")
    assert run("deactivate", "boss").returncode == 0
    assert "boss  Айдана  administrator, editor  (deactivated)" in run("list").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "имя", "--name", "?", "--role", "editor"), "A login is"),
        (("create", "only", "--name", "?", "--role", "editor"), "already"),
        (("deactivate", "only"), "last administrator"),
        (("reset", "nobody"), "no account"),
    ],
)
def test_a_mistake_is_one_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    run("create", "only", "--name", "?", "--role", "administrator")
    failed = run(*arguments)
    assert failed.returncode == 1
    assert sentence in failed.stderr
    assert len(failed.stderr.splitlines()) == 1

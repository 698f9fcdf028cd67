"""Owns the staff accounts of a first run: asked for from the product, told to the operator once, kept nowhere."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.project import Project, SetupError

_LIMIT_S = 60.0


@dataclass(frozen=True)
class Account:
    """What opens the staff pages for one role."""

    login: str
    password: str


def make(project: Project, environment: Mapping[str, str]) -> dict[str, Account]:
    """Return new accounts by role, or none when there are accounts already. Raises SetupError."""
    try:
        # Over a pipe and not into a log: it prints passwords.
        done = subprocess.run(  # noqa: S603 - fixed arguments
            [project.python, "-m", "staff", "demo"],
            cwd=project.root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=True,
            umask=0o077,
        )
    except subprocess.TimeoutExpired as late:
        raise SetupError(f"The demo accounts were not made within {_LIMIT_S:.0f} s.") from late
    except subprocess.CalledProcessError as failed:
        last_words = failed.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        raise SetupError(f"The demo accounts could not be made: {last_words[0]}") from failed
    return {role: Account(*account) for role, account in json.loads(done.stdout).items()}

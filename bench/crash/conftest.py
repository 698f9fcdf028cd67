"""The web process killed outright, again and again: `.venv/bin/python -m pytest bench/crash`."""

from tests.web.conftest import dialogue  # noqa: F401  the dialogue behind the process that is killed

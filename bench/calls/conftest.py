"""Spoken dialogues with the whole product: `.venv/bin/python -m pytest bench/calls`. Minutes, so they run on demand."""

from __future__ import annotations

import pytest

from deploy.project import SetupError
from tests.conftest import stack

__all__ = ["stack"]


@pytest.fixture(scope="session")
def exchange() -> SetupError:
    """Give no telephone exchange: these callers speak through AudioSocket and the browser."""
    return SetupError("These calls need no telephone exchange.")

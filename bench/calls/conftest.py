"""Spoken dialogues with the whole product: `.venv/bin/python -m pytest bench/calls`. Minutes, so they run on demand."""

from __future__ import annotations

from tests.conftest import stack

__all__ = ["stack"]

"""The real knowledge base, loaded once."""

from __future__ import annotations

import pytest

from kb.base import KnowledgeBase


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.pbx.line import PhoneLine

if TYPE_CHECKING:
    from deploy.stack import Stack


@pytest.fixture(scope="session")
def line(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> PhoneLine:
    """The product with its exchange; every caller has a number of its own."""
    return PhoneLine(stack, tmp_path_factory.mktemp("phones"), itertools.count(1))

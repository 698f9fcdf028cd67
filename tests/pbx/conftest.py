from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from deploy.project import SetupError
from tests.pbx.line import PhoneLine

if TYPE_CHECKING:
    from deploy.asterisk import Asterisk
    from deploy.stack import Stack


@pytest.fixture(scope="session")
def line(stack: Stack, exchange: Asterisk | SetupError, tmp_path_factory: pytest.TempPathFactory) -> PhoneLine:
    """The product with its exchange; every caller has a number of its own."""
    if isinstance(exchange, SetupError):
        pytest.fail(f"NO TELEPHONE EXCHANGE, so no phone test can run: {exchange}")
    return PhoneLine(stack, tmp_path_factory.mktemp("phones"), itertools.count(1))

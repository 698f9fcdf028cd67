"""kill -9 of the web process in the middle of everything: nothing is lost, doubled or stuck."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.web.console.crash import survive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contact_centre.dialogue_server import DialogueServer

CITIZENS = 6
KILLS = 3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_killed_web_process_loses_doubles_and_sticks_nothing(
    tmp_path: Path, dialogue: DialogueServer, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  when to kill is no secret
    survive(tmp_path, dialogue, CITIZENS, [chance.uniform(0.0, 1.0) for _ in range(KILLS)])

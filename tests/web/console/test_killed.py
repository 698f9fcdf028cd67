"""kill -9 of the web process in mid-chat, once; `bench/crash` does it again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.console.crash import survive

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contact_centre.dialogue_server import DialogueServer


def test_a_killed_web_process_loses_doubles_and_sticks_nothing(tmp_path: Path, dialogue: DialogueServer) -> None:
    survive(tmp_path, dialogue, 4, [0.1])

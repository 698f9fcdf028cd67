"""Spoken dialogues with real recognition, real Rasa and real speech; all of them, and more, are in bench/calls."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

import pytest

from deploy.settings import AUDIOSOCKET, VOICE
from language import LANGUAGES
from tests.voice.calls.at_once import Calls, judge
from tests.voice.calls.dialogues import DIALOGUES
from tests.voice.calls.line import PhoneLine

if TYPE_CHECKING:
    from deploy.stack import Stack

CALLS = Calls()
for dialogue, language in zip(DIALOGUES, cycle(LANGUAGES), strict=False):
    CALLS.add_in(language, dialogue)


@pytest.fixture(scope="module")
def ends(stack: Stack) -> dict[str, BaseException | None]:
    return CALLS.hold(PhoneLine(stack.settings.port(AUDIOSOCKET), stack.url(VOICE), stack.settings.data_dir))


@pytest.mark.parametrize("name", CALLS.names)
def test_dialogue(name: str, ends: dict[str, BaseException | None]) -> None:
    judge(ends[name])

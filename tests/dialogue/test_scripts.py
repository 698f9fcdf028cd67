"""Whole dialogues in both languages, played on the running product through its public chat API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.settings import WEB
from tests.dialogue.script import Conversation, Script, play, read

if TYPE_CHECKING:
    from deploy.stack import Stack

SCRIPTS = [
    pytest.param(script, id=f"{language}: {script.name}") for language in ("ru", "kk") for script in read(language)
]


@pytest.mark.parametrize("script", SCRIPTS)
def test_dialogue(stack: Stack, script: Script) -> None:
    play(script, Conversation(stack.url(WEB), stack.secrets["SERVICE_TOKEN"], script.channel))


def test_a_long_conversation_stays_itself(stack: Stack) -> None:
    conversation = Conversation(stack.url(WEB), stack.secrets["SERVICE_TOKEN"])
    conversation.say("сколько стоит паспорт")
    for _ in range(25):
        answer = conversation.say("а какие документы нужны?")
        assert answer.sources == ["PASSPORT/documents"]
        assert conversation.say("повторите").text == answer.text

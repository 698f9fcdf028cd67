"""Each process taken away in turn: the citizen is told in words, nothing is lost, a human gets the conversation."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest

from deploy.settings import ACTIONS, MONITORING, RASA, WEB
from tests.end_to_end.chat import Citizen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deploy.settings import Process
    from deploy.stack import Stack


@contextmanager
def without(stack: Stack, process: Process) -> Iterator[None]:
    stack.stop(process)
    try:
        yield
    finally:
        stack.start(process)


@pytest.mark.parametrize("process", [RASA, ACTIONS], ids=["Rasa down", "actions down"])
def test_a_dead_dialogue_hands_over_and_loses_nothing(stack: Stack, process: Process) -> None:
    citizen = Citizen(stack, "kk")
    with without(stack, process):
        started = time.monotonic()
        reply = citizen.say("паспорт қанша тұрады", client_id="once")
        assert time.monotonic() - started < 3
        assert (reply.status, reply.state) == (503, "queued")
        assert "кеңесші" in reply.detail
        assert reply.text == reply.detail
        assert httpx.get(f"{stack.url(WEB)}/readyz").status_code == 503
    again = citizen.say("паспорт қанша тұрады", client_id="once")
    assert [message["id"] for message in again.messages] == [message["id"] for message in reply.messages]
    said = [message["text"] for message in citizen.transcript() if message["from"] == "citizen"]
    assert said == ["паспорт қанша тұрады"]
    assert "АЕК" in citizen.say("паспорт қанша тұрады").text


def test_monitoring_down_is_said_and_handed_over_while_other_questions_are_answered(stack: Stack) -> None:
    with without(stack, MONITORING):
        asking = Citizen(stack, "ru")
        reply = asking.say("стадия заявления 002610450022")
        assert reply.status == 200
        assert reply.state == "queued"
        assert "не отвечает" in reply.text
        assert "865" in Citizen(stack, "ru").say("сколько стоит удостоверение личности").text
    assert "результат готов" in Citizen(stack, "ru").say("стадия заявления 002610450022").text


def test_a_conversation_goes_on_after_the_web_process_was_away(stack: Stack) -> None:
    citizen = Citizen(stack, "ru")
    citizen.say("сколько стоит паспорт")
    before = citizen.transcript()
    with without(stack, WEB), pytest.raises(httpx.ConnectError):
        citizen.say("а документы?")
    assert citizen.transcript() == before
    assert citizen.say("а документы?").services == {"PASSPORT"}

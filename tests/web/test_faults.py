"""The dialogue fails in every way it can: the citizen is told, nothing is lost, a human gets the conversation."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.contact_centre.dialogue_server import DialogueServer, Reply, echo, saying
from tests.web.running import Chat, open_chat, running

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.settings import Settings

FAULT_RU = "Сейчас не могу получить ответ. Ваш вопрос сохранён, соединяю с консультантом."
SAVED_RU = "Ваше сообщение сохранено, консультант его увидит."


def _dead(dialogue: DialogueServer) -> None:
    dialogue.stop()


def _answering(reply: Reply) -> Callable[[DialogueServer], None]:
    def prepare(dialogue: DialogueServer) -> None:
        dialogue.answer = lambda _request: reply

    return prepare


FAULTS = {
    "dead": _dead,
    "late": _answering(Reply([{"text": "поздно"}], delay_s=1.5)),
    "error status": _answering(Reply({}, status=500)),
    "redirect": _answering(Reply({}, status=302, headers={"Location": "http://127.0.0.1:1/"})),
    "empty": _answering(Reply([])),
    "blank": _answering(Reply([{"text": "  "}])),
    "not JSON": _answering(Reply(b"<html>")),
    "not a list": _answering(Reply({"text": "да"})),
    "wrong types": _answering(Reply([{"text": 5}])),
    "undecodable": _answering(Reply(b"plain", headers={"Content-Encoding": "gzip"})),
    "unknown signal": _answering(Reply([{"text": "да", "custom": {"selfdestruct": {}}}])),
    "malformed signal": _answering(Reply([{"text": "да", "custom": {"handoff": {}}}])),
    "signal that is no object": _answering(Reply([{"text": "да", "custom": {"end": None}}])),
}


def _assert_failed_towards_a_human(response: httpx.Response, chat: Chat) -> None:
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-language"] == "ru"
    problem = response.json()
    assert (problem["status"], problem["detail"], problem["state"]) == (503, FAULT_RU, "queued")
    assert [message["text"] for message in problem["messages"]] == [FAULT_RU]
    assert chat.read()["state"] == "queued"


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_and_leads_to_the_queue(
    http: httpx.Client, dialogue: DialogueServer, fault: Callable[[DialogueServer], None]
) -> None:
    chat = open_chat(http, language="ru")
    fault(dialogue)
    _assert_failed_towards_a_human(chat.say("Где мой паспорт?", "a"), chat)
    assert chat.texts()[1:] == ["Где мой паспорт?", FAULT_RU]


def test_a_repeated_message_gets_the_same_fault_and_the_next_one_is_saved(
    http: httpx.Client, dialogue: DialogueServer
) -> None:
    chat = open_chat(http, language="ru")
    dialogue.stop()
    first = chat.say("Где мой паспорт?", "a")
    dialogue.start()
    again = chat.say("Где мой паспорт?", "a")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    dialogue.stop()
    saved = chat.say("И ещё вопрос", "b")
    assert saved.status_code == 200
    assert saved.json()["state"] == "queued"
    assert [message["text"] for message in saved.json()["messages"]] == [SAVED_RU]
    dialogue.start()
    answered = chat.say("А сейчас?", "c").json()
    assert [message["text"] for message in answered["messages"]] == ["ru: А сейчас?"]


def test_a_message_that_our_own_code_stumbles_over_reaches_a_human_too(
    http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(_text: str, _current: str | None) -> str:
        raise ValueError("no such name")

    chat = open_chat(http, language="ru")
    with monkeypatch.context() as broken:
        broken.setattr("contact_centre.conversation.language_of_turn", stumble)
        _assert_failed_towards_a_human(chat.say("вопрос"), chat)
    assert chat.say("следующий").json()["messages"][0]["text"] == "ru: следующий"


def test_a_service_client_learns_of_the_handoff_by_fault(http: httpx.Client, dialogue: DialogueServer) -> None:
    chat = open_chat(http, service=True, channel="phone", language="kk")
    dialogue.answer = saying()
    problem = chat.say("Алло").json()
    assert problem["signals"] == [{"name": "handoff", "reason": "dialogue_fault", "skill": None}]
    assert problem["detail"].startswith("Қазір жауап ала алмай тұрмын")


def test_a_slow_conversation_does_not_hold_another(http: httpx.Client, dialogue: DialogueServer) -> None:
    slow, quick = open_chat(http, language="ru"), open_chat(http, language="ru")
    dialogue.answer = lambda request: Reply(
        [{"text": "ответ"}], delay_s=0.4 if request["conversation"] == slow.id else 0.0
    )
    with httpx.Client(base_url=http.base_url, trust_env=False) as other:
        waiting = Chat(other, slow.opened)
        with ThreadPoolExecutor(1) as pool:
            pending = pool.submit(waiting.say, "вопрос")
            assert quick.say("вопрос").status_code == 200
            assert not pending.done()
            assert pending.result().status_code == 200


def test_what_a_stopped_process_left_unanswered_is_answered_after_the_restart(
    settings: Settings, dialogue: DialogueServer
) -> None:
    settings.dialogue_timeout_s = 30
    dialogue.answer = lambda _request: Reply([{"text": "никто не дождался"}], delay_s=20)
    with running(settings) as url, httpx.Client(base_url=url, timeout=1, trust_env=False) as http:
        chat = open_chat(http, language="ru")
        with pytest.raises(httpx.ReadTimeout):
            chat.say("первый", "a")
        with pytest.raises(httpx.ReadTimeout):
            chat.say("второй", "b")
    dialogue.answer = echo
    dialogue.requests.clear()
    with running(settings) as url, httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        chat = Chat(http, chat.opened)
        third = chat.say("третий", "c")
        assert [message["text"] for message in third.json()["messages"]] == ["ru: третий"]
        assert chat.texts("citizen") == ["первый", "второй", "третий"]
        assert [request["text"] for request in dialogue.requests] == ["первый", "второй", "третий"]
        assert chat.say("первый", "a").json()["messages"][0]["text"] == "ru: первый"


def test_unanswered_messages_are_answered_after_a_restart_without_being_asked(
    settings: Settings, dialogue: DialogueServer
) -> None:
    settings.dialogue_timeout_s = 30
    dialogue.answer = lambda _request: Reply([{"text": "никто не дождался"}], delay_s=20)
    with running(settings) as url, httpx.Client(base_url=url, timeout=1, trust_env=False) as http:
        chat = open_chat(http, language="ru")
        with pytest.raises(httpx.ReadTimeout):
            chat.say("вопрос", "a")
    dialogue.answer = echo
    with running(settings) as url, httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        chat = Chat(http, chat.opened)
        for _ in range(50):
            if chat.texts()[1:] == ["вопрос", "ru: вопрос"]:
                break
            time.sleep(0.1)
        assert chat.texts()[1:] == ["вопрос", "ru: вопрос"]

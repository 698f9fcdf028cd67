from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.contact_centre.dialogue_server import saying
from tests.web.running import open_chat

if TYPE_CHECKING:
    import httpx

    from tests.contact_centre.dialogue_server import DialogueServer


def test_a_new_conversation_is_registered_and_greeted(http: httpx.Client) -> None:
    opened = open_chat(http, language="kk").opened
    assert re.fullmatch(rf"{datetime.now(UTC):%y}-\d{{6}}", opened["number"])
    assert opened["state"] == "bot"
    [greeting] = opened["messages"]
    assert greeting["text"].startswith("Сәлеметсіз бе")
    assert (greeting["from"], greeting["language"]) == ("assistant", "kk")
    assert datetime.fromisoformat(greeting["at"]).tzinfo == UTC
    assert greeting["at"].endswith("Z")
    assert set(greeting) == {"id", "at", "from", "language", "text", "buttons", "sources"}


def test_a_citizen_of_unknown_language_is_greeted_in_both(http: httpx.Client) -> None:
    messages = open_chat(http).opened["messages"]
    assert [message["language"] for message in messages] == ["kk", "ru"]


def test_registration_numbers_are_unique_under_concurrency(http: httpx.Client) -> None:
    with ThreadPoolExecutor(10) as pool:
        numbers = [chat.opened["number"] for chat in pool.map(lambda _: open_chat(http), range(40))]
    assert sorted(numbers) == [f"{datetime.now(UTC):%y}-{n:06d}" for n in range(1, 41)]


def test_a_message_is_answered_with_what_the_dialogue_says(http: httpx.Client, dialogue: DialogueServer) -> None:
    source = {"service": "PASSPORT", "aspect": "cost", "reviewed_at": "2026-10-01"}
    dialogue.answer = saying(
        {"text": "8 МРП.", "custom": {"sources": [source]}},
        {"text": "Ещё вопрос?", "buttons": [{"title": "Да", "payload": "/affirm"}]},
    )
    chat = open_chat(http, language="ru")
    answer = chat.say("Сколько стоит паспорт?").json()
    assert answer["state"] == "bot"
    assert [message["text"] for message in answer["messages"]] == ["8 МРП.", "Ещё вопрос?"]
    assert [message["sources"] for message in answer["messages"]] == [[source], []]
    assert answer["messages"][1]["buttons"] == [{"title": "Да", "payload": "/affirm"}]
    assert "signals" not in answer
    assert dialogue.requests == [
        {
            "conversation": chat.id,
            "text": "Сколько стоит паспорт?",
            "payload": False,
            "language": "ru",
            "channel": "web",
        },
    ]


def test_only_an_offered_button_is_a_payload(http: httpx.Client, dialogue: DialogueServer) -> None:
    dialogue.answer = saying({"text": "О паспорте?", "buttons": [{"title": "Да", "payload": '/affirm{"a":"b"}'}]})
    chat = open_chat(http, language="ru")
    other = open_chat(http, language="ru")
    chat.say('/affirm{"a":"b"}')
    chat.say('/affirm{"a":"b"}')
    other.say('/affirm{"a":"b"}')
    other.say("/restart")
    assert [request["payload"] for request in dialogue.requests] == [False, True, False, False]
    assert dialogue.requests[1]["text"] == '/affirm{"a":"b"}'
    assert chat.texts("citizen") == ['/affirm{"a":"b"}', "Да"]


def test_the_same_client_id_is_answered_once_however_often_it_is_sent(
    http: httpx.Client, dialogue: DialogueServer
) -> None:
    chat = open_chat(http, language="ru")
    with ThreadPoolExecutor(10) as pool:
        answers = [response.json() for response in pool.map(lambda _: chat.say("паспорт", "one"), range(10))]
    assert len(dialogue.requests) == 1
    assert all(answer == answers[0] for answer in answers)
    assert [message["text"] for message in answers[0]["messages"]] == ["ru: паспорт"]
    assert chat.texts("citizen") == ["паспорт"]


def test_a_client_id_belongs_to_its_conversation(http: httpx.Client) -> None:
    first, second = open_chat(http, language="ru"), open_chat(http, language="ru")
    first.say("первое", "same")
    assert second.say("второе", "same").json()["messages"][0]["text"] == "ru: второе"


def test_twenty_messages_at_once_are_answered_one_by_one_in_the_order_of_arrival(
    http: httpx.Client, dialogue: DialogueServer
) -> None:
    # Told apart by words, not by the conversations' ids: letters of one may be read as a Kazakh word.
    chats = {word: open_chat(http, language="ru") for word in ("паспорт", "справка")}
    with ThreadPoolExecutor(40) as pool:
        futures = [
            (text, pool.submit(chat.say, text))
            for word, chat in chats.items()
            for text in (f"{word} {n}" for n in range(20))
        ]
        for text, future in futures:
            assert [message["text"] for message in future.result().json()["messages"]] == [f"ru: {text}"]
    for word, chat in chats.items():
        asked = chat.texts("citizen")
        assert len(set(asked)) == 20
        assert chat.texts("assistant")[1:] == [f"ru: {text}" for text in asked]
        assert [request["text"] for request in dialogue.requests if request["conversation"] == chat.id] == asked
        assert all(text.startswith(word) for text in asked)
        assert dialogue.most_at_once[chat.id] == 1


def test_the_language_follows_the_citizen_and_the_dialogue(http: httpx.Client, dialogue: DialogueServer) -> None:
    chat = open_chat(http)
    chat.say("Паспортты қалай аламын?")
    dialogue.answer = saying({"text": "Хорошо."}, {"custom": {"language": {"code": "ru"}}})
    assert chat.say("?").json()["messages"][0]["language"] == "ru"
    chat.say("!")
    assert [request["language"] for request in dialogue.requests] == ["kk", "kk", "ru"]
    assert chat.read()["messages"][-1]["language"] == "ru"


def test_a_handoff_is_announced_with_the_place_in_the_queue(http: httpx.Client, dialogue: DialogueServer) -> None:
    first, second = open_chat(http, language="ru"), open_chat(http, language="kk")
    dialogue.answer = saying({"text": "Хорошо."}, {"custom": {"handoff": {"reason": "asked", "skill": "general"}}})
    answer = first.say("позовите оператора").json()
    assert answer["state"] == "queued"
    assert [message["text"] for message in answer["messages"]] == [
        "Хорошо.",
        "Передаю разговор консультанту. Вы первый в очереди. Пока ждёте, можете спрашивать меня.",
    ]
    assert "екіншісіз" in second.say("операторды шақырыңыз").json()["messages"][-1]["text"]
    # Asked again, the place is told again and kept.
    assert "первый" in first.say("оператора").json()["messages"][-1]["text"]
    # While waiting the assistant goes on answering; taking leave leaves the queue.
    dialogue.answer = saying({"text": "Пожалуйста."}, {"custom": {"end": {}}})
    assert first.say("спасибо, не надо").json()["state"] == "closed"
    dialogue.answer = saying({"custom": {"handoff": {"reason": "asked"}}})
    assert "біріншісіз" in second.say("оператор").json()["messages"][-1]["text"]


def test_a_citizen_who_writes_after_the_end_goes_on_in_the_same_contact(
    http: httpx.Client, dialogue: DialogueServer
) -> None:
    chat = open_chat(http, language="ru")
    dialogue.answer = saying({"text": "До свидания.", "custom": {"end": {}}})
    assert chat.say("пока").json()["state"] == "closed"
    dialogue.answer = saying({"text": "Слушаю."})
    assert chat.say("ещё вопрос").json()["state"] == "bot"


def test_messages_are_read_in_pages_after_the_last_seen(http: httpx.Client) -> None:
    chat = open_chat(http, language="ru")
    for n in range(3):
        chat.say(f"вопрос {n}")
    everything = chat.read()["messages"]
    assert [message["from"] for message in everything] == ["assistant", *["citizen", "assistant"] * 3]
    assert chat.read(everything[2]["id"])["messages"] == everything[3:]
    assert chat.read(everything[-1]["id"])["messages"] == []


def test_a_service_client_sets_the_channel_and_gets_signals(http: httpx.Client, dialogue: DialogueServer) -> None:
    chat = open_chat(http, service=True, language="ru", channel="phone", contact={"phone": "+77010000000"})
    assert "разговор записывается" in chat.opened["messages"][0]["text"]
    dialogue.answer = saying(
        {"text": "Назовите номер."},
        {"custom": {"collect_digits": {"length": 12, "purpose": "iin"}, "complaint_draft": {"service": "PASSPORT"}}},
    )
    answer = chat.say("готов ли паспорт").json()
    assert answer["signals"] == [
        {"name": "collect_digits", "length": 12, "purpose": "iin"},
        {"name": "complaint_draft", "service": "PASSPORT"},
    ]
    assert dialogue.requests[0]["channel"] == "phone"
    dialogue.answer = saying({"text": "Спасибо."})
    assert chat.say("да").json()["signals"] == []


@pytest.mark.parametrize(
    "body", [{"channel": "phone"}, {"channel": "mail"}, {"contact": {"phone": "+77010000000"}}], ids=str
)
def test_only_a_service_client_sets_channel_and_contact(http: httpx.Client, body: dict[str, object]) -> None:
    response = http.post("/api/conversations", json={"language": "ru", **body})
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"where": next(iter(body)), "what": "можно указать только со служебным ключом"},
    ]

"""A whole consultation over the real API: offered, accepted, talked, closed, rated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.contact_centre.dialogue_server import saying
from tests.web.console.conftest import HANDOFF
from tests.web.console.seats import until
from tests.web.running import open_chat
from tests.web.test_stream import _stream as chat_stream

if TYPE_CHECKING:
    import httpx

    from tests.contact_centre.dialogue_server import DialogueServer
    from tests.web.console.seats import Seat

PASSERS_BY = 5
SOURCE = {"service": "PASSPORT", "aspect": "cost", "reviewed_at": "2026-10-01"}


def _payloads(message: dict[str, Any]) -> dict[str, str]:
    return {button["title"]: button["payload"] for button in message["buttons"]}


def _by_a_person(frame: dict[str, Any]) -> bool:
    return frame["message"]["from"] in {"citizen", "consultant"}


@pytest.mark.parametrize(
    ("language", "words", "thanks"),
    [
        (
            "ru",
            ["Вам отвечает консультант.", "Оцените, пожалуйста, консультацию от 1 до 5."],
            "Спасибо, оценка сохранена. Если появится вопрос, напишите.",
        ),
        (
            "kk",
            ["Сізге кеңесші жауап береді.", "Кеңесті 1-ден 5-ке дейін бағалап жіберіңізші."],
            "Рақмет, бағаңыз сақталды. Сұрағыңыз болса, жазыңыз.",
        ),
    ],
)
def test_a_consultation_from_the_hand_off_to_the_rating(
    http: httpx.Client, dialogue: DialogueServer, consultant: Seat, language: str, words: list[str], thanks: str
) -> None:
    chat = open_chat(http, language=language)
    dialogue.answer = saying({"text": "8 МРП.", "custom": {"sources": [SOURCE]}})
    question = {"ru": "Сколько стоит паспорт?", "kk": "Паспорт қанша тұрады?"}[language]
    chat.say(question)
    dialogue.answer = HANDOFF
    chat.say({"ru": "Позовите консультанта", "kk": "Кеңесшіні шақырыңыз"}[language])
    consultant.be("available")
    talk = consultant.take()
    assert talk["summary"]["wants"] == question
    assert talk["summary"]["told"] == "8 МРП."
    assert (talk["language"], talk["service"], talk["topic"]) == (language, "PASSPORT", "documents")
    assert question in [message["text"] for message in talk["messages"]]
    assert chat.read()["state"] == "consultant"

    asked = len(dialogue.requests)
    silent = chat.say("?", "while-talking").json()
    assert (silent["state"], silent["messages"]) == ("consultant", [])
    assert len(dialogue.requests) == asked, "the assistant is silent while a consultant has the conversation"
    first = consultant.say(talk["id"], "Слушаю вас.", "a")
    assert consultant.say(talk["id"], "Слушаю вас.", "a")["id"] == first["id"]
    assert chat.texts("consultant") == ["Слушаю вас."]

    closed = consultant.close(talk["id"])
    assert (closed["phase"], closed["outcome"]) == ("after_contact", "answered")
    assert chat.texts("system") == words
    ask = chat.read()["messages"][-1]
    assert list(_payloads(ask))[:5] == ["1", "2", "3", "4", "5"]
    assert chat.read()["state"] == "rating"
    rated = chat.say(_payloads(ask)["5"]).json()
    assert rated["state"] == "rating"
    done = chat.say("Все объяснили").json()
    assert (done["state"], done["messages"][0]["text"]) == ("closed", thanks)
    consultant.post(f"/conversations/{talk['id']}/after-contact", {"action": "finish"})
    kept = consultant.get(f"/contacts/{talk['number']}")["consultations"][0]
    assert (kept["rating"], kept["rating_word"], kept["outcome"]) == (5, "Все объяснили", "answered")


@pytest.mark.parametrize(
    ("said", "rating", "state"),
    [
        ("пять", 5, "rating"),
        ("бес", 5, "rating"),
        ("отлично", 5, "rating"),
        ("2", 2, "rating"),
        ("нет", None, "closed"),
    ],
)
def test_a_rating_in_words(
    http: httpx.Client, dialogue: DialogueServer, consultant: Seat, said: str, rating: int | None, state: str
) -> None:
    chat = open_chat(http, language="ru")
    dialogue.answer = HANDOFF
    chat.say("оператор")
    consultant.be("available")
    talk = consultant.take()
    consultant.close(talk["id"])
    assert chat.say(said).json()["state"] == state
    assert consultant.get(f"/conversations/{talk['id']}")["rating"] == rating


def test_a_new_question_is_not_taken_for_a_rating(
    http: httpx.Client, dialogue: DialogueServer, consultant: Seat
) -> None:
    chat = open_chat(http, language="ru")
    dialogue.answer = HANDOFF
    chat.say("оператор")
    consultant.be("available")
    consultant.close(consultant.take()["id"])
    dialogue.answer = saying({"text": "15 дней."})
    answer = chat.say("Сколько дней делают паспорт").json()
    assert (answer["state"], [message["text"] for message in answer["messages"]]) == ("bot", ["15 дней."])


@pytest.mark.usefixtures("asks_for_a_human")
def test_words_go_both_ways_over_the_streams_in_order(http: httpx.Client, consultant: Seat) -> None:
    chat = open_chat(http, language="ru")
    consultant.be("available")
    with consultant.console() as console, chat_stream(http, chat.id) as citizen:
        citizen.send(json.dumps({"token": chat.opened["token"], "after": None, "marks": True}))
        chat.say("позовите оператора")
        offer = console.next("work", lambda frame: frame["work"]["offers"])["work"]["offers"][0]
        assert offer["preview"] == "позовите оператора"
        talk = consultant.post(f"/offers/{offer['entry']['id']}/accept")["id"]
        console.next("work", lambda frame: frame["work"]["conversations"])
        for number in range(20):
            chat.say(f"вопрос {number}")
            consultant.say(talk, f"ответ {number}", str(number))
        heard = [console.next("message", _by_a_person)["message"]["text"] for _ in range(40)]
        assert heard == [text for number in range(20) for text in (f"вопрос {number}", f"ответ {number}")]
        said: list[dict[str, Any]] = []
        while len([message for message in said if message["from"] == "consultant"]) < 20:
            frame = json.loads(citizen.recv(timeout=5))
            if frame["type"] == "message":
                said.append(frame["message"])
        assert [message["text"] for message in said if message["from"] in {"citizen", "consultant"}][1:] == heard
        last = said[-1]["id"]
        citizen.send(json.dumps({"type": "typing"}))
        assert console.next("typing")["conversation"] == talk
        citizen.send(json.dumps({"type": "read", "id": last}))
        assert console.next("marks", lambda frame: frame["marks"]["read"])["marks"] == {
            "delivered": last,
            "read": last,
            "seen": 0,
        }
        console.send({"type": "typing", "conversation": talk})
        console.send({"type": "read", "conversation": talk, "id": last})
        assert json.loads(citizen.recv(timeout=5)) == {"type": "typing"}
        assert json.loads(citizen.recv(timeout=5)) == {"type": "seen", "id": last}


@pytest.mark.usefixtures("asks_for_a_human")
def test_what_was_read_was_delivered_whichever_way_it_came(http: httpx.Client, consultant: Seat) -> None:
    chat, stranger = open_chat(http, language="ru"), open_chat(http, language="ru")
    consultant.be("available")
    chat.say("оператор")
    talk = consultant.take()["id"]
    with consultant.console() as console, chat_stream(http, chat.id) as citizen:
        console.next("work")
        last = chat.read()["messages"][-1]["id"]
        citizen.send(json.dumps({"token": chat.opened["token"], "after": last, "marks": True}))
        for message in (10**9, stranger.opened["messages"][-1]["id"], last):
            citizen.send(json.dumps({"type": "read", "id": message}))
        marks = console.next("marks", lambda frame: frame["marks"]["read"])
        assert (marks["conversation"], marks["marks"]) == (talk, {"delivered": last, "read": last, "seen": 0})


@pytest.mark.usefixtures("asks_for_a_human")
def test_a_declined_offer_goes_to_the_next_and_a_transfer_to_a_person(
    http: httpx.Client, consultant: Seat, colleague: Seat
) -> None:
    chat = open_chat(http, language="ru")
    consultant.be("available")
    chat.say("оператор")
    offer = consultant.offered()
    colleague.be("available")
    consultant.post(f"/offers/{offer}/decline")
    assert colleague.take()["id"] == offer
    colleague.post(f"/conversations/{offer}/notes", {"text": "просит срочно"})
    word = {"account": consultant.badge.account, "word": "по вашей теме"}
    colleague.post(f"/conversations/{offer}/transfer", word)
    offers = until(lambda: consultant.work()["offers"])
    assert (offers[0]["entry"]["id"], offers[0]["word"]) == (offer, "по вашей теме")
    talk = consultant.post(f"/offers/{offer}/accept")
    assert [note["text"] for note in talk["notes"]] == ["просит срочно", "по вашей теме"]
    assert "Передаю разговор другому консультанту. Он видит всё, что вы написали." in chat.texts("system")
    assert not any("срочно" in text for text in chat.texts())
    response = colleague.http.post(f"/conversations/{offer}/messages", json={"text": "я ещё тут", "client_id": "x"})
    assert response.status_code == 409
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.usefixtures("asks_for_a_human")
def test_an_offer_is_for_one_and_for_a_time(http: httpx.Client, consultant: Seat, colleague: Seat) -> None:
    chat = open_chat(http, language="ru")
    consultant.be("available")
    chat.say("оператор")
    offer = consultant.offered()
    colleague.be("available")
    assert colleague.http.post(f"/offers/{offer}/accept").status_code == 409
    consultant.post(f"/offers/{offer}/accept")
    assert consultant.http.post(f"/offers/{offer}/accept").status_code == 409
    assert consultant.http.put("/presence", json={"presence": "offline"}).status_code == 409
    assert consultant.be("break")["presence"] == "break"


def test_a_suggestion_answers_the_citizens_last_words(
    http: httpx.Client, dialogue: DialogueServer, consultant: Seat
) -> None:
    chat = open_chat(http, language="ru")
    dialogue.answer = HANDOFF
    chat.say("оператор")
    consultant.be("available")
    talk = consultant.take()["id"]
    nothing = consultant.get(f"/conversations/{talk}/suggestions")
    assert (nothing["question"], nothing["results"]) == (None, []), "one word for a person is no question"
    chat.say("сколько стоит паспорт")
    suggested = consultant.get(f"/conversations/{talk}/suggestions")
    assert suggested["question"] == "сколько стоит паспорт"
    assert suggested["results"][0]["service"] == "PASSPORT"


def test_words_that_only_ask_for_a_person_do_not_hide_the_question(
    http: httpx.Client, dialogue: DialogueServer, consultant: Seat
) -> None:
    chat = open_chat(http, language="ru")
    chat.say("сколько стоит паспорт")
    dialogue.answer = HANDOFF
    chat.say("позовите оператора")
    consultant.be("available")
    until(lambda: consultant.work()["offers"])
    assert consultant.work()["offers"][0]["preview"] == "сколько стоит паспорт"
    suggested = consultant.get(f"/conversations/{consultant.take()['id']}/suggestions")
    assert suggested["question"] == "сколько стоит паспорт"
    assert suggested["results"][0]["service"] == "PASSPORT"


def test_thumbs_are_offered_after_a_talk_with_the_assistant_alone(http: httpx.Client, dialogue: DialogueServer) -> None:
    chat = open_chat(http, language="kk")
    dialogue.answer = saying({"text": "Сау болыңыз.", "custom": {"end": {}}})
    last = chat.say("сау бол").json()["messages"][-1]
    assert list(_payloads(last)) == ["Көмектесті", "Көмектеспеді"]
    asked = len(dialogue.requests)
    answer = chat.say(_payloads(last)["Көмектеспеді"]).json()
    assert answer["state"] == "closed"
    again = chat.say(_payloads(answer["messages"][-1])["Қосу"]).json()
    assert again["state"] == "queued"
    assert "біріншісіз" in again["messages"][-1]["text"]
    assert len(dialogue.requests) == asked


def test_what_is_written_while_the_console_learns_of_its_new_talk_is_pushed(
    http: httpx.Client, dialogue: DialogueServer, consultant: Seat
) -> None:
    consultant.be("available")
    with consultant.console() as console:
        console.next("work")
        for number in range(PASSERS_BY):
            chat = open_chat(http)
            dialogue.answer = HANDOFF
            chat.say("Позовите консультанта")
            talk = consultant.take()
            for line in ("Добрый день", "Вы здесь?"):  # at once: no console has heard of the talk by then
                assert chat.say(f"{line} {number}").is_success
            heard = [console.next("message", _by_a_person)["message"]["text"] for _ in range(2)]
            assert heard == [f"Добрый день {number}", f"Вы здесь? {number}"]
            consultant.close(talk["id"])
            consultant.post(f"/conversations/{talk['id']}/after-contact", {"action": "finish"})

"""Real words through real Rasa to the real knowledge base and monitoring system, and back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

from deploy.settings import MONITORING, PROCESSES, RASA, WEB
from tests.end_to_end.chat import Citizen

if TYPE_CHECKING:
    from deploy.stack import Stack


@pytest.mark.parametrize(
    ("language", "question", "service", "fact", "follow_up", "follow_up_fact"),
    [
        ("ru", "сколько стоит удостоверение личности", "ID_CARD", "865", "а какие документы нужны?", "прежнее"),
        ("kk", "жеке куәлік қанша тұрады", "ID_CARD", "865", "қандай құжаттар керек?", "өтініш"),
        ("ru", "за сколько дней сделают паспорт", "PASSPORT", "15", "а сколько стоит?", "17 300"),
        ("kk", "балабақшаға кезекке тұру үшін қандай құжат керек", "KINDERGARTEN", "куәлі", "ақысы қанша?", "тегін"),
    ],
)
def test_procedure_and_its_follow_up_come_from_the_knowledge_base(
    stack: Stack, language: str, question: str, service: str, fact: str, follow_up: str, follow_up_fact: str
) -> None:
    citizen = Citizen(stack)
    first = citizen.say(question)
    assert first.services == {service}
    assert fact in first.text
    assert {message["language"] for message in first.messages} == {language}
    second = citizen.say(follow_up)
    assert second.services == {service}
    assert follow_up_fact in second.text.lower()
    assert all(source["reviewed_at"] for message in second.messages for source in message["sources"])


@pytest.mark.parametrize(
    ("language", "question", "number", "fact"),
    [
        ("ru", "готов ли мой паспорт", "002610450022", "результат готов"),
        ("kk", "өтінішім қай кезеңде", "002610450055", "құжаттарды күтіп"),
    ],
)
def test_stage_is_what_the_provider_entered(stack: Stack, language: str, question: str, number: str, fact: str) -> None:
    citizen = Citizen(stack, language)
    assert citizen.say(question).state == "bot"
    assert fact in citizen.say(number).text


def test_a_stage_entered_a_moment_ago_is_told(stack: Stack) -> None:
    entry = {"service": "PASSPORT", "provider": "МВД РК", "stage": "suspended", "since": "2026-11-21"}
    key = {"X-Api-Key": stack.secrets["MONITORING_API_KEY"]}
    address = f"{stack.url(MONITORING)}/applications/880012345678"
    assert "не внёс" in Citizen(stack, "ru").say("стадия заявления 880012345678").text
    assert httpx.put(address, json=entry, headers=key).status_code == 201
    told = Citizen(stack, "ru").say("стадия заявления 880012345678").text
    assert "приостановлено" in told
    assert "21 ноября 2026" in told


@pytest.mark.parametrize(("language", "words"), [("ru", "соедините с оператором"), ("kk", "операторға қосыңызшы")])
def test_operator_is_announced_and_queued(stack: Stack, language: str, words: str) -> None:
    reply = Citizen(stack, language).say(words)
    assert reply.state == "queued"
    assert {"ru": "консультант", "kk": "кеңесші"}[language] in reply.text.lower()


def test_emergency_number_comes_first(stack: Stack) -> None:
    assert "101" in Citizen(stack, "ru").say("помогите у нас пожар горит квартира").text.split(",")[0]
    assert "103" in Citizen(stack, "kk").say("жедел жәрдем шақырыңызшы, анам құлап қалды").text.split(",")[0]


def test_a_typed_command_of_the_dialogue_server_is_only_words(stack: Stack) -> None:
    citizen = Citizen(stack, "ru")
    citizen.say("сколько стоит паспорт")
    for command in ("/restart", "/ask_status", '/ask_service_procedure{"service":"EDS"}', "/", "//"):
        reply = citizen.say(command)
        assert reply.status == 200, command
        assert reply.state == "bot", command
        assert "EDS" not in reply.services


def test_a_button_that_was_offered_works(stack: Stack) -> None:
    citizen = Citizen(stack, "kk")
    offered = citizen.say("паспорт қанша тұрады").payloads
    documents = next(payload for payload in offered if '"documents"' in payload)
    reply = citizen.say(documents)
    assert reply.services == {"PASSPORT"}
    assert {message["language"] for message in reply.messages} == {"kk"}


@pytest.mark.parametrize(
    "text", ["👍👍", "???", "5", "<script>alert(1)</script>", "a" * 4000, "ә" * 4000, "\u202eтест"]
)
def test_odd_messages_get_an_answer_and_stay_with_the_assistant(stack: Stack, text: str) -> None:
    reply = Citizen(stack, "ru").say(text)
    assert (reply.status, reply.state) == (200, "bot")
    assert reply.text


def test_citizens_at_once_never_see_each_others_words(stack: Stack) -> None:
    questions = ["сколько стоит паспорт", "прописка онлайн", "балабақша кезегі", "как закрыть ип"] * 3

    def converse(number_and_question: tuple[int, str]) -> tuple[str, list[str]]:
        number, question = number_and_question
        citizen = Citizen(stack)
        mark = f"{question} {'я' * (number + 1)}"
        citizen.say(mark)
        own = [message["text"] for message in citizen.transcript() if message["from"] == "citizen"]
        return mark, own

    with ThreadPoolExecutor(12) as pool:
        for mark, own in pool.map(converse, enumerate(questions)):
            assert own == [mark]


def test_twenty_messages_at_once_are_answered_one_by_one(stack: Stack) -> None:
    citizen = Citizen(stack, "ru")
    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(lambda n: citizen.say(f"сколько стоит паспорт {n}"), range(20)))
    assert {reply.status for reply in replies} == {200}
    lines = [message["from"] for message in citizen.transcript()][1:]
    assert lines.count("citizen") == 20
    assert lines.count("assistant") >= 20


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_every_process_shows_its_health(stack: Stack, process: object) -> None:
    address = stack.url(process)  # type: ignore[arg-type]  # the fixture's parameters are Process
    assert httpx.get(f"{address}/healthz").status_code == 200
    assert httpx.get(f"{address}/readyz").json()["status"] == "ready"
    assert "python_info" in httpx.get(f"{address}/metrics").text


def test_parse_interface_names_intent_and_aspect(stack: Stack) -> None:
    parsed = httpx.post(f"{stack.url(RASA)}/model/parse", json={"text": "паспортқа қандай құжаттар керек"}).json()
    assert parsed["intent"]["name"] == "ask_service_procedure"
    assert 0 < parsed["intent"]["confidence"] <= 1
    assert {"aspect": "documents"}.items() <= {e["entity"]: e["value"] for e in parsed["entities"]}.items()


@pytest.mark.parametrize("question", ["балабақша кезегі", "очередь в садик", "balabaqsha kezegi"])
def test_search_interface_finds_the_service(stack: Stack, question: str) -> None:
    answer = httpx.get(f"{stack.url(WEB)}/api/kb/search", params={"q": question, "lang": "auto", "limit": 3})
    results = answer.json()["results"]
    assert results[0]["service"] == "KINDERGARTEN"
    assert set(results[0]) == {"service", "aspect", "title", "text", "score"}

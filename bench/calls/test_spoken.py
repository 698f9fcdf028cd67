"""Spoken dialogues with the whole product: real recognition, real Rasa, real speech, through AudioSocket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bench.calls.line import Call, PhoneLine
from deploy.settings import AUDIOSOCKET, RASA, VOICE

if TYPE_CHECKING:
    from deploy.stack import Stack
    from language import Language

AT_ONCE = 4
"""Calls at the same time: this file is about what is said, bench/ is about how quickly."""

RUSSIAN = [
    ("сколько стоит паспорт", "МРП"),
    ("какие документы нужны на паспорт", "удостоверение"),
    ("сколько стоит удостоверение личности", "865"),
    ("где получить паспорт", "ЦОН"),
    ("какой срок паспорта", "15"),
    ("как получить справку о несудимости", "Справк"),
    ("как встать в очередь на детский сад", "сад"),
    ("как зарегистрировать брак", ""),
    ("как получить водительское удостоверение", "удостоверение"),
    ("как зарегистрировать машину", ""),
    ("как получить электронную подпись", "ЭЦП"),
    ("как прописаться по новому адресу", ""),
    ("сколько стоит адресная справка", ""),
    ("как получить пособие на ребёнка", ""),
    ("хочу подать жалобу", ""),
    ("где получить удостоверение личности", ""),
    ("как получить удостоверение личности", ""),
    ("как оформить пенсию", ""),
    ("спасибо", "Пожалуйста"),
]
KAZAKH = [
    ("паспорт қанша тұрады", "АЕК"),
    ("паспорт алуға қандай құжаттар керек", ""),
    ("жеке куәлік қанша тұрады", "865"),
    ("паспортты қайдан аламын", ""),
    ("балабақшаға кезекке қалай тұрамын", ""),
    ("неке куәлігін қалай алуға болады", ""),
    ("соттылығы жоқ туралы анықтама керек", ""),
    ("туу туралы куәлік алғым келеді", ""),
    ("жүргізуші куәлігін ауыстырамын", ""),
    ("электрондық қолтаңбаны қалай аламын", ""),
    ("мекенжай анықтамасын алғым келеді", ""),
    ("зейнетақыны қалай рәсімдеймін", ""),
    ("шағым қалдырғым келеді", ""),
    ("өтініш мәртебесін тексергім келеді", "нөмір"),
    ("паспорт қанша күнде дайын болады", ""),
    ("жеке куәлікті қайдан аламын", ""),
    ("жеке куәлік алуға қандай құжаттар керек", ""),
    ("жеке кәсіпкерлікті қалай тіркеймін", ""),
    ("рахмет", ""),
]


@pytest.fixture(scope="module")
def line(stack: Stack) -> PhoneLine:
    return PhoneLine(stack.settings.port(AUDIOSOCKET), stack.url(VOICE), stack.settings.data_dir)


async def ask(line: PhoneLine, question: str, language: Language, gate: asyncio.Semaphore) -> tuple[str, str]:
    """Speak over the greeting; return what was understood and what was answered."""
    async with gate, line.call() as call:
        await call.greeting_begins()
        await call.say(question, language)
        await call.caller.answer_begins()
        record = await asyncio.to_thread(turns_of, call)
    return record[0], record[1]


def turns_of(call: Call) -> tuple[str, str]:
    turns = call.record()["turns"]
    return turns[0]["text"], turns[1]["text"]


@pytest.mark.parametrize(("language", "dialogues"), [("ru", RUSSIAN), ("kk", KAZAKH)], ids=["ru", "kk"])
async def test_spoken_questions_are_understood_and_answered(
    line: PhoneLine, language: Language, dialogues: list[tuple[str, str]]
) -> None:
    gate = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        asked = [group.create_task(ask(line, question, language, gate)) for question, _ in dialogues]
    wrong = [
        (question, *task.result())
        for (question, expected), task in zip(dialogues, asked, strict=True)
        if task.result()[0] != question or expected not in task.result()[1]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "question"), [("ru", "проверить статус заявки"), ("kk", "өтініш мәртебесін тексергім келеді")]
)
async def test_a_number_typed_on_the_phone_finds_the_stage(line: PhoneLine, language: Language, question: str) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say(question, language)
        await call.hear()
        await call.type("002610450022#")
        await call.hear()
    assert "002" in call.said_by("assistant")[-1]


async def test_a_consultant_is_asked_for_by_voice(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("соедините с оператором", "ru")
        await call.ends()
    assert call.next() == "queue-ru"


async def test_the_dialogue_down_leads_to_the_queue(line: PhoneLine, stack: Stack) -> None:
    stack.stop(RASA)
    try:
        async with line.call() as call:
            await call.greeting_begins()
            await call.say("паспорт қанша тұрады", "kk")
            await call.ends()
    finally:
        stack.start(RASA)
    assert "кеңесші" in call.said_by("assistant")[-1]
    assert call.next() == "queue-kk"

"""Spoken dialogues with the whole product: real recognition, real Rasa, real speech, through AudioSocket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from deploy.settings import AUDIOSOCKET, RASA, VOICE
from tests.voice.calls.line import Call, PhoneLine

if TYPE_CHECKING:
    from deploy.stack import Stack
    from language import Language

AT_ONCE = 6
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
        await call.until(lambda record: any(turn["who"] == "assistant" for turn in record["turns"]))
        return await asyncio.to_thread(turns_of, call)


def turns_of(call: Call) -> tuple[str, str]:
    return call.said_by("caller")[0], call.said_by("assistant")[0]


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


STAGE: dict[Language, tuple[str, str, str]] = {
    "ru": ("проверить статус заявки", "ноль ноль два шесть один ноль", "четыре пять ноль ноль два два"),
    "kk": ("өтініш мәртебесін тексергім келеді", "нөл нөл екі алты бір нөл", "төрт бес нөл нөл екі екі"),
}


@pytest.mark.parametrize("language", STAGE)
async def test_a_number_typed_on_the_phone_finds_the_stage(line: PhoneLine, language: Language) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say(STAGE[language][0], language)
        await call.answered()
        await call.type("002610450022#")
        await call.answered(2)
    assert "002" in call.said_by("assistant")[-1]


@pytest.mark.parametrize("language", STAGE)
async def test_a_number_dictated_with_a_pause_finds_the_stage(line: PhoneLine, language: Language) -> None:
    question, first, second = STAGE[language]
    async with line.call() as call:
        await call.greeting_begins()
        await call.say(question, language)
        await call.answered()
        await call.say(first, language)
        await call.caller.speak(bytes(2 * 8000))  # a second to look at the paper
        await call.say(second, language)
        await call.answered(2)
    assert "002" in call.said_by("assistant")[-1]


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("ru", "какие документы нужны на паспорт", "сколько стоит паспорт"),
        ("kk", "паспорт алуға қандай құжаттар керек", "паспорт қанша тұрады"),
    ],
)
async def test_a_caller_who_speaks_over_the_answer_is_answered(
    line: PhoneLine, language: Language, first: str, second: str
) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say(first, language)
        await call.caller.answer_begins()
        await asyncio.sleep(0.5)
        await call.say(second, language)
        await call.answered(2)
    assert call.said_by("caller") == [first, second]
    interrupted = next(turn for turn in call.record()["turns"] if turn["who"] == "assistant")
    assert len(interrupted["heard"]) < len(interrupted["text"])


@pytest.mark.parametrize(
    ("language", "wish", "queue"), [("ru", "соедините с оператором", "queue-ru"), ("kk", "оператор", "queue-kk")]
)
async def test_a_consultant_is_asked_for_by_voice(line: PhoneLine, language: Language, wish: str, queue: str) -> None:
    async with line.call() as call:
        await call.type("1" if language == "kk" else "2")
        await call.answered()
        await call.say(wish, language)
        await call.ends()
    assert call.next() == queue


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

"""Spoken dialogues with the whole product: real recognition, real Rasa, real speech, through AudioSocket."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from deploy.settings import AUDIOSOCKET, RASA, VOICE
from language import LANGUAGES
from tests.voice.calls.at_once import Calls, judge
from tests.voice.calls.dialogues import DIALOGUES
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


CALLS = Calls()
for each in DIALOGUES:
    for spoken_in in LANGUAGES:
        CALLS.add_in(spoken_in, each)


@pytest.fixture(scope="module")
def ends(line: PhoneLine) -> dict[str, BaseException | None]:
    return CALLS.hold(line)


@pytest.mark.parametrize("name", CALLS.names)
def test_dialogue(name: str, ends: dict[str, BaseException | None]) -> None:
    judge(ends[name])


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

"""Spoken dialogues with the whole product, in either language: what is said, and what must come of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from voice_channel.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeAlias

    from language import Language
    from tests.voice.calls.line import PhoneLine

    Dialogue: TypeAlias = Callable[[PhoneLine, Language], Awaitable[None]]

PRICE: Final[dict[Language, str]] = {"ru": "сколько стоит паспорт", "kk": "паспорт қанша тұрады"}
DOCUMENTS: Final[dict[Language, str]] = {
    "ru": "какие документы нужны на паспорт",
    "kk": "паспорт алуға қандай құжаттар керек",
}
PRICE_OF_IT: Final[dict[Language, str]] = {"ru": "сколько стоит", "kk": "қанша тұрады"}
"""Said over the answer. It has none of its words: the caller's voice is ours, and ours coming back is an echo."""
UNIT: Final[dict[Language, str]] = {"ru": "МРП", "kk": "АЕК"}
STAGE: Final[dict[Language, tuple[str, str, str]]] = {
    "ru": ("проверить статус заявки", "ноль ноль два шесть один ноль", "четыре пять ноль ноль два два"),
    "kk": ("өтініш мәртебесін тексергім келеді", "нөл нөл екі алты бір нөл", "төрт бес нөл нөл екі екі"),
}
CONSULTANT: Final[dict[Language, str]] = {"ru": "соедините с оператором", "kk": "оператор"}
KEY: Final[dict[Language, str]] = {"ru": "2", "kk": "1"}


async def a_question_on_a_noisy_line_is_answered(line: PhoneLine, language: Language) -> None:
    async with line.call() as call:
        call.caller.noise = 150
        await call.greeting_begins()
        await call.say(PRICE[language], language)
        await call.replied()
    assert call.said_by("caller") == [PRICE[language]]
    assert UNIT[language] in call.said_by("assistant")[0]


async def a_number_typed_finds_the_stage(line: PhoneLine, language: Language) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say(STAGE[language][0], language)
        await call.replied()
        await call.type("002610450022#")
        await call.replied(2)
    assert "002" in call.said_by("assistant")[-1]


async def a_number_dictated_with_a_pause_finds_the_stage(line: PhoneLine, language: Language) -> None:
    question, first, second = STAGE[language]
    async with line.call() as call:
        await call.greeting_begins()
        await call.say(question, language)
        await call.answered()
        await call.say(first, language)
        await call.caller.speak(bytes(2 * 8000))  # a second to look at the paper
        await call.say(second, language)
        await call.replied(2)
    assert "002" in call.said_by("assistant")[-1]


async def a_caller_who_speaks_over_the_answer_is_answered(line: PhoneLine, language: Language) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say(DOCUMENTS[language], language)
        await call.caller.answer_begins()
        await asyncio.sleep(0.5)
        await call.say(PRICE_OF_IT[language], language)
        await call.replied(2)
    assert call.said_by("caller") == [DOCUMENTS[language], PRICE_OF_IT[language]]
    assert UNIT[language] in call.said_by("assistant")[-1]
    interrupted = next(turn for turn in call.record()["turns"] if turn["who"] == "assistant")
    assert len(interrupted["heard"]) < len(interrupted["text"])


async def a_consultant_is_asked_for_by_voice(line: PhoneLine, language: Language) -> None:
    async with line.call() as call:
        await call.type(KEY[language])
        await call.answered()
        await call.say(CONSULTANT[language], language)
        await call.ends()
    assert call.next() == f"queue-{language}"


async def silence_is_asked_about_and_then_answered(line: PhoneLine, language: Language) -> None:
    async with line.call() as call:
        await call.type(KEY[language])
        await call.hears(phrase("ask_again", language))
        await call.say(PRICE[language], language)
        await call.replied(2)
    assert UNIT[language] in call.said_by("assistant")[-1]


async def hanging_up_in_mid_word_ends_the_call(line: PhoneLine, language: Language) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        speaking = asyncio.create_task(call.say(DOCUMENTS[language], language))
        await asyncio.sleep(0.5)
        call.caller.hang_up()
        speaking.cancel()
        await call.is_over()
    assert call.next() == "hangup"


DIALOGUES: Final[tuple[Dialogue, ...]] = (
    a_question_on_a_noisy_line_is_answered,
    a_number_typed_finds_the_stage,
    a_number_dictated_with_a_pause_finds_the_stage,
    a_caller_who_speaks_over_the_answer_is_answered,
    a_consultant_is_asked_for_by_voice,
    silence_is_asked_about_and_then_answered,
    hanging_up_in_mid_word_ends_the_call,
)

"""Whole calls through real sockets, real recognition and real speech; the dialogue says what the call needs."""

from __future__ import annotations

import asyncio
import wave
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import numpy as np
import pytest

from tests.contact_centre.dialogue_server import DialogueServer, Reply, echo, saying
from tests.voice.calls.at_once import Calls, judge
from tests.voice.calls.line import spoken
from voice_channel import audiosocket
from voice_channel.audiosocket import Kind
from voice_channel.phrases import phrase
from voice_channel.simulated_caller import on_the_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.voice.calls.line import PhoneLine

LONG: Final = "Для паспорта нужны удостоверение личности, прежний паспорт и документ об оплате. " * 3
HAND_OFF: Final = {"custom": {"handoff": {"reason": "asked", "skill": "general"}}}
NUMBER_WANTED: Final = {
    "text": "Назовите номер.",
    "custom": {"collect_digits": {"length": 12, "purpose": "application_number"}},
}
SURE: Final = {
    "text": "Вы уверены?",
    "buttons": [{"title": "Да", "payload": "/affirm"}, {"title": "Нет", "payload": "/deny"}],
}
ANSWERS: Final[dict[str, Callable[[dict[str, Any]], Reply]]] = {
    "какие документы нужны": saying({"text": LONG}),
    "проверить статус заявки": saying(NUMBER_WANTED),
    "главное меню": saying(SURE),
    "Консультант": saying(HAND_OFF),
    "Кеңесші": saying(HAND_OFF),
    "спасибо до свидания": saying({"text": "До свидания. 1414 работает круглосуточно.", "custom": {"end": {}}}),
    "хочу оставить жалобу": lambda _request: Reply([], 500),
    "где получить паспорт": lambda _request: Reply([{"text": "Готово."}], delay_s=1.3),
}
CALLS: Final = Calls()


def answer(request: dict[str, Any]) -> Reply:
    # What is tested is what comes of an answer: a recogniser that heard a breath before the words as «я» is no matter.
    return next((reply for words, reply in ANSWERS.items() if request["text"].endswith(words)), echo)(request)


def nonsense() -> bytes:
    """Return speech that has no words in either language: syllables played backwards."""
    return np.frombuffer(spoken("фырхам гырфыр", "ru"), np.int16)[::-1].tobytes()


@pytest.fixture(scope="module")
def ends(line: PhoneLine, dialogue: DialogueServer) -> dict[str, BaseException | None]:
    dialogue.answer = answer
    return CALLS.hold(line)


@CALLS.add
async def silence_is_answered_step_by_step_and_then_leads_to_a_person(line: PhoneLine) -> None:
    async with line.call() as call:
        for moment in ("ask_again", "offer_help"):
            await call.hears(phrase(moment, "ru"))
        await call.ends()
        assert phrase("silent_handoff", "kk") in call.said_by("line")[-1]
    assert call.next() == "queue"


@CALLS.add
async def silence_after_an_answer_ends_with_a_farewell(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("сколько стоит паспорт", "ru")
        await call.ends()
        ours = [phrase(moment, "ru") for moment in ("ask_again", "offer_help", "silent_goodbye")]
        assert call.said_by("line")[1:] == ours
    assert call.next() == "hangup"


@CALLS.add
async def a_question_is_heard_answered_and_recorded(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.caller.falls_silent()
        await call.say("сколько стоит паспорт", "ru")
        await call.answered()
        record = await asyncio.to_thread(call.record)
    assert call.said_by("caller") == ["сколько стоит паспорт"]
    assert call.said_by("assistant") == ["ru: сколько стоит паспорт"]
    assert record["language"] == "ru"
    assert set(record["turns"][-1]["latency_ms"]) == {"end_of_turn", "final", "dialogue", "first_audio", "total"}
    await call.is_over()
    with wave.open(record["recording"]) as recording:
        assert (recording.getnchannels(), recording.getframerate()) == (2, 8000)
        tracks = np.frombuffer(recording.readframes(recording.getnframes()), np.int16).reshape(-1, 2)
    assert record["number"] in record["recording"]
    assert np.abs(tracks[:, 0]).max() > 1000
    assert np.abs(tracks[:, 1]).max() > 1000
    assert len(tracks) / 8000 == pytest.approx(len(call.caller.heard) / 16000, abs=1.5)


@CALLS.add
async def the_greeting_says_who_speaks_and_that_the_call_is_recorded(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.until(lambda record: bool(record["turns"]) and record["turns"][0]["heard"] is not None)
        greeting = call.record()["turns"][0]
    assert greeting["who"] == "line"
    assert "помощник" in greeting["heard"]
    assert "разговор записывается" in greeting["heard"]
    assert "әңгіме жазылады" in greeting["heard"]


@CALLS.add
async def the_language_is_that_of_the_first_words(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("паспорт қанша тұрады", "kk")
        await call.answered()
    assert call.said_by("assistant") == ["kk: паспорт қанша тұрады"]
    assert call.record()["language"] == "kk"


@CALLS.add
async def our_sound_has_no_gaps(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.caller.falls_silent()
    took_s = call.caller.arrivals[-1] - call.caller.arrivals[0]
    assert len(call.caller.arrivals) == pytest.approx(took_s / 0.02, rel=0.05)


@CALLS.add
async def speech_over_our_voice_stops_it(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("какие документы нужны", "ru")
        await call.caller.answer_begins()
        await asyncio.sleep(1.0)
        await call.say("сколько стоит паспорт", "ru")
        await call.answered(2)
    assert call.said_by("caller") == ["какие документы нужны", "сколько стоит паспорт"]
    interrupted = next(turn for turn in call.record()["turns"] if turn["text"].strip() == LONG.strip())
    assert len(interrupted["heard"]) < len(interrupted["text"])


@CALLS.add
async def a_nod_over_our_voice_does_not_stop_it(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("какие документы нужны", "ru")
        await call.caller.answer_begins()
        await asyncio.sleep(1.0)
        await call.say("угу", "ru")
        await call.answered()
    assert call.said_by("caller") == ["какие документы нужны"]
    assert call.record()["turns"][-1]["heard"] == LONG.strip()


@CALLS.add
async def noise_over_our_voice_does_not_stop_it(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("какие документы нужны", "ru")
        await call.caller.answer_begins()
        call.caller.noise = 800
        await call.answered()
    assert call.record()["turns"][-1]["heard"] == LONG.strip()


@CALLS.add
async def a_noisy_line_is_understood(line: PhoneLine) -> None:
    async with line.call() as call:
        call.caller.noise = 250
        await call.greeting_begins()
        await call.say("паспорт қанша тұрады", "kk")
        await call.answered()
    assert call.said_by("caller") == ["паспорт қанша тұрады"]


@CALLS.add
async def key_0_leads_to_a_consultant_in_the_callers_language(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.type("1")
        await call.answered()
        await call.type("0")
        await call.ends()
    assert call.next() == "queue-kk"


@CALLS.add
async def key_0_before_any_language_leads_to_whoever_is_free(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.type("0")
        await call.ends()
    assert call.next() == "queue"


@CALLS.add
async def a_number_is_typed_where_one_was_asked(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("проверить статус заявки", "ru")
        await call.answered()
        await call.type("002610450022")
        await call.answered(2)
    assert call.said_by("caller")[-1] == "002610450022"


@CALLS.add
async def a_number_is_dictated_with_a_pause_in_it(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("проверить статус заявки", "ru")
        await call.answered()
        await call.say("ноль ноль два шесть один ноль", "ru")
        await call.caller.speak(bytes(2 * 8000))  # a second to look at the paper
        await call.say("четыре пять ноль ноль два два", "ru")
        await call.answered(2)
    assert call.said_by("caller")[-1] == "ноль ноль два шесть один ноль четыре пять ноль ноль два два"


@CALLS.add
async def a_question_of_yes_or_no_is_listened_to_as_one(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("главное меню", "ru")
        await call.answered()
        await call.say("нет", "ru")
        await call.answered(2)
    assert call.said_by("caller")[-1] == "нет"


@CALLS.add
async def star_says_it_again(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("сколько стоит паспорт", "ru")
        await call.answered()
        await call.type("*")
        await call.caller.answer()
    assert call.said_by("caller") == ["сколько стоит паспорт"]


@CALLS.add
async def a_farewell_is_played_to_its_end_and_then_the_call_is_over(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("спасибо до свидания", "ru")
        await call.caller.answer_begins()
        await call.say("до свидания", "ru")
        await call.ends()
        farewell = call.record()["turns"][-1]
    assert farewell["heard"] == farewell["text"] == "До свидания. 1414 работает круглосуточно."
    assert call.next() == "hangup"


@CALLS.add
async def a_dead_dialogue_leads_to_the_queue_with_words(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("хочу оставить жалобу", "ru")
        await call.ends()
    assert "соединяю с консультантом" in call.said_by("assistant")[-1]
    assert call.next() == "queue-ru"


@CALLS.add
async def what_is_not_understood_twice_leads_to_a_consultant(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.type("2")
        await call.answered()
        await call.caller.speak(nonsense())
        await call.hears(phrase("not_understood", "ru"))
        await call.caller.speak(nonsense())
        await call.ends()
        assert call.said_by("line")[1:] == [phrase("not_understood", "ru"), phrase("misheard_handoff", "ru")]
    assert call.said_by("caller") == [phrase("key_language", "ru")]
    assert call.next() == "queue-ru"


@CALLS.add
async def what_is_not_understood_once_is_asked_again_and_forgotten(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.type("2")
        await call.answered()
        for answers in (2, 3):
            await call.caller.speak(nonsense())
            await call.caller.answer()
            await call.say("сколько стоит паспорт", "ru")
            await call.answered(answers)
        assert call.said_by("line").count(phrase("not_understood", "ru")) == 2
    assert call.said_by("caller")[1:] == ["сколько стоит паспорт"] * 2


@CALLS.add
async def a_slow_answer_is_bridged_with_words(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("где получить паспорт", "ru")
        await call.answered()
        assert call.said_by("line")[-1] == phrase("filler", "ru")
    assert call.said_by("assistant") == ["Готово."]


@CALLS.add
async def hanging_up_in_mid_word_ends_the_call(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        speaking = asyncio.create_task(call.say("сколько стоит паспорт", "ru"))
        await asyncio.sleep(0.5)
        call.caller.hang_up()
        speaking.cancel()
        await call.is_over()
    assert call.next() == "hangup"


@CALLS.add
async def a_rating_by_key_ends_the_call_with_thanks(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.type("0")
        await call.ends()
    async with line.call("rating", call.id) as rating:
        await rating.greeting_begins()
        await rating.type("2")
        await rating.ends()
        assert phrase("rating_thanks", "ru") in rating.said_by("line")[-1]
    assert rating.next() == "hangup"


@CALLS.add
async def a_rating_is_spoken(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.type("2")
        await call.answered()
        await call.type("0")
        await call.ends()
    async with line.call("rating", call.id) as rating:
        await rating.greeting_begins()
        await rating.say("пять", "ru")
        await rating.ends()
        assert rating.said_by("line")[-1] == phrase("rating_thanks", "ru")


@CALLS.add
async def a_failed_rating_leg_does_not_lead_back_to_the_queue(line: PhoneLine) -> None:
    session = (await asyncio.to_thread(line.ask, "/leg", kind="rating", call=str(uuid4()), caller="")).text
    assert (await asyncio.to_thread(line.ask, "/next", sid=session, **{"try": "FAILED"})).text == "hangup"


@CALLS.add
async def a_callback_is_asked_for_with_1(line: PhoneLine) -> None:
    async with line.call(caller="+77017654321") as call:
        await call.type("0")
        await call.ends()
    async with line.call("callback", call.id, caller="+77017654321") as callback:
        await callback.greeting_begins()
        await callback.type("1")
        await callback.ends()
        assert "+77017654321" in callback.said_by("line")[-1]
    assert callback.next() == "hangup"


@CALLS.add
async def a_session_is_used_once_and_an_unknown_one_is_served(line: PhoneLine) -> None:
    session = uuid4()
    async with on_the_line("127.0.0.1", line.audiosocket_port, session) as caller:
        await caller.answer_begins()
        async with on_the_line("127.0.0.1", line.audiosocket_port, session) as second:
            async with asyncio.timeout(20):
                await second.ended.wait()
            assert not second.heard
    for nonsense in ("no uuid at all", str(UUID(int=5))):
        assert (await asyncio.to_thread(line.ask, "/next", sid=nonsense)).text == "queue"


@CALLS.add
async def broken_frames_in_a_call_end_it_alone(line: PhoneLine) -> None:
    async with line.call() as good:
        await good.greeting_begins()
        async with line.call() as broken:
            await broken.greeting_begins()
            broken.caller.writer.write(b"\x42\x00\x04what")  # of an unknown kind: left out
            broken.caller.writer.write(audiosocket.encode(Kind.KEY, b"??"))
            await broken.ends()
        assert broken.next() == "hangup"
        await good.caller.falls_silent()
        assert not good.caller.ended.is_set()


@pytest.mark.parametrize("name", CALLS.names)
def test_call(name: str, ends: dict[str, BaseException | None]) -> None:
    judge(ends[name])


def test_the_dialogue_knows_what_was_spoken_over(
    ends: dict[str, BaseException | None], dialogue: DialogueServer
) -> None:
    assert ends["speech_over_our_voice_stops_it"] is None
    assert any(LONG.strip().endswith(request.get("unheard") or "none") for request in dialogue.requests)


def test_what_keys_meant_reached_the_dialogue(ends: dict[str, BaseException | None], dialogue: DialogueServer) -> None:
    assert len(ends) == len(CALLS.names)
    asked = [request["text"] for request in dialogue.requests]
    assert {"Оценка: 2", "Оценка: 5"} <= set(asked)

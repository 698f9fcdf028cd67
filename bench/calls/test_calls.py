"""Whole calls through real sockets, real recognition and real speech."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
import wave
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import numpy as np
import pytest

from tests.contact_centre.dialogue_server import DialogueServer, Reply, saying
from voice_channel import audiosocket
from voice_channel.audiosocket import Kind
from voice_channel.simulated_caller import on_the_line

if TYPE_CHECKING:
    from bench.calls.line import PhoneLine

LONG = "Для паспорта нужны удостоверение личности, прежний паспорт и документ об оплате. " * 3


async def test_a_question_is_heard_answered_and_recorded(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.hear()
        await call.say("сколько стоит паспорт", "ru")
        await call.hear()
        record = await asyncio.to_thread(call.record)
    assert call.said_by("caller") == ["сколько стоит паспорт"]
    assert call.said_by("assistant") == ["ru: сколько стоит паспорт"]
    assert record["language"] == "ru"
    assert set(record["turns"][1]["latency_ms"]) == {"end_of_turn", "final", "dialogue", "first_audio", "total"}
    await call.until("ended")
    with wave.open(record["recording"]) as recording:
        assert (recording.getnchannels(), recording.getframerate()) == (2, 8000)
        tracks = np.frombuffer(recording.readframes(recording.getnframes()), np.int16).reshape(-1, 2)
    assert record["number"] in record["recording"]
    assert np.abs(tracks[:, 0]).max() > 1000
    assert np.abs(tracks[:, 1]).max() > 1000
    assert len(tracks) / 8000 == pytest.approx(len(call.caller.heard) / 16000, abs=1.5)


async def test_the_language_is_that_of_the_first_words(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("паспорт қанша тұрады", "kk")
        await call.hear()
    assert call.said_by("assistant") == ["kk: паспорт қанша тұрады"]
    assert call.record()["language"] == "kk"


async def test_our_sound_has_no_gaps(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.hear()
    arrivals = np.diff(call.caller.arrivals)
    assert len(call.caller.arrivals) == pytest.approx(sum(arrivals) / 0.02, rel=0.03)


async def test_speech_over_our_voice_stops_it(line: PhoneLine, dialogue: DialogueServer) -> None:
    dialogue.answer = saying({"text": LONG})
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("какие документы нужны", "ru")
        await call.caller.answer_begins()
        await asyncio.sleep(1.0)
        speaking = asyncio.create_task(call.say("сколько стоит паспорт", "ru"))
        began = asyncio.get_running_loop().time()
        stopped_after = await call.caller.falls_silent() - began
        await speaking
        await call.hear(limit_s=30)
    assert stopped_after < 0.6
    assert call.said_by("caller") == ["какие документы нужны", "сколько стоит паспорт"]
    interrupted = next(turn for turn in call.record()["turns"] if turn["who"] == "assistant")
    assert len(interrupted["heard"]) < len(interrupted["text"])


async def test_noise_over_our_voice_does_not_stop_it(line: PhoneLine, dialogue: DialogueServer) -> None:
    dialogue.answer = saying({"text": LONG})
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("какие документы нужны", "ru")
        await call.caller.answer_begins()
        call.caller.noise = 800
        began = asyncio.get_running_loop().time()
        assert await call.caller.falls_silent() - began > 8


async def test_0_leads_to_a_consultant_in_the_callers_language(line: PhoneLine, dialogue: DialogueServer) -> None:
    dialogue.answer = saying({"custom": {"handoff": {"reason": "asked", "skill": "general"}}})
    async with line.call() as call:
        await call.type("1")
        await call.hear()
        await call.ends()
    assert call.next() == "queue-kk"


async def test_0_before_any_language_leads_to_whoever_is_free(line: PhoneLine, dialogue: DialogueServer) -> None:
    dialogue.answer = saying({"custom": {"handoff": {"reason": "asked", "skill": "general"}}})
    async with line.call() as call:
        await call.type("0")
        await call.ends()
    assert call.next() == "queue"


async def test_a_number_is_typed_where_one_was_asked(line: PhoneLine, dialogue: DialogueServer) -> None:
    asking = {"text": "Назовите номер.", "custom": {"collect_digits": {"length": 12, "purpose": "application_number"}}}
    dialogue.answer = saying(asking)
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("проверить статус заявки", "ru")
        await call.hear()
        dialogue.answer = saying({"text": "Спасибо."})
        await call.type("002610450022")
        await call.hear()
    assert call.said_by("caller")[-1] == "002610450022"


async def test_star_says_it_again(line: PhoneLine) -> None:
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("сколько стоит паспорт", "ru")
        await call.hear()
        before = len(call.caller.heard)
        await call.type("*")
        await call.hear()
    again = np.frombuffer(bytes(call.caller.heard[before:]), np.int16)
    assert np.sum(np.abs(again) > 500) > 1500
    assert call.said_by("caller") == ["сколько стоит паспорт"]


async def test_a_farewell_is_played_to_its_end_and_then_the_call_is_over(
    line: PhoneLine, dialogue: DialogueServer
) -> None:
    dialogue.answer = saying({"text": "До свидания. 1414 работает круглосуточно.", "custom": {"end": {}}})
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("спасибо до свидания", "ru")
        await call.caller.answer_begins()
        await call.say("до свидания", "ru")
        await call.ends()
        farewell_s = call.caller.last_sound_heard_at - call.caller.first_sound_heard_at
    assert call.next() == "hangup"
    assert farewell_s > 0


async def test_a_dead_dialogue_leads_to_the_queue_with_words(line: PhoneLine, dialogue: DialogueServer) -> None:
    dialogue.answer = lambda _request: Reply([], 500)
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("сколько стоит паспорт", "ru")
        await call.hear()
        await call.ends()
    assert "соединяю с консультантом" in call.said_by("assistant")[-1]
    assert call.next() == "queue-ru"


async def test_a_slow_answer_is_bridged_with_words(line: PhoneLine, dialogue: DialogueServer) -> None:
    dialogue.answer = lambda _request: Reply([{"text": "Готово."}], delay_s=1.3)
    async with line.call() as call:
        await call.greeting_begins()
        await call.say("сколько стоит паспорт", "ru")
        await call.hear()
    # The filler began before the dialogue had answered.
    assert call.waits_s[-1] < 1.9
    assert call.said_by("assistant") == ["Готово."]


async def test_hanging_up_in_mid_word_ends_the_call(line: PhoneLine) -> None:
    async with line.call() as call:
        await asyncio.sleep(0.5)
        speaking = asyncio.create_task(call.say("сколько стоит паспорт", "ru"))
        await asyncio.sleep(0.4)
        call.caller.hang_up()
        speaking.cancel()
        await call.until("ended")
    assert call.next() == "hangup"


async def test_a_rating_by_key_ends_the_call_with_thanks(line: PhoneLine, dialogue: DialogueServer) -> None:
    call_id = str(uuid4())
    dialogue.answer = saying({"custom": {"handoff": {"reason": "asked", "skill": "general"}}})
    async with line.call(call=call_id) as call:
        await call.type("0")
        await call.ends()
    dialogue.answer = saying({"text": "Спасибо."})
    async with line.call("rating", call_id) as rating:
        await asyncio.sleep(0.5)
        await rating.type("2")
        await rating.ends()
    assert rating.next() == "hangup"
    assert dialogue.requests[-1]["text"] == "Оценка: 2"


async def test_a_failed_rating_leg_does_not_lead_back_to_the_queue(line: PhoneLine) -> None:
    session = line.ask("/leg", kind="rating", call=str(uuid4()), caller="").text
    assert line.ask("/next", sid=session, **{"try": "FAILED"}).text == "hangup"


async def test_a_callback_is_asked_for_with_1(line: PhoneLine, dialogue: DialogueServer) -> None:
    call_id = str(uuid4())
    dialogue.answer = saying({"custom": {"handoff": {"reason": "asked", "skill": "general"}}})
    async with line.call(call=call_id) as call:
        await call.type("0")
        await call.ends()
    dialogue.answer = saying({"text": "Хорошо."})
    async with line.call("callback", call_id) as callback:
        await asyncio.sleep(0.5)
        await callback.type("1")
        await callback.ends()
    assert dialogue.requests[-1]["text"] == "Прошу перезвонить: +77011234567"
    assert callback.next() == "hangup"


async def test_more_calls_than_the_limit_are_told_so_and_go_to_the_queue(line: PhoneLine) -> None:
    async with asyncio.TaskGroup() as group:
        holding = [group.create_task(_hold(line, 8.0)) for _ in range(6)]
        await asyncio.sleep(1.0)
        async with line.call() as refused:
            await refused.hear()
            await refused.ends()
    assert refused.next() == "queue"
    assert all(task.result() for task in holding)


async def _hold(line: PhoneLine, seconds: float) -> bool:
    async with line.call() as call:
        await asyncio.sleep(seconds)
        return len(call.caller.arrivals) > 0.8 * seconds / 0.02


async def test_a_session_is_used_once_and_an_unknown_one_is_served(line: PhoneLine) -> None:
    session = uuid4()
    async with on_the_line("127.0.0.1", line.audiosocket_port, session) as caller:
        await caller.answer_begins()
        async with on_the_line("127.0.0.1", line.audiosocket_port, session) as second:
            async with asyncio.timeout(5):
                await second.ended.wait()
            assert not second.heard
    assert line.ask("/next", sid="no uuid at all").text == "queue"
    assert line.ask("/next", sid=str(UUID(int=5))).text == "queue"


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        audiosocket.encode(Kind.AUDIO, bytes(320)),
        audiosocket.encode(Kind.UUID, b"short"),
        b"\x10\xff\xff" + bytes(100),
        b"",
    ],
)
async def test_what_is_no_caller_gets_no_call_and_harms_nobody(line: PhoneLine, data: bytes) -> None:
    with socket.create_connection(("127.0.0.1", line.audiosocket_port), timeout=8) as connection:
        connection.sendall(data)
        started = time.monotonic()
        while connection.recv(4096):
            pass
        assert time.monotonic() - started < 5
    assert line.ask("/healthz").status_code == 200


async def test_broken_frames_in_a_call_end_it_alone(line: PhoneLine) -> None:
    async with line.call() as good:
        session = UUID(line.ask("/leg", kind="main", call=str(uuid4()), caller="").text)
        reader, writer = await asyncio.open_connection("127.0.0.1", line.audiosocket_port)
        writer.write(audiosocket.encode(Kind.UUID, session.bytes))
        writer.write(struct.pack(">BH", 0x42, 4) + b"what" + audiosocket.encode(Kind.KEY, b"??"))
        await writer.drain()
        async with asyncio.timeout(5):
            while await reader.read(4096):
                pass
        writer.close()
        await good.hear()
    assert line.ask("/next", sid=str(session), **{"try": "SUCCESS"}).text == "hangup"


async def test_a_flood_of_silent_connections_leaves_room_for_a_caller(line: PhoneLine) -> None:
    flood = [socket.create_connection(("127.0.0.1", line.audiosocket_port)) for _ in range(200)]
    try:
        await asyncio.sleep(3.0)
        async with line.call() as call:
            await call.hear()
    finally:
        for connection in flood:
            connection.close()

"""Whole calls through a real exchange: real SIP telephones, real Asterisk, real recognition and dialogue."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deploy.settings import PBX, RASA, VOICE
from tests.pbx.line import until

if TYPE_CHECKING:
    from language import Language
    from tests.pbx.line import PhoneLine

RECOGNISER = "voice_channel.recogniser_process"
QUESTIONS = {
    "ru": ("сколько стоит паспорт", "тенге", "оператор", "Соединяю с консультантом"),
    "kk": ("паспорт қанша тұрады", "теңге", "оператор", "Кеңесшіге қосамын"),
}
NOBODY = {"ru": "на этот номер", "kk": "осы нөмірге"}


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_a_question_is_answered_and_with_nobody_on_duty_a_call_back_is_offered(
    line: PhoneLine, language: Language
) -> None:
    question, answer, wish, announcement = QUESTIONS[language]
    with line.call() as call:
        call.say(question, language)
        call.assistant_says(answer)
        call.say(wish, language)
        call.assistant_says(announcement)
        call.hears(language, NOBODY[language])
        call.phone.press("1")
        call.ends()
    assert question in call.recorded("caller", language)
    lengths = [call.seconds_recorded(track) for track in ("caller", "line")]
    assert abs(lengths[0] - lengths[1]) < 1  # one clock for both tracks
    assert line.record(call.id)["language"] == language


def test_the_voice_process_dies_in_the_middle_and_the_caller_is_led_to_a_human(line: PhoneLine) -> None:
    with line.call() as call:
        call.say("сколько стоит паспорт", "ru")
        call.assistant_says("тенге")
        line.kill_voice()
        call.hears("ru", "консультантом")
        call.phone.hang_up()
    line.voice_is_back()


def test_the_voice_process_freezes_and_the_caller_is_led_to_a_human(line: PhoneLine) -> None:
    with line.call() as call:
        call.say("сколько стоит паспорт", "ru")
        call.assistant_says("тенге")
        with line.frozen():
            call.hears("ru", "консультантом")
        call.phone.hang_up()
    line.voice_is_back()


def test_a_call_back_leg_that_freezes_ends_politely_and_never_leads_to_the_queue_again(line: PhoneLine) -> None:
    with line.call() as call:
        call.say("оператор", "ru")
        call.hears("ru", NOBODY["ru"])
        with line.frozen():
            call.ends()
    line.voice_is_back()
    heard = call.recorded("line", "ru")
    assert heard.endswith("позже")
    assert heard.count("с консультантом") == 1  # said by the assistant, before the queue


def test_with_the_voice_process_down_the_caller_is_answered_all_the_same(line: PhoneLine) -> None:
    line.stack.stop(VOICE)
    try:
        with line.call() as call:
            call.ends()  # a human first, and with nobody on duty a goodbye: never silence
        heard = call.recorded("line", "ru")
        assert "с консультантом" in heard
        assert heard.endswith("позже")
    finally:
        line.stack.start(VOICE)


def test_a_recogniser_that_hangs_is_replaced_and_the_caller_not_left_in_silence(line: PhoneLine) -> None:
    with line.call() as call:
        call.say("сколько стоит паспорт", "ru")
        call.assistant_says("тенге")
        hung = line.processes(RECOGNISER)
        with line.frozen(RECOGNISER):
            call.say("какие документы нужны на паспорт", "ru")
            until(lambda: line.processes(RECOGNISER) not in ([], hung), "another recogniser")
        until(lambda: re.search("консультант|повторите", call.line_said().lower()), "a word to the caller", 10)
        call.phone.hang_up()
    line.voice_is_back()
    with line.call() as next_one:
        next_one.say("паспорт қанша тұрады", "kk")
        next_one.assistant_says("теңге")
        next_one.phone.hang_up()


def test_with_a_locked_database_the_caller_is_led_to_a_human_and_the_next_one_is_served(line: PhoneLine) -> None:
    with line.call() as call:
        call.say("сколько стоит паспорт", "ru")
        call.assistant_says("тенге")
        with line.locked_database():
            call.say("какие документы нужны на паспорт", "ru")
            call.hears("ru", "консультантом")
        call.phone.hang_up()
    with line.call() as next_one:
        next_one.say("паспорт қанша тұрады", "kk")
        next_one.assistant_says("теңге")
        next_one.phone.hang_up()


def test_without_the_dialogue_the_caller_is_told_and_handed_over(line: PhoneLine) -> None:
    line.stack.stop(RASA)
    try:
        with line.call() as call:
            call.say("сколько стоит паспорт", "ru")
            call.hears("ru", "консультантом")
            call.phone.hang_up()
    finally:
        line.stack.start(RASA)


def test_a_third_call_from_one_number_is_busy(line: PhoneLine) -> None:
    number = "+77019999999"
    with line.call(number) as first, line.call(number) as second:
        closed = line.refused(number)
        assert "486" in closed["param"]
        first.phone.hang_up()
        second.phone.hang_up()


def test_callers_who_withhold_their_number_are_not_one_caller(line: PhoneLine) -> None:
    with line.call("anonymous") as first, line.call("anonymous") as second, line.call("anonymous") as third:
        for call in (first, second, third):
            call.phone.hang_up()


def test_a_restarted_exchange_takes_calls_again(line: PhoneLine) -> None:
    line.stack.stop(PBX)
    line.stack.start(PBX)
    with line.call() as call:
        call.say("паспорт қанша тұрады", "kk")
        call.assistant_says("теңге")
        call.phone.hang_up()

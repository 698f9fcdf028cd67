"""Consultations by telephone as both people live them: real SIP telephones, real speech, the register's own account."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from deploy.settings import PBX
from tests.pbx.line import consultant, until

if TYPE_CHECKING:
    from language import Language
    from tests.pbx.line import Call, Consultant, PhoneLine

_IN_MID_WORD_S: Final = 0.6


@dataclass(frozen=True)
class Words:
    """What is said in one language, and what of it must be heard."""

    question: str
    answer: str
    wish: str
    announced: str
    reply: str
    reply_kept: str
    """What nobody else says; the recogniser, who takes the whole recording for one sentence, may mistake the rest."""
    rate: str
    place: str


WORDS: Final[dict[Language, Words]] = {
    "ru": Words(
        question="сколько стоит паспорт",
        answer="тенге",
        wish="оператор",
        announced="Соединяю с консультантом",
        reply="сколько стоит паспорт",
        reply_kept="сколько стоит",
        rate="оцените",
        place="очереди",
    ),
    "kk": Words(
        question="паспорт қанша тұрады",
        answer="теңге",
        wish="оператор",
        announced="Кеңесшіге қосамын",
        reply="паспорт қанша тұрады",
        reply_kept="қанша тұрады",
        rate="бағалап",
        place="кезек",
    ),
}


@pytest.mark.parametrize(("language", "points", "spoken"), [("ru", 5, "пять"), ("kk", 4, None)])
def test_from_the_question_to_the_rating(line: PhoneLine, language: Language, points: int, spoken: str | None) -> None:
    words = WORDS[language]
    with consultant(line) as person, line.call() as call:
        person.is_rung_when_available()
        call.say(words.question, language)
        call.assistant_says(words.answer)
        call.say(words.wish, language)
        call.assistant_says(words.announced)
        number = person.is_offered_a_call()
        person.answers()
        assert person.work()["me"]["presence"] == "busy"
        call.say(words.question, language)
        person.say(words.reply, language)
        person.phone.hang_up()
        call.line_says(words.rate)
        if spoken:
            call.say(spoken, language)
        else:
            call.phone.press(str(points))
        call.ends()
        contact = person.registered(number)
        person.ends_after_contact_work()

    [consultation] = contact["consultations"]
    assert (consultation["rating"], consultation["ending"]) == (points, "closed_by_consultant")
    wait, talk = (
        _seconds(consultation, "queued_at", "accepted_at"),
        _seconds(consultation, "accepted_at", "talk_ended_at"),
    )
    assert 0 <= wait < 40
    assert 2 < talk < 60
    assert (contact["channel"], contact["language"]) == ("phone", language)
    said = [message["text"] for message in contact["messages"]]
    assert words.question in said
    assert any(words.answer in text for text in said)
    assert call.recorded("caller", language).count(words.question) == 2  # to the assistant, and to the consultant
    assert words.reply_kept in call.recorded("line", language)


def test_a_caller_whose_call_is_turned_down_keeps_the_place_and_the_consultant_is_not_taken_as_away(
    line: PhoneLine,
) -> None:
    with consultant(line) as person, line.call() as call:
        person.is_rung_when_available()
        call.say(WORDS["ru"].wish, "ru")
        number = person.is_offered_a_call()
        person.phone.hang_up()
        until(lambda: not person.work()["offers"], "the offer is over")
        assert person.work()["me"]["presence"] == "available"
        assert [one["number"] for one in person.work()["queue"]["entries"]] == [number]
        call.hears("ru", WORDS["ru"].place)
        call.phone.hang_up()
        until(lambda: person.contact(number)["state"] == "closed", "the contact is closed")
        assert person.work()["me"]["presence"] == "available"


def test_who_waits_hears_the_place_and_by_a_key_leaves_a_confirmed_number(line: PhoneLine) -> None:
    language: Language = "kk"
    words = WORDS[language]
    with consultant(line) as person, line.call() as call:
        person.is_rung_when_available()
        person.be("break")  # on duty, so the caller waits
        call.say(words.question, language)
        call.assistant_says(words.answer)
        call.say(words.wish, language)
        call.hears(language, words.place)
        number = until(lambda: person.work()["queue"]["entries"], "the caller waits")[0]["number"]
        call.phone.press("1")
        until(lambda: "1" in call.line_said(), "the line asks which number to call")
        call.phone.press("87017654321#")
        call.line_says("қоңырау шаламыз")
        call.phone.press("1")
        call.ends()
        [entry] = person.work()["queue"]["entries"]
        assert (entry["number"], entry["kind"], entry["by_phone"]) == (number, "callback", False)
        person.be("available")
        offer = until(lambda: person.work()["offers"], "the call-back is offered")[0]["entry"]["id"]
        talk = person.http.post(f"/staff/api/offers/{offer}/accept").raise_for_status().json()
        assert talk["callback_phone"] == "+77017654321"
        person.serves_who_waits()
        endings = [one["ending"] for one in person.contact(number)["consultations"]]
        assert endings == ["callback_left", "closed_by_consultant"]


@pytest.mark.parametrize("step", ["greeting", "question", "announcement", "ringing", "talk", "rating"])
def test_a_caller_who_is_gone_leaves_nothing_open(line: PhoneLine, step: str) -> None:
    with consultant(line) as person, line.call() as call:
        person.is_rung_when_available()
        number = until(lambda: str(line.record(call.id).get("number", "")), "the contact is registered")
        _goes_on_to(step, person, call)
        call.phone.hang_up()
        until(lambda: person.contact(number)["state"] == "closed", "the contact is closed")
        until(lambda: line.channels() == 0, "the exchange has hung up everywhere")
        person.ends_after_contact_work()
        until(lambda: person.work()["me"]["presence"] == "available", "the consultant is free again")
        work = person.work()
        assert (work["offers"], work["conversations"], work["queue"]["entries"]) == ([], [], [])


def test_a_call_that_a_restart_of_the_exchange_cut_off_is_closed_and_the_next_one_served(line: PhoneLine) -> None:
    with consultant(line) as person:
        with line.call() as call:
            person.is_rung_when_available()
            number = until(lambda: str(line.record(call.id).get("number", "")), "the contact is registered")
            call.say(WORDS["ru"].wish, "ru")
            person.is_offered_a_call()
            line.stack.stop(PBX)
            line.stack.start(PBX)
        until(lambda: person.contact(number)["state"] == "closed", "the contact is closed")
        work = person.work()
        assert (work["offers"], work["conversations"], work["queue"]["entries"]) == ([], [], [])
        person.is_rung_when_available()
        with line.call() as next_one:
            next_one.say(WORDS["kk"].question, "kk")
            next_one.assistant_says(WORDS["kk"].answer)
            next_one.phone.hang_up()


def _goes_on_to(step: str, person: Consultant, call: Call) -> None:
    words = WORDS["ru"]
    if step == "greeting":
        return
    if step == "question":
        call.phone.say(words.question, "ru")
        time.sleep(_IN_MID_WORD_S)
        return
    call.say(words.wish, "ru")
    call.assistant_says(words.announced)
    if step == "announcement":
        return
    person.is_offered_a_call()
    if step == "ringing":
        return
    person.answers()
    until(lambda: person.work()["me"]["presence"] == "busy", "the consultant talks")
    if step == "rating":
        person.phone.hang_up()
        call.line_says(words.rate)


def _seconds(consultation: dict[str, Any], since: str, until_then: str) -> float:
    moments = [datetime.fromisoformat(consultation[name]) for name in (since, until_then)]
    return (moments[1] - moments[0]).total_seconds()

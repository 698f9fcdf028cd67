"""Turns about services and about the conversation itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from actions.history import LONGEST_SESSION

if TYPE_CHECKING:
    from tests.actions.conftest import Actions

PROCEDURE = "action_answer_procedure"
TALKED_OF_PASSPORT: dict[str, Any] = {"service": "PASSPORT"}


@pytest.mark.parametrize(
    ("text", "aspect", "language"),
    [
        ("а какие документы нужны?", "documents", "ru"),
        ("а через егов можно?", "online", "ru"),
        ("кто может получить", "eligibility", "ru"),
        ("почему могут отказать", "refusal", "ru"),
        ("қандай құжаттар керек", "documents", "kk"),
        ("неге бас тартуы мүмкін", "refusal", "kk"),
        ("kansha turady", "cost", "kk"),
    ],
)
async def test_a_follow_up_keeps_the_service(actions: Actions, text: str, aspect: str, language: str) -> None:
    entities = {"aspect": aspect, "language": language}
    reply = await actions.run(PROCEDURE, text, slots=TALKED_OF_PASSPORT, entities=entities)
    assert reply.slots["service"] == "PASSPORT"
    assert "utter_unknown_or_former_service" not in reply.said


@pytest.mark.parametrize(
    ("text", "language"), [("какие документы нужны на крокодила", "ru"), ("қолтырауынға қандай құжат керек", "kk")]
)
async def test_an_unknown_service_is_not_answered_with_the_old_one(actions: Actions, text: str, language: str) -> None:
    entities = {"aspect": "documents", "language": language}
    reply = await actions.run(PROCEDURE, text, slots=TALKED_OF_PASSPORT, entities=entities)
    assert "sources" not in reply.signals
    assert reply.slots.get("service") != "PASSPORT"


async def test_the_phone_hears_the_short_answer(actions: Actions) -> None:
    entities = {"service": "PASSPORT", "aspect": "cost"}
    web = await actions.run(PROCEDURE, "/ask_service_procedure", entities=entities)
    phone = await actions.run(PROCEDURE, "/ask_service_procedure", entities=entities, channel="phone")
    assert len(phone.texts[0]) < len(web.texts[0])
    assert web.responses[0]["buttons"]
    assert not phone.responses[0]["buttons"]


async def test_who_spoke_over_an_answer_hears_it_from_where_it_broke_off(actions: Actions) -> None:
    actions.history = [
        {"event": "user", "text": "сколько стоит паспорт", "timestamp": 0.1},
        {"event": "bot", "text": "Две цены. Вторая выше.", "timestamp": 0.2},
    ]
    reply = await actions.run("action_repeat", "повторите", intent="repeat", channel="phone", unheard="Вторая выше.")
    assert reply.texts == ["Вторая выше."]
    whole = await actions.run("action_repeat", "повторите", intent="repeat", channel="phone")
    assert whole.texts == ["Две цены. Вторая выше."]


@pytest.mark.parametrize("action", ["action_rate", "action_repeat", "action_clarify", "action_competent_body"])
@pytest.mark.parametrize(("text", "chosen"), [("второе", "ID_CARD"), ("бірінші", "PASSPORT")])
async def test_a_choice_by_place_is_understood_whatever_its_intent_seemed_to_be(
    actions: Actions, action: str, text: str, chosen: str
) -> None:
    slots = {"awaiting": "service_choice", "choices": ["PASSPORT", "ID_CARD"], "aspect": "cost"}
    reply = await actions.run(action, text, slots=slots)
    assert reply.signals["sources"][0]["service"] == chosen
    assert reply.signals["sources"][0]["aspect"] == "cost"


async def test_a_person_is_offered_after_two_misunderstandings(actions: Actions) -> None:
    first = await actions.run("action_clarify", "ыва пролд", intent="nlu_fallback")
    assert first.said == ["utter_clarify"]
    second = await actions.run("action_clarify", "длорп авы", intent="nlu_fallback", slots=first.slots)
    assert second.said == ["utter_offer_operator"]
    yes = await actions.run("action_affirm", "да", intent="affirm", slots=second.slots)
    assert yes.signals["handoff"]["reason"] == "citizen_asked"


async def test_something_understood_forgets_the_misunderstanding_and_the_offer(actions: Actions) -> None:
    slots = {"misunderstandings": 2, "awaiting": "handoff"}
    reply = await actions.run("action_thanks", "спасибо", intent="thanks", slots=slots)
    assert reply.slots == {"misunderstandings": 0, "awaiting": None}


@pytest.mark.parametrize(
    ("text", "language", "wanted"),
    [
        ("на казахском пожалуйста", "ru", "kk"),
        ("не понимаю по-казахски, давайте по-русски", "ru", "ru"),
        ("орысша сөйлесейік", "kk", "ru"),
        ("другой язык", "ru", "kk"),
    ],
)
async def test_the_wanted_language(actions: Actions, text: str, language: str, wanted: str) -> None:
    reply = await actions.run("action_change_language", text, entities={"language": language})
    assert reply.signals["language"]["code"] == wanted
    assert reply.slots["language"] == wanted


async def test_an_emergency_comes_first_whatever_its_intent_seemed_to_be(actions: Actions) -> None:
    for action in ("action_clarify", PROCEDURE, "action_competent_body"):
        reply = await actions.run(action, "у меня горит квартира", channel="phone")
        assert "101" in reply.texts[0]


async def test_a_long_session_is_followed_by_a_new_one_with_all_slots(actions: Actions) -> None:
    actions.history = [{"event": "slot", "name": "service", "value": "PASSPORT", "timestamp": 0.5}] * LONGEST_SESSION
    slots = TALKED_OF_PASSPORT | {"language": "ru", "awaiting": None}
    reply = await actions.run("action_contacts", "вы работаете ночью?", slots=slots)
    assert reply.events[0]["event"] == "session_started"
    slots_after = dict(reply.slots)
    carried = slots_after.pop("answer_before_session")
    assert [message["response"] for message in carried] == ["utter_contacts"]
    assert slots_after == {"service": "PASSPORT", "language": "ru"}


async def test_a_form_is_never_cut_in_two(actions: Actions) -> None:
    actions.history = [{"event": "slot", "name": "service", "value": None, "timestamp": 0.5}] * LONGEST_SESSION
    reply = await actions.run("action_contacts", "вы работаете ночью?", active_loop="complaint_form")
    assert "session_started" not in {event["event"] for event in reply.events}

"""The complaint form: answers, commands, asides and the draft."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from working_days import WorkingDays, today

if TYPE_CHECKING:
    from tests.actions.conftest import Actions

FORM = "complaint_form"
VALIDATE = f"validate_{FORM}"
STAFF: dict[str, Any] = {"complaint_type": "2"}


def asked(field: str, **filled: str) -> dict[str, Any]:
    return (
        STAFF
        | {f"complaint_{name}": value for name, value in filled.items()}
        | {"requested_slot": f"complaint_{field}"}
    )


async def test_the_term_is_told_with_the_last_day(actions: Actions) -> None:
    reply = await actions.run("action_complaint_how", "хочу пожаловаться", entities={"language": "ru"})
    told = reply.told("utter_complaint_how")["review_by"]
    assert str(WorkingDays().end_of_term(today(), 5).year) in told
    assert reply.slots["awaiting"] == "complaint_type"


async def test_yes_to_the_offer_opens_an_empty_form(actions: Actions) -> None:
    slots = STAFF | {"awaiting": "complaint_offer", "complaint_body": "из прошлой жалобы"}
    reply = await actions.run("action_affirm", "да", intent="affirm", slots=slots)
    assert reply.events[-1] == {"event": "followup", "timestamp": None, "name": FORM}
    assert reply.slots["complaint_body"] is None


@pytest.mark.parametrize(
    ("field", "text", "intent"),
    [
        ("body", "ЦОН Алматинского района", "contacts_hours"),
        ("official", "Серіков Асан Болатұлы", "out_of_scope"),
        ("motives", "Отменили запись, обозвали идиотом", "abuse"),
        ("motives", "спросил: «сколько заплатишь?», потом выгнал меня и ещё трёх человек, и закрыл окно", "ask_status"),
        ("demands", "прошу извиниться", "nlu_fallback"),
    ],
)
async def test_answers_are_kept_word_for_word(actions: Actions, field: str, text: str, intent: str) -> None:
    reply = await actions.run(VALIDATE, text, intent=intent, slots=asked(field), active_loop=FORM)
    assert reply.slots[f"complaint_{field}"] == text


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("позовите оператора", "operator"),
        ("повторите", "repeat"),
        ("а сколько стоит паспорт?", "ask_service_procedure"),
        ("қанша күн қарайсыздар", "complaint_how"),
    ],
)
async def test_an_aside_changes_nothing(actions: Actions, text: str, intent: str) -> None:
    reply = await actions.run(VALIDATE, text, intent=intent, slots=asked("motives"), active_loop=FORM)
    assert set(reply.slots) <= {"requested_slot"}


@pytest.mark.parametrize("text", ["отмена", "я передумал", "тоқтат"])
async def test_cancelled(actions: Actions, text: str) -> None:
    reply = await actions.run(VALIDATE, text, intent="deny", slots=asked("motives"), active_loop=FORM)
    assert reply.slots == {"complaint_confirmed": "cancelled", "requested_slot": None}


@pytest.mark.parametrize("text", ["назад", "вернитесь", "артқа"])
async def test_back_asks_the_field_before_again(actions: Actions, text: str) -> None:
    slots = asked("official", body="ЦОН №3")
    reply = await actions.run(VALIDATE, text, intent="deny", slots=slots, active_loop=FORM)
    assert reply.slots["complaint_body"] is None
    assert reply.slots["requested_slot"] == "complaint_body"


async def test_an_earlier_field_can_be_corrected_at_once(actions: Actions) -> None:
    slots = asked("demands", body="ЦОН №3", official="Сериков Б. А.", motives="нахамил")
    reply = await actions.run(VALIDATE, "исправьте фамилию", slots=slots, active_loop=FORM)
    assert reply.slots["requested_slot"] == "complaint_official"


async def test_only_a_sure_yes_confirms(actions: Actions) -> None:
    slots = asked("confirmed", body="ЦОН №3", official="Сериков Б. А.", motives="нахамил", demands="извинений")
    unsure = await actions.run(VALIDATE, "исправить", intent="affirm", confidence=0.5, slots=slots, active_loop=FORM)
    assert unsure.slots["complaint_confirmed"] is None
    sure = await actions.run(VALIDATE, "да", intent="affirm", slots=slots, active_loop=FORM)
    assert sure.slots["complaint_confirmed"] == "yes"


async def test_the_draft_has_everything(actions: Actions) -> None:
    slots = asked("confirmed", body="ЦОН №3", official="Сериков Б. А.", motives="нахамил", demands="извинений")
    slots |= {"complaint_confirmed": "yes"}
    reply = await actions.run("action_complaint_done", "да", slots=slots, entities={"language": "ru"})
    draft = reply.signals["complaint_draft"]
    review_by = date.fromisoformat(draft.pop("review_by"))
    assert review_by == WorkingDays().end_of_term(today(), 5)
    assert draft == {
        "type": 2,
        "language": "ru",
        "body": "ЦОН №3",
        "official": "Сериков Б. А.",
        "motives": "нахамил",
        "demands": "извинений",
        "review_working_days": 5,
    }
    assert reply.slots["complaint_official"] is None


STORY = "вчера в цоне города Тараз Иванова Айгуль Болатовна накричала на меня"
HEARD = {"body": "цоне города Тараз", "official": "Иванова Айгуль Болатовна", "happened_on": "2026-11-25"}


async def test_what_the_story_of_a_complaint_tells_is_not_asked_again(actions: Actions) -> None:
    entities = {"agency": HEARD["body"], "person": HEARD["official"], "date": HEARD["happened_on"]}
    told = await actions.run("action_complaint_staff", STORY, intent="complaint_staff", entities=entities)
    assert told.slots["complaint_heard"] == HEARD
    slots = STAFF | {"awaiting": "complaint_offer", "complaint_heard": told.slots["complaint_heard"]}
    opened = await actions.run("action_affirm", "да", intent="affirm", slots=slots)
    assert {name: opened.slots[f"complaint_{name}"] for name in HEARD} == HEARD


@pytest.mark.parametrize("agency", ["цона", "мекеме"])
async def test_a_word_for_many_bodies_does_not_say_which(actions: Actions, agency: str) -> None:
    text = f"хочу пожаловаться на сотрудника {agency}"
    told = await actions.run("action_complaint_staff", text, intent="complaint_staff", entities={"agency": agency})
    assert told.slots["complaint_heard"] == {}


@pytest.mark.parametrize("text", ["я Иванова Мария Петровна, мне нахамили", "меня зовут Иванова Мария Петровна"])
async def test_the_citizens_own_name_is_not_the_officials(actions: Actions, text: str) -> None:
    reply = await actions.run("action_complaint_staff", text, entities={"person": "Иванова Мария Петровна"})
    assert reply.slots["complaint_heard"] == {}


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("её зовут Ахметова Динара Ермековна", "Ахметова Динара Ермековна"),
        ("Ахметова Динара Ермековна, второе окно слева от входа, высокая", None),
    ],
)
async def test_the_official_is_the_name_alone_unless_more_is_told(
    actions: Actions, text: str, kept: str | None
) -> None:
    entities = {"person": "Ахметова Динара Ермековна"}
    reply = await actions.run(VALIDATE, text, slots=asked("official"), entities=entities, active_loop=FORM)
    assert reply.slots["complaint_official"] == (kept or text)


async def test_an_official_named_with_the_body_is_taken_too(actions: Actions) -> None:
    text = "ЦОН №3, там Сериков Болат Асанович"
    entities = {"agency": "ЦОН", "person": "Сериков Болат Асанович"}
    reply = await actions.run(VALIDATE, text, slots=asked("body"), entities=entities, active_loop=FORM)
    assert reply.slots["complaint_body"] == text
    assert reply.slots["complaint_official"] == "Сериков Болат Асанович"
    assert reply.slots["requested_slot"] == "complaint_motives"


async def test_the_day_of_the_story_is_read_back_and_drafted(actions: Actions) -> None:
    text = "15 марта 2026 года не приняли документы"
    entities = {"date": "2026-03-15"}
    told = await actions.run(VALIDATE, text, slots=asked("motives"), entities=entities, active_loop=FORM)
    assert told.slots["complaint_happened_on"] == "2026-03-15"
    slots = asked(
        "confirmed", body="ЦОН", official="Сериков Б.", motives=text, demands="принять", happened_on="2026-03-15"
    )
    ask = f"action_ask_{FORM}_complaint_confirmed"
    back = await actions.run(ask, "принять", slots=slots, entities={"language": "ru"})
    assert "Когда: 15 марта 2026" in back.told("utter_complaint_read_back")["draft"]
    slots |= {"complaint_confirmed": "yes"}
    done = await actions.run("action_complaint_done", "да", slots=slots, entities={"language": "ru"})
    assert done.signals["complaint_draft"]["happened_on"] == "2026-03-15"


async def test_an_aside_leads_back_to_the_form_and_an_operator_out_of_it(actions: Actions) -> None:
    aside = await actions.run("action_contacts", "вы работаете ночью?", slots=asked("body"), active_loop=FORM)
    assert aside.events[-1]["name"] == FORM
    person = await actions.run("action_handoff", "оператора", slots=asked("body"), active_loop=FORM)
    assert {"event": "active_loop", "timestamp": None, "name": None} in person.events
    assert "followup" not in {event["event"] for event in person.events}

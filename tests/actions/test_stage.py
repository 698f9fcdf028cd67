"""The stage of an application, from the real monitoring server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.actions.conftest import Actions

ACTION = "action_application_stage"
WAITING = {"awaiting": "application_number"}


async def test_a_stage_is_told_with_its_day_and_history(actions: Actions) -> None:
    reply = await actions.run(ACTION, "002610450022", entities={"application_number": "002610450022", "language": "ru"})
    stage = reply.told("utter_stage")
    assert stage["number"] == "002 610 450 022"
    assert stage["since"] == "19 ноября 2026 года"
    assert reply.told("utter_stage_history")["history"].startswith("2 ноября: ")
    assert "utter_result_date" not in reply.said
    assert reply.slots["awaiting"] == "number_told"


async def test_the_day_of_the_result_is_told_only_when_the_provider_named_it(actions: Actions) -> None:
    reply = await actions.run(ACTION, "002610450088", entities={"application_number": "002610450088", "language": "kk"})
    assert reply.told("utter_result_date")["date"] == "2026 жылғы 25 қараша"


async def test_a_number_without_data(actions: Actions) -> None:
    reply = await actions.run(ACTION, "999999999999", entities={"application_number": "999999999999"})
    assert reply.said == ["utter_no_stage"]
    assert reply.signals == {}


async def test_a_valid_iin_in_place_of_a_number_is_not_read_back(actions: Actions) -> None:
    reply = await actions.run(ACTION, "791028302728", entities={"application_number": "791028302728"})
    assert reply.said == ["utter_iin_is_no_number"]
    assert "791" not in str(reply.responses)


async def test_a_number_in_parts(actions: Actions) -> None:
    first = await actions.run(ACTION, "002610", slots=WAITING)
    assert first.told("utter_number_so_far")["number"] == "002 610"
    assert first.signals["collect_digits"] == {"length": 6, "purpose": "application_number"}
    second = await actions.run("action_rate", "450022", intent="rate", slots=WAITING | first.slots)
    assert second.told("utter_stage")["number"] == "002 610 450 022"


async def test_a_whole_number_after_a_part_starts_anew(actions: Actions) -> None:
    number = "002610450022"
    slots = WAITING | {"digits": "0026"}
    reply = await actions.run(ACTION, number, slots=slots, entities={"application_number": number})
    assert reply.told("utter_stage")["number"] == "002 610 450 022"


@pytest.mark.parametrize("action", ["action_rate", "action_clarify", "action_deny", "action_competent_body"])
async def test_a_correction_is_understood_whatever_its_intent_seemed_to_be(actions: Actions, action: str) -> None:
    slots = {"awaiting": "number_told", "application_number": "002610450023"}
    reply = await actions.run(action, "последняя не три, а два", slots=slots)
    assert reply.told("utter_stage")["number"] == "002 610 450 022"


async def test_the_iin_is_asked_for_only_when_the_system_demands_it(actions: Actions) -> None:
    number = "002610450132"
    asked = await actions.run(ACTION, number, entities={"application_number": number})
    assert asked.said == ["utter_ask_iin"]
    assert asked.signals["collect_digits"]["purpose"] == "iin"
    iin = "850101300121"  # its check digit is wrong, but the owner of the system takes it
    told = await actions.run(ACTION, iin, slots=asked.slots, entities={"application_number": iin, "iin": iin})
    assert told.told("utter_stage")["number"] == "002 610 450 132"


@pytest.mark.parametrize(
    ("iin", "response"), [("850101300122", "utter_impossible_iin"), ("791028302728", "utter_refused_iin")]
)
async def test_a_refused_iin(actions: Actions, iin: str, response: str) -> None:
    slots = {"awaiting": "iin", "application_number": "002610450132"}
    reply = await actions.run(ACTION, iin, slots=slots, entities={"iin": iin, "application_number": iin})
    assert reply.said == [response]
    assert reply.slots["awaiting"] == "iin"


async def test_monitoring_down_leads_to_a_person(actions_without_monitoring: Actions) -> None:
    number = "002610450022"
    reply = await actions_without_monitoring.run(ACTION, number, entities={"application_number": number})
    assert reply.said == ["utter_monitoring_down"]
    assert reply.signals["handoff"]["reason"] == "monitoring_down"

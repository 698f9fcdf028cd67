"""Calls that the telephone exchange carries: the same queue, presence, register and average."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from websockets.sync.client import connect

from contact_centre import exchange
from tests.contact_centre.dialogue_server import saying
from tests.web.console.conftest import HANDOFF
from tests.web.console.seats import until
from tests.web.console.telephone import HEADERS, PHONE, PhoneCall, put_state, seats
from tests.web.running import open_chat

if TYPE_CHECKING:
    import httpx

    from tests.contact_centre.dialogue_server import DialogueServer
    from tests.web.console.seats import Seat

ME, COLLEAGUE = "p0-consultant", "p1-consultant"


@pytest.fixture
def call(http: httpx.Client) -> PhoneCall:
    return PhoneCall(http)


def _register(supervisor: Seat, number: str) -> Any:
    return supervisor.get(f"/contacts/{number}")


def test_a_call_from_the_assistant_to_the_rating(
    http: httpx.Client, dialogue: DialogueServer, call: PhoneCall, consultant: Seat, supervisor: Seat
) -> None:
    consultant.be("available")
    put_state(http, reachable=(ME,))
    chat = call.assistant("ru")
    chat.say("Сколько стоит паспорт?")
    dialogue.answer = HANDOFF
    told = chat.say("Соедините с консультантом").json()
    assert told["messages"][-1]["text"] == "Соединяю с консультантом. Вы первый в очереди. Ждать меньше минуты."
    call.report("joined", 5, language="ru", caller=PHONE)
    assert seats(http)[ME] == "ready"
    call.report("ringing", 8, consultant=ME)
    [offer] = consultant.work()["offers"]
    assert (offer["by_phone"], offer["entry"]["by_phone"], offer["preview"]) == (
        True,
        True,
        "Сколько стоит паспорт?",
    )
    assert consultant.http.post(f"/offers/{offer['entry']['id']}/accept").status_code == 409
    call.report("answered", 12.5, consultant=ME)
    assert seats(http)[ME] == "paused"
    [talk] = consultant.work()["conversations"]
    assert (talk["by_phone"], talk["phase"], consultant.work()["me"]["presence"]) == (True, "talk", "busy")
    whole = consultant.get(f"/conversations/{talk['id']}")
    assert (whole["summary"]["wants"], whole["phone"]) == ("Сколько стоит паспорт?", PHONE)
    typed = consultant.http.post(f"/conversations/{talk['id']}/messages", json={"text": "Алло", "client_id": "1"})
    assert typed.status_code == 409
    consultant.post(f"/conversations/{talk['id']}/notes", {"text": "перезвонить не надо"})
    kept = consultant.close(talk["id"])
    assert (kept["phase"], kept["outcome"]) == ("talk", "answered"), "it ends when the receiver is put down"
    assert call.report("completed", 60)["state"] == "rating"
    asked = len(dialogue.requests)
    rated = chat.say("Оценка: 2").json()
    assert (rated["state"], rated["messages"], len(dialogue.requests)) == ("closed", [], asked)
    assert consultant.work()["me"]["presence"] == "after_contact"
    consultant.post(f"/conversations/{talk['id']}/after-contact", {"action": "finish"})
    assert seats(http)[ME] == "ready"
    call.report("hung_up", 70)
    [consultation] = _register(supervisor, chat.opened["number"])["consultations"]
    assert (consultation["rating"], consultation["outcome"]) == (2, "answered")
    total = supervisor.get("/supervision/report")
    assert total["total"]["average_speed_of_answer_s"] == 7.5
    assert total["total"]["average_talk_s"] == 47.5
    assert [row["key"] for row in total["by_channel"] if row["answered"]] == ["phone"]
    assert chat.texts("system") == [], "what the caller did not hear is not in the transcript"


def test_reports_that_come_twice_or_too_late_change_nothing(
    call: PhoneCall, consultant: Seat, supervisor: Seat
) -> None:
    consultant.be("available")
    story: list[tuple[str, float, dict[str, str | None]]] = [
        ("joined", 0, {"language": "kk"}),
        ("ringing", 1, {"consultant": ME}),
        ("answered", 2, {"consultant": ME}),
        ("completed", 3, {"consultant": ME}),
        ("hung_up", 4, {}),
    ]
    for event, seconds, more in story:
        call.report(event, seconds, **more)
        number = call.report(event, seconds, **more)["number"]
    for event, seconds, more in story:
        assert call.report(event, seconds, **more) == {"number": number, "state": "closed"}
    contact = _register(supervisor, number)
    assert [one["ending"] for one in contact["consultations"]] == ["closed_by_consultant"]
    assert (contact["channel"], contact["language"], contact["messages"]) == ("phone", "kk", [])


def test_a_talk_that_was_handed_on_is_not_given_back_by_a_report_that_comes_twice(
    http: httpx.Client, call: PhoneCall, consultant: Seat, colleague: Seat
) -> None:
    consultant.be("available")
    colleague.be("available")
    call.report("joined", 0)
    call.report("answered", 2, consultant=ME)
    [talk] = consultant.work()["conversations"]
    to = {"account": colleague.badge.account, "word": "его участок"}
    failed = consultant.http.post(f"/conversations/{talk['id']}/transfer", json=to)
    assert (failed.status_code, [one["phase"] for one in consultant.work()["conversations"]]) == (503, ["talk"])
    call.report("answered", 2, consultant=ME)
    put_state(http, call.live("talking", consultant=ME), reachable=(ME, COLLEAGUE))
    assert [one["id"] for one in consultant.work()["conversations"]] == [talk["id"]]
    call.report("hung_up", 20)
    assert consultant.work()["queue"]["entries"] == []


def test_an_answer_whose_beginning_was_missed_still_tells_the_wait(
    call: PhoneCall, consultant: Seat, supervisor: Seat
) -> None:
    consultant.be("available")
    number = call.report("answered", 30, consultant=ME, waiting_since=call.at(10))["number"]
    call.report("completed", 40)
    call.report("hung_up", 41)
    assert supervisor.get("/supervision/report")["total"]["average_speed_of_answer_s"] == 20
    assert _register(supervisor, number)["state"] == "closed"


def test_a_consultant_who_chats_is_not_rung_and_one_who_talks_is_not_offered_chats(
    http: httpx.Client, dialogue: DialogueServer, call: PhoneCall, consultant: Seat
) -> None:
    dialogue.answer = HANDOFF
    put_state(http)
    assert seats(http) == {ME: "out", COLLEAGUE: "out"}  # their telephones may sign in, but are in no queue
    consultant.be("available")
    chat = open_chat(http, language="ru")
    chat.say("оператор")
    talk = consultant.take()["id"]
    assert seats(http)[ME] == "paused"
    consultant.close(talk)
    consultant.post(f"/conversations/{talk}/after-contact", {"action": "finish"})
    call.report("joined", 0)
    call.report("answered", 1, consultant=ME)
    open_chat(http, language="ru").say("оператор")
    waiting = until(lambda: consultant.work()["queue"]["entries"])
    assert (consultant.work()["offers"], len(waiting)) == ([], 1)
    assert consultant.http.put("/presence", json={"presence": "offline"}).status_code == 409
    call.report("completed", 2)
    consultant.post(f"/conversations/{consultant.work()['conversations'][0]['id']}/after-contact", {"action": "finish"})
    assert consultant.offered()


def test_a_telephone_that_is_not_answered_is_not_rung_again_until_its_owner_says_so(
    http: httpx.Client, call: PhoneCall, consultant: Seat, colleague: Seat
) -> None:
    consultant.be("available")
    colleague.be("available")
    call.report("joined", 0)
    call.report("ringing", 1, consultant=ME)
    call.report("not_answered", 16, consultant=ME)
    assert consultant.work()["me"]["presence"] == "busy"
    assert seats(http) == {ME: "paused", COLLEAGUE: "ready"}
    consultant.be("break")
    assert seats(http)[ME] == "paused"
    consultant.be("offline")
    assert seats(http)[ME] == "out"


def test_the_caller_goes_back_to_the_assistant_and_waits_again(
    dialogue: DialogueServer, call: PhoneCall, supervisor: Seat
) -> None:
    chat = call.assistant("ru")
    dialogue.answer = HANDOFF
    chat.say("оператор")
    call.report("joined", 1, language="ru")
    again = call.assistant()
    assert (again.id, again.opened["number"], again.opened["messages"]) == (chat.id, chat.opened["number"], [])
    assert chat.say("вы меня слышите").status_code == 401, "the token of before the restart opens nothing any more"
    assert call.report("returned", 20)["state"] == "bot"
    dialogue.answer = saying({"text": "8 МРП."})
    answer = again.say("сколько стоит паспорт").json()
    assert (answer["state"], answer["messages"][0]["text"]) == ("bot", "8 МРП.")
    assert call.report("joined", 40, language="ru")["state"] == "queued"
    assert call.report("hung_up", 50)["state"] == "closed"
    contact = _register(supervisor, chat.opened["number"])
    assert [one["ending"] for one in contact["consultations"]] == ["returned_to_assistant", "abandoned"]
    assert supervisor.get("/supervision/report")["total"]["abandoned"] == 1


@pytest.mark.parametrize("wait", [("joined",), ()], ids=["after a wait", "with nobody on duty"])
def test_a_call_back_is_promised_with_its_time(
    http: httpx.Client, call: PhoneCall, consultant: Seat, wait: tuple[str, ...]
) -> None:
    call.assistant("kk")
    for event in wait:
        call.report(event, 1, language="kk")
    asked = {"call": call.id, "phone": PHONE, "at": call.at(30)}
    told = call.ok(http.post("/api/exchange/callbacks", json=asked, headers=HEADERS))["text"]
    assert told.startswith(f"{PHONE} нөмірін жазып алдық.")
    assert call.ok(http.post("/api/exchange/callbacks", json=asked, headers=HEADERS)) == {"text": None}
    assert call.report("hung_up", 40)["state"] == "closed"
    consultant.be("available")
    talk = consultant.take()
    assert (talk["kind"], talk["callback_phone"], talk["by_phone"]) == ("callback", PHONE, False)


def test_after_an_outage_both_sides_are_corrected(
    http: httpx.Client, dialogue: DialogueServer, consultant: Seat, supervisor: Seat
) -> None:
    consultant.be("available")
    dialogue.answer = HANDOFF
    gone, talking, unknown, elsewhere = (PhoneCall(http) for _ in range(4))
    for known in (gone, talking, elsewhere):
        known.assistant("ru")
        known.report("joined", 1, language="ru")
    elsewhere.report("answered", 2, consultant=COLLEAGUE)
    put_state(
        http,
        talking.live("talking", consultant=ME),
        unknown.live("waiting", waiting_since=unknown.at(-30), caller=PHONE, language="kk"),
        elsewhere.live("elsewhere"),
        reachable=(ME,),
    )
    found = {one["number"]: one["state"] for one in supervisor.get("/contacts")["contacts"]}
    assert sorted(found.values()) == ["closed", "consultant", "queued", "rating"]
    [entry] = consultant.work()["queue"]["entries"]
    assert (entry["language"], entry["by_phone"]) == ("kk", True)
    assert consultant.work()["me"]["phone_ready"]
    [talk] = consultant.work()["conversations"]
    assert talk["by_phone"]
    put_state(http)
    assert not consultant.work()["me"]["phone_ready"]
    assert {one["state"] for one in supervisor.get("/contacts")["contacts"]} == {"closed"}
    assert supervisor.get("/supervision/report")["total"]["abandoned"] == 2


def test_the_seats_are_pushed_when_they_change(http: httpx.Client, consultant: Seat) -> None:
    address = f"{str(http.base_url).replace('http', 'ws', 1)}/api/exchange/seats/stream"
    with connect(address, additional_headers=HEADERS, proxy=None) as stream:
        assert {seat["phone"] for seat in json.loads(stream.recv(timeout=8))["seats"]} == {"out"}
        consultant.be("available")
        seat: dict[str, Any] = {}
        while seat.get("phone") != "ready":
            seat = next(iter(json.loads(stream.recv(timeout=8))["seats"]), {})
        assert (seat["login"], sorted(seat["languages"])) == (ME, ["kk", "ru"])


def test_nobody_else_may_speak_for_the_exchange(http: httpx.Client, call: PhoneCall) -> None:
    body = {"call": call.id, "event": "joined", "at": call.at(0)}
    assert http.post("/api/exchange/events", json=body).status_code == 401
    assert http.get("/api/exchange/seats", headers={"Authorization": "Bearer x"}).status_code == 401
    assert http.post("/api/conversations", json={"call": str(uuid4())}).status_code == 422


def test_an_exchange_that_falls_silent_reaches_no_telephone(
    http: httpx.Client, consultant: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    consultant.be("available")
    monkeypatch.setattr(exchange, "SILENT_S", 8.0)
    put_state(http, reachable=(ME,))
    assert consultant.work()["me"]["phone_ready"]
    until(lambda: not consultant.work()["me"]["phone_ready"])
    put_state(http, reachable=(ME,))
    assert consultant.work()["me"]["phone_ready"], "it is back"

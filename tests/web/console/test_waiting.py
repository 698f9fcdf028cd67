"""A wait over the real API: place, silence, call-back, leaving, a console that goes dark."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from contact_centre.queue.line import HANDLED_ENOUGH
from contact_centre.queue.policy import QueuePolicy
from tests.contact_centre.dialogue_server import saying
from tests.web.console.seats import until
from tests.web.running import open_chat
from web.staff.pages import TIME_ZONE

if TYPE_CHECKING:
    import httpx

    from tests.contact_centre.dialogue_server import DialogueServer
    from tests.web.console.seats import Seat
    from web.settings import Settings

NOTICE_S = 0.6
NOTICES = 3
BUSY_S = 10.0
"""What a machine under load may add."""

pytestmark = pytest.mark.usefixtures("asks_for_a_human")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.queue = QueuePolicy(
        tick_s=0.1,
        notice_s=NOTICE_S,
        moved_notice_s=0.2,
        nobody_s=0.3,
        too_long_s=5,
        # Nobody is gone, and nothing missed, merely because the machine is busy.
        absent_s=12,
        vanish_s=10,
        offer_s=6,
    )
    return settings


def test_with_nobody_on_duty_a_number_can_be_left_and_becomes_a_call_back(
    http: httpx.Client, consultant: Seat, supervisor: Seat
) -> None:
    chat = open_chat(http, language="kk")
    chat.say("оператор")
    offer = until(lambda: [one for one in chat.read()["messages"] if one["buttons"]])[0]
    assert offer["text"].startswith("Қазір желіде кеңесші жоқ.")
    asked = chat.say(offer["buttons"][0]["payload"]).json()
    assert (asked["state"], asked["messages"][0]["from"]) == ("queued", "system")
    assert chat.say("002610450022").json()["state"] == "queued", "an application number is no telephone"
    left = chat.say("8 701 234 56 78").json()
    assert left["state"] == "closed"
    assert left["messages"][0]["text"].startswith("+77012345678 нөмірін жазып алдық.")
    [entry] = consultant.work()["queue"]["entries"]
    assert (entry["kind"], entry["due_at"] is not None) == ("callback", True)
    consultant.be("available")
    talk = consultant.take()
    assert (talk["kind"], talk["callback_phone"]) == ("callback", "+77012345678")
    assert consultant.close(talk["id"], "not_reached")["phase"] == "after_contact"
    assert chat.read()["state"] == "closed", "the conversation itself was over"
    total = supervisor.get("/supervision/report")["total"]
    assert (total["callbacks"], total["abandoned"], total["answered"]) == (1, 0, 0)


def test_silence_is_broken_with_the_place_and_an_unknown_wait_is_said_as_unknown(
    http: httpx.Client, consultant: Seat
) -> None:
    consultant.be("busy")
    first, second = open_chat(http, language="ru"), open_chat(http, language="ru")
    first.say("оператор")
    second.say("оператор")
    told = until(lambda: second.texts("system"))
    assert told[0] == "Вы по-прежнему второй в очереди. Сколько ждать, пока неизвестно."
    consultant.be("available")
    until(lambda: consultant.work()["offers"])
    consultant.take()


def test_who_waits_hears_something_again_and_again_and_may_ask_the_assistant_meanwhile(
    http: httpx.Client, consultant: Seat, dialogue: DialogueServer
) -> None:
    consultant.be("busy")
    chat = open_chat(http, language="kk")
    chat.say("оператор")
    until(lambda: len(chat.texts("system")) >= NOTICES)
    dialogue.answer = saying({"text": "8 АЕК."})
    asked = chat.say("паспорт қанша тұрады").json()
    assert (asked["state"], [one["text"] for one in asked["messages"]]) == ("queued", ["8 АЕК."])
    told = len(chat.texts("system"))
    until(lambda: len(chat.texts("system")) > told)
    heard = [datetime.fromisoformat(one["at"]) for one in chat.read()["messages"] if one["from"] != "citizen"]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(heard)]
    assert max(gaps) < NOTICE_S * 20 / QueuePolicy().notice_s + BUSY_S, "as 20 s are to the policy's own notice"
    assert chat.texts("system")[0].startswith("Сіз кезекте әлі біріншісіз.")
    assert len(dialogue.requests) == 2, "what is told while waiting is not asked of the dialogue"


def test_the_expected_wait_is_told_once_talks_have_shown_how_long_they_take(
    http: httpx.Client, supervisor: Seat, consultant: Seat
) -> None:
    supervisor.put(
        f"/supervision/consultants/{consultant.badge.account}", {"languages": ["ru"], "topics": [], "capacity": 1}
    )
    consultant.be("available")
    for _ in range(HANDLED_ENOUGH):
        open_chat(http, language="ru").say("оператор")
        talk = consultant.take()["id"]
        consultant.close(talk)
        consultant.post(f"/conversations/{talk}/after-contact", {"action": "finish"})
    open_chat(http, language="ru").say("оператор")
    consultant.take()
    waiting = open_chat(http, language="ru")
    announced = waiting.say("оператор").json()["messages"]
    assert any("Вы первый в очереди. Ждать меньше минуты." in one["text"] for one in announced), announced


def test_who_has_waited_too_long_is_offered_a_call_back_by_a_time(
    http: httpx.Client, consultant: Seat, settings: Settings
) -> None:
    consultant.be("busy")
    chat = open_chat(http, language="ru")
    chat.say("оператор")
    # Looking at the work is the console's sign of life.
    [offer] = until(lambda: consultant.work() and [one for one in chat.read()["messages"] if one["buttons"]])
    by = datetime.fromisoformat(offer["at"]) + timedelta(seconds=settings.queue.callback_within_s)
    near = {(by - timedelta(seconds=back)).astimezone(TIME_ZONE).strftime("%H:%M") for back in (0, BUSY_S)}
    assert offer["text"].startswith("Ждать приходится долго. Оставьте номер, и мы перезвоним до ")
    assert any(clock in offer["text"] for clock in near)
    assert chat.say(offer["buttons"][0]["payload"]).json()["state"] == "queued"
    assert chat.say("+7 701 234 56 78").json()["state"] == "closed"
    [entry] = consultant.work()["queue"]["entries"]
    assert abs(datetime.fromisoformat(entry["due_at"]) - by) < timedelta(minutes=1)


def test_who_goes_away_while_waiting_leaves_the_queue_and_may_come_back(http: httpx.Client, consultant: Seat) -> None:
    chat = open_chat(http, language="ru")
    chat.say("оператор")
    until(lambda: not consultant.work()["queue"]["entries"])
    assert chat.read()["state"] == "closed"
    assert chat.texts("system")[-1].startswith("Вы вышли из чата")
    assert chat.say("оператор").json()["state"] == "queued"


def test_a_console_that_goes_dark_gives_the_talk_back_to_the_front(
    http: httpx.Client, consultant: Seat, colleague: Seat
) -> None:
    chat = open_chat(http, language="ru")
    consultant.be("available")
    chat.say("оператор")
    talk = consultant.take()["id"]
    until(lambda: chat.read()["state"] == "queued")
    assert "Связь с консультантом прервалась. Вы первый в очереди, соединяю с другим." in chat.texts("system")
    colleague.be("available")
    taken = colleague.take()
    assert (taken["id"], consultant.work()["me"]["presence"]) == (talk, "offline")
    assert [one["event"] for one in taken["events"]][-3:] == ["consultant_vanished", "offered", "accepted"]
    assert consultant.http.get(f"/conversations/{talk}").status_code == 404


def test_an_offer_that_is_missed_is_told_to_the_console(http: httpx.Client, consultant: Seat) -> None:
    consultant.be("available")
    with consultant.console() as console:
        open_chat(http, language="ru").say("оператор")
        offer = console.next("work", lambda frame: frame["work"]["offers"])["work"]["offers"][0]
        console.beat()
        assert console.next("offer_over") == {"type": "offer_over", "id": offer["entry"]["id"], "why": "timed_out"}
        after = console.next("work", lambda frame: not frame["work"]["offers"])
        assert after["work"]["me"]["presence"] == "busy"

"""The telephone in the console: a real browser answers a real call through a real exchange."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from deploy.settings import PBX, WEB
from tests.end_to_end.test_staff_pages import sign_in
from tests.pbx.line import consultant, until
from tests.web.console.desk import SLOW_MS, Console
from tests.web.speaking_browser import speaking_browser
from voice_channel.pbx.phones import softphone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.pbx.line import Call, Consultant, PhoneLine

REPLY: Final = "сколько стоит паспорт"
"""What the consultant's microphone says again and again; the caller says nothing of the kind."""
_A_LOOK_OF_THE_QUEUE_S: Final = 3.0
"""The exchange looks every second whether anybody is there for those who wait."""
READY: Final = re.compile("телефон на связи")
RINGING: Final = re.compile("телефон звонит")
_KEEP_CONNECTIONS: Final = """
  const Peer = RTCPeerConnection;
  window.peers = [];
  window.RTCPeerConnection = class extends Peer {
    constructor(...told) { super(...told); window.peers.push(this); }
  };
"""
_ENERGY: Final = """async () => {
  const kinds = [...await window.peers.at(-1).getStats()].map(([, one]) => one);
  return kinds.find(({ type }) => type === "inbound-rtp").totalAudioEnergy;
}"""


@pytest.fixture
def page(line: PhoneLine, tmp_path: Path) -> Iterator[Page]:
    with speaking_browser(tmp_path, REPLY, "ru", silent_s=(1, 2), again=True) as browser:
        page = browser.new_page(base_url=line.stack.url(WEB), locale="ru", viewport={"width": 1440, "height": 900})
        page.add_init_script(_KEEP_CONNECTIONS)
        yield page


@pytest.fixture
def person(line: PhoneLine) -> Iterator[Consultant]:
    """Sign the consultant in with a telephone on the desk, which must not ring while the one in the console is on."""
    with consultant(line) as someone:
        yield someone


@pytest.fixture
def desk(page: Page, line: PhoneLine, person: Consultant) -> Console:
    sign_in(page, line.stack, "consultant")
    desk = Console(page).open()
    page.get_by_role("button", name="Телефон здесь").click()
    expect(page.locator("#phone-state")).to_have_text(READY, timeout=SLOW_MS)
    until(lambda: line.rings(softphone(person.login)), "the telephone in the console is rung")
    until(lambda: not line.rings(person.login), "the telephone on the desk is left alone")
    return desk


def rings(desk: Console, call: Call) -> None:
    """Ask for a consultant, and wait until the console rings."""
    call.phone.press("0")
    expect(desk.page.locator("#phone-state")).to_have_text(RINGING, timeout=2 * SLOW_MS)
    expect(desk.offers.get_by_role("button", name=re.compile("Принять"))).to_be_visible(timeout=SLOW_MS)


def answers(desk: Console) -> None:
    desk.press("Alt+a")
    expect(desk.talks).to_have_count(1, timeout=SLOW_MS)


def test_a_call_is_answered_spoken_and_ended_in_the_console(line: PhoneLine, person: Consultant, desk: Console) -> None:
    page = desk.page
    with line.call() as call:
        rings(desk, call)
        number = person.is_offered_a_call()
        answers(desk)
        expect(page.locator("#talk-facts .number")).to_have_text(number)
        call.hears("ru", REPLY)
        before = page.evaluate(_ENERGY)
        call.say("мне нужна справка", "ru")
        assert page.evaluate(_ENERGY) > before + 0.01, "the consultant hears the caller"
        mute = page.get_by_role("button", name=re.compile("Без микрофона"))
        desk.press("Alt+m")
        expect(mute).to_have_attribute("aria-pressed", "true")
        desk.press("Alt+m")
        expect(mute).to_have_attribute("aria-pressed", "false")
        desk.press("Alt+c")
        expect(page.locator("#phone-state")).to_have_text(READY, timeout=SLOW_MS)
        expect(page.get_by_role("heading", name="Работа после разговора")).to_be_visible(timeout=SLOW_MS)
        call.line_says("оцените")
        call.phone.press("5")
        call.ends()
    contact = person.registered(number)
    person.ends_after_contact_work()
    [consultation] = contact["consultations"]
    assert (consultation["rating"], consultation["ending"]) == (5, "closed_by_consultant")
    assert "мне нужна справка" in call.recorded("caller", "ru")


def test_a_call_declined_in_the_console_waits_on_also_while_the_consultant_changes_telephones(
    line: PhoneLine, person: Consultant, desk: Console
) -> None:
    with line.call() as call:
        rings(desk, call)
        desk.press("Alt+z")
        expect(desk.page.locator("#phone-state")).to_have_text(READY, timeout=SLOW_MS)
        expect(desk.offers).to_have_count(0, timeout=SLOW_MS)
        assert [entry["by_phone"] for entry in person.work()["queue"]["entries"]] == [True]
        assert person.work()["me"]["chosen"] == "available", "who declines is not away"
        desk.page.get_by_role("button", name="Телефон здесь").click()
        until(lambda: not line.rings(softphone(person.login)), "the telephone in the console is gone")
        time.sleep(_A_LOOK_OF_THE_QUEUE_S)
        assert [entry["kind"] for entry in person.work()["queue"]["entries"]] == ["conversation"], "the place is kept"
        call.phone.hang_up()


def test_a_console_that_is_closed_in_the_middle_ends_the_talk_and_the_caller_is_not_left_in_silence(
    line: PhoneLine, person: Consultant, desk: Console
) -> None:
    with line.call() as call:
        rings(desk, call)
        number = person.is_offered_a_call()
        answers(desk)
        call.hears("ru", REPLY)
        desk.page.close()
        call.line_says("оцените")
        call.phone.press("4")
        call.ends()
    assert person.registered(number)["consultations"][0]["rating"] == 4
    person.ends_after_contact_work()
    until(lambda: line.rings(person.login), "the telephone on the desk is rung again")


def test_a_page_that_is_loaded_anew_stays_a_telephone(line: PhoneLine, person: Consultant, desk: Console) -> None:
    desk.page.reload()
    assert line.rings(softphone(person.login)), "the exchange has not noticed"
    expect(desk.page.locator("#phone-state")).to_have_text(READY, timeout=SLOW_MS)
    assert line.rings(softphone(person.login))


def test_the_telephone_in_the_console_comes_back_with_the_exchange(
    line: PhoneLine, person: Consultant, desk: Console
) -> None:
    line.stack.stop(PBX)
    expect(desk.page.locator("#phone-state")).to_have_text(re.compile("подключается"), timeout=SLOW_MS)
    line.stack.start(PBX)
    expect(desk.page.locator("#phone-state")).to_have_text(READY, timeout=3 * SLOW_MS)
    until(lambda: line.rings(softphone(person.login)), "the telephone in the console is rung")

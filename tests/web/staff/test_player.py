"""A recording in a real browser: it is played on the page of its contact, and the listening is recorded."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from staff.roles import Role
from tests.web.console.seats import until
from tests.web.running import SERVICE_TOKEN, open_chat
from tests.web.staff.browsing import PASSWORD, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser

    from tests.web.staff.browsing import Visitor
    from web.settings import Settings

RATE, SECONDS = 8_000, 3


def test_a_supervisor_plays_a_recording(
    browser: Browser, address: str, visit: Callable[..., Visitor], settings: Settings
) -> None:
    http = visit().http
    chat = open_chat(http, service=True, language="ru", channel="phone")
    folder = settings.data_dir / "recordings"
    folder.mkdir()
    with wave.open(str(folder / "call.wav"), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(bytes(2 * RATE * SECONDS))
    body = {"of": {"conversation": chat.id}, "file": "call.wav", "tracks": {}, "duration_ms": 1_000 * SECONDS}
    began = {"started_at": datetime.now(UTC).isoformat()}
    headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
    assert http.post("/api/exchange/recordings", json=body | began, headers=headers).status_code == 201
    with browser.new_context(base_url=address, locale="ru") as context:
        page = context.new_page()
        page.goto("/staff/sign-in")
        page.get_by_label("Логин").fill(Role.SUPERVISOR.value)
        page.get_by_label("Пароль").fill(PASSWORD)
        page.get_by_role("button", name="Войти").click()
        page.goto(f"/staff/contacts/{chat.opened['number']}")
        heard = "/audit?login=supervisor&action=recording_heard"
        assert chat.opened["number"] not in words(visit(Role.AUTHORITY).get(heard)), (
            "to see the player is not to listen"
        )
        player = page.locator("audio")
        player.evaluate("player => player.play()")
        until(lambda: player.evaluate("player => player.currentTime > 0.5"))
        assert player.evaluate("player => [player.error, Math.round(player.duration)]") == [None, SECONDS]
        player.evaluate("player => { player.currentTime = 2; }")
        until(lambda: player.evaluate("player => player.ended"))
    assert words(visit(Role.AUTHORITY).get(heard)).count(chat.opened["number"]) == 1

"""The console's page in a real browser, against the real web process: by keyboard, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.contact_centre.dialogue_server import saying
from tests.web.console.conftest import HANDOFF
from tests.web.console.desk import SLOW_MS, Console, Language
from tests.web.running import Chat, open_chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from playwright.sync_api import Browser, BrowserContext

    from tests.contact_centre.dialogue_server import DialogueServer
    from tests.web.console.seats import Badge

QUESTION = {"ru": "Сколько стоит паспорт?", "kk": "Паспорт қанша тұрады?"}
CALL = {"ru": "Позовите консультанта", "kk": "Кеңесшіні шақырыңыз"}
SOURCE = {"service": "PASSPORT", "aspect": "cost", "reviewed_at": "2026-10-01"}


@pytest.fixture
def context(browser: Browser, address: str, badges: list[Badge]) -> Iterator[BrowserContext]:
    """Give a consultant's browser, signed in; whatever its pages complain of fails the test."""
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "staff_session", "value": badges[0].token, "url": address}])
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    context.close()
    assert complaints == []


@pytest.fixture
def console(context: BrowserContext) -> Console:
    return Console(context.new_page()).open()


def _waiting(http: httpx.Client, dialogue: DialogueServer, language: Language = "ru", **body: object) -> Chat:
    """Return a citizen who has had an answer and waits for a consultant."""
    chat = open_chat(http, service=True, channel="web", language=language, **body)
    dialogue.answer = saying({"text": "8 МРП.", "custom": {"sources": [SOURCE]}})
    chat.say(QUESTION[language])
    dialogue.answer = HANDOFF
    chat.say(CALL[language])
    return chat


def test_a_talk_by_keyboard_alone(http: httpx.Client, dialogue: DialogueServer, console: Console) -> None:
    console.be_available()
    chat = _waiting(http, dialogue)
    console.accept()
    expect(console.page.locator("#summary")).to_contain_text(QUESTION["ru"])
    expect(console.page.locator("#summary")).to_contain_text("8 МРП.")
    chat.say("а срочно сколько стоит паспорт")
    expect(console.lines.last).to_contain_text("а срочно сколько стоит паспорт", timeout=SLOW_MS)
    expect(console.page.locator("#knowledge-about")).to_contain_text("а срочно", timeout=SLOW_MS)
    console.press("F2")
    expect(console.message).to_have_value(console_text := console.message.input_value())
    assert "МРП" in console_text, "the answer can still be edited"
    console.say(" Подойдёт?")
    expect(console.message).to_have_value("")
    expect(console.lines.last.locator(".status .unseen")).to_have_text("отправлено", timeout=SLOW_MS)
    assert chat.texts("consultant")[0].startswith(console_text[:20])
    console.close("Дан полный ответ")
    console.press("Alt+g")
    expect(console.talks).to_have_count(0, timeout=SLOW_MS)
    assert chat.read()["state"] == "rating"

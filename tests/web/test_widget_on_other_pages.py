"""The widget where the page, the dialogue or the text is not what the demo page gives it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.contact_centre.dialogue_server import saying
from tests.web.running import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from tests.contact_centre.dialogue_server import DialogueServer
    from web.settings import Settings


class _QuietFiles(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Keep the test's output clean."""


@contextmanager
def _site(folder: Path) -> Iterator[tuple[str, ThreadingHTTPServer]]:
    """Serve the files of `folder`; yields the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietFiles, directory=str(folder)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _ask(page: Page, text: str) -> None:
    field = page.get_by_role("dialog").get_by_role("textbox")
    field.fill(text)
    field.press("Enter")


def test_one_script_tag_brings_it_to_another_site(page: Page, settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "embedder"
    folder.mkdir()
    with _site(folder) as (origin, _), running(settings.model_copy(update={"widget_origins": (origin,)})) as centre:
        (folder / "index.html").write_text(
            f"""<!doctype html><html lang="en"><title>Akimat</title>
            <style>* {{ font-size: 3px !important; display: none !important }}
            html, body, assistant-1414 {{ display: block !important }}</style>
            <script type="module" src="{centre}/widget.js" data-language="kk"></script>"""
        )
        page.goto(origin)
        launcher = page.get_by_role("button", name="Сұрақ қою")
        size = launcher.bounding_box()
        assert size is not None
        assert size["height"] >= 44, "the page's own styles reach into the widget"
        launcher.click()
        _ask(page, "Сәлем")
        expect(page.get_by_text("kk: Сәлем")).to_be_visible()
        page.reload()
        expect(page.get_by_text("kk: Сәлем")).to_be_visible()


def test_silent_dialogue_is_told_in_words_and_the_message_is_not_sent_again(
    page: Page, dialogue: DialogueServer, address: str
) -> None:
    dialogue.stop()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.post_data_json else None)
    page.goto(f"{address}/?lang=ru")
    page.get_by_role("button", name="Задать вопрос").click()
    _ask(page, "Где мой паспорт?")
    panel = page.get_by_role("dialog")
    expect(panel.get_by_text("Ваш вопрос сохранён")).to_be_visible()
    expect(panel.get_by_role("status").filter(has_text="Вы в очереди к консультанту")).to_be_visible()
    expect(panel.locator(".waiting")).to_have_count(0)
    page.wait_for_timeout(2_500)  # two tries would have been made by now
    assert [url.rpartition("/")[2] for url in sent] == ["conversations", "messages"]


def test_answer_is_shown_as_paragraphs_bullets_and_plain_https_links_only(
    page: Page, dialogue: DialogueServer, address: str
) -> None:
    dialogue.answer = saying(
        {
            "text": "Нужны:\n• заявление\n- <b>паспорт</b>\nПодробнее: https://egov.kz/ru, http://plain.kz "
            "javascript:alert(1) https://egov.kz@evil.example/ или (https://1414.kz)."
        },
        {
            "custom": {
                "sources": [
                    {"service": "PASSPORT", "aspect": "documents", "reviewed_at": "2026-01-14"},
                    {"service": "PASSPORT", "aspect": "cost", "reviewed_at": "2025-09-06"},
                ]
            }
        },
    )
    page.goto(f"{address}/?lang=ru")
    page.get_by_role("button", name="Задать вопрос").click()
    _ask(page, "Что нужно?")
    answer = page.locator(".line.assistant").nth(1)
    expect(answer.get_by_role("listitem")).to_have_text(["заявление", "<b>паспорт</b>"])
    expect(answer.locator("p:not(.meta, .sources)")).to_have_count(2)
    assert answer.locator("a").evaluate_all("links => links.map(({ href }) => href)") == [
        "https://egov.kz/ru",
        "https://1414.kz/",
    ]
    expect(answer.locator("a").first).to_have_attribute("rel", "noopener noreferrer")
    expect(answer.locator(".sources")).to_have_text("Сведения на 06.09.2025")  # all of it was true on the older date


def test_button_sends_what_it_stands_for(page: Page, dialogue: DialogueServer, address: str) -> None:
    dialogue.answer = saying({"text": "Какой?", "buttons": [{"title": "Первый", "payload": '/choose{"n":1}'}]})
    page.goto(f"{address}/?lang=ru")
    page.get_by_role("button", name="Задать вопрос").click()
    _ask(page, "Паспорт")
    page.get_by_role("button", name="Первый").click()
    expect(page.locator(".line.citizen .text")).to_have_text(["Паспорт", "Первый"])
    expect(page.locator(".line.assistant")).to_have_count(3)
    assert [(turn["text"], turn["payload"]) for turn in dialogue.requests] == [
        ("Паспорт", False),
        ('/choose{"n":1}', True),
    ]

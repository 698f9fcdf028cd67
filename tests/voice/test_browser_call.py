"""A call from the chat widget: Chromium's fake microphone speaks, the same conversation shows the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from deploy.settings import WEB
from tests.web.speaking_browser import speaking_browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from deploy.stack import Stack


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Give a page whose microphone is silent for five seconds, asks what a passport costs, and is silent again."""
    with speaking_browser(tmp_path, "сколько стоит паспорт", "ru", silent_s=(5, 30), again=False) as browser:
        yield browser.new_page()


def test_what_is_spoken_into_the_browser_is_answered_in_the_same_conversation(stack: Stack, page: Page) -> None:
    page.goto(stack.url(WEB))
    page.locator("assistant-1414 .launcher").click()
    page.get_by_role("button", name="Позвонить голосом").click()
    expect(page.locator("assistant-1414 .notice")).to_contain_text("Разговор записывается", timeout=10_000)
    expect(page.locator("assistant-1414 .line.citizen")).to_contain_text("сколько стоит паспорт", timeout=30_000)
    expect(page.locator("assistant-1414 .log")).to_contain_text("МРП")
    page.get_by_role("button", name="Завершить звонок").click()
    expect(page.locator("assistant-1414 .notice")).to_be_empty()

"""A call from the chat widget: Chromium's fake microphone speaks, the same conversation shows the words."""

from __future__ import annotations

import os
import wave
from typing import TYPE_CHECKING

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright

from deploy import debian
from deploy.settings import WEB
from voice_channel.simulated_caller import synthesised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

    from deploy.stack import Stack

_LINE_HZ = 8_000
_TIMES = 6  # to 48 kHz, as the browser takes it


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """Give a page whose microphone is silent for five seconds, asks what a passport costs, and is silent again."""
    question = np.frombuffer(synthesised("сколько стоит паспорт", "ru"), np.int16)
    silence = np.zeros(_LINE_HZ * 5, np.int16)
    with wave.open(str(tmp_path / "microphone.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_LINE_HZ * _TIMES)
        file.writeframes(np.repeat(np.concatenate([silence, question, *[silence] * 6]), _TIMES).tobytes())
    arguments = [
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={tmp_path / 'microphone.wav'}%noloop",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=debian.chromium(), args=arguments)
        yield browser.new_page()
        browser.close()


def test_what_is_spoken_into_the_browser_is_answered_in_the_same_conversation(stack: Stack, page: Page) -> None:
    page.goto(stack.url(WEB))
    page.locator("assistant-1414 .launcher").click()
    page.get_by_role("button", name="Позвонить голосом").click()
    expect(page.locator("assistant-1414 .notice")).to_contain_text("Разговор записывается", timeout=10_000)
    expect(page.locator("assistant-1414 .line.citizen")).to_contain_text("сколько стоит паспорт", timeout=30_000)
    expect(page.locator("assistant-1414 .log")).to_contain_text("МРП")
    page.get_by_role("button", name="Завершить звонок").click()
    expect(page.locator("assistant-1414 .notice")).to_be_empty()

"""Chromium with a microphone that says something: a fake device fed with our own speaker's voice."""

from __future__ import annotations

import os
import wave
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from deploy import debian
from voice_channel.simulated_caller import synthesised

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from language import Language

_LINE_HZ = 8_000
_TIMES = 6  # to 48 kHz, as the browser takes it


@contextmanager
def speaking_browser(
    folder: Path, text: str, language: Language, *, silent_s: tuple[int, int], again: bool
) -> Iterator[Browser]:
    """Give a browser that hears silence, the text, silence; once, or again and again."""
    microphone = folder / "microphone.wav"
    before, after = (np.zeros(_LINE_HZ * seconds, np.int16) for seconds in silent_s)
    spoken = np.frombuffer(synthesised(text, language), np.int16)
    with wave.open(str(microphone), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_LINE_HZ * _TIMES)
        file.writeframes(np.repeat(np.concatenate([before, spoken, after]), _TIMES).tobytes())
    arguments = [
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={microphone}{'' if again else '%noloop'}",
        # Where a machine has no network but itself.
        "--allow-loopback-in-peer-connection",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=debian.chromium(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()

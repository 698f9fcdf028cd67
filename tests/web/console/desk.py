"""The console in a real browser, as a consultant uses it: by keys, by names of what is seen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Language = Literal["kk", "ru"]
SLOW_MS: Final = 20_000
"""Everything here is waited for; only a machine under load needs this long."""

AVAILABLE: Final = {"ru": "Доступен", "kk": "Қолжетімді"}
INSERT: Final = {"ru": "Вставить", "kk": "Енгізу"}


@dataclass(frozen=True)
class Console:
    """One consultant's page."""

    page: Page
    language: Language = "ru"

    def open(self) -> Console:
        self.page.goto("/staff/console")
        # The first list of work is there.
        expect(self.page.locator("#doing")).not_to_be_empty(timeout=SLOW_MS)
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def be_available(self) -> None:
        self.page.get_by_role("button", name=AVAILABLE[self.language], exact=True).click()
        expect(self.page.get_by_role("button", name=AVAILABLE[self.language], exact=True)).to_have_attribute(
            "aria-pressed", "true", timeout=SLOW_MS
        )

    @property
    def offers(self) -> Locator:
        return self.page.locator(".offer")

    @property
    def talks(self) -> Locator:
        return self.page.locator("#talks button")

    @property
    def lines(self) -> Locator:
        return self.page.get_by_role("log").locator(".line")

    @property
    def message(self) -> Locator:
        return self.page.locator("#message")

    @property
    def answers(self) -> Locator:
        return self.page.locator("#answers li.answer")

    def accept(self) -> None:
        """Take the offer by keyboard, and be ready to write."""
        expect(self.offers).to_have_count(1, timeout=SLOW_MS)
        self.press("Alt+a")
        expect(self.message).to_be_focused(timeout=SLOW_MS)

    def say(self, text: str) -> None:
        self.page.keyboard.insert_text(text)
        self.press("Enter")

    def status_of(self, text: str) -> Locator:
        return self.lines.filter(has_text=text).locator(".status .unseen")

    def close(self, outcome: str) -> None:
        """End the talk by keyboard; after-contact work has begun."""
        self.press("Alt+c")
        self.page.get_by_role("radio", name=outcome).check()
        self.press("Enter")
        expect(self.page.locator("#finish")).to_be_focused(timeout=SLOW_MS)

    def faults(self) -> list[str]:
        """Return what axe finds."""
        found = Axe().run(self.page).response["violations"]
        return [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]


NUMBER: Final = re.compile(r"^\d\d-\d{6}$")

"""The knowledge-base pages as an editor and a reviewer meet them: a real browser, the whole product behind it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from deploy import settings
from tests.end_to_end.chat import Citizen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Dialog, Locator, Page

    from deploy.stack import Stack

Language = Literal["kk", "ru"]

CODE = "ARCHIVE"
EDIT = f"/staff/kb/articles/{CODE}"
PUBLISHED_WITHIN_S = 2.0
PAGES = (
    "/staff/kb/",
    "/staff/kb/new",
    EDIT,
    f"{EDIT}/history",
    f"{EDIT}/revisions/1",
    "/staff/kb/questions",
    "/staff/kb/announcements",
    "/staff/kb/announcements/new",
    "/staff/kb/exchange",
)


@pytest.fixture
def site(stack: Stack) -> str:
    return stack.url(settings.WEB)


@pytest.fixture
def open_as(stack: Stack, site: str, browser: Browser) -> Iterator[Callable[[str, Language], Page]]:
    """Give signed-in pages: by role and language."""
    contexts = []

    def opened(role: str, language: Language) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=site)
        contexts.append(context)
        page = context.new_page()
        account = stack.accounts[role]
        page.goto("/staff/sign-in")
        page.locator("[name=login]").fill(account.login)
        page.locator("[name=password]").fill(account.password)
        page.locator("main button").click()
        page.locator(f"button[name=language][value={language}]").click()
        return page

    yield opened
    for context in contexts:
        context.close()


def told(site: str) -> str:
    """Return what citizens are told in general of the service."""
    aspects = httpx.get(f"{site}/api/kb/services/{CODE}?lang=ru", timeout=10).raise_for_status().json()["aspects"]
    return str(next(aspect["text"] for aspect in aspects if aspect["aspect"] == "general"))


def distance(upper: Locator, lower: Locator) -> float:
    """Return how many pixels one field stands below another."""
    above, below = upper.bounding_box(), lower.bounding_box()
    assert above is not None
    assert below is not None
    return below["y"] - above["y"]


def test_a_text_is_written_checked_reviewed_and_told(
    stack: Stack, site: str, open_as: Callable[[str, Language], Page]
) -> None:
    editor, reviewer = open_as("editor", "ru"), open_as("supervisor", "kk")
    editor.goto(EDIT)
    field, remark = editor.locator("#general_short_ru"), editor.locator("#remark-general_short_ru")
    below = editor.locator("#general_full_ru")
    place = distance(field, below)
    field.fill("Справку даёт архив!")
    expect(remark).to_have_text("«!» нельзя произнести по телефону. Перепишите словами.")
    expect(field).to_have_attribute("aria-invalid", "true")
    assert distance(field, below) == place  # a remark does not move the page under the hands
    text = f"Архивную справку дают на eGov.kz. Проверено в {time.time_ns()}."
    field.fill(text)
    below.fill("")
    expect(remark).to_have_text("")
    expect(editor.locator("#checked-general .heard").nth(1)).to_have_text(text)
    expect(editor.locator("#checked-general .bubble").nth(1)).to_contain_text(text)
    editor.locator("#reason").fill("Уточнён порядок")
    editor.get_by_role("button", name="Отправить на проверку").click()
    expect(editor.get_by_role("status")).to_have_text("Отправлено на проверку.")
    assert told(site) != text

    reviewer.goto("/staff/kb/?show=in_review")
    reviewer.locator(f'a[href^="{EDIT}/revisions/"]').click()
    expect(reviewer.locator(".differences ins").first).to_be_visible()
    reviewer.get_by_role("button", name="Мақұлдап, жариялау").click()
    expect(reviewer.get_by_role("status")).to_contain_text("Жарияланды")
    deadline = time.monotonic() + PUBLISHED_WITHIN_S
    while told(site) != text and time.monotonic() < deadline:
        time.sleep(0.1)
    assert told(site) == text
    time.sleep(max(0.0, deadline - time.monotonic()))  # the process of the actions has the same two seconds
    answer = Citizen(stack, "ru").say("что такое архивная справка")
    assert text in answer.text
    assert answer.services == {CODE}


def test_what_was_typed_is_not_lost(open_as: Callable[[str, Language], Page]) -> None:
    page, other = open_as("editor", "ru"), open_as("editor", "ru")
    for each in (page, other):
        each.goto("/staff/kb/articles/CLINIC")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("#term_source").fill("закон о здравоохранении")
    page.evaluate("location.href = '/staff/kb/'")
    expect(page.locator("#term_source")).to_have_value("закон о здравоохранении")
    assert asked == ["beforeunload"]
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status")).to_have_text("Черновик сохранён.")
    other.locator("#term_source").fill("другой закон")
    other.keyboard.press("Control+s")
    expect(other.get_by_role("alert")).to_contain_text("раньше вас")
    expect(other.locator("#term_source")).to_have_value("другой закон")
    expect(other.locator(".differences")).to_contain_text("здравоохранении")
    other.on("dialog", lambda dialog: dialog.accept())
    page.goto("/staff/kb/articles/CLINIC/history")
    page.get_by_role("link", name="Версия 2").click()
    page.get_by_role("button", name="Отменить правку").click()
    expect(page.get_by_role("status")).to_contain_text("осталась в истории")


def test_the_list_is_searched_as_one_types(open_as: Callable[[str, Language], Page]) -> None:
    page = open_as("editor", "kk")
    page.goto("/staff/kb/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.get_by_role("searchbox").fill("апостиль")
    expect(page.locator("#list tbody")).not_to_contain_text("DIVORCE")
    expect(page.locator("#list tbody")).to_contain_text("APOSTILLE")
    expect(page.get_by_role("searchbox")).to_be_focused()


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_every_page_can_be_used_by_everyone(open_as: Callable[[str, Language], Page], language: Language) -> None:
    page = open_as("editor", language)
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda line: broken.append(line.text) if line.type == "error" else None)
    for address in PAGES:
        page.goto(address)
        violations = Axe().run(page).response["violations"]
        assert [violation["id"] for violation in violations] == [], address
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            beyond = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert beyond <= 0, (address, width)
    assert broken == []


def test_on_a_phone_what_can_be_done_with_a_row_is_on_the_screen(open_as: Callable[[str, Language], Page]) -> None:
    page = open_as("editor", "ru")
    page.set_viewport_size({"width": 390, "height": 844})
    for address in ("/staff/kb/", f"{EDIT}/history"):
        page.goto(address)
        edges = page.locator(".stacked tbody :is(a, button)").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect().right)"
        )
        assert edges
        assert max(edges) <= 390, address

"""One consultation as two people live it: a citizen in the widget, a consultant in the console, each in a browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from deploy.settings import WEB
from tests.end_to_end.test_staff_pages import choose, sign_in
from tests.end_to_end.test_widget import ANSWER_LIMIT_MS, QUESTION, Chat
from tests.web.console.desk import SLOW_MS, Console, Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from deploy.stack import Stack

CALL = {"ru": "Соедините с оператором", "kk": "Операторға қосыңызшы"}
ANNOUNCED = {"ru": re.compile("Передаю|Соединяю"), "kk": re.compile("қосамын|беремін")}
ANSWERED = {"ru": "Вам отвечает консультант", "kk": "Сізге кеңесші жауап береді"}
MORE = {"ru": "А если срок истёк месяц назад?", "kk": "Ал мерзімі бір ай бұрын бітіп қойса ше?"}
REPLY = {"ru": "Подайте заявление в любой ЦОН.", "kk": "Кез келген ХҚКО-ға өтініш беріңіз."}
OUTCOME = {"ru": "Дан полный ответ", "kk": "Толық жауап берілді"}
WORD = {"ru": "Всё понятно, спасибо", "kk": "Бәрі түсінікті, рақмет"}
THANKS = {"ru": re.compile("оценка сохранена"), "kk": re.compile("бағаңыз сақталды")}
RATED = {"ru": "оценка 5", "kk": "бағасы 5"}
WRITES = {"ru": "Консультант пишет", "kk": "Кеңесші жазып жатыр"}
READ = {"ru": "прочитано", "kk": "оқылды"}


@pytest.fixture
def page_of(browser: Browser, stack: Stack) -> Iterator[Callable[[], Page]]:
    """Give each person a browser of their own."""
    contexts = []

    def page() -> Page:
        context = browser.new_context(base_url=stack.url(WEB), locale="ru", viewport={"width": 1440, "height": 900})
        contexts.append(context)
        return context.new_page()

    yield page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_from_the_question_to_the_rating_and_the_supervisors_numbers(
    page_of: Callable[[], Page], stack: Stack, language: Language
) -> None:
    supervisor, desk, site = page_of(), page_of(), page_of()
    sign_in(supervisor, stack, "supervisor")
    before = _answered(supervisor)
    sign_in(desk, stack, "consultant")
    choose(desk, language)
    console = Console(desk, language).open()
    console.be_available()

    site.goto(f"/?lang={language}")
    chat = Chat(site, language).open()
    chat.ask(QUESTION[language])
    chat.ask(CALL[language])
    expect(chat.answers.last).to_contain_text(ANNOUNCED[language])

    expect(console.offers).to_contain_text(QUESTION[language], timeout=SLOW_MS)
    console.accept()
    expect(desk.locator("#summary")).to_contain_text(QUESTION[language])
    expect(chat.panel).to_contain_text(ANSWERED[language], timeout=SLOW_MS)
    expect(console.lines.first).to_be_visible()
    number = chat.ticket()["number"]
    expect(desk.locator("#talk-facts .number")).to_have_text(number)

    chat.write(MORE[language])
    expect(console.lines.last).to_contain_text(MORE[language], timeout=SLOW_MS)
    expect(console.answers.first).to_be_visible(timeout=SLOW_MS)
    expect(chat.own.last.locator(".status")).to_have_text(READ[language], timeout=SLOW_MS)
    console.message.press_sequentially(REPLY[language])
    expect(chat.panel.get_by_role("status").filter(has_text=WRITES[language])).to_have_count(1, timeout=SLOW_MS)
    console.press("Enter")
    expect(chat.log.locator(".line.consultant .text").last).to_have_text(REPLY[language], timeout=SLOW_MS)
    expect(console.status_of(REPLY[language])).to_have_text(READ[language], timeout=SLOW_MS)
    assert chat.panel.get_by_role("status").filter(has_text=WRITES[language]).count() == 0

    console.close(OUTCOME[language])
    points = chat.log.get_by_role("group").get_by_role("button", name=re.compile(r"^[1-5]$"))
    expect(points).to_have_text(["1", "2", "3", "4", "5"], timeout=SLOW_MS)
    points.last.click()
    expect(desk.locator("#wrap-up-rating")).to_have_text(RATED[language], timeout=SLOW_MS)
    expect(points).to_have_count(0, timeout=SLOW_MS)
    chat.write(WORD[language])
    expect(chat.log.locator(".line.system .text").last).to_have_text(THANKS[language], timeout=ANSWER_LIMIT_MS)
    console.press("Alt+g")
    expect(console.talks).to_have_count(0, timeout=SLOW_MS)
    desk.locator('[data-presence="offline"]').click()
    expect(desk.locator('[data-presence="offline"]')).to_have_attribute("aria-pressed", "true")
    choose(desk, "ru")

    after = _answered(supervisor)
    grown = {name for name in after if after[name] == before[name] + 1}
    assert grown == {"answered", "rated", "fives", language}
    supervisor.goto("/staff/supervision/report")
    row = supervisor.get_by_role("row", name=re.compile("Демо: консультант")).first
    expect(row).to_be_visible()


def _answered(supervisor: Page) -> dict[str, int]:
    report = supervisor.request.get("/staff/api/supervision/report").json()
    languages = {row["key"]: row["answered"] for row in report["by_language"]}
    total = {name: report["total"][name] for name in ("answered", "rated")}
    return total | {"fives": report["ratings"]["5"]} | {code: languages.get(code, 0) for code in ("ru", "kk")}

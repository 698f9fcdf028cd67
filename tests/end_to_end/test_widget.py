"""The chat widget on the demo page, as a citizen meets it: a real browser, the whole product behind it."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import expect

from deploy import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, WebSocketRoute

    from deploy.stack import Stack

Language = Literal["kk", "ru"]
DESKTOP = (1280, 800)
PHONE = (390, 844)
ANSWER_LIMIT_MS = 20_000
RETRY_LIMIT_MS = 45_000
"""The longest wait between two tries is 30 s."""

QUESTION = {
    "kk": "Жеке куәлік алуға қандай құжаттар керек?",
    "ru": "Какие документы нужны для удостоверения личности?",
}
LAUNCHER = {"kk": re.compile("^Сұрақ қою"), "ru": re.compile("^Задать вопрос")}
PANEL = {"kk": "1414 көмекшісі", "ru": "Помощник 1414"}
CITIZEN = {"kk": "Сіз", "ru": "Вы"}
ASSISTANT = {"kk": "Көмекші", "ru": "Помощник"}
SOURCES = {
    "kk": re.compile(r"^Мәлімет \d\d\.\d\d\.\d{4} күнгі$"),
    "ru": re.compile(r"^Сведения на \d\d\.\d\d\.\d{4}$"),
}


@dataclass(frozen=True)
class Chat:
    """The widget on one page."""

    page: Page
    language: Language = "ru"

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name=LAUNCHER[self.language])

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def log(self) -> Locator:
        return self.panel.get_by_role("log")

    @property
    def lines(self) -> Locator:
        return self.log.locator(".line")

    @property
    def own(self) -> Locator:
        return self.log.locator(".line.citizen")

    @property
    def answers(self) -> Locator:
        return self.log.locator(".line.assistant")

    @property
    def field(self) -> Locator:
        return self.panel.get_by_role("textbox")

    def open(self) -> Chat:
        """Open the panel and wait for the greeting."""
        self.launcher.click()
        expect(self.answers).to_have_count(1, timeout=ANSWER_LIMIT_MS)
        return self

    def write(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def ask(self, text: str) -> None:
        """Send a text and wait for an answer to it."""
        before = self.answers.count()
        self.write(text)
        expect(self.answers.nth(before)).to_be_visible(timeout=ANSWER_LIMIT_MS)
        expect(self.log.locator(".waiting")).to_have_count(0, timeout=ANSWER_LIMIT_MS)

    def ticket(self) -> dict[str, str]:
        ticket: dict[str, str] = self.page.evaluate("JSON.parse(sessionStorage.getItem('assistant-1414')).ticket")
        return ticket

    def seen(self) -> list[str]:
        return self.log.locator(".line .text").all_inner_texts()

    def kept(self) -> list[str]:
        """Return the citizen's texts as the register has them."""
        ticket = self.ticket()
        address = f"{_origin(self.page.url)}/api/conversations/{ticket['id']}/messages"
        answer = httpx.get(address, headers={"Authorization": f"Bearer {ticket['token']}"}, timeout=10)
        return [message["text"] for message in answer.raise_for_status().json()["messages"] if _is_own(message)]


def _post(site: str, ticket: dict[str, str], text: str, client_id: str) -> int:
    """Send into the citizen's conversation from elsewhere; returns the status."""
    return httpx.post(
        f"{site}/api/conversations/{ticket['id']}/messages",
        headers={"Authorization": f"Bearer {ticket['token']}"},
        json={"text": text, "client_id": client_id},
        timeout=60,
    ).status_code


def _is_own(message: dict[str, object]) -> bool:
    return message["from"] == "citizen"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    width, height = DESKTOP
    context = browser.new_context(viewport={"width": width, "height": height})
    yield context
    context.close()


@pytest.fixture
def site(stack: Stack) -> str:
    return stack.url(settings.WEB)


def _visit(context: BrowserContext, site: str, language: Language = "ru") -> Chat:
    page = context.new_page()
    page.goto(f"{site}/?lang={language}")
    return Chat(page, language)


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_whole_conversation_by_keyboard_alone(context: BrowserContext, site: str, language: Language) -> None:
    chat = _visit(context, site, language)
    keyboard = chat.page.keyboard
    for _ in range(40):
        keyboard.press("Tab")
        if chat.launcher.evaluate("node => node.matches(':focus')"):
            break
    keyboard.press("Enter")
    expect(chat.field).to_be_focused()
    expect(chat.answers).to_have_count(1, timeout=ANSWER_LIMIT_MS)

    keyboard.type("1")
    keyboard.press("Shift+Enter")
    keyboard.type("2")
    expect(chat.field).to_have_value("1\n2")
    keyboard.press("ControlOrMeta+A")
    keyboard.type(QUESTION[language])
    keyboard.press("Enter")

    expect(chat.own.locator(".text")).to_have_text([QUESTION[language]])
    expect(chat.log.locator(".sources").first).to_have_text(SOURCES[language], timeout=ANSWER_LIMIT_MS)
    expect(chat.field).to_be_focused()
    keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(chat.launcher).to_be_focused()


def test_focus_returns_to_the_card_that_opened_the_chat(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site)
    card = chat.page.get_by_role("button", name=QUESTION["ru"])
    card.focus()
    card.press("Enter")
    expect(chat.own.locator(".text")).to_have_text([QUESTION["ru"]])
    chat.page.keyboard.press("Escape")
    expect(card).to_be_focused()


def test_buttons_of_an_answer_are_pressed_by_keyboard_and_shown_by_their_title(
    context: BrowserContext, site: str
) -> None:
    chat = _visit(context, site).open()
    chat.ask("очередь")  # for a flat, a plot, a kindergarten? the assistant has to ask
    option = chat.panel.get_by_role("group", name="Варианты ответа").get_by_role("button").first
    expect(option).to_be_visible(timeout=ANSWER_LIMIT_MS)
    title = option.inner_text()
    option.press("Enter")
    expect(chat.own.locator(".text").last).to_have_text(title)
    expect(chat.field).to_be_focused()
    expect(chat.lines.last).to_have_class(re.compile("assistant"), timeout=ANSWER_LIMIT_MS)
    assert chat.kept()[-1] == title


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_screen_reader_semantics(context: BrowserContext, site: str, language: Language) -> None:
    chat = _visit(context, site, language)
    expect(chat.launcher).to_have_attribute("aria-expanded", "false")
    chat.open().ask(QUESTION[language])
    expect(chat.panel).to_have_accessible_name(PANEL[language])
    expect(chat.log).to_have_attribute("aria-live", "polite")
    expect(chat.log.get_by_role("listitem").locator("time").first).to_have_attribute("datetime", re.compile("^20.*Z$"))
    expect(chat.answers.last.locator(".text")).to_have_attribute("lang", language)
    tree = chat.panel.aria_snapshot()
    for role in ("heading", "log", "list", "textbox", "button", "status"):
        assert re.search(rf"- {role}\b", tree), f"no {role} in\n{tree}"
    assert CITIZEN[language] in tree
    assert ASSISTANT[language] in tree
    for button in chat.panel.get_by_role("button").all():
        expect(button).to_have_accessible_name(re.compile(r"\S"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("language", ["kk", "ru"])
def test_axe_finds_nothing_serious(
    browser: Browser, site: str, language: Language, size: tuple[int, int], scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    chat = _visit(context, site, language)
    expect(chat.launcher).to_be_visible()
    assert _serious(chat.page) == []
    chat.open().ask(QUESTION[language])
    assert _serious(chat.page) == []
    chat.panel.get_by_role("button", name={"kk": "Жаңа әңгіме", "ru": "Новый разговор"}[language]).click()
    assert _serious(chat.page) == []
    context.close()


def _serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html']}"
        for rule in found
        if rule["impact"] in {"serious", "critical"}
        for node in rule["nodes"]
    ]


def test_targets_are_large_and_a_phone_gets_the_whole_screen(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True)
    chat = _visit(context, site)
    chat.launcher.tap()
    expect(chat.answers).to_have_count(1, timeout=ANSWER_LIMIT_MS)
    box = chat.panel.bounding_box()
    assert box is not None
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, *PHONE)
    expect(chat.field).not_to_be_focused()  # else the touch keyboard covers the greeting
    for button in chat.panel.get_by_role("button").all():
        target = button.bounding_box()
        assert target is not None
        assert min(target["width"], target["height"]) >= 44, button.inner_html()
    context.close()


def test_zoom_of_200_percent_leaves_everything_within_reach(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport={"width": DESKTOP[0] // 2, "height": DESKTOP[1] // 2})
    chat = _visit(context, site).open()
    chat.ask(QUESTION["ru"])
    for part in (chat.field, chat.panel.get_by_role("button", name="Закрыть чат"), chat.log):
        expect(part).to_be_in_viewport(ratio=1)
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()


def test_reload_keeps_every_line_and_goes_on(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    chat.ask(QUESTION["ru"])
    before, number = chat.seen(), chat.ticket()["number"]
    chat.field.fill("ещё не дописано")
    chat.page.reload()
    expect(chat.lines).to_have_count(len(before), timeout=ANSWER_LIMIT_MS)
    assert chat.seen() == before
    expect(chat.field).to_have_value("ещё не дописано")
    expect(chat.panel).to_contain_text(number)
    chat.ask("А сколько это стоит?")
    assert chat.seen()[: len(before)] == before
    assert chat.kept() == [QUESTION["ru"], "А сколько это стоит?"]


def test_what_is_written_offline_is_sent_once_when_the_network_is_back(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    context.set_offline(True)
    chat.write(QUESTION["ru"])
    chat.write("Спасибо")
    expect(chat.own.locator(".status")).to_have_text(["не отправлено", "не отправлено"], timeout=ANSWER_LIMIT_MS)
    expect(chat.panel).to_contain_text("Нет связи")
    context.set_offline(False)
    expect(chat.log.locator(".waiting")).to_have_count(0, timeout=RETRY_LIMIT_MS)
    expect(chat.panel).not_to_contain_text("Нет связи")
    assert chat.kept() == [QUESTION["ru"], "Спасибо"]
    assert [text for text in chat.seen() if text in chat.kept()] == chat.kept()


def test_unsent_message_survives_a_reload(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    chat.page.route("**/messages", _drop_posts)
    chat.write(QUESTION["ru"])
    expect(chat.own.locator(".status")).to_have_text("не отправлено", timeout=ANSWER_LIMIT_MS)
    chat.page.unroute("**/messages")
    chat.page.reload()
    expect(chat.log.locator(".sources").first).to_be_visible(timeout=RETRY_LIMIT_MS)
    expect(chat.own.locator(".text")).to_have_text([QUESTION["ru"]])
    assert chat.kept() == [QUESTION["ru"]]


def _drop_posts(route: Route) -> None:
    if route.request.method == "POST":
        route.abort()
    else:
        route.continue_()


def test_answer_lost_on_the_way_doubles_nothing(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            route.fetch()  # the server has it
            lost.append(route.request.post_data or "")
            route.abort()
        else:
            route.continue_()

    chat.page.route("**/messages", lose_the_first_answer)
    with chat.page.expect_response(lambda answer: answer.request.method == "POST", timeout=RETRY_LIMIT_MS) as repeated:
        chat.write(QUESTION["ru"])
    assert repeated.value.request.post_data == lost[0]
    expect(chat.log.locator(".waiting")).to_have_count(0, timeout=ANSWER_LIMIT_MS)
    expect(chat.own.locator(".text")).to_have_text([QUESTION["ru"]])
    assert chat.kept() == [QUESTION["ru"]]
    assert len(chat.seen()) == len(set(chat.seen()))


def test_without_websockets_messages_still_come(context: BrowserContext, site: str) -> None:
    page = context.new_page()
    page.route_web_socket(re.compile("/stream$"), _refuse)
    page.goto(f"{site}/?lang=ru")
    chat = Chat(page).open()
    chat.ask(QUESTION["ru"])
    _post(site, chat.ticket(), "Написано с другого места", uuid4().hex)
    expect(chat.own.locator(".text").last).to_have_text("Написано с другого места", timeout=RETRY_LIMIT_MS)
    expect(chat.lines.last).to_have_class(re.compile("assistant"), timeout=RETRY_LIMIT_MS)
    expect(chat.own).to_have_count(2)
    expect(chat.panel).not_to_contain_text("Нет связи")


def _refuse(socket: WebSocketRoute) -> None:
    socket.close()


def test_message_over_the_limit_waits_its_turn(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    ticket = chat.ticket()
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: _post(site, ticket, "Здравствуйте", "one"), range(40)))
    assert 429 in statuses
    chat.write(QUESTION["ru"])
    expect(chat.own.locator(".status").last).to_have_text("не отправлено", timeout=ANSWER_LIMIT_MS)
    expect(chat.panel).to_contain_text("Слишком много сообщений подряд")
    expect(chat.log.locator(".waiting")).to_have_count(0, timeout=RETRY_LIMIT_MS)
    assert chat.kept().count(QUESTION["ru"]) == 1


def test_expired_conversation_is_followed_by_a_new_one_with_the_unsent_text(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    old = chat.ticket()["number"]
    # The server knows no such conversation, as after it was erased.
    chat.page.add_init_script(f"""
        const saved = JSON.parse(sessionStorage.getItem("assistant-1414"));
        saved.ticket.id = "{uuid4()}";
        sessionStorage.setItem("assistant-1414", JSON.stringify(saved));
    """)
    chat.page.route("**/messages", lambda route: route.abort())
    chat.page.reload()
    chat.write(QUESTION["ru"])
    chat.page.unroute("**/messages")
    expect(chat.panel).to_contain_text("Прошлый разговор завершён, начат новый", timeout=RETRY_LIMIT_MS)
    expect(chat.log.locator(".sources").first).to_be_visible(timeout=RETRY_LIMIT_MS)
    assert chat.kept() == [QUESTION["ru"]]
    assert chat.ticket()["number"] != old


def test_typed_markup_stays_text(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    markup = "<img src=x onerror=\"document.title='broken'\"><b>жирно</b> <script>document.title='broken'</script>"
    chat.ask(markup)
    assert chat.seen()[1] == markup
    assert chat.log.locator("img, b, script").count() == 0
    assert chat.page.title() != "broken"


def test_too_long_text_is_counted_and_not_sent(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    counter = chat.panel.locator("#counter")
    chat.field.fill("😀" * 3_900)  # characters, not UTF-16 units
    expect(counter).to_have_text("Осталось знаков: 100")
    chat.field.fill("ы" * 4_001)
    chat.field.press("Enter")
    expect(counter).to_have_text("Лишних знаков: 1. Сократите сообщение.")
    expect(chat.panel.get_by_role("status").filter(has_text="Лишних знаков: 1")).to_be_visible()
    expect(chat.field).to_have_value("ы" * 4_001)
    expect(chat.own).to_have_count(0)


def test_language_changes_at_once_and_keeps_the_conversation(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    number = chat.ticket()["number"]
    chat.panel.get_by_role("button", name="Қаз").click()
    expect(chat.panel).to_have_accessible_name(PANEL["kk"])
    expect(chat.answers.locator(".who")).to_have_text([ASSISTANT["kk"]])
    chat.page.get_by_role("group", name="Тіл / Язык").get_by_role("button", name="Русский").click()
    expect(chat.panel).to_have_accessible_name(PANEL["ru"])
    expect(chat.page.locator("html")).to_have_attribute("lang", "ru")
    assert chat.ticket()["number"] == number
    expect(chat.lines).to_have_count(1)


def test_new_conversation_is_asked_about_first(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    chat.ask(QUESTION["ru"])
    number = chat.ticket()["number"]
    renew = chat.panel.get_by_role("button", name="Новый разговор")
    renew.click()
    expect(chat.panel.get_by_role("button", name="Отмена")).to_be_focused()
    chat.page.keyboard.press("Escape")
    expect(chat.own).to_have_count(1)
    renew.click()
    chat.panel.get_by_role("button", name="Начать").click()
    expect(chat.own).to_have_count(0)
    expect(chat.answers).to_have_count(1, timeout=ANSWER_LIMIT_MS)
    assert chat.ticket()["number"] != number


def test_queue_is_told_and_the_launcher_counts_what_came_meanwhile(context: BrowserContext, site: str) -> None:
    chat = _visit(context, site).open()
    chat.ask("Соедините с оператором")
    expect(chat.panel.get_by_role("status").filter(has_text="Вы в очереди к консультанту")).to_be_visible()
    chat.panel.get_by_role("button", name="Закрыть чат").click()
    _post(site, chat.ticket(), QUESTION["ru"], uuid4().hex)
    expect(chat.launcher).to_have_accessible_name(re.compile(r"Новых сообщений: [1-9]"), timeout=ANSWER_LIMIT_MS)


def test_nothing_is_asked_of_another_origin(context: BrowserContext, site: str) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    chat = _visit(context, site)
    chat.page.on("websocket", lambda socket: asked.append(socket.url))
    complaints: list[str] = []
    chat.page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    chat.open().ask(QUESTION["ru"])
    host = urlsplit(site).netloc
    assert len(asked) > 10
    assert [url for url in asked if urlsplit(url).netloc != host] == []
    assert any(url.startswith("ws:") for url in asked)
    assert complaints == []

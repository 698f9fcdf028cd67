"""The console's page in a real browser, against the real web process: by keyboard, in both languages."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from tests.contact_centre.dialogue_server import saying
from tests.web.console.conftest import HANDOFF
from tests.web.console.desk import SLOW_MS, Console, Language
from tests.web.console.telephone import PHONE, PhoneCall, put_state
from tests.web.running import Chat, open_chat
from tests.web.test_stream import _stream as chat_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from playwright.sync_api import Browser, BrowserContext

    from tests.contact_centre.dialogue_server import DialogueServer
    from tests.web.console.seats import Badge, Seat

QUESTION = {"ru": "Сколько стоит паспорт?", "kk": "Паспорт қанша тұрады?"}
CALL = {"ru": "Позовите консультанта", "kk": "Кеңесшіні шақырыңыз"}
SOURCE = {"service": "PASSPORT", "aspect": "cost", "reviewed_at": "2026-10-01"}

LISTENING = """
globalThis.heard = { tones: [], notices: [], frames: 0 };
document.hasFocus = () => false;  // the consultant looks at another window
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) { heard.tones.push(at); return start.call(this, at); };
globalThis.Notification = class extends Notification {
  constructor(title, options) { super(title, options); heard.notices.push({ title, body: options.body }); }
};
globalThis.WebSocket = class extends WebSocket {
  constructor(...place) { super(...place); this.addEventListener("message", () => { heard.frames += 1; }); }
};
"""
"""Counts what really sounds and is shown: everything is passed on to the browser."""


@pytest.fixture
def context(browser: Browser, address: str, badges: list[Badge]) -> Iterator[BrowserContext]:
    """Give a consultant's browser, signed in; whatever its pages complain of fails the test."""
    context = _browser(browser, address, badges[0])
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


def _browser(browser: Browser, address: str, badge: Badge, **options: object) -> BrowserContext:
    context = browser.new_context(base_url=address, viewport={"width": 1440, "height": 900}, **options)  # type: ignore[arg-type]
    context.add_cookies([{"name": "staff_session", "value": badge.token, "url": address}])
    return context


def test_a_talk_by_keyboard_alone(http: httpx.Client, dialogue: DialogueServer, console: Console) -> None:
    console.be_available()
    chat = _waiting(http, dialogue)
    console.accept()
    expect(console.page.locator("#summary")).to_contain_text(QUESTION["ru"])
    expect(console.page.locator("#summary")).to_contain_text("8 МРП.")
    expect(console.page).to_have_title(re.compile("^Консоль"))
    chat.say("а срочно сколько стоит паспорт")
    expect(console.lines.last).to_contain_text("а срочно сколько стоит паспорт", timeout=SLOW_MS)
    expect(console.page.locator("#knowledge-about")).to_contain_text("а срочно", timeout=SLOW_MS)
    console.press("F2")
    expect(console.message).to_have_value(re.compile("МРП"))
    console.say(" Подойдёт?")
    expect(console.message).to_have_value("")
    expect(console.status_of("Подойдёт?")).to_have_text("отправлено", timeout=SLOW_MS)
    assert "МРП" in chat.texts("consultant")[0]
    assert chat.texts("consultant")[0].endswith(" Подойдёт?"), "a suggestion is edited before it is sent"
    console.close("Дан полный ответ")
    console.press("Alt+g")
    expect(console.talks).to_have_count(0, timeout=SLOW_MS)
    assert chat.read()["state"] == "rating"


def test_an_offer_calls_for_attention_and_can_be_declined(
    http: httpx.Client, dialogue: DialogueServer, console: Console, colleague: Seat
) -> None:
    console.be_available()
    _waiting(http, dialogue)
    expect(console.offers).to_contain_text(QUESTION["ru"], timeout=SLOW_MS)
    expect(console.page).to_have_title(re.compile("^Новое предложение"))
    expect(console.page.get_by_role("alert").filter(has_text=QUESTION["ru"])).to_have_count(1)
    expect(console.offers.locator(".countdown")).to_have_text(re.compile(r"^(20|1\d) с$"))
    focused = console.page.evaluate("document.activeElement.tagName")
    assert focused in {"BODY", "BUTTON"}, "an offer does not take the focus away"
    colleague.be("available")
    console.press("Alt+z")
    expect(console.offers).to_have_count(0, timeout=SLOW_MS)
    assert colleague.offered()
    expect(console.page).to_have_title(re.compile("^Консоль"))


def test_an_offer_sounds_and_raises_one_notice_on_the_desktop(
    http: httpx.Client, dialogue: DialogueServer, context: BrowserContext, colleague: Seat
) -> None:
    context.grant_permissions(["notifications"])
    page = context.new_page()
    page.add_init_script(LISTENING)
    console = Console(page).open()
    console.be_available()
    assert page.evaluate("[heard.tones.length, heard.notices.length]") == [0, 0]
    chat = _waiting(http, dialogue)
    expect(console.offers).to_have_count(1, timeout=SLOW_MS)
    page.wait_for_function("heard.tones.length >= 4 && heard.notices.length >= 1", timeout=SLOW_MS)
    for presence in ("available", "busy", "available"):  # every such change brings the offer once more
        colleague.be(presence)
        page.wait_for_function("frames => heard.frames > frames", arg=page.evaluate("heard.frames"), timeout=SLOW_MS)
    notices = page.evaluate("heard.notices")
    assert [(one["title"], chat.opened["number"] in one["body"]) for one in notices] == [("Новое предложение", True)]
    assert QUESTION["ru"] not in json.dumps(notices, ensure_ascii=False), "the citizen's words stay off the desktop"
    tones = page.evaluate("heard.tones")
    assert min(tones) > 0
    rings = [later - earlier for earlier, later in pairwise(sorted(tones)[::4])]
    assert all(pause > 3.5 for pause in rings), "an offer that lies there rings every four seconds, not at every change"


def test_keys_do_the_same_under_every_layout(http: httpx.Client, dialogue: DialogueServer, console: Console) -> None:
    console.be_available()
    _waiting(http, dialogue)
    expect(console.offers).to_have_count(1, timeout=SLOW_MS)
    # What a browser reports when the Kazakh layout is on: the key's letter is Cyrillic, its place is not.
    console.page.evaluate(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', "
        "{key: 'ф', code: 'KeyA', altKey: true, bubbles: true, cancelable: true}))"
    )
    expect(console.message).to_be_focused(timeout=SLOW_MS)


@pytest.mark.parametrize(("language", "said"), [("ru", "Меня зовут"), ("kk", "Менің атым")])
def test_a_canned_reply_is_found_filled_in_and_edited(
    http: httpx.Client, dialogue: DialogueServer, console: Console, badges: list[Badge], language: Language, said: str
) -> None:
    console.be_available()
    _waiting(http, dialogue, language)
    console.accept()
    console.press("F8")
    expect(console.page.get_by_role("option").first).to_be_visible(timeout=SLOW_MS)
    console.page.keyboard.insert_text("привет")
    expect(console.page.get_by_role("option")).to_have_count(1)
    console.press("Enter")
    expect(console.message).to_have_value(re.compile(f"{said} {badges[0].name}"))
    expect(console.message).to_be_focused()
    console.message.fill("")
    console.press("F8")
    console.page.keyboard.insert_text("другого")
    console.press("Enter")
    gap = console.page.evaluate(
        "(() => { const f = document.activeElement; return f.value.slice(f.selectionStart, f.selectionEnd); })()"
    )
    assert gap == "[орган]", "what is left open is selected, to be written over"


def test_notes_history_and_events(http: httpx.Client, dialogue: DialogueServer, console: Console) -> None:
    phone = {"phone": "+77010000001"}
    earlier = open_chat(http, service=True, channel="web", language="ru", contact=phone)
    console.be_available()
    chat = _waiting(http, dialogue, contact=phone)
    console.accept()
    expect(console.page.locator("#talk-contact")).to_have_text("+77010000001")
    console.press("Alt+n")
    console.page.keyboard.insert_text("просит срочно")
    console.press("Enter")
    expect(console.page.locator("#note-list")).to_contain_text("просит срочно", timeout=SLOW_MS)
    expect(console.message).to_be_focused()
    assert not any("срочно" in text for text in chat.texts())
    console.page.get_by_role("tab", name=re.compile("^Заметки")).focus()
    console.press("ArrowRight")
    expect(console.page.get_by_role("tabpanel")).to_contain_text(str(earlier.opened["number"]))
    console.press("ArrowRight")
    expect(console.page.get_by_role("tabpanel")).to_contain_text("Передан консультантам")


def test_a_talk_is_given_to_a_colleague_with_a_word(
    http: httpx.Client, dialogue: DialogueServer, console: Console, colleague: Seat
) -> None:
    console.be_available()
    chat = _waiting(http, dialogue)
    console.accept()
    colleague.be("available")
    console.press("Alt+t")
    expect(console.page.get_by_role("dialog")).to_contain_text(colleague.badge.name, timeout=SLOW_MS)
    console.page.get_by_label("Что важно знать следующему").fill("вопрос о визе")
    console.page.get_by_role("dialog").get_by_role("button", name="Передать").click()
    expect(console.talks).to_have_count(0, timeout=SLOW_MS)
    taken = colleague.take()
    assert [note["text"] for note in taken["notes"]] == ["вопрос о визе"]
    assert "Передаю разговор другому консультанту. Он видит всё, что вы написали." in chat.texts("system")


def test_typing_and_marks_are_seen_on_both_sides(
    http: httpx.Client, dialogue: DialogueServer, console: Console
) -> None:
    console.be_available()
    chat = _waiting(http, dialogue)
    with chat_stream(http, chat.id) as citizen:
        citizen.send(json.dumps({"token": chat.opened["token"], "after": None, "marks": True}))
        console.accept()
        expect(console.page.locator("#talk-facts")).to_contain_text("на связи", timeout=SLOW_MS)
        console.say("Слушаю вас.")
        expect(console.status_of("Слушаю вас.")).to_have_text("доставлено", timeout=SLOW_MS)
        citizen.send(json.dumps({"type": "typing"}))
        expect(console.page.locator("#types")).to_have_text("Гражданин пишет…", timeout=SLOW_MS)
        citizen.send(json.dumps({"type": "read", "id": chat.read()["messages"][-1]["id"]}))
        expect(console.status_of("Слушаю вас.")).to_have_text("прочитано", timeout=SLOW_MS)
        console.message.press_sequentially("Сей")
        asked = chat.say("И ещё вопрос").json()
        assert asked["state"] == "consultant"
        kept = chat.read()["messages"][-1]["id"]
        heard: list[dict[str, object]] = []
        while {"type": "seen", "id": kept} not in heard:
            heard.append(json.loads(citizen.recv(timeout=20)))
        assert {"type": "typing"} in heard
    expect(console.page.locator("#talk-facts")).to_contain_text("не в сети", timeout=SLOW_MS)


def test_nothing_is_lost_when_the_line_is(
    http: httpx.Client, dialogue: DialogueServer, console: Console, context: BrowserContext
) -> None:
    console.be_available()
    chat = _waiting(http, dialogue)
    console.accept()
    context.set_offline(True)
    expect(console.page.locator("#offline")).to_contain_text("Нет связи", timeout=SLOW_MS)
    console.say("Первое без связи.")
    console.say("Второе без связи.")
    expect(console.lines.last.locator(".status .unseen")).to_have_text("не отправлено", timeout=SLOW_MS)
    chat.say("Вы здесь?")
    context.set_offline(False)
    expect(console.page.locator("#offline")).to_be_hidden(timeout=SLOW_MS)
    expect(console.status_of("Второе без связи.")).to_have_text("отправлено", timeout=SLOW_MS)
    expect(console.lines.filter(has_text="Вы здесь?")).to_have_count(1)
    assert chat.texts("consultant") == ["Первое без связи.", "Второе без связи."]
    texts = console.lines.locator(".text").all_inner_texts()
    assert texts[-3:] == ["Вы здесь?", "Первое без связи.", "Второе без связи."]


def test_a_reload_keeps_the_talk_the_draft_and_what_was_not_sent(
    http: httpx.Client, dialogue: DialogueServer, console: Console
) -> None:
    console.be_available()
    chat = _waiting(http, dialogue)
    console.accept()
    console.page.route(
        "**/messages", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    console.say("Ещё не ушло.")
    expect(console.status_of("Ещё не ушло.")).to_have_text("не отправлено", timeout=SLOW_MS)
    console.message.press_sequentially("черновик")
    console.page.unroute_all()
    console.open()
    console.press("Alt+ArrowDown")
    expect(console.message).to_have_value("черновик", timeout=SLOW_MS)
    expect(console.status_of("Ещё не ушло.")).to_have_text("отправлено", timeout=SLOW_MS)
    assert chat.texts("consultant") == ["Ещё не ушло."]


def test_where_no_socket_is_let_through_the_console_asks(
    http: httpx.Client, dialogue: DialogueServer, context: BrowserContext
) -> None:
    page = context.new_page()
    page.route_web_socket(re.compile("/staff/api/console$"), lambda socket: socket.close())
    console = Console(page).open()
    console.be_available()
    chat = _waiting(http, dialogue)
    console.accept()
    chat.say("Вы меня видите?")
    expect(console.lines.filter(has_text="Вы меня видите?")).to_have_count(1, timeout=SLOW_MS)
    expect(page.locator("#offline")).to_be_hidden()


def test_a_call_is_shown_and_not_typed_in(http: httpx.Client, console: Console, consultant: Seat) -> None:
    console.be_available()
    login = "p0-consultant"
    put_state(http, reachable=(login,))
    expect(console.page.locator("#phone-state")).to_have_text("· телефон на связи", timeout=SLOW_MS)
    expect(console.page.locator("#telephone")).to_be_hidden()  # there is no exchange here
    call = PhoneCall(http)
    chat = call.assistant("ru")
    chat.say(QUESTION["ru"])
    call.report("joined", 60, language="ru")
    call.report("ringing", 61, consultant=login)
    expect(console.offers).to_contain_text("Снимите трубку.", timeout=SLOW_MS)
    expect(console.offers.get_by_role("button")).to_have_count(0)
    call.report("answered", 65, consultant=login, waiting_since=call.at(60))
    expect(console.page.locator("#by-phone")).to_have_text("Разговор идёт по телефону.", timeout=SLOW_MS)
    expect(console.page.locator(".line.citizen")).to_contain_text([QUESTION["ru"]], timeout=SLOW_MS)
    expect(console.page.locator("#talk-contact")).to_have_text(PHONE)
    expect(console.answers.first).to_be_visible(timeout=SLOW_MS)
    for part in (console.message, console.page.locator("#close"), console.answers.first.get_by_role("button").first):
        expect(part).to_be_hidden()
    call.report("completed", 80)
    expect(console.page.locator("#wrap-up")).to_be_visible(timeout=SLOW_MS)
    console.page.locator("#wrap-up").get_by_label("Итог").select_option(label="Дан полный ответ")
    console.page.locator("#wrap-up").get_by_label("Услуга").select_option(value="PASSPORT")
    console.press("Alt+g")
    expect(console.talks).to_have_count(0, timeout=SLOW_MS)
    kept = consultant.get(f"/contacts/{chat.opened['number']}")
    assert (kept["service"], kept["consultations"][0]["outcome"]) == ("PASSPORT", "answered")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ru", "kk"])
def test_axe_finds_no_fault(
    browser: Browser,
    address: str,
    http: httpx.Client,
    dialogue: DialogueServer,
    badges: list[Badge],
    colleague: Seat,
    language: Language,
    scheme: Literal["light", "dark"],
) -> None:
    context = _browser(browser, address, badges[0], color_scheme=scheme)
    console = Console(context.new_page(), language).open()
    console.page.get_by_role("button", name={"ru": "Русский", "kk": "Қазақша"}[language]).click()
    expect(console.page.locator("html")).to_have_attribute("lang", language)
    faults = {"empty": console.faults()}
    colleague.be("busy")
    console.be_available()
    _waiting(http, dialogue, language, contact={"phone": "+77010000001"})
    _waiting(http, dialogue, language)
    expect(console.offers).to_have_count(2, timeout=SLOW_MS)
    faults["offers"] = console.faults()
    console.press("Alt+a")
    expect(console.message).to_be_focused(timeout=SLOW_MS)
    expect(console.answers.first).to_be_visible(timeout=SLOW_MS)
    console.say({"ru": "Здравствуйте.", "kk": "Сәлеметсіз бе."}[language])
    faults["talk"] = console.faults()
    for name, key in {"canned": "F8", "transfer": "Alt+t", "close": "Alt+c", "keys": "Alt+k"}.items():
        console.press(key)
        console.page.wait_for_timeout(200)
        faults[name] = console.faults()
        console.press("Escape")
    console.press("Alt+c")
    console.page.locator("#outcomes input").first.check()
    console.press("Enter")
    expect(console.page.locator("#finish")).to_be_focused(timeout=SLOW_MS)
    faults["wrap-up"] = console.faults()
    context.close()
    assert {where: found for where, found in faults.items() if found} == {}


def test_the_page_reflows_at_200_percent(browser: Browser, address: str, badges: list[Badge]) -> None:
    context = _browser(browser, address, badges[0])
    console = Console(context.new_page()).open()
    console.page.set_viewport_size({"width": 720, "height": 450})
    assert console.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()

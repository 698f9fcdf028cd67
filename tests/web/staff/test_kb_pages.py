"""The knowledge-base pages: writing, review by another person, bad input, and what reaches the public API."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from html import unescape
from typing import TYPE_CHECKING

import pytest

from kb.aspects import ASPECTS
from kb.base import KnowledgeBase
from kb.exchange import Effect
from kb.loader import read_articles
from kb.rows import COLUMNS, to_row
from kb.tables import AnnouncementLevel, QuestionKind, RevisionState
from kb.yaml_files import dump
from staff.roles import Role
from tests.contact_centre.dialogue_server import saying
from tests.web.console.seats import until
from tests.web.running import open_chat, running
from tests.web.staff.browsing import words
from web.staff.kb.wording import column_name
from web.staff.texts import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

    from tests.contact_centre.dialogue_server import DialogueServer
    from tests.web.staff.browsing import Visitor
    from web.settings import Settings

CODE = "ID_CARD"
PAGE = f"/kb/articles/{CODE}"
TEXT = "Удостоверение личности стоит {mrp:3}."
KAZAKH = "Жеке куәліктің құны {mrp:3}."
SHEET = "/kb/exchange"


@pytest.fixture(scope="module")
def served() -> KnowledgeBase:
    """Return a knowledge base of this module's own: these tests change it."""
    return KnowledgeBase.load()


@pytest.fixture
def address(settings: Settings, served: KnowledgeBase) -> Iterator[str]:
    with running(settings, served) as url:
        yield url


@pytest.fixture
def editor(visit: Callable[..., Visitor]) -> Visitor:
    return visit(Role.EDITOR)


@pytest.fixture
def colleague(visit: Callable[..., Visitor]) -> Visitor:
    """Give another editor."""
    return visit(Role.CONSULTANT, Role.EDITOR)


@pytest.fixture
def reviewer(visit: Callable[..., Visitor]) -> Visitor:
    return visit(Role.SUPERVISOR)


def fields(page: httpx.Response) -> dict[str, str]:
    """Return what the form of an article holds."""
    pattern = r'<(?:input|textarea)[^>]* name="(\w+)"(?:[^>]* value="([^"]*)")?[^>]*>(?:\n?([^<]*)</textarea>)?'
    found = {name: unescape(value or text) for name, value, text in re.findall(pattern, page.text)}
    chosen = re.findall(r'<select[^>]* name="(\w+)".*?<option value="(\w+)" selected', page.text, re.DOTALL)
    return {name: text for name, text in (found | dict(chosen)).items() if name in {*COLUMNS, "base"}}


def write(visitor: Visitor, **cells: str) -> httpx.Response:
    return visitor.post(PAGE, {**fields(visitor.get(PAGE)), "then": "save", **cells})


def submit(visitor: Visitor, **cells: str) -> str:
    """Send a change to review; returns the address of the revision."""
    sent = write(visitor, **cells, then="submit", reason="Изменилась пошлина")
    assert sent.status_code == 303, words(sent)
    return sent.headers["location"].removeprefix("/staff")


def told(visitor: Visitor) -> str:
    """Return what citizens are told of the cost."""
    aspects = visitor.http.get(f"/api/kb/services/{CODE}").json()["aspects"]
    return str(next(aspect["text"] for aspect in aspects if aspect["aspect"] == "cost"))


def test_the_form_holds_the_article_without_a_loss(editor: Visitor, served: KnowledgeBase) -> None:
    shown = {name: text for name, text in fields(editor.get(PAGE)).items() if text and name != "base"}
    assert shown == to_row(served.article(CODE))


def test_a_change_reaches_citizens_once_another_person_approved_it(
    editor: Visitor, colleague: Visitor, reviewer: Visitor
) -> None:
    before = told(editor)
    waiting = submit(editor, cost_short_ru=TEXT, cost_full_ru="")
    shown = words(reviewer.get(waiting))
    assert "Изменилась пошлина" in shown
    assert "12 975 тенге" in shown
    assert told(editor) == before
    own = editor.post(f"{waiting}/approve", {"words": ""})
    assert (own.status_code, "Её проверяет другой человек" in words(own)) == (403, True)
    approved = reviewer.post(f"{waiting}/approve", {"words": "Верно"})
    assert approved.status_code == 303
    assert told(editor) == "Удостоверение личности стоит 3 МРП (12 975 тенге)."
    history = words(colleague.get(f"{PAGE}/history"))
    assert all(part in history for part in ("editor", "supervisor", "Изменилась пошлина", "Верно"))
    # The way back goes through review too.
    back = editor.post(f"{PAGE}/revisions/1/restore", {"base": "2", "words": "Закон отменён"})
    restored = back.headers["location"].removeprefix("/staff")
    assert editor.post(f"{restored}/submit", {"words": "Закон отменён"}).status_code == 303
    assert reviewer.post(f"{restored}/approve", {"words": ""}).status_code == 303
    assert told(editor) == before


def test_a_rejected_change_comes_back_with_a_word(editor: Visitor, reviewer: Visitor) -> None:
    waiting = submit(editor, cost_short_ru=TEXT)
    assert reviewer.post(f"{waiting}/reject", {"words": " "}).status_code == 422
    assert reviewer.post(f"{waiting}/reject", {"words": "Нет источника"}).status_code == 303
    page = editor.get(PAGE)
    assert "Нет источника" in words(page)
    assert fields(page)["cost_short_ru"] == TEXT


def test_an_unfinished_text_is_kept_and_goes_no_further(editor: Visitor) -> None:
    refused = write(editor, cost_short_kk="", cost_short_ru=TEXT, then="submit", reason="Пошлина")
    assert refused.status_code == 422
    assert "Стоимость: Короткий ответ, по-казахски" in words(refused)
    assert fields(editor.get(PAGE))["cost_short_ru"] == TEXT
    no_reason = write(editor, cost_short_kk=KAZAKH, then="submit", reason=" ")
    assert (no_reason.status_code, "что и почему" in words(no_reason)) == (422, True)


def test_the_second_of_two_editors_keeps_his_text_and_sees_the_other(editor: Visitor, colleague: Visitor) -> None:
    opened = fields(colleague.get(PAGE))
    assert write(editor, cost_short_ru=TEXT, term_short_ru="Срок {mrp:1}.").status_code == 303
    mine = "Удостоверение личности бесплатно."
    late = colleague.post(PAGE, {**opened, "cost_short_ru": mine, "then": "save"})
    assert late.status_code == 409
    assert "editor сохранил эту статью раньше вас" in words(late)
    form = fields(late)
    assert form["cost_short_ru"] == mine
    assert form["term_short_ru"] == "Срок {mrp:1}."  # what only the other changed is taken
    assert fields(editor.get(PAGE))["cost_short_ru"] == TEXT
    assert colleague.post(PAGE, {**form, "then": "save"}).status_code == 303
    assert fields(editor.get(PAGE))["cost_short_ru"] == mine


def test_checks_as_one_types_name_faults_and_show_what_citizens_get(editor: Visitor) -> None:
    typed = {**fields(editor.get(PAGE)), "cost_short_ru": "Стоит {mrp:3}!", "cost_full_ru": "", "cost_short_kk": KAZAKH}
    answer = editor.post("/kb/check/cost", typed)
    shown = words(answer)
    assert "«!» нельзя произнести по телефону" in shown
    assert "Жеке куәліктің құны 3 АЕК, яғни 12 975 теңге." in shown
    assert "Стоит 3 МРП (12 975 тенге)!" in shown
    assert "около" in shown
    assert 'id="remark-cost_short_ru"' in answer.text
    assert editor.post("/kb/check/nothing", typed).status_code == 404


@pytest.mark.parametrize(("code", "status"), [("PASSPORT", 409), ("паспорт", 422), ("", 422)])
def test_a_new_article_needs_a_code_of_its_own_and_the_text_stays(editor: Visitor, code: str, status: int) -> None:
    refused = editor.post("/kb/new", {"code": code, "name_ru": "Моё название", "then": "save"})
    assert refused.status_code == status
    assert fields(refused)["name_ru"] == "Моё название"


def test_a_new_article_is_kept_as_a_draft(editor: Visitor) -> None:
    kept = editor.post("/kb/new", {"code": "NEW_SERVICE", "name_ru": "Новая услуга", "then": "save"})
    assert kept.headers["location"] == "/staff/kb/articles/NEW_SERVICE"
    assert "NEW_SERVICE" in editor.get("/kb/?show=draft").text
    assert editor.http.get("/api/kb/services/NEW_SERVICE").status_code == 404


@pytest.mark.parametrize(("query", "found"), [("q=apost", "APOSTILLE"), ("q=апостиль", "APOSTILLE"), ("show=due", "")])
def test_the_list_is_searched_and_filtered(editor: Visitor, query: str, found: str) -> None:
    page = editor.get(f"/kb/?{query}", **{"HX-Request": "true"})
    assert "<html" not in page.text
    assert found in page.text
    assert "DIVORCE" not in page.text or not found


def test_questions_without_an_answer_are_collected_masked(editor: Visitor) -> None:
    editor.http.get("/api/kb/search", params={"q": "ыфврп щщкгнз +77012345678"})
    # It is kept after the answer has gone out, so that nobody waits for it.
    until(lambda: "щщкгнз" in editor.get("/kb/questions").text)
    page = editor.get("/kb/questions")
    assert "7701234" not in page.text
    number = re.search(r"/kb/questions/(\d+)/settle", page.text)
    assert number is not None
    assert editor.post(number[0], {}).status_code == 303
    assert "щщкгнз" not in editor.get("/kb/questions?kind=not_found").text


def test_a_question_leads_to_a_new_article_that_people_ask_for_so(editor: Visitor) -> None:
    editor.http.get("/api/kb/search", params={"q": "ыфврп щщкгнз қалай", "lang": "kk"})
    until(lambda: "щщкгнз" in editor.get("/kb/questions").text)
    link = re.search(r'href="/staff(/kb/new[^"]+)"', editor.get("/kb/questions").text)
    assert link is not None
    form = fields(editor.get(unescape(link[1])))
    assert (form["aliases_kk"], form.get("aliases_ru", "")) == ("ыфврп щщкгнз қалай", "")


def test_an_answer_that_did_not_help_is_shown_with_its_article(editor: Visitor, dialogue: DialogueServer) -> None:
    chat = open_chat(editor.http, language="ru")
    source = {"service": CODE, "aspect": "cost", "reviewed_at": "2026-10-01"}
    dialogue.answer = saying({"text": "0,2 МРП.", "custom": {"sources": [source]}})
    chat.say("цена удостоверения после пожара")
    dialogue.answer = saying({"text": "До свидания.", "custom": {"end": {}}})
    last = chat.say("всё").json()["messages"][-1]
    assert "цена удостоверения" not in editor.get("/kb/questions").text
    chat.say(next(button["payload"] for button in last["buttons"] if button["title"] == "Не помогло"))
    page = editor.get("/kb/questions?kind=thumbs_down").text
    assert "цена удостоверения после пожара" in page
    assert f'href="/staff/kb/articles/{CODE}"' in page


def test_an_announcement_is_public_while_it_lasts(editor: Visitor, reviewer: Visitor) -> None:
    form = {"ru": "eGov.kz не работает.", "kk": "", "level": "outage", "edition": "0"}
    times = {"starts_at": "2026-01-01T00:00", "ends_at": "2099-01-01T00:00"}
    refused = editor.post("/kb/announcements/new", {**form, **times})
    assert (refused.status_code, "eGov.kz не работает." in refused.text) == (422, True)
    backwards = {"starts_at": times["ends_at"], "ends_at": times["starts_at"], "kk": "eGov.kz жұмыс істемейді."}
    assert "Конец раньше начала" in words(editor.post("/kb/announcements/new", {**form, **backwards}))
    form["kk"] = "eGov.kz жұмыс істемейді."
    assert editor.post("/kb/announcements/new", {**form, **times}).status_code == 303
    shown = editor.http.get("/api/kb/announcements?lang=kk").json()["announcements"]
    assert shown == [{"level": "outage", "text": form["kk"], "ends_at": "2098-12-31T19:00:00Z"}]
    address = re.search(r"/kb/announcements/(\d+)/end", editor.get("/kb/announcements").text)
    assert address is not None
    one = address[0].removesuffix("/end")
    assert reviewer.post(one, {**form, **times, "ru": "Работает.", "edition": "1"}).status_code == 303
    late = editor.post(one, {**form, **times, "ru": "Моё.", "edition": "1"})
    assert (late.status_code, "Работает." in late.text, "Моё." in late.text) == (409, True, True)
    assert editor.post(address[0], {"edition": "2"}).status_code == 303
    assert editor.http.get("/api/kb/announcements").json()["announcements"] == []


def upload(visitor: Visitor, content: bytes, name: str = "правки.csv") -> httpx.Response:
    return visitor.http.post(
        f"/staff{SHEET}", data={"csrf_token": visitor.token()}, files={"sheet": (name, content, "text/csv")}
    )


def test_an_import_is_shown_by_row_before_anything_is_kept(editor: Visitor) -> None:
    out = io.StringIO(newline="")
    lines = [["code", "cost_short_ru", "reviewed_at"], [CODE, TEXT, "2026-01-31"], ["ASP", TEXT, "завтра"]]
    csv.writer(out).writerows(lines)
    dry = upload(editor, out.getvalue().encode())
    page = dry.headers["location"].removeprefix("/staff")
    shown = words(editor.get(page))
    assert "Пока ничего не записано" in shown
    assert "Дата не читается" in shown
    assert CODE not in editor.get("/kb/?show=draft").text
    done = editor.post(f"{page}/confirm", {})
    assert done.headers["location"] == "/staff/kb/?show=draft"
    drafts = editor.get("/kb/?show=draft").text
    assert (CODE in drafts, '/articles/ASP"' in drafts) == (True, False)
    assert editor.get(page).status_code == 404


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04junk", "либо файл повреждён"),
        ("code,name_ru\nX,имя".encode("cp1251"), "CSV UTF-8"),
        (b"code\n" + b"x" * 5_500_000, "больше 5 МБ"),
        (b"", "Нет столбца code"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(editor: Visitor, content: bytes, sentence: str) -> None:
    refused = upload(editor, content)
    assert (refused.status_code, sentence in words(refused)) == (422, True), words(refused)


def test_a_file_far_too_large_is_refused_before_it_is_read(editor: Visitor) -> None:
    editor.http.headers["Accept"] = "text/html"
    refused = upload(editor, b"x" * 7_000_000)
    assert (refused.status_code, refused.text) == (413, "Запрос слишком большой. Отправьте меньше.")


def test_what_goes_out_comes_in_unchanged(editor: Visitor) -> None:
    for ending in ("csv", "xlsx"):
        page = upload(editor, editor.get(f"{SHEET}/articles.{ending}").content, f"a.{ending}").headers["location"]
        assert "Записывать нечего" in words(editor.get(page.removeprefix("/staff")))


def test_the_archive_holds_the_files_of_the_repository(editor: Visitor, served: KnowledgeBase, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(editor.get(f"{SHEET}/articles.zip").content)) as archive:
        archive.extractall(tmp_path)
    assert (tmp_path / "PASSPORT.yml").read_text(encoding="utf-8") == dump(served.article("PASSPORT"))
    assert len(read_articles(tmp_path)) == len(served.codes)


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        (Role.CONSULTANT, "/kb/", 403),
        (Role.ADMINISTRATOR, PAGE, 403),
        (Role.SUPERVISOR, "/kb/", 200),
        (Role.SUPERVISOR, f"{PAGE}/history", 200),
        (Role.SUPERVISOR, PAGE, 403),
        (Role.SUPERVISOR, SHEET, 403),
        (Role.EDITOR, "/kb/articles/NO_SUCH", 404),
        (Role.EDITOR, f"{PAGE}/revisions/99", 404),
        (Role.EDITOR, "/kb/articles/no such", 422),
    ],
)
def test_who_may_see_what(visit: Callable[..., Visitor], role: Role, path: str, status: int) -> None:
    assert visit(role).get(path).status_code == status


def test_a_supervisor_may_not_write(reviewer: Visitor) -> None:
    assert reviewer.post(PAGE, {"base": "1", "then": "save"}).status_code == 403
    assert reviewer.post(f"{PAGE}/revisions/1/restore", {"base": "1", "words": "x"}).status_code == 403


def test_names_that_the_pages_put_together_are_there() -> None:
    expected = {f"kb.aspects.{aspect}" for aspect in ASPECTS} | {f"kb.states.{state}" for state in RevisionState}
    expected |= {f"kb.questions.kinds.{kind}" for kind in QuestionKind}
    expected |= {f"kb.announcements.levels.{level}" for level in AnnouncementLevel}
    expected |= {f"kb.exchange.effects.{effect}" for effect in Effect}
    assert expected <= keys()
    names = {column_name(column, "kk") for column in COLUMNS}
    assert len(names) == len(COLUMNS)

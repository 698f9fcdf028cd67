"""The supervision pages: the queue now, its warnings, the numbers of a period, skills; names for supervisors only."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from contact_centre.queue.policy import QueuePolicy
from staff.roles import Role
from tests.web.console.conftest import HANDOFF
from tests.web.console.seats import Badge, Seat
from tests.web.running import open_chat
from tests.web.staff.browsing import words
from web.supervision import today

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.contact_centre.dialogue_server import DialogueServer
    from tests.web.running import Chat
    from tests.web.staff.browsing import Visitor
    from web.settings import Settings

CONSULTANT = "Имя: consultant"


@pytest.fixture(autouse=True)
def _asks_for_a_human(dialogue: DialogueServer) -> None:
    dialogue.answer = HANDOFF


@pytest.fixture
def policy() -> QueuePolicy:
    return QueuePolicy()


@pytest.fixture
def settings(settings: Settings, policy: QueuePolicy) -> Settings:
    return settings.model_copy(update={"queue": policy})


@pytest.fixture
def seat(visit: Callable[..., Visitor], address: str) -> Seat:
    """Give the consultant's seat; the account is the first of every test's database."""
    token = visit(Role.CONSULTANT).http.cookies["staff_session"]
    return Seat(address, Badge(1, CONSULTANT, token))


def _ask(http: httpx.Client, language: str = "ru") -> Chat:
    chat = open_chat(http, language=language)
    chat.say({"ru": "Позовите консультанта", "kk": "Кеңесшіні шақырыңыз"}[language])
    return chat


def _consult(http: httpx.Client, seat: Seat) -> Chat:
    """Let a talk be held, rated and written up."""
    seat.be("available")
    chat = _ask(http)
    talk = seat.take()
    seat.close(talk["id"], "answered")
    chat.say("4")
    chat.say("нет")
    seat.post(f"/conversations/{talk['id']}/after-contact", {"action": "finish"})
    return chat


def test_the_live_page_shows_who_waits_and_who_talks_with_whom(
    visit: Callable[..., Visitor], http: httpx.Client, seat: Seat
) -> None:
    seat.be("available")
    chat = _ask(http)
    seat.take()
    seat.be("busy")
    _ask(http, "kk")
    supervisor = visit(Role.SUPERVISOR)
    page = supervisor.get("/supervision/")
    assert re.search(r"Ждут сейчас\s+1\b", words(page))
    assert "казахский, без темы" in words(page)
    assert f'href="/staff/contacts/{chat.opened["number"]}"' in page.text
    assert CONSULTANT in words(page)
    assert "<html" not in supervisor.get("/supervision/now").text
    assert CONSULTANT in words(supervisor.get("/supervision/now"))


def test_the_authority_sees_the_numbers_and_no_names(
    visit: Callable[..., Visitor], http: httpx.Client, seat: Seat
) -> None:
    chat = _consult(http, seat)
    authority, supervisor = visit(Role.AUTHORITY), visit(Role.SUPERVISOR)
    for path in ("/supervision/", "/supervision/now", "/supervision/report"):
        shown = words(authority.get(path))
        assert CONSULTANT not in shown
        assert str(chat.opened["number"]) not in shown
    for file in ("report", "report.csv", "live"):
        assert CONSULTANT not in authority.get(f"/api/supervision/{file}").content.decode()
    assert authority.get("/api/supervision/report").json()["by_consultant"] == []
    assert CONSULTANT in words(supervisor.get("/supervision/report"))
    assert "По консультантам" not in words(authority.get("/supervision/report"))


@pytest.mark.parametrize(
    ("policy", "level", "told"),
    [
        (QueuePolicy(), "fine", "В норме"),
        (QueuePolicy(warning_s=1e-9), "warning", "Внимание: предел близко"),
        (QueuePolicy(warning_s=1e-9, target_s=2e-9), "over", "Предел превышен"),
    ],
)
def test_the_level_is_told_in_words(
    visit: Callable[..., Visitor], http: httpx.Client, seat: Seat, level: str, told: str
) -> None:
    _consult(http, seat)
    page = visit(Role.SUPERVISOR).get("/supervision/now")
    assert f'data-level="{level}"' in page.text
    assert told in words(page)
    assert visit(Role.SUPERVISOR).get("/api/supervision/live").json()["today"]["level"] == level


@pytest.mark.parametrize("policy", [QueuePolicy(warning_s=1e-9, target_s=2e-9)])
def test_a_long_wait_warns_before_anybody_is_answered(visit: Callable[..., Visitor], http: httpx.Client) -> None:
    _ask(http)
    page = visit(Role.SUPERVISOR).get("/supervision/now")
    assert 'data-level="over"' in page.text
    assert "Сегодня ещё никого не принимали" in words(page)


def test_the_report_counts_one_period(visit: Callable[..., Visitor], http: httpx.Client, seat: Seat) -> None:
    _consult(http, seat)
    supervisor = visit(Role.SUPERVISOR)
    shown = words(supervisor.get("/supervision/report"))
    assert re.search(r"Обращения\s+1\b", shown)
    assert re.search(r"Средняя оценка\s+4,0\s+оценок: 1", shown)
    assert "Дан полный ответ" in shown
    earlier = today() - timedelta(days=1)
    before = words(supervisor.get(f"/supervision/report?since={earlier}&until={earlier}"))
    assert "За эти дни обращений нет" in before
    both = supervisor.get(f"/supervision/report?since={earlier}&until={today()}")
    assert f"{earlier:%d.%m.%Y}" in words(both)
    assert both.text.count("<svg class") == 5, "speed and contacts by hour and by day, ratings"


def test_the_exports_of_a_period_are_linked(visit: Callable[..., Visitor], http: httpx.Client, seat: Seat) -> None:
    _consult(http, seat)
    supervisor = visit(Role.SUPERVISOR)
    page = supervisor.get("/supervision/report").text
    links = re.findall(r'href="/staff(/api/supervision/report\.\w+\?[^"]+)"', page)
    assert len(links) == 2
    for link in links:
        file = supervisor.get(link.replace("&amp;", "&"))
        assert file.status_code == 200
        assert "attachment" in file.headers["content-disposition"]


@pytest.mark.parametrize("query", ["since=2026-11-02&until=2026-11-01", "since=2020-01-01&until=2026-01-01", "since=x"])
def test_a_period_that_is_none_is_refused_with_a_page(visit: Callable[..., Visitor], query: str) -> None:
    answer = visit(Role.SUPERVISOR).get(f"/supervision/report?{query}")
    assert (answer.status_code, "Запрос не принят" in words(answer)) == (422, True)


def test_skills_are_changed_and_recorded(visit: Callable[..., Visitor]) -> None:
    supervisor = visit(Role.SUPERVISOR)
    assert "ещё не садился за консоль" in words(supervisor.get("/supervision/consultants"))
    form: dict[str, str | list[str]] = {"languages": ["kk"], "topics": ["social", "family"], "capacity": "2"}
    changed = supervisor.post("/supervision/consultants/1", form)
    assert changed.headers["location"] == "/staff/supervision/consultants"
    listed = words(supervisor.get("/supervision/consultants"))
    assert "Пенсии, пособия и занятость" in listed
    kept = supervisor.get("/supervision/consultants/1").text
    assert kept.count(" checked>") == 3
    assert 'value="2"' in kept
    log = words(visit(Role.AUTHORITY).get("/audit?login=supervisor&action=consultant_changed"))
    assert "логин: consultant" in log


def test_skills_that_are_none_are_refused(visit: Callable[..., Visitor]) -> None:
    supervisor = visit(Role.SUPERVISOR)
    no_language = supervisor.post("/supervision/consultants/1", {"topics": ["social"], "capacity": "2"})
    assert (no_language.status_code, "Отметьте хотя бы один язык" in words(no_language)) == (422, True)
    for wrong in ({"topics": "magic"}, {"capacity": "0"}, {"capacity": "21"}):
        form = {"languages": "ru", "topics": "social", "capacity": "1", **wrong}
        assert supervisor.post("/supervision/consultants/1", form).status_code == 422
    assert supervisor.post("/supervision/consultants/2", {"languages": "ru", "capacity": "1"}).status_code == 404
    assert visit(Role.AUTHORITY).post("/supervision/consultants/1", form).status_code == 403

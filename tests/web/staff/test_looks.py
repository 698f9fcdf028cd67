"""Every look at personal data is in the audit log, and the log is read by who may."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from staff.audit import Action
from staff.roles import Role
from tests.web.running import open_chat
from tests.web.staff.browsing import words
from web.staff.texts import keys
from web.supervision import today

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.web.staff.browsing import Visitor

PHONE = "+77010000000"


@pytest.fixture
def number(visit: Callable[..., Visitor]) -> str:
    """Give the number of a contact whose phone is known."""
    chat = open_chat(visit().http, service=True, language="ru", channel="phone", contact={"phone": PHONE})
    chat.say("Меня зовут <script>Ерлан</script>")
    return str(chat.opened["number"])


def test_the_list_shows_nothing_personal(visit: Callable[..., Visitor], number: str) -> None:
    listed = visit(Role.CONSULTANT).get("/contacts")
    assert number in listed.text
    assert PHONE not in listed.text
    assert "Ерлан" not in listed.text


def test_a_number_that_nobody_has_is_said_to_be_unknown(visit: Callable[..., Visitor]) -> None:
    answer = visit(Role.CONSULTANT).get("/contacts?number=26-999999")
    assert (answer.status_code, "Таких обращений нет" in words(answer)) == (404, True)


def test_reading_a_conversation_is_recorded_with_who_and_which(visit: Callable[..., Visitor], number: str) -> None:
    consultant, authority = visit(Role.CONSULTANT), visit(Role.AUTHORITY)
    found = consultant.get(f"/contacts?number=%20{number}%20")
    assert found.headers["location"] == f"/staff/contacts/{number}"
    shown = consultant.get(f"/contacts/{number}")
    assert PHONE in shown.text
    assert "Меня зовут <script>Ерлан</script>" in words(shown).replace("&lt;", "<")
    assert "<script>Ерлан" not in shown.text
    log = words(authority.get("/audit?login=consultant&action=contact_read"))
    assert number in log
    assert log.count("consultant") >= 1


def test_a_conversation_that_goes_on_is_followed_and_the_watching_is_recorded_once(
    visit: Callable[..., Visitor],
) -> None:
    chat = open_chat(visit().http, language="ru")
    supervisor, number = visit(Role.SUPERVISOR), str(chat.opened["number"])
    news = _news(supervisor.get(f"/contacts/{number}"))
    assert supervisor.get(news).status_code == 204, "nothing was said since"
    chat.say("Сколько стоит паспорт")
    fresh = supervisor.get(news)
    assert "Сколько стоит паспорт" in words(fresh)
    assert "<html" not in fresh.text
    assert supervisor.get(_news(fresh)).status_code == 204
    log = visit(Role.AUTHORITY).get("/audit?login=supervisor&action=talk_watched").text
    assert log.count(f">{number}<") == 1
    assert visit(Role.ADMINISTRATOR).get(news).status_code == 403


def _news(page: httpx.Response) -> str:
    """Return where the page asks for what comes next."""
    found = re.search(r'hx-get="/staff(/contacts/[^"]+)"', page.text)
    assert found is not None
    return found[1].replace("&amp;", "&")


def test_the_register_is_searched_by_phone_words_and_days(visit: Callable[..., Visitor], number: str) -> None:
    authority = visit(Role.AUTHORITY)
    for query in ("phone=8 701 000 00 00", "text=ерлан", f"number={number[:4]}", f"since={today()}&until={today()}"):
        assert number in authority.get(f"/contacts?{query}").text, query
    for query in ("phone=8 702 000 00 00", "phone=0", "text=Айгуль", "until=2026-01-01", f"before={number}&phone=0000"):
        assert "Таких обращений нет" in words(authority.get(f"/contacts?{query}")), query
    log = words(visit(Role.ADMINISTRATOR).get("/audit?action=contacts_searched"))
    assert "искали по: phone" in log
    assert "701" not in log, "what was searched for is personal itself"


def test_one_contact_shows_the_citizen_s_others(visit: Callable[..., Visitor], number: str) -> None:
    again = open_chat(visit().http, service=True, language="kk", channel="phone", contact={"phone": PHONE})
    shown = visit(Role.CONSULTANT).get(f"/contacts/{again.opened['number']}")
    assert "Другие обращения этого гражданина" in words(shown)
    assert f"/staff/contacts/{number}" in shown.text


def test_a_look_that_was_refused_is_no_look(visit: Callable[..., Visitor], number: str) -> None:
    assert visit(Role.ADMINISTRATOR).get(f"/contacts/{number}").status_code == 403
    assert number not in visit(Role.AUTHORITY).get("/audit").text


def test_reading_the_log_is_in_the_log(visit: Callable[..., Visitor]) -> None:
    visit(Role.AUTHORITY).get("/audit?login=editor")
    assert "Просмотр журнала" in words(visit(Role.ADMINISTRATOR).get("/audit?login=authority&action=audit_read"))


def test_the_log_is_read_page_by_page(visit: Callable[..., Visitor], number: str) -> None:
    consultant, authority = visit(Role.CONSULTANT), visit(Role.AUTHORITY)
    for _ in range(101):
        consultant.get(f"/contacts/{number}")
    first = authority.get("/audit?action=contact_read")
    assert first.text.count("<tr>") == 101  # with the head
    older = first.text.partition('href="/staff/audit?')[2].partition('"')[0].replace("&amp;", "&")
    assert authority.get(f"/audit?{older}").text.count("<tr>") == 2


@pytest.mark.parametrize("query", ["since=2026-01-01&until=2026-01-31", "until=2020-01-01", "login=nobody"])
def test_a_filter_that_fits_nothing_says_so(visit: Callable[..., Visitor], query: str) -> None:
    assert "Таких записей нет" in words(visit(Role.AUTHORITY).get(f"/audit?{query}"))


@pytest.mark.parametrize("query", ["since=yesterday", "action=all", "before=0", "before=x"])
def test_a_filter_that_is_none_is_refused_with_a_page(visit: Callable[..., Visitor], query: str) -> None:
    answer = visit(Role.AUTHORITY).get(f"/audit?{query}")
    assert (answer.status_code, "Запрос не принят" in words(answer)) == (422, True)


def test_every_action_has_words() -> None:
    assert {f"audit.actions.{action}" for action in Action} <= keys()

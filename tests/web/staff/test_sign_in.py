"""Signing in and out over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from staff.authentication import FAILURES_ALLOWED
from staff.roles import Role
from tests.web.running import running
from tests.web.staff.browsing import PASSWORD, Visitor, words

if TYPE_CHECKING:
    from collections.abc import Callable

    from web.settings import Settings


def test_who_is_not_signed_in_is_led_to_the_form_and_back(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    led = someone.get("/audit?login=x")
    assert (led.status_code, led.headers["location"]) == (303, "/staff/sign-in?next=%2Fstaff%2Faudit%3Flogin%3Dx")
    form = someone.http.get(led.headers["location"])
    assert 'value="/staff/audit?login=x"' in form.text
    entered = someone.sign_in("administrator", next="/staff/audit?login=x")
    assert (entered.status_code, entered.headers["location"]) == (303, "/staff/audit?login=x")
    assert someone.get("/audit?login=x").status_code == 200


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/staff/\\example.org", "javascript:alert(1)", "/api", ""]
)
def test_signing_in_never_leads_elsewhere(visit: Callable[..., Visitor], elsewhere: str) -> None:
    assert visit().sign_in("administrator", next=elsewhere).headers["location"] == "/staff/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visit: Callable[..., Visitor]) -> None:
    cookie = visit().sign_in("editor").headers["set-cookie"]
    assert cookie.startswith("staff_session=")
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert "expires" not in cookie.lower()
    assert "max-age" not in cookie.lower()


def test_over_tls_the_cookie_is_bound_to_it_and_to_this_host(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    entered = someone.http.post(
        "/staff/sign-in", data={"login": "editor", "password": PASSWORD}, headers={"X-Forwarded-Proto": "https"}
    )
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith("__Host-staff_session=")
    assert "Secure" in cookie.split("; ")


def test_a_password_is_not_taken_over_an_unprotected_connection(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    refused = someone.http.post(
        "/staff/sign-in", data={"login": "editor", "password": PASSWORD}, headers={"Host": "staff.example.org"}
    )
    assert refused.status_code == 403
    assert "set-cookie" not in refused.headers
    assert "https" in words(refused)
    shown = someone.http.get("/staff/sign-in", headers={"Host": "staff.example.org"})
    assert 'type="password"' not in shown.text


def test_a_wrong_password_and_an_unknown_login_are_answered_alike(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    wrong, unknown = someone.sign_in("editor", "?"), someone.sign_in("nobody", "?")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace("editor", "nobody") == unknown.text
    assert "Логин или пароль не подходит" in words(wrong)


def test_five_failures_close_the_login(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    for _ in range(FAILURES_ALLOWED):
        assert someone.sign_in("editor", "?").status_code == 422
    locked = someone.sign_in("editor")
    assert locked.status_code == 429
    assert "закрыт до" in words(locked)


def test_one_address_may_not_try_without_end(settings: Settings) -> None:
    limited = settings.model_copy(update={"sign_ins_limit": 3})
    with running(limited) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as http:
        someone = Visitor(http)
        statuses = [someone.sign_in(f"login-{number}", "?").status_code for number in range(4)]
        assert statuses == [422, 422, 422, 429]
        assert int(someone.sign_in("other", "?").headers["retry-after"]) > 0


def test_signing_out_ends_the_session_on_the_server_too(visit: Callable[..., Visitor]) -> None:
    someone = visit(Role.EDITOR)
    stolen = dict(someone.http.cookies)
    left = someone.post("/sign-out", {})
    assert left.headers["location"] == "/staff/sign-in"
    assert "Вы вышли" in words(someone.get("/sign-in"))
    assert "Вы вышли" not in words(someone.get("/sign-in"))
    thief = visit()
    thief.http.cookies.update(stolen)
    assert thief.get("/").status_code == 303


def test_a_token_planted_before_sign_in_does_not_become_a_signed_in_one(visit: Callable[..., Visitor]) -> None:
    first = visit(Role.EDITOR)
    planted = first.http.cookies["staff_session"]
    entered = first.post("/sign-in", {"login": "supervisor", "password": PASSWORD})
    assert entered.status_code == 303
    assert first.http.cookies["staff_session"] != planted
    other = visit()
    other.http.cookies.set("staff_session", planted)
    assert other.get("/").status_code == 303


@pytest.mark.parametrize(
    "token", ["", "x", "../../etc/passwd", "' OR 1=1 --", "%00", "A" * 4000], ids=lambda token: token[:8]
)
def test_a_made_up_session_opens_nothing(visit: Callable[..., Visitor], token: str) -> None:
    someone = visit()
    assert someone.get("/accounts", Cookie=f"staff_session={token}").status_code == 303


def test_a_fragment_asked_for_after_the_session_s_end_brings_the_whole_page_to_the_form(
    visit: Callable[..., Visitor],
) -> None:
    shown = "http://127.0.0.1/staff/kb/passport"
    answer = visit().get("/contacts", **{"HX-Request": "true", "HX-Current-URL": shown})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/staff/sign-in?next=%2Fstaff%2Fkb%2Fpassport")


def test_a_temporary_password_opens_only_the_page_where_it_is_changed(visit: Callable[..., Visitor]) -> None:
    boss, newcomer = visit(Role.ADMINISTRATOR), visit()
    made = boss.post(
        "/accounts/new", {"login": "aigerim", "display_name": "Айгерім", "language": "kk", "roles": ["editor"]}
    )
    temporary = made.text.partition('class="secret">')[2].partition("<")[0]
    assert newcomer.sign_in("aigerim", temporary).status_code == 303
    assert newcomer.get("/").headers["location"] == "/staff/password"
    short = newcomer.post("/password", {"present": temporary, "new": "short", "again": "short"})
    assert (short.status_code, "12 таңбадан қысқа" in words(short)) == (422, True)
    typo = newcomer.post("/password", {"present": temporary, "new": PASSWORD, "again": PASSWORD + "."})
    assert (typo.status_code, "басқаша терілді" in words(typo)) == (422, True)
    wrong = newcomer.post("/password", {"present": "?", "new": PASSWORD, "again": PASSWORD})
    assert (wrong.status_code, "сәйкес келмейді" in words(wrong)) == (422, True)
    assert newcomer.post("/password", {"present": temporary, "new": PASSWORD, "again": PASSWORD}).status_code == 303
    assert "Құпиясөз ауыстырылды" in words(newcomer.get("/"))
    assert visit().sign_in("aigerim").status_code == 303

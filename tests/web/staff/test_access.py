"""Who is let in where: every role at every page, and forms from elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from staff.roles import Role
from tests.web.staff.browsing import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.staff.browsing import Visitor

EVERYONE = set(Role)
MAY_READ = {
    "/": EVERYONE,
    "/password": EVERYONE,
    "/contacts": {Role.CONSULTANT, Role.SUPERVISOR, Role.AUTHORITY},
    "/contacts/26-000001": {Role.CONSULTANT, Role.SUPERVISOR, Role.AUTHORITY},
    "/supervision/": {Role.SUPERVISOR, Role.AUTHORITY},
    "/supervision/now": {Role.SUPERVISOR, Role.AUTHORITY},
    "/supervision/report": {Role.SUPERVISOR, Role.AUTHORITY},
    "/supervision/consultants": {Role.SUPERVISOR},
    "/supervision/consultants/1": {Role.SUPERVISOR},
    "/accounts": {Role.ADMINISTRATOR},
    "/accounts/new": {Role.ADMINISTRATOR},
    "/accounts/1": {Role.ADMINISTRATOR},
    "/console": {Role.CONSULTANT},
    "/replies": {Role.SUPERVISOR},
    "/replies/new": {Role.SUPERVISOR},
    "/recording-requests": {Role.SUPERVISOR, Role.AUTHORITY},
    "/recording-requests/new": {Role.SUPERVISOR},
    "/audit": {Role.ADMINISTRATOR, Role.AUTHORITY},
}
CHANGES = ("/accounts/new", "/accounts/1", "/accounts/1/password")


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_its_own_pages_and_no_other(visit: Callable[..., Visitor], role: Role) -> None:
    someone = visit(role)
    someone.http.post("/api/conversations", json={"language": "ru"})
    statuses = {path: someone.get(path).status_code for path in MAY_READ}
    assert statuses == {path: 200 if role in allowed else 403 for path, allowed in MAY_READ.items()}


@pytest.mark.parametrize("path", [path for path in MAY_READ if path != "/"])
def test_without_signing_in_every_page_leads_to_the_form(visit: Callable[..., Visitor], path: str) -> None:
    answer = visit().get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/staff/sign-in?next=")


@pytest.mark.parametrize("role", sorted(EVERYONE - {Role.ADMINISTRATOR}))
def test_only_an_administrator_changes_accounts(visit: Callable[..., Visitor], role: Role) -> None:
    someone = visit(role)
    fields: dict[str, str | list[str]] = {"login": "x2", "display_name": "X", "language": "ru", "roles": ["editor"]}
    refused = {path: someone.post(path, fields) for path in CHANGES}
    assert {path: answer.status_code for path, answer in refused.items()} == dict.fromkeys(CHANGES, 403)
    assert all("Ваша роль этого не разрешает" in words(answer) for answer in refused.values())


def test_the_start_page_lists_what_the_roles_allow(visit: Callable[..., Visitor]) -> None:
    both = words(visit(Role.CONSULTANT, Role.EDITOR).get("/"))
    assert "Обращения" in both
    assert "База знаний" in both
    assert "Учётные записи" not in both


@pytest.mark.parametrize("token", ["", "0" * 64, "не токен"])
def test_a_form_without_the_session_s_own_token_is_refused(visit: Callable[..., Visitor], token: str) -> None:
    someone = visit(Role.ADMINISTRATOR)
    refused = someone.post("/accounts/1/password", {"csrf_token": token})
    assert refused.status_code == 403
    assert "Изменение не принято" in words(refused)
    other = visit(Role.ADMINISTRATOR)
    assert someone.post("/accounts/1/password", {"csrf_token": other.token()}).status_code == 403


@pytest.mark.parametrize("origin", ["https://example.org", "null", "http://127.0.0.1:1"])
def test_a_form_from_another_site_is_refused_even_with_the_token(visit: Callable[..., Visitor], origin: str) -> None:
    someone = visit(Role.ADMINISTRATOR)
    assert someone.post("/accounts/1/password", {}, Origin=origin).status_code == 403
    fields = {"login": "editor", "password": "?"}
    assert visit().http.post("/staff/sign-in", data=fields, headers={"Origin": origin}).status_code == 403


def test_our_own_origin_and_the_token_in_a_header_pass(visit: Callable[..., Visitor], address: str) -> None:
    someone = visit(Role.EDITOR)
    headers = {"X-CSRF-Token": someone.token(), "Origin": address}
    changed = someone.http.post("/staff/language", data={"language": "kk", "next": "/staff/"}, headers=headers)
    assert changed.status_code == 303
    assert "Білім базасы" in words(someone.get("/"))


def test_a_citizen_s_token_opens_no_staff_page_and_a_session_no_conversation(
    visit: Callable[..., Visitor],
) -> None:
    consultant, citizen = visit(Role.CONSULTANT), visit()
    opened = citizen.http.post("/api/conversations", json={"language": "ru"}).json()
    bearer = {"Authorization": f"Bearer {opened['token']}"}
    assert citizen.get("/contacts", **bearer).status_code == 303
    assert citizen.get("/contacts", Cookie=f"staff_session={opened['token']}").status_code == 303
    assert consultant.http.get(f"/api/conversations/{opened['id']}/messages").status_code == 401
    another = citizen.http.post("/api/conversations", json={"language": "ru"}).json()
    assert citizen.http.get(f"/api/conversations/{another['id']}/messages", headers=bearer).status_code == 401


def test_pages_forbid_what_they_do_not_need_and_stay_out_of_caches(visit: Callable[..., Visitor]) -> None:
    headers = visit(Role.ADMINISTRATOR).get("/accounts").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/nothing", "/accounts/999", "/accounts/x", "/contacts/26-999999"])
def test_an_address_of_nothing_is_a_page_that_says_so(visit: Callable[..., Visitor], path: str) -> None:
    answer = visit(Role.ADMINISTRATOR).get(path) if "accounts" in path else visit(Role.CONSULTANT).get(path)
    assert answer.status_code in {404, 422}
    assert answer.headers["content-type"].startswith("text/html")
    assert "На начальную страницу" in words(answer)


def test_the_language_is_kept_before_and_after_signing_in(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    assert someone.get("/sign-in").headers["content-language"] == "ru"
    someone.post("/language", {"language": "kk", "next": "/staff/sign-in"})
    assert 'lang="kk"' in someone.get("/sign-in").text.partition("<head>")[0]
    editor = visit(Role.EDITOR)
    editor.post("/language", {"language": "kk", "next": "/staff/"})
    assert visit(Role.EDITOR).get("/").headers["content-language"] == "kk"


def test_a_message_made_up_by_the_browser_is_not_shown(visit: Callable[..., Visitor]) -> None:
    someone = visit()
    for made_up in ("x", "WyJub3BlIiwge31d", "WyJzaWduX2luLmxlZnQiLCAxXQ==", "W10=", "bnVsbA=="):
        shown = someone.get("/sign-in", Cookie=f"staff_flash={made_up}")
        assert shown.status_code == 200
        assert 'role="status"' not in shown.text

"""The administrator's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from staff.roles import Role
from tests.web.staff.browsing import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.staff.browsing import Visitor

AIGERIM: dict[str, str | list[str]] = {
    "login": "aigerim",
    "display_name": "Айгерім <b>",
    "language": "kk",
    "roles": ["editor", "consultant"],
}


def test_a_new_account_is_shown_with_its_password_once(visit: Callable[..., Visitor]) -> None:
    boss = visit(Role.ADMINISTRATOR)
    made = boss.post("/accounts/new", AIGERIM)
    password = made.text.partition('class="secret">')[2].partition("<")[0]
    assert made.headers["cache-control"] == "no-store"
    assert len(password) == 19
    listed = boss.get("/accounts")
    assert "Айгерім <b>" in words(listed)
    assert "Айгерім <b>" not in listed.text
    assert password not in listed.text
    assert password not in boss.get("/audit").text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"login": "имя"}, "Такой логин не подходит"),
        ({"login": "editor"}, "Такой логин уже есть"),
        ({"display_name": "  "}, "Укажите имя"),
        ({"roles": []}, "хотя бы одну роль"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    visit: Callable[..., Visitor], wrong: dict[str, str | list[str]], sentence: str
) -> None:
    refused = visit(Role.ADMINISTRATOR).post("/accounts/new", AIGERIM | wrong)
    assert refused.status_code == 422
    assert sentence in words(refused)
    assert 'value="consultant" checked' in refused.text or wrong == {"roles": []}


@pytest.mark.parametrize("wrong", [{"roles": ["king"]}, {"language": "en"}, {"login": "x" * 1000}])
def test_what_no_form_of_ours_sends_is_refused(
    visit: Callable[..., Visitor], wrong: dict[str, str | list[str]]
) -> None:
    boss = visit(Role.ADMINISTRATOR)
    assert boss.post("/accounts/new", AIGERIM | wrong).status_code == 422
    assert "aigerim" not in boss.get("/accounts").text


def test_a_deactivated_person_is_out_at_once(visit: Callable[..., Visitor]) -> None:
    boss, editor = visit(Role.ADMINISTRATOR), visit(Role.EDITOR)
    number = boss.get("/accounts").text.partition('">editor</a>')[0].rpartition("/")[2]
    changed = boss.post(f"/accounts/{number}", {"display_name": "Э", "roles": ["editor"]})
    assert changed.headers["location"] == "/staff/accounts"
    assert "Учётная запись editor изменена" in words(boss.get("/accounts"))
    assert editor.get("/").status_code == 303
    assert editor.sign_in("editor").status_code == 422


def test_the_last_administrator_cannot_leave(visit: Callable[..., Visitor]) -> None:
    boss = visit(Role.ADMINISTRATOR)
    number = boss.get("/accounts").text.partition('">administrator</a>')[0].rpartition("/")[2]
    refused = boss.post(f"/accounts/{number}", {"display_name": "A", "roles": ["administrator"]})
    assert refused.status_code == 422
    assert "последний администратор" in words(refused)


def test_a_reset_password_replaces_the_forgotten_one(visit: Callable[..., Visitor]) -> None:
    boss = visit(Role.ADMINISTRATOR)
    number = boss.get("/accounts").text.partition('">editor</a>')[0].rpartition("/")[2]
    given = boss.post(f"/accounts/{number}/password", {}).text.partition('class="secret">')[2].partition("<")[0]
    someone = visit()
    assert someone.sign_in("editor").status_code == 422
    assert someone.sign_in("editor", given).status_code == 303

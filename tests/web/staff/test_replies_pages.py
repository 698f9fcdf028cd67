"""The canned replies as a supervisor keeps them, and as a consultant then gets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from staff.roles import Role
from tests.web.staff.browsing import words

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.web.staff.browsing import Visitor

GOOD = {
    "title_kk": "ХҚКО уақыты",
    "title_ru": "Часы ЦОНа",
    "text_kk": "{greeting}. ХҚКО 9-дан 18-ге дейін істейді.",
    "text_ru": "{greeting}. ЦОН работает с 9 до 18.",
}


@pytest.fixture
def supervisor(visit: Callable[..., Visitor]) -> Visitor:
    return visit(Role.SUPERVISOR)


def _listed(supervisor: Visitor) -> httpx.Response:
    """Return the list without the notice of a change, which is shown once."""
    supervisor.get("/replies")
    return supervisor.get("/replies")


def test_a_reply_is_added_changed_and_removed(supervisor: Visitor) -> None:
    assert supervisor.post("/replies/new", GOOD).status_code == 303
    listed = _listed(supervisor)
    assert "Часы ЦОНа" in words(listed)
    code = listed.text.split("Часы ЦОНа")[0].rsplit("/staff/replies/", 1)[1].split('"')[0]
    supervisor.post(f"/replies/{code}", {**GOOD, "title_ru": "Когда открыт ЦОН"})
    assert "Когда открыт ЦОН" in words(supervisor.get("/replies"))
    assert "Вернуть исходный" not in words(supervisor.get(f"/replies/{code}"))
    supervisor.post(f"/replies/{code}/leave-out", {})
    assert supervisor.get(f"/replies/{code}").status_code == 404


def test_a_shipped_reply_is_changed_left_out_and_had_back(supervisor: Visitor) -> None:
    shipped = words(supervisor.get("/replies"))
    supervisor.post("/replies/greeting", GOOD)
    assert "Часы ЦОНа" in words(supervisor.get("/replies"))
    supervisor.post("/replies/greeting/leave-out", {})
    left_out = words(_listed(supervisor))
    assert "Часы ЦОНа" not in left_out
    assert "Убранные" in left_out
    supervisor.post("/replies/greeting/restore", {})
    assert words(_listed(supervisor)) == shipped
    assert supervisor.post("/replies/nothing/restore", {}).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text_kk": " "}, "Заполните название и текст на обоих языках."),
        ({"text_ru": "{greeting} {iin}", "text_kk": "{greeting} {iin}"}, "чего система не знает"),
        ({"text_ru": "скобка {", "text_kk": "жақша {"}, "чего система не знает"),
        ({"text_ru": "без вставок"}, "одни и те же вставки"),
    ],
)
def test_a_wrong_reply_is_not_kept_and_not_lost(supervisor: Visitor, wrong: dict[str, str], told: str) -> None:
    refused = supervisor.post("/replies/new", GOOD | wrong)
    assert refused.status_code == 422
    assert told in words(refused)
    assert 'value="Часы ЦОНа"' in refused.text
    assert "Часы ЦОНа" not in words(supervisor.get("/replies"))


def test_a_change_is_recorded(supervisor: Visitor, visit: Callable[..., Visitor]) -> None:
    supervisor.post("/replies/greeting", GOOD)
    assert "Изменён шаблон ответа" in words(visit(Role.AUTHORITY).get("/audit?action=reply_changed"))

"""A written request for recordings as a supervisor answers it and the authority gets it (rule 18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from staff.roles import Role
from tests.web.running import SERVICE_TOKEN, open_chat
from tests.web.staff.browsing import words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.web.staff.browsing import Visitor
    from web.settings import Settings

ALMATY = ZoneInfo("Asia/Almaty")
PHONE = "+77011234567"


def _local(at: datetime) -> str:
    return f"{at.astimezone(ALMATY):%Y-%m-%dT%H:%M}"


def _letter(**changed: str) -> dict[str, str | list[str]]:
    received = datetime.now(UTC) - timedelta(minutes=2)
    return {
        "letter": "01-2/345",
        "asked_by": "Комитет",
        "received_at": _local(received),
        "called_on": _local(received)[:10],
        "phone": "8 701 123 45 67",
        **changed,
    }


@pytest.fixture
def recorded(visit: Callable[..., Visitor], settings: Settings) -> list[str]:
    """Give the addresses of a recording of that phone today, one of yesterday and one of another phone."""
    http = visit().http
    folder = settings.data_dir / "recordings"
    folder.mkdir()
    addresses = []
    for name, phone, ago in (("a", PHONE, 0), ("b", PHONE, 1), ("c", "+77017654321", 0)):
        chat = open_chat(http, service=True, language="ru", channel="phone", contact={"phone": phone})
        (folder / f"{name}.wav").write_bytes(b"RIFF" + name.encode())
        at = datetime.now(UTC) - timedelta(minutes=2, days=ago)
        body = {"of": {"conversation": chat.id}, "file": f"{name}.wav", "tracks": {}, "duration_ms": 9}
        headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
        answer = http.post("/api/exchange/recordings", json={**body, "started_at": at.isoformat()}, headers=headers)
        assert answer.status_code == 201, answer.text
        addresses.append(f"/staff/contacts/{answer.json()['number']}/recordings/{answer.json()['id']}")
    return addresses


def _registered(supervisor: Visitor, **changed: str) -> str:
    """Register a letter; return the page of the request, below /staff."""
    answer = supervisor.post("/recording-requests/new", _letter(**changed))
    assert answer.status_code == 303, words(answer)
    return answer.headers["location"].removeprefix("/staff")


def test_what_was_asked_for_is_found_released_and_given_to_the_authority(
    visit: Callable[..., Visitor], recorded: list[str]
) -> None:
    supervisor, authority = visit(Role.SUPERVISOR), visit(Role.AUTHORITY)
    page = _registered(supervisor)
    assert "ждёт ответа" in words(authority.get("/recording-requests"))
    shown = supervisor.get(page).text
    assert [address in shown for address in recorded] == [True, False, False]
    number = recorded[0].rpartition("/")[2]
    others = [address.rpartition("/")[2] for address in recorded[1:]]
    assert supervisor.post(page, {"recording": [number, *others]}).status_code == 303
    given = authority.get(page)
    assert [address in given.text for address in recorded] == [True, False, False], "nothing but what was asked for"
    assert "в срок" in words(given)
    assert authority.http.get(recorded[0]).content == b"RIFFa"
    log = words(authority.get("/audit?login=supervisor"))
    assert "Получен запрос записи" in log
    assert "Просмотр запроса записи" in log
    assert "Ответ на запрос записи" in log


def test_a_request_without_a_recording_is_answered_with_the_reason_and_only_once(
    visit: Callable[..., Visitor],
) -> None:
    supervisor = visit(Role.SUPERVISOR)
    page = _registered(supervisor)
    assert "В этот день записей с этого телефона нет." in words(supervisor.get(page))
    refused = supervisor.post(page, {"why_none": " "})
    assert (refused.status_code, "напишите, почему её нет" in words(refused)) == (422, True)
    supervisor.post(page, {"why_none": "Звонка не было."})
    supervisor.post(page, {"why_none": "Другая причина."})
    shown = words(supervisor.get(page))
    assert "На этот запрос уже ответили." in shown
    assert "Звонка не было." in shown
    assert "Другая причина." not in shown


def test_four_hours_run_from_the_receipt_and_what_is_late_is_said_and_stands_first(
    visit: Callable[..., Visitor],
) -> None:
    supervisor = visit(Role.SUPERVISOR)
    received = datetime.now(UTC) - timedelta(hours=5)
    _registered(supervisor, letter="в срок")
    late = _registered(supervisor, letter="поздно", received_at=_local(received), called_on=_local(received)[:10])
    due = f"{received.astimezone(ALMATY) + timedelta(hours=4):%d.%m.%Y %H:%M}"
    warned = supervisor.get("/supervision/now")
    assert f"Запросов записей ждут ответа: 2, ближайший срок {due}" in words(warned)
    assert '<p class="problem"><a href="/staff/recording-requests">' in warned.text
    listed = words(supervisor.get("/recording-requests"))
    assert listed.index("поздно") < listed.index("в срок")
    assert due in listed
    assert "срок прошёл" in words(supervisor.get(late))
    supervisor.post(late, {"why_none": "Звонка не было."})
    assert "с опозданием" in words(supervisor.get(late))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("letter", "  ", "Укажите номер и дату письма."),
        ("asked_by", "", "Укажите, какой орган"),
        ("received_at", "2999-01-01T10:00", "не позже этой минуты"),
        ("received_at", "вчера", "не позже этой минуты"),
        ("called_on", "2999-01-01", "Укажите день звонка"),
        ("called_on", "", "Укажите день звонка"),
        ("phone", "12", "не похоже на номер телефона"),
    ],
)
def test_a_letter_that_lacks_something_is_not_kept_and_what_was_typed_stays(
    visit: Callable[..., Visitor], field: str, value: str, sentence: str
) -> None:
    supervisor = visit(Role.SUPERVISOR)
    refused = supervisor.post("/recording-requests/new", _letter(**{field: value}))
    assert (refused.status_code, sentence in words(refused)) == (422, True)
    kept = "8 701 123 45 67" if field != "phone" else "Комитет"
    assert f'value="{kept}"' in refused.text
    assert "Запросов пока нет." in words(supervisor.get("/recording-requests"))

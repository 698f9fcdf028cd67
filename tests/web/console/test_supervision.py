"""The numbers of a supervisor over the real API, their files, the register, and who may see what."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import TYPE_CHECKING

import httpx
import pytest
from openpyxl import load_workbook
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from database.engine import Database
from staff.audit import Action, AuditLog, Filter
from tests.web.running import open_chat

if TYPE_CHECKING:
    from tests.web.console.seats import Badge, Seat
    from web.settings import Settings

pytestmark = pytest.mark.usefixtures("asks_for_a_human")


def _consult(http: httpx.Client, consultant: Seat, rating: str, language: str = "ru") -> dict[str, object]:
    chat = open_chat(http, language=language)
    chat.say({"ru": "Позовите консультанта", "kk": "Кеңесшіні шақырыңыз"}[language])
    consultant.be("available")
    talk = consultant.take()
    consultant.close(talk["id"], "answered")
    chat.say(rating)
    chat.say("нет")
    consultant.post(f"/conversations/{talk['id']}/after-contact", {"action": "finish", "outcome": "redirected"})
    return dict(talk)


def test_the_numbers_of_a_day_live_and_in_files(http: httpx.Client, consultant: Seat, supervisor: Seat) -> None:
    _consult(http, consultant, "5")
    _consult(http, consultant, "3", "kk")
    open_chat(http, language="ru").say("оператор")
    report = supervisor.get("/supervision/report")
    total = report["total"]
    assert (total["contacts"], total["queued"], total["answered"], total["rated"]) == (3, 3, 2, 2)
    assert total["average_rating"] == 4
    assert total["service_level"] == 1
    assert 0 < total["average_speed_of_answer_s"] < 40
    assert {row["key"]: row["answered"] for row in report["by_language"]} == {"ru": 1, "kk": 1}
    assert [(row["name"], row["answered"]) for row in report["by_consultant"]] == [(consultant.badge.name, 2)]
    assert report["outcomes"] == {"redirected": 2}
    assert (report["ratings"]["5"], report["ratings"]["3"]) == (1, 1)

    live = supervisor.get("/supervision/live")
    assert (live["waiting"], live["today"]["answered"], live["today"]["level"]) == (1, 2, "fine")
    assert live["consultants"]["available"] + live["consultants"]["busy"] == 1

    table = supervisor.http.get("/supervision/report.csv", params={"lang": "kk"})
    rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:3] == ["Қима", "Мәні", "Өтініш саны"]
    assert rows[1][:3] == ["Барлығы", "", "3"]
    book = load_workbook(io.BytesIO(supervisor.http.get("/supervision/report.xlsx").content))
    assert book["По консультантам"]["A2"].value == consultant.badge.name
    assert book["Итого"]["E2"].value == 2


def test_a_period_must_make_sense(supervisor: Seat) -> None:
    response = supervisor.http.get(
        "/supervision/report", params={"since": "2026-11-02T00:00:00Z", "until": "2026-11-01T00:00:00Z"}
    )
    assert (response.status_code, response.json()["errors"][0]["where"]) == (422, "until")


def test_skills_decide_who_is_asked(http: httpx.Client, consultant: Seat, colleague: Seat, supervisor: Seat) -> None:
    path = f"/supervision/consultants/{consultant.badge.account}"
    known = supervisor.put(path, {"languages": ["kk"], "topics": [], "capacity": 1})
    assert (known["languages"], known["capacity"]) == (["kk"], 1)
    consultant.be("available")
    open_chat(http, language="ru").say("оператор")
    colleague.be("available")
    colleague.offered()
    assert consultant.work()["offers"] == []
    unknown = supervisor.http.put(path, json={"languages": ["kk"], "topics": ["magic"], "capacity": 1})
    assert unknown.status_code == 422
    editor = f"/supervision/consultants/{supervisor.badge.account}"
    body = {"languages": ["kk"], "topics": [], "capacity": 1}
    assert supervisor.http.put(editor, json=body).status_code == 404, "who does not sit at the console has no skills"


def test_the_register_is_searched_and_every_look_is_recorded(
    http: httpx.Client, consultant: Seat, seats: list[Seat], settings: Settings
) -> None:
    chat = open_chat(http, service=True, channel="web", language="ru", contact={"phone": "+77010000001"})
    earlier = chat.opened["number"]
    later = open_chat(http, service=True, channel="web", language="ru", contact={"phone": "+77010000001"})
    later.say("где мой ПАСПОРТ, оператор")
    number = later.opened["number"]
    for asked in ({"number": number}, {"text": "паспорт"}, {"phone": "8 (701) 000-00-01"}):
        found = [one["number"] for one in consultant.get("/contacts", **asked)["contacts"]]
        assert found[0] == number, asked
    assert consultant.get("/contacts", text="такого никто не писал")["contacts"] == []
    consultant.be("available")
    talk = consultant.take()
    assert [one["number"] for one in talk["history"]] == [earlier]
    assert consultant.get(f"/contacts/{number}")["phone"] == "+77010000001"
    assert consultant.http.get("/contacts/26-999999").status_code == 404
    assert seats[4].get(f"/contacts/{number}")["phone"] == "+77010000001"
    looks = asyncio.run(_looks(settings, number))
    assert looks == [consultant.badge.account, consultant.badge.account, seats[4].badge.account]


async def _looks(settings: Settings, number: str) -> list[int | None]:
    """Return who looked at a contact, in order."""
    database = Database(settings.database_url)
    records = await AuditLog(database).records(Filter(action=Action.CONTACT_READ), 50)
    await database.close()
    return [record.account_id for record in reversed(records) if record.object_id == number]


@pytest.mark.parametrize("path", ["/work", "/contacts", "/supervision/live", "/supervision/consultants"])
def test_nobody_gets_in_without_a_session(address: str, path: str) -> None:
    response = httpx.get(f"{address}/staff/api{path}", trust_env=False)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"


def test_each_role_sees_its_own(seats: list[Seat]) -> None:
    consultant, _, supervisor, editor, authority = seats
    paths = ("/work", "/contacts", "/supervision/live", "/supervision/consultants")
    seen = [[seat.http.get(path).status_code for path in paths] for seat in (consultant, supervisor, editor, authority)]
    assert seen == [
        [200, 200, 403, 403],
        [403, 200, 200, 200],
        [403, 403, 403, 403],
        [403, 200, 200, 403],
    ]


def test_a_change_from_another_page_is_refused(consultant: Seat) -> None:
    for headers in ({"X-CSRF-Token": "wrong"}, {"Origin": "https://elsewhere.example"}):
        response = consultant.http.put("/presence", json={"presence": "available"}, headers=headers)
        assert response.status_code == 403, headers


@pytest.mark.parametrize(
    ("who", "origin", "code"), [(None, None, 4401), (3, None, 4403), (0, "https://a.example", 4403)]
)
def test_a_console_stream_opens_for_consultants_on_our_own_pages_only(
    address: str, badges: list[Badge], who: int | None, origin: str | None, code: int
) -> None:
    headers = {} if who is None else {"Cookie": f"staff_session={badges[who].token}"}
    if origin is not None:
        headers["Origin"] = origin
    with (
        connect(
            f"{address.replace('http', 'ws', 1)}/staff/api/console", additional_headers=headers, proxy=None
        ) as stream,
        pytest.raises(ConnectionClosed) as closed,
    ):
        stream.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code

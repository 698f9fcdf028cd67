from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from monitoring.models import read_stages
from monitoring.server import create_app
from monitoring.store import ApplicationStore
from tests.monitoring.conftest import API_KEY, free_port, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ENTRY = {"service": "PASSPORT", "provider": "МВД РК", "stage": "accepted", "since": "2026-11-20"}


@pytest.fixture
def http(server: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server) as client:
        yield client


def test_seed_shows_every_stage(http: httpx.Client) -> None:
    numbers = [f"0026104500{n}" for n in ("11", "22", "33", "44", "55", "66", "77", "88", "99")]
    numbers += ["002610450110", "002610450121", "KZ45VAA00128877"]
    shown = {http.get(f"/applications/{number}").json()["stage"]["code"] for number in numbers}
    assert shown == set(read_stages())


def test_answer_has_the_form_of_the_interface(http: httpx.Client) -> None:
    answer = http.get("/applications/002610450088").json()
    assert answer["number"] == "002610450088"
    assert set(answer["stage"]) == {"code", "ru", "kk"}
    assert answer["stage_since"] == answer["history"][-1]["since"] == "2026-11-17"
    assert [entry["stage"]["code"] for entry in answer["history"]] == ["accepted", "in_progress", "approved"]
    assert answer["result_ready_at"] == "2026-11-25"


def test_spaces_dashes_and_case_do_not_count(http: httpx.Client) -> None:
    assert http.get("/applications/0026-1045 0088").status_code == 200
    assert http.get("/applications/kz45vaa00128877").json()["service"] == "IP_REG"


def test_unknown_number_says_that_no_provider_entered_it(http: httpx.Client) -> None:
    answer = http.get("/applications/999999999999")
    assert answer.status_code == 404
    assert "no provider has entered" in answer.json()["detail"]


@pytest.mark.parametrize("iin", [None, "850101300122"])
def test_owner_demands_the_right_iin(http: httpx.Client, iin: str | None) -> None:
    answer = http.get("/applications/002610450132", params={"iin": iin} if iin else None)
    assert (answer.status_code, answer.json()) == (401, {"need": "iin"})


def test_right_iin_opens_the_application(http: httpx.Client) -> None:
    assert http.get("/applications/002610450132", params={"iin": "850101300121"}).json()["service"] == "RESIDENCE"


def test_provider_enters_a_stage_that_citizens_then_see(http: httpx.Client) -> None:
    headers = {"X-Api-Key": API_KEY}
    assert http.put("/applications/7700-1234-5678", json=ENTRY, headers=headers).status_code == 201
    later = {**ENTRY, "stage": "ready_for_collection", "since": "2026-11-22", "result_ready_at": "2026-11-22"}
    assert http.put("/applications/770012345678", json=later, headers=headers).status_code == 200
    assert http.put("/applications/770012345678", json=later, headers=headers).status_code == 200
    answer = http.get("/applications/770012345678").json()
    assert [entry["stage"]["code"] for entry in answer["history"]] == ["accepted", "ready_for_collection"]
    assert answer["result_ready_at"] == "2026-11-22"


@pytest.mark.parametrize("key", [None, "", "wrong", "ключ"])
def test_nobody_enters_without_the_key(http: httpx.Client, key: str | None) -> None:
    headers = httpx.Headers({} if key is None else {"X-Api-Key": key}, encoding="utf-8")
    assert http.put("/applications/770012345678", json=ENTRY, headers=headers).status_code == 401
    assert http.get("/applications/770012345678").status_code == 404


@pytest.mark.parametrize(
    "change",
    [{"stage": "lost"}, {"since": "вчера"}, {"service": "нет"}, {"provider": " "}, {"iin": "12"}, {"extra": 1}],
)
def test_malformed_entry_is_refused_whole(http: httpx.Client, change: dict[str, object]) -> None:
    answer = http.put("/applications/770012345678", json={**ENTRY, **change}, headers={"X-Api-Key": API_KEY})
    assert answer.status_code == 422
    assert http.get("/applications/770012345678").status_code == 404


def test_entries_survive_a_restart_and_seeding_again(tmp_path: Path) -> None:
    database = tmp_path / "monitoring.db"
    for _ in range(2):
        with serving(create_app(database, API_KEY, seed=True), free_port()) as address:
            httpx.put(f"{address}/applications/770012345678", json=ENTRY, headers={"X-Api-Key": API_KEY})
            history = httpx.get(f"{address}/applications/002610450011").json()["history"]
            assert len(history) == 3
            assert len(httpx.get(f"{address}/applications/770012345678").json()["history"]) == 1


def test_iin_is_not_kept_in_clear(tmp_path: Path) -> None:
    store = ApplicationStore(tmp_path / "monitoring.db")
    store.seed()
    store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"002610450132" in stored
    assert b"850101300121" not in stored


def test_health_addresses(http: httpx.Client) -> None:
    assert http.get("/healthz").json() == {"status": "alive"}
    assert http.get("/readyz").json()["status"] == "ready"
    assert "process_cpu_seconds_total" in http.get("/metrics").text

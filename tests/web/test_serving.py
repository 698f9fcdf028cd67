"""What the process shows besides the chat: health, headers, embedding, files, the knowledge base."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.web.running import open_chat, running
from web import site

if TYPE_CHECKING:
    from pathlib import Path

    from tests.contact_centre.dialogue_server import DialogueServer
    from web.settings import Settings

EMBEDDER = "https://www.1414.kz"


def test_readiness_names_the_dependency_that_is_missing(http: httpx.Client, dialogue: DialogueServer) -> None:
    assert http.get("/readyz").json()["status"] == "ready"
    dialogue.stop()
    response = http.get("/readyz")
    assert response.status_code == 503
    dependencies = response.json()["dependencies"]
    assert dependencies["database"]["ready"]
    assert "dialogue" in dependencies["dialogue"]["detail"]
    assert http.get("/healthz").status_code == 200


def test_metrics_count_what_happened(http: httpx.Client, dialogue: DialogueServer) -> None:
    def count(sample: str) -> float:
        lines = http.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(sample))

    samples = ('contacts_registered_total{channel="web"}', 'dialogue_faults_total{kind="unreachable"}')
    before = [count(sample) for sample in samples]
    chat = open_chat(http)
    dialogue.stop()
    chat.say("вопрос")
    assert [count(sample) for sample in samples] == [number + 1 for number in before]


def test_answers_carry_the_headers_that_protect_a_reader(http: httpx.Client) -> None:
    headers = http.post("/api/conversations", json={}).headers
    assert "object-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert "x-content-type-options" in http.post("/api/conversations", content=b"x" * 70_000).headers


@pytest.mark.parametrize(("origin", "allowed"), [(EMBEDDER, EMBEDDER), ("https://elsewhere.example", None)])
def test_only_configured_sites_may_embed_the_widget(settings: Settings, origin: str, allowed: str | None) -> None:
    settings.widget_origins = (EMBEDDER,)
    with running(settings) as url:
        response = httpx.post(f"{url}/api/conversations", json={}, headers={"Origin": origin}, trust_env=False)
    assert response.headers.get("access-control-allow-origin") == allowed


def test_without_configuration_no_other_site_may(http: httpx.Client) -> None:
    response = http.post("/api/conversations", json={}, headers={"Origin": EMBEDDER})
    assert "access-control-allow-origin" not in response.headers


def test_files_are_served_at_the_root_and_the_api_keeps_its_errors(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>1414</title>")
    (folder / "widget.js").write_text("'use strict'")
    monkeypatch.setattr(site, "FOLDER", folder)
    with running(settings) as url, httpx.Client(base_url=url, timeout=30, trust_env=False) as http:
        assert "1414" in http.get("/").text
        assert "javascript" in http.get("/widget.js").headers["content-type"]
        assert http.get("/nothing.js").headers["content-type"] == "application/problem+json"
        assert http.get("/api/conversations").status_code == 405
        assert http.get("/..%2fsettings.py").status_code == 404


def test_the_knowledge_base_is_searched_in_either_language(http: httpx.Client) -> None:
    [best] = http.get("/api/kb/search", params={"q": "сколько стоит паспорт", "limit": 1}).json()["results"]
    assert (best["service"], best["aspect"]) == ("PASSPORT", "cost")
    assert set(best) == {"service", "aspect", "title", "text", "score"}
    [kazakh] = http.get("/api/kb/search", params={"q": "паспорт", "lang": "kk", "limit": 1}).json()["results"]
    assert kazakh["service"] == "PASSPORT"
    assert kazakh["title"] != best["title"]


def test_services_are_listed_and_read(http: httpx.Client) -> None:
    services = http.get("/api/kb/services", params={"lang": "kk"}).json()["services"]
    names = [service["name"] for service in services]
    assert names == sorted(names)
    article = http.get("/api/kb/services/PASSPORT", params={"lang": "kk"}).json()
    assert article["name"] in names
    assert "cost" in {aspect["aspect"] for aspect in article["aspects"]}
    unknown = http.get("/api/kb/services/NOTHING", headers={"Accept-Language": "kk"})
    assert (unknown.status_code, unknown.json()["detail"]) == (404, "Мұндай коды бар қызмет жоқ.")

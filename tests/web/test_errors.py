"""What cannot be served is refused with a sentence for a person, in the person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest

from tests.web.running import open_chat, running

if TYPE_CHECKING:
    from web.settings import Settings

KAZAKH = {"Accept-Language": "en, kk-KZ;q=0.9, ru;q=0.5"}


def _problem(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = dict(response.json())
    assert problem["status"] == status
    assert problem["detail"]
    return problem


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Bearer", "Basic YTpi", "Bearer токен"])
def test_a_conversation_opens_with_its_own_token_only(http: httpx.Client, authorization: str | None) -> None:
    chat = open_chat(http, language="ru")
    headers = {} if authorization is None else {b"Authorization": authorization.encode()}
    for response in (
        http.get(chat.path, headers=headers),
        http.post(chat.path, json={"text": "вопрос"}, headers=headers),
    ):
        _problem(response, 401)
        assert response.headers["www-authenticate"] == "Bearer"
    assert len(chat.texts()) == 1


def test_the_token_of_one_conversation_does_not_open_another(http: httpx.Client) -> None:
    chat, other = open_chat(http), open_chat(http)
    _problem(http.get(chat.path, headers=other.headers), 401)


def test_a_wrong_service_token_is_refused(http: httpx.Client) -> None:
    _problem(http.post("/api/conversations", json={}, headers={"Authorization": "Bearer wrong"}), 401)


def test_an_unknown_conversation_is_told_in_the_readers_language(http: httpx.Client) -> None:
    headers = {"Authorization": "Bearer any", **KAZAKH}
    response = http.get(f"/api/conversations/{uuid4()}/messages", headers=headers)
    assert _problem(response, 404)["detail"] == "Мұндай әңгіме жоқ. Жаңасын бастаңыз."
    assert response.headers["content-language"] == "kk"


@pytest.mark.parametrize(
    ("body", "where", "what"),
    [
        (b"{", "body", "бұл JSON емес"),
        (b"\xff\xfe", "body", "бұл JSON емес"),
        (b"[" * 50_000, "body", "бұл JSON емес"),
        (b"[]", "body", "Content-Type application/json тақырыбымен JSON объектісі керек"),
        (b"{}", "text", "көрсетілмеген"),
        (b'{"text": 5}', "text", "жол керек"),
        (b'{"text": null}', "text", "жол керек"),
        (b'{"text": ""}', "text", "тым қысқа"),
        ('{"text": " \u200b\\u0000 "}'.encode(), "text", "хабарламада мәтін жоқ"),
        (b'{"text": "a", "client_id": ""}', "client_id", "түрі дұрыс емес"),
        (b'{"text": "a", "from": "consultant"}', "from", "мұндай өріс жоқ"),
    ],
)
def test_what_is_wrong_where(http: httpx.Client, body: bytes, where: str, what: str) -> None:
    chat = open_chat(http, language="kk")
    headers = {"Content-Type": "application/json", **chat.headers, **KAZAKH}
    problem = _problem(http.post(chat.path, content=body, headers=headers), 422)
    assert problem["errors"] == [{"where": where, "what": what}]


def test_an_unknown_language_is_refused_with_what_is_possible(http: httpx.Client) -> None:
    problem = _problem(http.post("/api/conversations", json={"language": "en"}), 422)
    assert problem["errors"] == [{"where": "language", "what": "недопустимое значение, можно 'ru', 'kk'"}]


def test_a_long_message_is_refused_whole(http: httpx.Client) -> None:
    chat = open_chat(http, language="kk")
    _problem(chat.say("я" * 4001), 413)
    assert "4000" in str(_problem(chat.say("я" * 4001), 413)["detail"])
    assert chat.say("я" * 4000).status_code == 200
    assert len(chat.texts("citizen")) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_a_huge_body_is_refused_before_it_is_read(http: httpx.Client, chunked: bool) -> None:  # noqa: FBT001
    content = (b"x" * 1024 for _ in range(100)) if chunked else b"x" * 100 * 1024
    _problem(http.post("/api/conversations", content=content), 413)


def test_unknown_addresses_and_methods_are_problems_too(http: httpx.Client) -> None:
    _problem(http.get("/api/nothing"), 404)
    refused = http.get("/api/conversations")
    _problem(refused, 405)
    assert refused.headers["allow"] == "POST"
    _problem(http.post("/healthz"), 405)


def test_too_many_messages_wait_and_are_not_kept(settings: Settings) -> None:
    settings.messages_limit, settings.messages_window_s = 2, 5
    with running(settings) as url, httpx.Client(base_url=url, trust_env=False) as http:
        chat, service = open_chat(http, language="ru"), open_chat(http, service=True, channel="mail")
        assert [chat.say(text).status_code for text in "абв"] == [200, 200, 429]
        refused = chat.say("г")
        assert "отправьте его снова" in str(_problem(refused, 429)["detail"])
        assert 1 <= int(refused.headers["retry-after"]) <= 5
        assert chat.texts("citizen") == ["а", "б"]
        assert open_chat(http).say("д").status_code == 200
        assert {service.say(text).status_code for text in "абвг"} == {200}


def test_too_many_new_conversations_wait_unless_a_service_opens_them(settings: Settings) -> None:
    settings.conversations_limit = 1
    with running(settings) as url, httpx.Client(base_url=url, trust_env=False) as http:
        open_chat(http)
        refused = http.post("/api/conversations", json={}, headers=KAZAKH)
        assert "Жаңа әңгіме тым көп" in str(_problem(refused, 429)["detail"])
        assert int(refused.headers["retry-after"]) >= 1
        open_chat(http, service=True)


def test_without_a_configured_service_token_nobody_is_a_service(settings: Settings) -> None:
    settings.service_token = None
    with running(settings) as url, httpx.Client(base_url=url, trust_env=False) as http:
        _problem(http.post("/api/conversations", json={}, headers={"Authorization": "Bearer"}), 401)
        _problem(http.post("/api/conversations", json={}, headers={"Authorization": "Bearer None"}), 401)

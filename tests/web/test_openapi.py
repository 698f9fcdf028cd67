"""The service keeps what /openapi.json promises, and the page of it loads nothing from elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from pydantic import SecretStr

from language.normalisation import clean
from tests.contact_centre.dialogue_server import DialogueServer
from tests.web.running import SERVICE_TOKEN, Chat, open_chat, running
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemathesis.schemas import BaseSchema

OPERATIONS = [
    "POST /api/conversations",
    "POST /api/conversations/{conversation_id}/messages",
    "GET /api/conversations/{conversation_id}/messages",
    "POST /api/exchange/events",
    "POST /api/exchange/callbacks",
    "PUT /api/exchange/state",
    "GET /api/exchange/seats",
    "POST /api/exchange/recordings",
    "GET /api/kb/announcements",
    "GET /api/kb/search",
    "GET /api/kb/services",
    "GET /api/kb/services/{code}",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
]


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with DialogueServer() as dialogue:
        own = Settings(
            rasa_url=dialogue.url,
            data_dir=tmp_path_factory.mktemp("data"),
            service_token=SecretStr(SERVICE_TOKEN),
            messages_limit=100_000,
            conversations_limit=100_000,
        )
        with running(own) as url, httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            yield client


@pytest.fixture(scope="module")
def chat(http: httpx.Client) -> Chat:
    return open_chat(http)


@pytest.fixture(scope="module")
def described(http: httpx.Client) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{http.base_url}/openapi.json")


def _is_blank(body: object) -> bool:
    text = body.get("text") if isinstance(body, dict) else None
    return isinstance(text, str) and clean(text) == ""


def _is_far(body: object) -> bool:
    moments = (
        [str(body[name]) for name in ("at", "waiting_since", "started_at") if name in body]
        if isinstance(body, dict)
        else []
    )
    return any(moment[:4] in {"0001", "9999"} for moment in moments)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_service_keeps_its_description(described: BaseSchema, chat: Chat, operation: str) -> None:
    method, _, path = operation.partition(" ")

    @given(case=described[path][method].as_strategy())
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def keep(case: schemathesis.Case[Any]) -> None:
        if "{conversation_id}" in path:
            case.path_parameters["conversation_id"] = chat.id
            case.headers["Authorization"] = chat.headers["Authorization"]
            # JSON Schema cannot say "some text is left after cleaning".
            assume(not _is_blank(case.body))
        elif operation == "POST /api/conversations" or "/exchange/" in path:
            case.headers["Authorization"] = f"Bearer {SERVICE_TOKEN}"  # without it some fields are refused
            assume(not _is_far(case.body))  # nor can it bound a time
        case.call_and_validate()

    keep()


def test_every_operation_is_tried(described: BaseSchema) -> None:
    tried = {(path, method) for method, _, path in (operation.partition(" ") for operation in OPERATIONS)}
    paths = described.raw_schema["paths"]
    assert {(path, method.upper()) for path, methods in paths.items() for method in methods} == tried


def test_every_failure_is_described_as_a_problem(http: httpx.Client) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    failures = {
        (path, status): set(answer["content"])
        for path, methods in paths.items()
        if path.startswith("/api/")
        for operation in methods.values()
        for status, answer in operation["responses"].items()
        if status >= "400"
    }
    assert {media for medias in failures.values() for media in medias} == {"application/problem+json"}
    say = "/api/conversations/{conversation_id}/messages"
    assert {status for path, status in failures if path == say} == {"401", "404", "413", "422", "429", "503"}


def test_the_page_of_the_description_needs_nobody_else(http: httpx.Client) -> None:
    page = http.get("/docs")
    assert page.status_code == 200
    assert "POST /api/conversations/{conversation_id}/messages" in page.text
    assert "<script" not in page.text
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]

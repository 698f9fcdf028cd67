from __future__ import annotations

import asyncio
import uuid
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from sanic import Sanic

from nlu.conversations import ConversationStore
from nlu.health import HealthInput
from tests.nlu.serving import client_of

if TYPE_CHECKING:
    from rasa.core.channels.channel import UserMessage
    from rasa.core.tracker_store import TrackerStore


async def no_talk(message: UserMessage) -> None:
    raise AssertionError(f"nothing is said through the health channel, got {message.text!r}")


async def action_server(status: int) -> tuple[web.AppRunner, str]:
    """Start a server whose health answers `status`; return it and the address of its webhook."""

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"


def get(
    path: str,
    monkeypatch: pytest.MonkeyPatch,
    *,
    actions: int | None = 200,
    model: bool = True,
    store: TrackerStore | None = None,
) -> tuple[int, Any]:
    async def run() -> tuple[int, Any]:
        runner, address = await action_server(actions or 200)
        if actions is None:
            await runner.cleanup()
        monkeypatch.setenv("ACTIONS_URL", address)
        app = Sanic(f"health-{uuid.uuid4().hex}")
        kept = FailSafeTrackerStore(store or ConversationStore(db=":memory:"))
        app.ctx.agent = SimpleNamespace(is_ready=lambda: model, tracker_store=kept)
        channel = HealthInput()
        async with (
            client_of(app, channel.blueprint(no_talk), channel.url_prefix()) as client,
            client.get(path) as response,
        ):
            body = await (response.json() if response.content_type == "application/json" else response.text())
            status = response.status
        await runner.cleanup()
        return status, body

    return asyncio.run(run())


def test_alive_means_the_process_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert get("/healthz", monkeypatch, actions=None, model=False) == (200, {"status": "alive"})


def test_ready_with_a_model_and_an_action_server(monkeypatch: pytest.MonkeyPatch) -> None:
    status, body = get("/readyz", monkeypatch)
    assert status == 200
    assert body["dependencies"] == {
        "model": {"ready": True, "detail": None},
        "conversations": {"ready": True, "detail": None},
        "actions": {"ready": True, "detail": None},
    }


@pytest.mark.parametrize(
    ("actions", "model", "missing", "detail"),
    [
        (None, True, "actions", "does not answer"),
        (503, True, "actions", "503"),
        (200, False, "model", "no model"),
    ],
)
def test_not_ready_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, *, actions: int | None, model: bool, missing: str, detail: str
) -> None:
    status, body = get("/readyz", monkeypatch, actions=actions, model=model)
    assert status == 503
    assert not body["dependencies"][missing]["ready"]
    assert detail in body["dependencies"][missing]["detail"]
    assert [name for name, each in body["dependencies"].items() if not each["ready"]] == [missing]


def test_conversations_that_would_be_forgotten_are_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa keeps them in memory, with no more than a warning, when the store of `endpoints.yml` fails to load."""
    status, body = get("/readyz", monkeypatch, store=InMemoryTrackerStore(Domain.empty()))
    assert status == 503
    assert "InMemoryTrackerStore" in body["dependencies"]["conversations"]["detail"]


def test_metrics_are_in_the_form_of_prometheus(monkeypatch: pytest.MonkeyPatch) -> None:
    status, body = get("/metrics", monkeypatch)
    assert status == 200
    assert "# TYPE python_info gauge" in body

"""Owns the three addresses by which the Rasa server is watched: /healthz, /readyz and /metrics."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.tracker_store import FailSafeTrackerStore
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response
from sanic.response import raw as raw_response

from nlu.conversations import ConversationStore

CHECK_TIMEOUT_S = 1.5
DEFAULT_ACTIONS_URL = "http://127.0.0.1:5055/webhook"


async def _actions_problem() -> str | None:
    """Return None when the action server answers, else a sentence that says what is wrong."""
    address = os.environ.get("ACTIONS_URL", DEFAULT_ACTIONS_URL).removesuffix("/webhook") + "/healthz"
    timeout = aiohttp.ClientTimeout(total=CHECK_TIMEOUT_S)
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(address) as response:
            return None if response.status == 200 else f"the action server answered {response.status}"  # noqa: PLR2004
    except (aiohttp.ClientError, TimeoutError) as error:
        return f"the action server does not answer ({type(error).__name__})"


def _model_problem(request: Request) -> str | None:
    agent = getattr(request.app.ctx, "agent", None)
    return None if agent is not None and agent.is_ready() else "no model is loaded"


def _conversations_problem(request: Request) -> str | None:
    """Say when Rasa keeps conversations in memory only, which it does by itself when the store fails to load."""
    agent = getattr(request.app.ctx, "agent", None)
    store = getattr(agent, "tracker_store", None)
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store  # noqa: SLF001
    return None if isinstance(store, ConversationStore) else f"conversations are kept in {type(store).__name__}"


class HealthInput(InputChannel):
    """Not a channel of talk: Rasa mounts extra routes only through channels, and this one mounts them at the root."""

    @classmethod
    def name(cls) -> str:
        """Return the name under which Rasa knows this channel."""
        return "health"

    def url_prefix(self) -> str:
        """Return the root of the server."""
        return "/"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> HealthInput:
        """Make the channel; it needs no credentials because Rasa listens on loopback only."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Return the routes."""
        blueprint = Blueprint("health")

        @blueprint.get("/healthz")
        async def healthz(request: Request) -> HTTPResponse:
            return json_response({"status": "alive"})

        @blueprint.get("/readyz")
        async def readyz(request: Request) -> HTTPResponse:
            problems = {
                "model": _model_problem(request),
                "conversations": _conversations_problem(request),
                "actions": await _actions_problem(),
            }
            ready = not any(problems.values())
            dependencies = {name: {"ready": detail is None, "detail": detail} for name, detail in problems.items()}
            body = {"status": "ready" if ready else "not ready", "dependencies": dependencies}
            return json_response(body, status=200 if ready else 503)

        @blueprint.get("/metrics")
        async def metrics(request: Request) -> HTTPResponse:
            return raw_response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

        return blueprint

"""Owns the action server's process: rasa-sdk's webhook plus /healthz, /readyz and /metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa_sdk.endpoint import create_app as create_sdk_app
from sanic.response import json as json_response
from sanic.response import raw as raw_response

from observability.health import readiness

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from types import SimpleNamespace

    from rasa_sdk.executor import ActionExecutor
    from sanic import Config, HTTPResponse, Request, Sanic

    from observability.health import Check


def create_app(
    executor: ActionExecutor, checks: Mapping[str, Check], beside: Callable[[], Coroutine[None, None, None]]
) -> Sanic[Config, SimpleNamespace]:
    """Return the server of `executor`'s actions; `checks` are what /readyz looks at, `beside` runs as long as it does.

    A monitoring system that is down does not make the actions unready: every other question can still be answered.
    """
    app: Sanic[Config, SimpleNamespace] = create_sdk_app(executor, cors_origins=[])

    async def healthz(_: Request) -> HTTPResponse:
        return json_response({"status": "alive"})

    async def readyz(_: Request) -> HTTPResponse:
        state = await readiness(checks)
        return json_response(state.model_dump(), status=200)

    async def metrics(_: Request) -> HTTPResponse:
        return raw_response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    app.add_route(healthz, "/healthz")
    app.add_route(readyz, "/readyz")
    app.add_route(metrics, "/metrics")
    app.add_task(beside())
    return app

"""Owns the action server's process: rasa-sdk's webhook plus /healthz, /readyz and /metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from rasa_sdk.endpoint import create_app as create_sdk_app
from sanic.response import json as json_response
from sanic.response import raw as raw_response

from observability.health import readiness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasa_sdk.executor import ActionExecutor
    from sanic import HTTPResponse, Request, Sanic

    from observability.health import Check


def create_app(executor: ActionExecutor, checks: Mapping[str, Check]) -> Sanic:
    """Return the server of `executor`'s actions; `checks` are what /readyz looks at.

    A monitoring system that is down does not make the actions unready: every other question can still be answered.
    """
    app = create_sdk_app(executor, cors_origins=[])

    @app.get("/healthz")
    async def healthz(_: Request) -> HTTPResponse:
        return json_response({"status": "alive"})

    @app.get("/readyz")
    async def readyz(_: Request) -> HTTPResponse:
        state = await readiness(checks)
        return json_response(state.model_dump(), status=200)

    @app.get("/metrics")
    async def metrics(_: Request) -> HTTPResponse:
        return raw_response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return app

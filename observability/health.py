"""Owns the three addresses by which a FastAPI process is watched: /healthz, /readyz and /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

Check = Callable[[], Awaitable[str | None]]
"""Asks one dependency; returns None when it is ready, else a sentence that says what is wrong."""

CHECK_TIMEOUT_S = 1.5


class Dependency(BaseModel):
    """State of one dependency as /readyz shows it."""

    ready: bool
    detail: str | None


class Readiness(BaseModel):
    """Answer of /readyz: ready only when every dependency is."""

    status: str
    dependencies: dict[str, Dependency]


async def _state(check: Check) -> Dependency:
    try:
        detail = await asyncio.wait_for(check(), CHECK_TIMEOUT_S)
    except TimeoutError:
        detail = f"no answer within {CHECK_TIMEOUT_S} s"
    return Dependency(ready=detail is None, detail=detail)


async def readiness(checks: Mapping[str, Check]) -> Readiness:
    """Run every check at the same time, each within `CHECK_TIMEOUT_S` seconds."""
    states = await asyncio.gather(*(_state(check) for check in checks.values()))
    dependencies = dict(zip(checks, states, strict=True))
    ready = all(state.ready for state in states)
    return Readiness(status="ready" if ready else "not ready", dependencies=dependencies)


def health_router(checks: Mapping[str, Check]) -> APIRouter:
    """Return the routes /healthz (alive), /readyz (200 or 503 with each dependency) and /metrics (Prometheus)."""
    router = APIRouter(tags=["health"])

    @router.get("/healthz", summary="The process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}}, summary="Can it serve")
    async def readyz() -> JSONResponse:
        state = await readiness(checks)
        return JSONResponse(state.model_dump(), status_code=200 if state.status == "ready" else 503)

    @router.get("/metrics", response_class=Response, summary="Prometheus metrics")
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router

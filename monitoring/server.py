"""Owns the reference server: the monitoring system's fixed HTTP interface over a store of its own."""

from __future__ import annotations

import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

from fastapi import FastAPI, Header, HTTPException, Query, Request, Response
from fastapi import Path as PathParameter
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from monitoring.models import Application, StageEntry
from monitoring.store import ApplicationStore, NotEnteredError, OwnerCheckError, UnknownStageError
from observability.health import health_router

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NumberInPath = Annotated[
    str, PathParameter(pattern=r"^[0-9A-Za-z][0-9A-Za-z \-]{4,24}$", description="spaces and dashes do not count")
]


class Problem(BaseModel):
    """An error in words."""

    detail: str


class CheckDemanded(BaseModel):
    """What the owner of the system wants to know before it tells."""

    need: str


def create_app(database: Path, api_key: str, *, seed: bool) -> FastAPI:
    """Return the server on the SQLite file `database`; providers show `api_key`; `seed` enters demo applications."""
    store = ApplicationStore(database)
    if seed:
        store.seed()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        store.close()

    app = FastAPI(title="Service monitoring, reference server", version="1", lifespan=lifespan)
    app.include_router(health_router({}))

    @app.exception_handler(OwnerCheckError)
    async def demand_check(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"need": "iin"}, status_code=401)

    @app.get(
        "/applications/{number}",
        responses={404: {"model": Problem}, 401: {"model": CheckDemanded}},
        summary="What the providers entered of one application",
    )
    def application(number: NumberInPath, iin: Annotated[str | None, Query(pattern=r"^\d{12}$")] = None) -> Application:
        try:
            return store.application(number, iin)
        except NotEnteredError as error:
            raise HTTPException(404, "no provider has entered this application") from error

    @app.put(
        "/applications/{number}",
        responses={201: {"model": Application}, 401: {"model": Problem}},
        summary="A provider enters the stage of an application",
    )
    def enter(
        number: NumberInPath,
        entry: StageEntry,
        response: Response,
        x_api_key: Annotated[str, Header()] = "",
    ) -> Application:
        if not secrets.compare_digest(x_api_key.encode(), api_key.encode()):
            raise HTTPException(401, "the header X-Api-Key is missing or wrong")
        try:
            entered = store.enter(number, entry)
        except UnknownStageError as error:
            raise HTTPException(422, str(error)) from error
        response.status_code = 201 if entered.created else 200
        return entered.application

    return app

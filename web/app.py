"""Owns the assembly of the web process: parts made once, routes, middleware, start and stop."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from contact_centre.conversation import Conversations
from contact_centre.database import Database
from contact_centre.dialogue import Dialogue
from contact_centre.events import EventBus
from contact_centre.register import Register
from kb.base import KnowledgeBase
from observability.health import health_router
from web import chat_api, chat_stream, kb_api, openapi, problems, site
from web.body_limit import BodyLimit
from web.limits import RateLimits
from web.security_headers import SecurityHeaders
from web.services import Services
from web.settings import MAX_BODY_BYTES, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


def create_app(settings: Settings, knowledge: KnowledgeBase | None = None) -> FastAPI:
    """Return the application; the database is upgraded and waiting messages are answered once it starts.

    `knowledge` is the knowledge base to serve, the product's own when none is given.
    """
    database = Database(settings.database_url)
    dialogue = Dialogue(settings.rasa_url, settings.dialogue_timeout_s)
    register = Register(database)
    bus = EventBus()
    conversations = Conversations(register, dialogue, bus)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.upgrade()
        answering = asyncio.create_task(conversations.keep_answering())
        try:
            yield
        finally:
            answering.cancel()
            with suppress(asyncio.CancelledError):
                await answering
            await dialogue.close()
            await database.close()

    app = FastAPI(
        title="1414",
        description="Assistant of the Unified Contact Centre 1414: chat and knowledge base.",
        version="1",
        lifespan=lifespan,
        middleware=_middleware(settings),
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = Services(
        settings, register, conversations, bus, RateLimits(settings), knowledge or KnowledgeBase.load()
    )
    problems.install(app)
    app.include_router(chat_api.router)
    app.include_router(chat_stream.router)
    app.include_router(kb_api.router)
    app.include_router(health_router({"database": database.check, "dialogue": dialogue.check}))
    openapi.install(app)
    if site.FOLDER.is_dir():
        app.router.routes.append(site.Site(site.FOLDER))
    return app


def _middleware(settings: Settings) -> list[Middleware]:
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.widget_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["Content-Language", "Retry-After"],
    )
    return [
        Middleware(SecurityHeaders),
        *([cors] if settings.widget_origins else []),
        Middleware(BodyLimit, limit=MAX_BODY_BYTES),
    ]

"""Owns the assembly of the web process: parts made once, routes, middleware, start and stop."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from contact_centre.console import Console
from contact_centre.conversation import Conversations
from contact_centre.dialogue import Dialogue
from contact_centre.events import EventBus
from contact_centre.exchange import Exchange
from contact_centre.floor import FloorView
from contact_centre.queue.desk import Desk
from contact_centre.recording_requests import RecordingRequests
from contact_centre.recordings import FOLDER, Recordings
from contact_centre.register import Register
from contact_centre.reply_book import ReplyBook
from contact_centre.softphones import Softphones
from contact_centre.unhelpful import UnhelpfulAnswers
from database.base import now
from database.engine import Database
from kb.announcements import Announcements
from kb.base import KnowledgeBase
from kb.imports import Imports
from kb.live import LiveKnowledge
from kb.questions import Questions
from kb.store import ArticleStore
from observability.health import health_router
from staff.accounts import Accounts
from staff.audit import AuditLog
from staff.authentication import Authentication
from staff.oidc import Client, Provider
from staff.provider_sign_in import ProviderSignIn
from staff.sessions import Sessions
from web import call_proxy, chat_api, chat_stream, exchange_api, kb_api, openapi, problems, site, staff_api
from web.body_limit import BodyLimit
from web.call_control import CallControl
from web.limits import RateLimits
from web.security_headers import SecurityHeaders
from web.services import Services
from web.settings import MAX_BODY_BYTES, MAX_KB_BODY_BYTES, MAX_STATE_BYTES, Settings
from web.staff import application as staff_application

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from kb.announcements import Notice


def create_app(
    settings: Settings, knowledge: KnowledgeBase | None = None, *, loaded: Callable[[], None] | None = None
) -> FastAPI:
    """Return the application; the database is upgraded and waiting messages are answered once it starts.

    `knowledge` is the knowledge base to serve, the product's own when none is given; `loaded` is called at the start,
    when everything is loaded and nobody is served yet.
    """
    database = Database(settings.database_url)
    dialogue = Dialogue(settings.rasa_url, settings.dialogue_timeout_s)
    register = Register(database, settings.queue)
    bus = EventBus()
    desk = Desk(database, bus, settings.queue)
    knowledge = knowledge or KnowledgeBase.load()
    questions = Questions(database)
    unhelpful = UnhelpfulAnswers(database, questions)
    conversations = Conversations(register, dialogue, bus, desk, unhelpful, notices=partial(_notices_now, knowledge))
    live = LiveKnowledge(knowledge, database)
    articles = ArticleStore(database)
    provider = _provider(settings, database)
    calls = CallControl(settings)
    softphones = Softphones(bus)
    exchange = Exchange(database, register, desk, softphones)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.upgrade()
        await live.begin()
        if loaded is not None:
            loaded()
        works = (conversations.keep_answering(), desk.run(), exchange.keep_watch(), live.keep_fresh())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await dialogue.close()
            if provider is not None:
                await provider.close()
            await calls.close()
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
    parts = app.state.services = Services(
        settings=settings,
        register=register,
        conversations=conversations,
        bus=bus,
        desk=desk,
        floor=FloorView(database, settings.queue),
        console=Console(database),
        replies=ReplyBook(database),
        exchange=exchange,
        softphones=softphones,
        calls=calls,
        recordings=Recordings(database, settings.data_dir / FOLDER),
        recording_requests=RecordingRequests(database),
        database=database,
        limits=RateLimits(settings),
        knowledge=knowledge,
        live=live,
        articles=articles,
        questions=questions,
        announcements=Announcements(database),
        imports=Imports(database, articles),
        accounts=Accounts(database),
        authentication=Authentication(database),
        provider=provider,
        sessions=Sessions(database),
        audit=AuditLog(database),
    )
    problems.install(app)
    app.include_router(chat_api.router)
    app.include_router(chat_stream.router)
    app.include_router(call_proxy.router)
    app.include_router(exchange_api.router)
    app.include_router(exchange_api.stream_router)
    app.include_router(kb_api.router)
    app.include_router(health_router({"database": database.check, "dialogue": dialogue.check, "knowledge": live.check}))
    openapi.install(app)
    staff_api.mount(app, parts)
    staff_application.mount(app, parts)
    if site.FOLDER.is_dir():
        app.router.routes.append(site.Site(site.FOLDER))
    return app


def _provider(settings: Settings, database: Database) -> ProviderSignIn | None:
    if not settings.oidc_issuer:
        return None
    client = Client(
        issuer=settings.oidc_issuer,
        id=settings.oidc_client_id,
        secret=settings.oidc_client_secret.get_secret_value(),
        scope=settings.oidc_scope,
        timeout_s=settings.oidc_timeout_s,
    )
    return ProviderSignIn(database, Provider(client), settings.oidc_match, settings.oidc_login_claim)


def _notices_now(knowledge: KnowledgeBase) -> tuple[Notice, ...]:
    return knowledge.notices(now())


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
        Middleware(
            BodyLimit, limit=MAX_BODY_BYTES, limits={"/staff/kb/": MAX_KB_BODY_BYTES, "/api/exchange/": MAX_STATE_BYTES}
        ),
    ]

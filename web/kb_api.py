"""Owns the public API of the knowledge base: search, the list of services, one service."""

from __future__ import annotations

import logging
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Query, Request
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import SQLAlchemyError

from database.base import now
from kb.aspects import Aspect
from kb.errors import UnknownServiceError
from kb.tables import AnnouncementLevel, QuestionKind
from language import Language
from language.detection import detect
from language.normalisation import clean
from web import services
from web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from kb.questions import Questions

MAX_QUERY_CHARACTERS = 500
MAX_RESULTS = 20

_log = logging.getLogger(__name__)

router = APIRouter(prefix="/api/kb", tags=["knowledge base"], responses={422: {"model": Problem}})


class _FromKnowledge(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Found(_FromKnowledge):
    """One found answer; `aspect` is null for a whole article, `score` is 0..1."""

    service: str
    aspect: Aspect | None
    title: str
    text: str
    score: float


class SearchResults(BaseModel):
    """What was found, best first."""

    results: list[Found]


class Service(_FromKnowledge):
    """A service in the list: its official name, the one people say, and who provides it."""

    code: str
    name: str
    spoken: str
    provider: str


class ServiceList(BaseModel):
    """Every service that the knowledge base knows."""

    services: list[Service]


class AspectText(BaseModel):
    """What is known of one aspect, the day it was reviewed and where it comes from."""

    aspect: Aspect
    text: str
    reviewed_at: date
    source: str


class ServiceArticle(Service):
    """Everything that may be told of a service; an aspect that was not checked is left out."""

    language: Language
    aspects: list[AspectText]


class ShownAnnouncement(BaseModel):
    """A notice that comes before anything else, until `ends_at`."""

    level: AnnouncementLevel
    text: str
    ends_at: datetime


class AnnouncementList(BaseModel):
    """What holds now, in the order of the start."""

    announcements: list[ShownAnnouncement]


@router.get("/search", summary="Search the knowledge base")
def search(
    request: Request,
    tasks: BackgroundTasks,
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARACTERS, description="In the citizen's own words.")],
    lang: Annotated[Literal["ru", "kk", "auto"], Query(description="Of the answers; auto: as the question.")] = "auto",
    limit: Annotated[int, Query(ge=1, le=MAX_RESULTS)] = 5,
) -> SearchResults:
    """Return the answers that fit the question, best first; none when nothing fits."""
    parts = services.of(request)
    asked: Language | None = None if lang == "auto" else lang
    hits = parts.knowledge.search(clean(q), asked, limit)
    if parts.knowledge.find_service(clean(q), asked).kind == "none":
        tasks.add_task(_remember, parts.questions, q, asked or detect(q).language or "ru")
    return SearchResults(results=[Found.model_validate(hit) for hit in hits])


async def _remember(questions: Questions, question: str, language: Language) -> None:
    """Keep a question without an answer for the editors; the citizen's answer is already on its way."""
    try:
        await questions.record(question, language, QuestionKind.NOT_FOUND)
    except SQLAlchemyError:
        _log.exception("a question without an answer was not kept")


@router.get("/announcements", summary="List the announcements")
def list_announcements(request: Request, lang: Language = "ru") -> AnnouncementList:
    """Return the notices that hold now; show them before anything else."""
    shown = services.of(request).knowledge.notices(now())
    return AnnouncementList(
        announcements=[
            ShownAnnouncement(level=notice.level, text=getattr(notice, lang), ends_at=notice.ends_at)
            for notice in shown
        ]
    )


@router.get("/services", summary="List the services")
def list_services(request: Request, lang: Language = "ru") -> ServiceList:
    """Return every service, by name."""
    summaries = services.of(request).knowledge.services(lang)
    return ServiceList(services=[Service.model_validate(summary) for summary in summaries])


@router.get("/services/{code}", summary="Read one service", responses={404: {"model": Problem}})
def read_service(request: Request, code: str, lang: Language = "ru") -> ServiceArticle:
    """Return what may be told of a service today."""
    knowledge = services.of(request).knowledge
    try:
        article = knowledge.article(code)
    except UnknownServiceError:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_service") from None
    answers = [knowledge.answer(code, aspect, lang) for aspect in knowledge.checked_aspects(code)]
    return ServiceArticle(
        code=article.code,
        name=getattr(article.name, lang),
        spoken=getattr(article.spoken, lang),
        provider=getattr(article.provider, lang),
        language=lang,
        aspects=[
            AspectText(
                aspect=answer.aspect, text=answer.on_screen, reviewed_at=answer.reviewed_at, source=answer.source
            )
            for answer in answers
        ],
    )

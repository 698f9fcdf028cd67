"""Owns the public API of the knowledge base: search, the list of services, one service."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from kb.aspects import Aspect
from kb.errors import UnknownServiceError
from language import Language
from language.normalisation import clean
from web import services
from web.problems import Problem, ProblemError

MAX_QUERY_CHARACTERS = 500
MAX_RESULTS = 20

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


@router.get("/search", summary="Search the knowledge base")
def search(
    request: Request,
    q: Annotated[str, Query(min_length=1, max_length=MAX_QUERY_CHARACTERS, description="In the citizen's own words.")],
    lang: Annotated[Literal["ru", "kk", "auto"], Query(description="Of the answers; auto: as the question.")] = "auto",
    limit: Annotated[int, Query(ge=1, le=MAX_RESULTS)] = 5,
) -> SearchResults:
    """Return the answers that fit the question, best first; none when nothing fits."""
    hits = services.of(request).knowledge.search(clean(q), None if lang == "auto" else lang, limit)
    return SearchResults(results=[Found.model_validate(hit) for hit in hits])


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

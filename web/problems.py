"""Owns the answers to requests that cannot be served: RFC 9457 problems with a sentence for a person."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from language import DEFAULT_LANGUAGE, LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import FastAPI, Request
    from starlette.datastructures import Headers

MEDIA_TYPE: Final = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong where."""

    where: str
    what: str


class Problem(BaseModel):
    """RFC 9457 problem details; `detail` is a sentence for a person, `errors` say what is wrong where."""

    model_config = ConfigDict(json_schema_extra={"required": ["type", "title", "status", "detail"]})

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


class _Texts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: dict[str, dict[Language, str]]
    fields: dict[str, dict[Language, str]]


_TEXTS: Final = _Texts.model_validate(
    yaml.safe_load(Path(__file__).with_name("problems.yml").read_text(encoding="utf-8")),
)
_BY_STATUS: Final = {
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
}


class ProblemError(Exception):
    """A request that cannot be served, with the name of its sentence in problems.yml.

    `language` is the conversation's when one is known; else the reader's `Accept-Language` decides.
    """

    def __init__(
        self,
        status: HTTPStatus,
        sentence: str,
        *,
        language: Language | None = None,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(f"{status.value} {sentence}")
        self.status = status
        self.sentence = sentence
        self.language = language
        self.headers = headers
        self.values = values


class InvalidFieldError(Exception):
    """A field that only this process can judge: `what` is the name of its sentence in problems.yml."""

    def __init__(self, where: str, what: str, *, language: Language | None = None) -> None:
        super().__init__(f"{where}: {what}")
        self.where = where
        self.what = what
        self.language = language


def reader_language(headers: Headers) -> Language:
    """Return the language of `Accept-Language` that we speak and the reader likes best (RFC 9110, 12.5.4)."""
    liked: list[tuple[float, Language]] = []
    for part in headers.get("accept-language", "").split(","):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        liked.extend((_quality(parameters), language) for language in LANGUAGES if language == primary)
    best = max(liked, key=lambda item: item[0], default=(0.0, DEFAULT_LANGUAGE))
    return best[1] if best[0] > 0 else DEFAULT_LANGUAGE


def response(
    status: HTTPStatus,
    language: Language,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    extensions: Mapping[str, object] | None = None,
) -> JSONResponse:
    """Return a problem; `extensions` are further members (RFC 9457, 3.2)."""
    problem = Problem(title=status.phrase, status=status, detail=detail)
    return JSONResponse(
        {**problem.model_dump(exclude_none=True), **(extensions or {})},
        status_code=status,
        headers={"Content-Language": language, **(headers or {})},
        media_type=MEDIA_TYPE,
    )


def sentence(name: str, language: Language, **values: object) -> str:
    """Return the sentence `name` of problems.yml."""
    return _TEXTS.sentences[name][language].format(**values)


def install(app: FastAPI) -> None:
    """Make every failure of `app` a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(InvalidFieldError, _on_invalid_field)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_error)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)  # noqa: S101  Starlette calls a handler with its own kind only
    language = error.language or reader_language(request.headers)
    detail = sentence(error.sentence, language, **error.values)
    return response(error.status, language, detail, headers=error.headers)


async def _on_invalid_field(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, InvalidFieldError)  # noqa: S101  the same
    language = error.language or reader_language(request.headers)
    return _invalid(language, [FieldProblem(where=error.where, what=_TEXTS.fields[error.what][language])])


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  the same
    language = reader_language(request.headers)
    return _invalid(language, [_field_problem(item, language) for item in error.errors()])


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  the same
    language = reader_language(request.headers)
    if error.status_code == HTTPStatus.BAD_REQUEST:  # FastAPI's name for a body that is not even text
        return _invalid(language, [FieldProblem(where="body", what=_TEXTS.fields["json_invalid"][language])])
    status = HTTPStatus(error.status_code)
    detail = sentence(_BY_STATUS.get(status, "invalid"), language)
    return response(status, language, detail, headers=error.headers)


async def _on_error(request: Request, _error: Exception) -> JSONResponse:
    language = reader_language(request.headers)
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, language, sentence("internal", language))


def _invalid(language: Language, errors: Sequence[FieldProblem]) -> JSONResponse:
    return response(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        language,
        sentence("invalid", language),
        extensions={"errors": [error.model_dump() for error in errors]},
    )


def _field_problem(error: Mapping[str, object], language: Language) -> FieldProblem:
    place = error["loc"]
    assert isinstance(place, tuple)  # noqa: S101  pydantic's own promise
    # The first part says body, query or path; a reader needs the field, or that part when there is no field.
    parts = [str(part) for part in place[1:]] if error["type"] != "json_invalid" else []
    where = ".".join(parts) or str(place[0])
    context = error.get("ctx")
    expected = str(context.get("expected", "")).replace(" or ", ", ") if isinstance(context, dict) else ""
    what = _TEXTS.fields.get(str(error["type"]), _TEXTS.fields["other"])[language]
    return FieldProblem(where=where.encode(errors="replace").decode(), what=what.format(expected=expected))


def _quality(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0

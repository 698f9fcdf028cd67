"""Owns the assembly of the staff's API under /staff/api: consoles, register, supervision; refusals as problems."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from fastapi import Depends, FastAPI, Request

from web import consultant_api, consultant_stream, problems, register_api, softphone, supervisor_api
from web.staff import csrf
from web.staff.csrf import ForgedRequestError
from web.staff.guard import ForbiddenError, NotSignedInError, TemporaryPasswordError

if TYPE_CHECKING:
    from fastapi.responses import JSONResponse

    from web.services import Services

_REFUSALS: Final[dict[type[Exception], tuple[HTTPStatus, str]]] = {
    NotSignedInError: (HTTPStatus.UNAUTHORIZED, "not_signed_in"),
    TemporaryPasswordError: (HTTPStatus.FORBIDDEN, "password_first"),
    ForbiddenError: (HTTPStatus.FORBIDDEN, "forbidden"),
    ForgedRequestError: (HTTPStatus.FORBIDDEN, "forged"),
}


def mount(app: FastAPI, services: Services) -> None:
    """Put the staff's API of `app` under /staff/api; before the staff pages, which own the rest of /staff."""
    api = FastAPI(openapi_url=None)
    api.state.services = services
    problems.install(api)
    for refusal in _REFUSALS:
        api.add_exception_handler(refusal, _refuse)
    for part in (consultant_api, register_api, softphone, supervisor_api):
        api.include_router(part.router, dependencies=[Depends(csrf.protect)])
    for streams in (consultant_stream.router, softphone.stream_router):  # they check the origin themselves
        api.include_router(streams)
    app.mount("/staff/api", api)


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    status, sentence = _REFUSALS[type(error)]
    account = getattr(request.state, "account", None)
    language = account.language if account is not None else problems.reader_language(request.headers)
    return problems.response(status, language, problems.sentence(sentence, language))

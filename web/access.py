"""Owns who may do what in the chat API: conversation tokens and the service token."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003  FastAPI reads the annotations

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from contact_centre import tokens
from contact_centre.register import UnknownContactError
from contact_centre.tables import Contact
from web import services
from web.problems import ProblemError

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

    from web.settings import Settings

_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_conversation_token = HTTPBearer(
    scheme_name="conversation", description="The token given with the new conversation.", auto_error=False
)
_service_token = HTTPBearer(
    scheme_name="service", description="The token of a service client (voice, mail).", auto_error=False
)


async def own_contact(
    request: Request,
    conversation_id: UUID,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_conversation_token)],
) -> Contact:
    """Return the contact whose token the client has.

    Raises:
        ProblemError: 401 without a token or with another's, 404 for an unknown conversation.

    """
    if credentials is None:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "unauthorized", headers=_CHALLENGE)
    try:
        contact = await services.of(request).register.contact(conversation_id)
    except UnknownContactError:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_conversation") from None
    if not tokens.matches(credentials.credentials, contact.token_hash):
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "unauthorized", headers=_CHALLENGE)
    return contact


async def is_service(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_service_token)]
) -> bool:
    """Return whether the client is one of our own services (voice, mail).

    Raises:
        ProblemError: 401 for credentials that are not the service token.

    """
    if request.headers.get("authorization") is None:
        return False
    if credentials is None or not _is_service_token(credentials.credentials, services.of(request).settings):
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "service_unauthorized", headers=_CHALLENGE)
    return True


async def only_services(by_service: Annotated[bool, Depends(is_service)]) -> None:
    """Let nobody in but our own services.

    Raises:
        ProblemError: 401 without the service token.

    """
    if not by_service:
        raise ProblemError(HTTPStatus.UNAUTHORIZED, "service_unauthorized", headers=_CHALLENGE)


def is_our_service(connection: HTTPConnection) -> bool:
    """Return whether a stream is opened by one of our own services."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and _is_service_token(token, services.of(connection).settings)


def _is_service_token(token: str, settings: Settings) -> bool:
    known = settings.service_token
    return known is not None and hmac.compare_digest(token.encode(), known.get_secret_value().encode())


OwnContact = Annotated[Contact, Depends(own_contact)]
IsService = Annotated[bool, Depends(is_service)]

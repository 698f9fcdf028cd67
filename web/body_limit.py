"""Owns the limit on the size of a request, kept before anything reads it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from web import problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from language import Language


class BodyLimit:
    """ASGI middleware that takes in a whole body of at most `limit` bytes and answers 413 to a longer one.

    `limits` are those of addresses that begin otherwise, by their beginning.
    """

    def __init__(self, app: ASGIApp, limit: int, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limit = limit
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages = await _take_in(Headers(scope=scope), receive, self._limit_of(scope["path"]))
        if messages is None:
            language = problems.reader_language(Headers(scope=scope))
            sentence = problems.sentence("body_too_large", language)
            await _refusal(Headers(scope=scope), language, sentence)(scope, receive, send)
            return
        waiting = iter(messages)

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, replay, send)

    def _limit_of(self, path: str) -> int:
        return next((limit for start, limit in self._limits.items() if path.startswith(start)), self._limit)


def _refusal(headers: Headers, language: Language, sentence: str) -> Response:
    """Return the sentence as plain text to a page's form, as a problem to a program."""
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if "text/html" in headers.get("accept", ""):
        return PlainTextResponse(sentence, status, headers={"Content-Language": language})
    return problems.response(status, language, sentence)


async def _take_in(headers: Headers, receive: Receive, limit: int) -> list[Message] | None:
    """Return the body as it came, or None when it is too long."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        return None
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > limit:
            return None
        if not message.get("more_body", False):
            return messages

"""Owns the limit on the size of a request, kept before anything reads it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import Headers

from web import problems

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware that takes in a whole body of at most `limit` bytes and answers 413 to a longer one."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        messages = await self._take_in(Headers(scope=scope), receive)
        if messages is None:
            language = problems.reader_language(Headers(scope=scope))
            sentence = problems.sentence("body_too_large", language)
            await problems.response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, language, sentence)(scope, receive, send)
            return
        waiting = iter(messages)

        async def replay() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, replay, send)

    async def _take_in(self, headers: Headers, receive: Receive) -> list[Message] | None:
        """Return the body as it came, or None when it is too long."""
        declared = headers.get("content-length", "")
        if declared.isdecimal() and int(declared) > self._limit:
            return None
        messages: list[Message] = []
        size = 0
        while True:
            message = await receive()
            messages.append(message)
            size += len(message.get("body", b""))
            if size > self._limit:
                return None
            if not message.get("more_body", False):
                return messages

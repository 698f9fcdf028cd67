"""Owns the way to our web process over HTTP: one client, what it answers, and the ways it can fail to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from collections.abc import Container
    from http import HTTPStatus

CONNECT_S: Final = 1.0
_Answer = TypeVar("_Answer", bound=BaseModel)


class WebApiError(Exception):
    """The web process gave no usable answer."""


class RefusedError(WebApiError):
    """It answered, and would answer the same again."""


class WebApi:
    """Client of the web process at `url`; a whole answer may take `limit_s` seconds."""

    def __init__(self, url: str, limit_s: float) -> None:
        timeout = httpx.Timeout(limit_s, connect=CONNECT_S)
        self._http = httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=False)

    async def send(
        self, method: str, path: str, token: str, body: dict[str, Any], expected: Container[HTTPStatus | int]
    ) -> bytes:
        """Return the answer to a request.

        Raises:
            RefusedError: its status says that the request is wrong.
            WebApiError: there is none, or it has another status than was expected.

        """
        try:
            response = await self._http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise WebApiError(f"no answer: {error or type(error).__name__}") from error
        if response.status_code in expected:
            return response.content
        kind = RefusedError if response.is_client_error else WebApiError
        raise kind(f"status {response.status_code} of {path}")

    async def check(self) -> str | None:
        """None when the web process answers, else a sentence."""
        try:
            response = await self._http.get("/healthz", timeout=CONNECT_S)
        except httpx.HTTPError as error:
            return f"the web process at {self._http.base_url} does not answer: {error or type(error).__name__}"
        return None if response.is_success else f"the web process answers {response.status_code}"

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()


def read(shape: type[_Answer], content: bytes) -> _Answer:
    """Read an answer.

    Raises:
        WebApiError: it is another than was expected.

    """
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        # The input stays out of the message: it carries what was said.
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise WebApiError(f"not the answer that was expected: {problems}") from None

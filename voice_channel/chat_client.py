"""Owns the talk with the chat API: the voice channel's only way to the dialogue and to the register of contacts."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from language import Language

if TYPE_CHECKING:
    from pydantic import SecretStr

State = Literal["bot", "queued", "consultant", "rating", "closed"]
_CONNECT_S: Final = 1.0
_YES_OR_NO: Final = {"/affirm", "/deny"}
_CITIZENS_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){6}")


_Answer = TypeVar("_Answer", bound=BaseModel)


class ChatError(Exception):
    """The chat API gave no usable answer."""


class Button(BaseModel):
    """A choice that the dialogue offers; on the phone its words are said."""

    payload: str


class Message(BaseModel):
    """One thing that is to be said."""

    id: int = 0
    language: Language
    text: str
    buttons: list[Button] = []
    sources: list[object] = []

    @property
    def public(self) -> bool:
        """Whether it comes from the knowledge base, so that others will hear the same."""
        return bool(self.sources) and not _CITIZENS_NUMBER.search(self.text)


class Signal(BaseModel):
    """What the dialogue asks a channel to do; only the fields that the phone acts on."""

    name: str
    length: int = 0
    purpose: str = ""


class Reply(BaseModel):
    """The answer to what the caller said."""

    state: State
    messages: list[Message] = []
    signals: list[Signal] = []

    def wanted_digits(self) -> int:
        """Return the length of the number that is asked for, 0 when none is."""
        return next((signal.length for signal in self.signals if signal.name == "collect_digits"), 0)

    def wants_yes_or_no(self) -> bool:
        """Return whether the last thing said is a question of yes or no."""
        return bool(self.messages) and {button.payload for button in self.messages[-1].buttons} == _YES_OR_NO


class Conversation(BaseModel):
    """One conversation and the token that opens it; `number` is its registration number."""

    id: str
    token: str
    number: str = ""
    messages: list[Message] = []


class ChatClient:
    """Client of the chat API at `url`; a whole answer may take `limit_s` seconds."""

    def __init__(self, url: str, service_token: SecretStr | None, limit_s: float) -> None:
        self._service_token = service_token.get_secret_value() if service_token else ""
        timeout = httpx.Timeout(limit_s, connect=_CONNECT_S)
        self._http = httpx.AsyncClient(base_url=url, timeout=timeout, trust_env=False)

    async def open(self, phone: str | None) -> Conversation:
        """Register the call; the greeting is among the messages.

        Raises:
            ChatError: it could not be registered.

        """
        body = {"language": None, "channel": "phone", "contact": {"phone": phone} if phone else None}
        content = await self._post("/api/conversations", self._service_token, body, HTTPStatus.CREATED)
        return _read(Conversation, content)

    async def say(self, conversation: Conversation, text: str, unheard: str = "") -> Reply:
        """Pass on what the caller said, and what of our last answer was `unheard`.

        An answer that says the dialogue is down is an answer too.

        Raises:
            ChatError: there is none.

        """
        body = {"text": text, "client_id": str(uuid4()), "unheard": unheard}
        path = f"/api/conversations/{conversation.id}/messages"
        statuses = (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE)
        return _read(Reply, await self._post(path, conversation.token, body, *statuses))

    async def check(self) -> str | None:
        """None when the chat API answers, else a sentence."""
        try:
            response = await self._http.get("/healthz", timeout=_CONNECT_S)
        except httpx.HTTPError as error:
            return f"the chat API at {self._http.base_url} does not answer: {error or type(error).__name__}"
        return None if response.is_success else f"the chat API answers {response.status_code}"

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _post(self, path: str, token: str, body: dict[str, Any], *expected: HTTPStatus) -> bytes:
        try:
            response = await self._http.post(path, json=body, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise ChatError(f"no answer: {error or type(error).__name__}") from error
        if response.status_code not in expected:
            raise ChatError(f"status {response.status_code}, expected {' or '.join(str(int(s)) for s in expected)}")
        return response.content


def _read(shape: type[_Answer], content: bytes) -> _Answer:
    try:
        return shape.model_validate_json(content)
    except ValidationError as error:
        # The input stays out of the message: it carries what was said.
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        raise ChatError(f"not the answer that was expected: {problems}") from None

"""Owns the talk with the chat API: the voice channel's only way to the dialogue and to the register of contacts."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

from pydantic import BaseModel

from language import Language
from voice_channel.web_api import read

if TYPE_CHECKING:
    from uuid import UUID

    from pydantic import SecretStr

    from voice_channel.web_api import WebApi

State = Literal["bot", "queued", "consultant", "rating", "closed"]
_YES_OR_NO: Final = {"/affirm", "/deny"}
_CITIZENS_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){6}")


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
    """Client of the chat API, with the token of our own services."""

    def __init__(self, web: WebApi, service_token: SecretStr | None) -> None:
        self._web = web
        self._service_token = service_token.get_secret_value() if service_token else ""

    async def open(self, phone: str | None, call: UUID | None) -> Conversation:
        """Register the call; the greeting is among the messages, unless the exchange's `call` was registered before.

        Raises:
            WebApiError: it could not be registered.

        """
        contact = {"phone": phone} if phone else None
        body = {"language": None, "channel": "phone", "contact": contact, "call": str(call) if call else None}
        content = await self._web.send("POST", "/api/conversations", self._service_token, body, {HTTPStatus.CREATED})
        return read(Conversation, content)

    async def say(self, conversation: Conversation, text: str, unheard: str = "") -> Reply:
        """Pass on what the caller said, and what of our last answer was `unheard`.

        An answer that says the dialogue is down is an answer too.

        Raises:
            WebApiError: there is none.

        """
        body = {"text": text, "client_id": str(uuid4()), "unheard": unheard}
        path = f"/api/conversations/{conversation.id}/messages"
        statuses = {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
        return read(Reply, await self._web.send("POST", path, conversation.token, body, statuses))

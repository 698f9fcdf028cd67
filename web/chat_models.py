"""Owns the shapes of the chat API: what clients send and what they get."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from contact_centre.dialogue import Button
from contact_centre.signals import Signal, Source
from contact_centre.states import State
from contact_centre.values import Channel, Language, Sender
from web.settings import MAX_TEXT_CHARACTERS

if TYPE_CHECKING:
    from contact_centre.snapshots import MessageSnapshot
    from contact_centre.tables import Message

ClientId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,100}$")]
Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9]{2,15}$")]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00-\x20]+@[^@\s\x00-\x20]+$", max_length=254)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ContactDetails(_Request):
    """How the citizen reached us; set by service clients."""

    phone: Phone | None = None
    email: Email | None = None


class NewConversation(_Request):
    """Request for a new conversation; `language` is null while nobody knows it."""

    language: Language | None = None
    channel: Channel = "web"
    contact: ContactDetails | None = None
    call: UUID | None = None
    """The exchange's own name of the call, of service clients: the same again opens the same conversation."""


class NewMessage(_Request):
    """A citizen's message, or the payload of a button that was offered.

    `client_id` is the sender's own name of the message: sent again under it, the message is answered once.
    """

    # The limit is shown here and kept by the endpoint, which answers 413.
    text: str = Field(min_length=1, json_schema_extra={"maxLength": MAX_TEXT_CHARACTERS})
    client_id: ClientId | None = None
    unheard: str = Field("", max_length=MAX_TEXT_CHARACTERS)
    """What of our last answer was not heard, because the caller spoke over it; service clients only."""


class MessageOut(BaseModel):
    """One message of a conversation; `at` is in UTC, `id` grows with every message."""

    id: int
    at: datetime
    sender: Sender = Field(serialization_alias="from")
    language: Language
    text: str
    buttons: list[Button]
    sources: list[Source]

    @classmethod
    def of(cls, message: Message | MessageSnapshot) -> Self:
        """Show a kept message."""
        return cls(
            id=message.id,
            at=message.at,
            sender=message.sender,
            language=message.language,
            text=message.text,
            buttons=[Button.model_validate(button) for button in message.buttons or ()],
            sources=[Source.model_validate(source) for source in message.sources or ()],
        )


class ConversationOut(BaseModel):
    """A new conversation: its registration number and the token that opens it."""

    id: UUID
    token: str
    number: str
    state: State
    messages: list[MessageOut]


class MessagesOut(BaseModel):
    """State of a conversation and messages of it."""

    state: State
    messages: list[MessageOut]


class AnswerOut(MessagesOut):
    """The answer to a citizen's message; service clients also get the signals of the dialogue."""

    signals: list[Signal] = Field(default_factory=list, description="Only for service clients.")


class Credentials(BaseModel):
    """What the first frame of every socket carries: the conversation's token, never in the address."""

    model_config = ConfigDict(extra="forbid")

    token: str


class CallFrame(Credentials):
    """What a browser sends first to speak: also the language that the conversation is shown in."""

    language: Language


class FirstFrame(Credentials):
    """What the client of a stream sends first: also the last message it has seen."""

    after: int | None = Field(default=None, ge=0, lt=2**63)
    marks: bool = False
    """The client shows when the consultant writes, and tells what the citizen writes and has read."""


class MessageFrame(BaseModel):
    """A message, pushed."""

    type: Literal["message"] = "message"
    message: MessageOut


class StateFrame(BaseModel):
    """A change of state, pushed; also sent once at the beginning."""

    type: Literal["state"] = "state"
    state: State


class TypingFrame(BaseModel):
    """Someone is writing: pushed to a client that asked for marks, and sent by it."""

    type: Literal["typing"] = "typing"


class ReadFrame(BaseModel):
    """Sent by a client: the citizen has seen every message up to this id."""

    type: Literal["read"]
    id: int = Field(ge=0, lt=2**63)


class SeenFrame(BaseModel):
    """Pushed to a client that asked for marks: the consultant has seen every message up to this id."""

    type: Literal["seen"] = "seen"
    id: int


ClientFrame = TypeAdapter[TypingFrame | ReadFrame](
    Annotated[TypingFrame | ReadFrame, Field(discriminator="type")],
)

"""Owns the closed vocabulary of signals by which the dialogue asks the contact centre to act."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, TypeAdapter

from contact_centre.values import Language

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]


CITIZEN_ASKED: Final = "citizen_asked"
"""Reason of a hand-off that the citizen asked for: the words that led to it say nothing else."""


class Source(BaseModel):
    """Where in the knowledge base an answer comes from; `aspect` is null for a whole article."""

    model_config = ConfigDict(extra="forbid")

    service: Name
    aspect: Name | None
    reviewed_at: date


class _Signal(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Handoff(_Signal):
    """A human is needed: why, and with which skill."""

    name: Literal["handoff"] = "handoff"
    reason: Name
    skill: Name | None = None


class Sources(_Signal):
    """Sources of the text beside it; they travel with the message, not as a signal of their own."""

    name: Literal["sources"] = "sources"
    items: list[Source]


class CollectDigits(_Signal):
    """The next answer is a number of `length` digits: a phone may take it from its keys."""

    name: Literal["collect_digits"] = "collect_digits"
    length: int = Field(ge=1, le=32)
    purpose: Name


class ChangeLanguage(_Signal):
    """The citizen asked to go on in this language."""

    name: Literal["language"] = "language"
    code: Language


class ComplaintDraft(BaseModel):
    """What the citizen has dictated of a complaint (rules 14, 15); its fields belong to the complaint form."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, JsonValue]

    name: Literal["complaint_draft"] = "complaint_draft"


class End(_Signal):
    """The conversation is over."""

    name: Literal["end"] = "end"


Signal = Annotated[
    Handoff | CollectDigits | ChangeLanguage | ComplaintDraft | End,
    Field(discriminator="name"),
]
_WIRE: Final[TypeAdapter[Signal | Sources]] = TypeAdapter(
    Annotated[
        Handoff | Sources | CollectDigits | ChangeLanguage | ComplaintDraft | End,
        Field(discriminator="name"),
    ],
)
SIGNALS: Final[TypeAdapter[list[Signal]]] = TypeAdapter(list[Signal])
"""Reads and writes the list form of the chat API: `[{"name": "handoff", "reason": ...}]`."""


def parse(custom: dict[str, JsonValue]) -> list[Signal | Sources]:
    """Read the dialogue's form, one key a signal: `{"handoff": {"reason": ...}, "end": {}}`.

    Raises:
        pydantic.ValidationError: a name outside the vocabulary, or fields that do not fit it.

    """
    return [_WIRE.validate_python(_named(name, body)) for name, body in custom.items()]


def _named(name: str, body: JsonValue) -> JsonValue:
    if name == "sources":
        return {"name": name, "items": body}
    if isinstance(body, dict):
        return {**body, "name": name}
    return {"name": name, "body": body}  # no signal has this field, so a body that is not an object is refused

"""Owns the buttons that the contact centre itself offers, and what their payloads mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contact_centre import texts
from contact_centre.dialogue import Button

if TYPE_CHECKING:
    from contact_centre.values import Language

_PREFIX: Final = "centre:"
CALLBACK: Final = f"{_PREFIX}callback"
SKIP: Final = f"{_PREFIX}skip"
HELPED: Final = f"{_PREFIX}helped"
NOT_HELPED: Final = f"{_PREFIX}not_helped"
OPERATOR: Final = f"{_PREFIX}operator"
_RATE: Final = f"{_PREFIX}rate:"
SCALE: Final = range(1, 6)
"""Five points (rule 17)."""


def is_ours(payload: str | None) -> bool:
    """Return whether a payload is for the contact centre, not for the dialogue."""
    return payload is not None and payload.startswith(_PREFIX)


def rating_of(payload: str | None) -> int | None:
    """Return the rating that a payload gives."""
    if payload is None or not payload.startswith(_RATE):
        return None
    return int(payload.removeprefix(_RATE))


def ratings(language: Language) -> list[Button]:
    """Return the points and the way past them."""
    points = [Button(title=str(point), payload=f"{_RATE}{point}") for point in SCALE]
    return [*points, *skip(language)]


def skip(language: Language) -> list[Button]:
    """Return the way past a question."""
    return [Button(title=texts.button("skip", language), payload=SKIP)]


def call_back(language: Language) -> list[Button]:
    """Return the way out of a long wait."""
    return [Button(title=texts.button("callback", language), payload=CALLBACK)]


def helped(language: Language) -> list[Button]:
    """Return what a citizen may say of a conversation with the assistant alone."""
    return [
        Button(title=texts.button("helped", language), payload=HELPED),
        Button(title=texts.button("not_helped", language), payload=NOT_HELPED),
    ]


def operator(language: Language) -> list[Button]:
    """Return the way to a consultant."""
    return [Button(title=texts.button("operator", language), payload=OPERATOR)]

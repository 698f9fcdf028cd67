"""Owns the choice of the line's own sentences, by moment and language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, get_args

import yaml
from pydantic import TypeAdapter

from language import Language

if TYPE_CHECKING:
    from collections.abc import Iterator

Moment = Literal[
    "not_understood",
    "ask_again",
    "offer_help",
    "silent_handoff",
    "silent_goodbye",
    "filler",
    "fault",
    "refusal",
    "misheard_handoff",
    "keys_only",
    "nothing_to_repeat",
    "browser_greeting",
    "rating",
    "rating_thanks",
    "callback",
    "callback_number",
    "callback_confirm",
    "callback_thanks",
    "goodbye",
    "key_consultant",
    "key_language",
    "key_rating",
]

_PHRASES: Final = TypeAdapter(dict[Moment, dict[Language, str]]).validate_python(
    yaml.safe_load(Path(__file__).with_name("phrases.yml").read_text(encoding="utf-8")),
)
_NOT_AS_THEY_STAND: Final = ("key_consultant", "key_language", "key_rating", "callback", "callback_confirm")


def phrase(moment: Moment, language: Language, **values: str | int) -> str:
    """Return the sentence of a moment."""
    return _PHRASES[moment][language].format(**values)


def spoken() -> Iterator[tuple[str, Language]]:
    """Yield every sentence that may be said as it stands, so that it can be made beforehand."""
    for moment in get_args(Moment):
        if moment not in _NOT_AS_THEY_STAND:
            for language, text in _PHRASES[moment].items():
                yield text, language

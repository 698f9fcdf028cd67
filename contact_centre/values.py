"""Owns the closed sets of values that a contact and its messages are described with."""

from __future__ import annotations

from typing import Literal

from language import DEFAULT_LANGUAGE, Language

Channel = Literal["web", "phone", "mail"]
Sender = Literal["assistant", "consultant", "citizen", "system"]
EntryKind = Literal["conversation", "callback"]
NoteKind = Literal["note", "transfer"]
Awaited = Literal["callback_phone", "rating_word"]
Side = Literal["caller", "line"]

__all__ = ["DEFAULT_LANGUAGE", "Awaited", "Channel", "EntryKind", "Language", "NoteKind", "Sender", "Side"]

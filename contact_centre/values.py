"""Owns the closed sets of values that a contact and its messages are described with."""

from __future__ import annotations

from typing import Literal

from language import Language

Channel = Literal["web", "phone", "mail"]
Sender = Literal["assistant", "consultant", "citizen", "system"]

__all__ = ["Channel", "Language", "Sender"]

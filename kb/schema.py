"""Owns the shape of knowledge: what an article and a competent body must contain before anyone is told from them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from kb.aspects import Aspect

Confidence = Literal["high", "medium", "low"]

SHORT_TEXT_MAX = 240
"""Characters that a person can take in when they are spoken (about fifteen seconds)."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
ShortText = Annotated[Text, StringConstraints(max_length=SHORT_TEXT_MAX)]
ServiceCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Strict):
    """One text in both languages."""

    ru: Text
    kk: Text


class Phrases(_Strict):
    """Names that people really use, by language."""

    ru: tuple[Text, ...]
    kk: tuple[Text, ...]


class Wording(_Strict):
    """An answer in one language: `short` is spoken, `full` is shown on a screen (the short one when absent)."""

    short: ShortText
    full: Text | None = None

    @property
    def on_screen(self) -> str:
        """The text for a screen."""
        return self.full or self.short


class Provenance(_Strict):
    """Where a fact comes from and how far it may be trusted (rule 5.2: reliable and current)."""

    confidence: Confidence
    reviewed_at: date
    valid_until: date | None = None
    source: Text

    @model_validator(mode="after")
    def _dates_in_order(self) -> Provenance:
        if self.valid_until is not None and self.valid_until < self.reviewed_at:
            raise ValueError(f"valid_until {self.valid_until} is before reviewed_at {self.reviewed_at}")
        return self

    def may_be_told(self, on: date) -> bool:
        """Whether a citizen may be told this on that day: neither low in confidence nor out of date."""
        return self.confidence != "low" and (self.valid_until is None or on <= self.valid_until)


class Fact(Provenance):
    """What is known of one aspect of a service."""

    ru: Wording
    kk: Wording


class Article(_Strict):
    """Everything known of one state service."""

    code: ServiceCode
    name: Bilingual
    spoken: Bilingual
    aliases: Phrases
    provider: Bilingual
    confidence: Confidence
    reviewed_at: date
    valid_until: date | None = None
    sources: tuple[Text, ...] = Field(min_length=1)
    aspects: dict[Aspect, Fact] = Field(min_length=1)


class CompetentBody(Provenance):
    """Who decides a question that is not the contact centre's, and how to reach them (rule 10)."""

    code: ServiceCode
    name: Bilingual
    topics: Phrases
    emergency: bool = False
    ru: Wording
    kk: Wording

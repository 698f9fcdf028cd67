"""Owns the shape of what the monitoring system says of an application; client and reference server share it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_STAGES_FILE: Final = Path(__file__).with_name("stages.yml")
_SEPARATORS: Final = re.compile(r"[\s-]+")

Number = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6,20}$")]
Iin = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]


class Stage(BaseModel):
    """A stage by its code, with the words for it in both languages."""

    model_config = ConfigDict(frozen=True)

    code: str
    ru: str
    kk: str


class HistoryEntry(BaseModel):
    """One stage that the application went through, and the day it began."""

    stage: Stage
    since: date


class Application(BaseModel):
    """What the providers entered of one application; `history` is oldest first and ends with the present stage."""

    number: Number
    service: str = Field(description="service code of the knowledge base")
    provider: str
    stage: Stage
    stage_since: date
    history: list[HistoryEntry]
    result_ready_at: date | None = Field(description="the day the provider named; never computed")


class StageEntry(BaseModel):
    """What a provider enters: the stage an application is in since a day."""

    model_config = ConfigDict(extra="forbid")

    service: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,31}$")]
    provider: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    stage: str = Field(description="code of a known stage")
    since: date
    result_ready_at: date | None = None
    iin: Iin | None = Field(default=None, description="set when the owner demands that the citizen be checked by it")


def read_stages(path: Path = _STAGES_FILE) -> dict[str, Stage]:
    """Return the known stages by code."""
    content = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {code: Stage(code=code, **words) for code, words in content.items()}


def normalised_number(number: str) -> str:
    """Return an application number as it is stored: capital letters, no spaces, no dashes."""
    return _SEPARATORS.sub("", number).upper()

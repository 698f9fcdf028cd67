"""Owns how a fault in an article is named: by column and kind, so that each page and command can word it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

_KINDS: Final[Mapping[str, str]] = {
    "missing": "missing",
    "string_too_short": "missing",
    "too_short": "missing",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "code",
    "literal_error": "choice",
    "value_error": "dates_order",
}


@dataclass(frozen=True)
class Problem:
    """One fault: the column it is in, its kind (a key of the pages' texts) and the bound that was broken, if any."""

    column: str
    kind: str
    limit: str = ""

    @classmethod
    def of(cls, fault: ErrorDetails, column: str) -> Problem:
        """Name what pydantic found."""
        context = fault.get("ctx") or {}
        limit = context.get("max_length") or context.get("expected") or ""
        return cls(column, _KINDS.get(fault["type"], "other"), str(limit).replace(" or ", ", "))

    def __str__(self) -> str:
        """For the command line and the log."""
        return f"{self.column}: {self.kind}" + (f" ({self.limit})" if self.limit else "")

"""Owns when an article must be looked at again, so that what is told stays current (rule 5.2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from kb.schema import Article, Fact

REVIEW_EVERY: Final = timedelta(days=365)
WARN_BEFORE: Final = timedelta(days=45)
"""An editor hears of it this long before the day on which the assistant would fall silent."""


def due_on(article: Article) -> date:
    """Return the first day on which a part of the article is out of date or was not reviewed for a year."""
    return min(_due_on(article), *map(_due_on, article.aspects.values()))


def _due_on(dated: Article | Fact) -> date:
    review = dated.reviewed_at + REVIEW_EVERY
    return min(review, dated.valid_until) if dated.valid_until is not None else review


def is_due(article: Article, today: date) -> bool:
    """Return whether the day is near or past."""
    return due_on(article) - WARN_BEFORE <= today

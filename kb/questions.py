"""Owns what people asked and were not told, so that the base grows from their questions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from database.base import now
from kb.tables import QUESTION_MAX, Question, QuestionKind
from language.normalisation import clean, fold
from observability.masking import mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from database.engine import Database
    from language import Language

_WORD: Final = re.compile(r"\w+")
KEPT_MAX: Final = 5_000
"""Different questions; beyond that the rarest that were asked longest ago make room."""


class Questions:
    """The list, kept in `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, text: str, language: Language, kind: QuestionKind, service: str | None = None) -> None:
        """Count a question, masked and shortened; the same one in another spelling is the same.

        `service` is the code that a bad answer was about.
        """
        masked = mask(clean(text))[:QUESTION_MAX]
        folded = " ".join(_WORD.findall(fold(masked)))[:QUESTION_MAX]
        if not folded:
            return
        try:
            await self._count(Question(kind=kind, language=language, text=masked, folded=folded, service=service))
        except IntegrityError:  # another process kept the same question at this very moment: count it there
            await self._count(Question(kind=kind, language=language, text=masked, folded=folded, service=service))

    async def _count(self, asked: Question) -> None:
        async with self._database.write() as session:
            known = await session.scalar(
                select(Question).where(
                    Question.kind == asked.kind, Question.language == asked.language, Question.folded == asked.folded
                )
            )
            if known is not None:
                known.count += 1
                known.last_at = now()
                return
            session.add(asked)
            await session.flush()
            if (await session.scalar(select(func.count()).select_from(Question)) or 0) > KEPT_MAX:
                others = select(Question.id).where(Question.id != asked.id)
                rarest = others.order_by(Question.count, Question.last_at).limit(1).scalar_subquery()
                await session.execute(delete(Question).where(Question.id == rarest))

    async def waiting(self, limit: int, kind: QuestionKind | None = None) -> Sequence[Question]:
        """Return the questions nobody has settled, the most asked first."""
        query = select(Question).where(Question.settled_at.is_(None))
        if kind is not None:
            query = query.where(Question.kind == kind)
        async with self._database.read() as session:
            ordered = query.order_by(Question.count.desc(), Question.last_at.desc())
            return (await session.scalars(ordered.limit(limit))).all()

    async def settle(self, question: int, by: str) -> bool:
        """Take a question off the list: the base answers it now, or never will; False when it is not on it."""
        async with self._database.write() as session:
            found = await session.get(Question, question)
            if found is None or found.settled_at is not None:
                return False
            found.settled_at, found.settled_by = now(), by
            return True

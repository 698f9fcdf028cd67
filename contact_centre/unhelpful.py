"""Owns telling the editors which answer of the assistant did not help, so that the knowledge base is mended there."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from contact_centre.tables import Message
from kb.tables import QuestionKind

if TYPE_CHECKING:
    from uuid import UUID

    from database.engine import Database
    from kb.questions import Questions

logger = logging.getLogger(__name__)


class UnhelpfulAnswers:
    """Keeps, masked, the last question that was answered from the knowledge base in vain."""

    def __init__(self, database: Database, questions: Questions) -> None:
        self._database = database
        self._questions = questions

    async def note(self, contact_id: UUID) -> None:
        """Keep the question and the service of the answer; what found no answer the actions have kept already."""
        try:
            async with self._database.read() as session:
                answered = select(Message).where(Message.contact_id == contact_id, Message.sources.is_not(None))
                answer = await session.scalar(answered.order_by(Message.id.desc()).limit(1))
                question = await session.get(Message, answer.reply_to) if answer and answer.reply_to else None
            if answer and answer.sources and question:
                service = answer.sources[-1]["service"]
                await self._questions.record(question.text, question.language, QuestionKind.THUMBS_DOWN, service)
        except SQLAlchemyError:  # the citizen has been answered; only the editors miss a hint
            logger.exception("what did not help in contact %s was not kept for the editors", contact_id)

"""Owns telling the editors what the dialogue had no answer to, without keeping the citizen waiting."""

from __future__ import annotations

import asyncio
import logging
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import SQLAlchemyError

from actions.turn import read_turn
from kb.tables import QuestionKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.turn import Events, Turn
    from kb.questions import Questions

    Run = Callable[[CollectingDispatcher, Tracker, dict[str, Any]], Awaitable[Events]]

_ADMISSIONS: Final = frozenset(
    {"utter_clarify", "utter_offer_operator", "utter_service_not_found", "utter_case_not_checked"}
)
"""Responses that say that nothing was found or understood."""

_log = logging.getLogger(__name__)


class UnansweredQuestions:
    """Keeps, masked, the questions that an action had to leave without an answer."""

    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._under_way: set[asyncio.Task[None]] = set()

    def watching(self, run: Run) -> Run:
        """Return `run`, an action's, that also keeps the question when it had no answer."""

        @wraps(run)
        async def watched(dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
            events = await run(dispatcher, tracker, domain)
            if not _ADMISSIONS.isdisjoint(str(message.get("response")) for message in dispatcher.messages):
                self._note(read_turn(tracker))
            return events

        return watched

    def _note(self, turn: Turn) -> None:
        if turn.pressed:
            return
        # Writing may wait for another writer, and the citizen must not wait with it.
        task = asyncio.create_task(self._keep(turn))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _keep(self, turn: Turn) -> None:
        try:
            await self._questions.record(turn.text, turn.language, QuestionKind.NOT_FOUND)
        except (SQLAlchemyError, OSError):
            _log.exception("a question without an answer could not be kept for the editors")

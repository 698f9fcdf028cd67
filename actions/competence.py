"""Owns naming who decides a question that is not the contact centre's (rule 10); emergency numbers come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rasa_sdk.events import SlotSet

from actions.answering import OpenQuestions, TurnAction, say_misunderstood

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.procedure import ServiceAnswers
    from actions.turn import Events, Turn
    from kb.base import BodyAnswer, KnowledgeBase
    from kb.search import Match


SURELY_NOT_OURS: Final = 0.75
"""Confidence from which a question that no body is known for is called not ours rather than not understood."""


class CompetentBodies:
    """Says who decides a question that is not the contact centre's (rule 10)."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    def find(self, turn: Turn, rather_than: Match | None = None) -> BodyAnswer | None:
        """Return the body that a message is about, None when the directory has none that fits better than a service."""
        return None if turn.pressed else self._knowledge.find_body(turn.text, turn.language, rather_than=rather_than)

    def find_instead(self, turn: Turn, match: Match) -> BodyAnswer | None:
        """Return the body that a question goes to rather than to the matched service: none known, or an emergency.

        An emergency that is said in so many words gives way only to a service that is surely meant and called by name.
        """
        if turn.pressed:
            return None
        is_named = match.kind == "sure" and match.codes[0] in self._knowledge.named(turn.text, turn.language)
        if not is_named and (emergency := self._knowledge.find_emergency(turn.text, turn.language)) is not None:
            return emergency
        body = None if match.kind == "sure" or turn.service in match.codes else self.find(turn, match)
        return body if body is not None and (body.emergency or match.kind == "none") else None

    @staticmethod
    def tell(dispatcher: CollectingDispatcher, turn: Turn, body: BodyAnswer) -> Events:
        """Tell what is known of it; its text begins with the number where one is needed at once."""
        dispatcher.utter_message(text=body.short if turn.on_phone else body.on_screen)
        return [SlotSet("awaiting", None)]


class CompetentBody(TurnAction):
    """Names who decides a question that is not the contact centre's (rule 10); emergency numbers come first."""

    action_name = "action_competent_body"

    def __init__(self, open_questions: OpenQuestions, bodies: CompetentBodies, answers: ServiceAnswers) -> None:
        super().__init__(open_questions)
        self._bodies = bodies
        self._answers = answers

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Tell what the directory knows, else say what the assistant is for and offer a consultant."""
        body = self._bodies.find(turn)
        if body is not None:
            return self._bodies.tell(dispatcher, turn, body)
        aspect = self._answers.follow_up(turn)
        if aspect and turn.service:  # «сколько стоит» alone is no question of any one field
            return self._answers.tell(dispatcher, turn, turn.service, aspect)
        if turn.confidence < SURELY_NOT_OURS:
            return say_misunderstood(dispatcher, turn)
        dispatcher.utter_message(response="utter_out_of_scope")
        return [SlotSet("awaiting", "handoff")]

"""Owns the turns about the conversation itself: yes and no, repeating, the language, a person, the farewell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions import signals
from actions.turn import Turn, last_answers, read_turn
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.procedure import ServiceAnswers
    from kb.base import KnowledgeBase
    from language import Language

Events = list[dict[str, Any]]

_CHOSEN: Final[Mapping[Language, str]] = {"ru": "utter_russian_chosen", "kk": "utter_kazakh_chosen"}
_TO_KAZAKH: Final = re.compile(r"казак|kazakh")
_TO_RUSSIAN: Final = re.compile(r"русс|рус тил|орыс|russian")


class Affirm(Action):
    """Takes a yes as the answer to the last question."""

    def __init__(self, answers: ServiceAnswers) -> None:
        self._answers = answers

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_affirm"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Do what was offered; a yes to an open choice asks it again."""
        turn = read_turn(tracker)
        if turn.awaiting == "handoff":
            signals.handoff(dispatcher, "citizen_asked")
            return [SlotSet("awaiting", None)]
        if turn.awaiting == "service_choice" and len(turn.choices) == 1:
            return self._answers.tell(dispatcher, turn, turn.choices[0], turn.aspect or "general")
        if turn.awaiting == "service_choice":
            return self._answers.ask_which(dispatcher, turn, turn.choices)
        dispatcher.utter_message(response="utter_affirm")
        return []


class Deny(Action):
    """Takes a no as the answer to the last question."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_deny"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Drop what was offered; after a wrong guess ask for the service in other words."""
        if read_turn(tracker).awaiting == "service_choice":
            dispatcher.utter_message(response="utter_ask_service")
            return [SlotSet("awaiting", "service"), SlotSet("choices", None)]
        dispatcher.utter_message(response="utter_deny")
        return [SlotSet("awaiting", None), SlotSet("choices", None)]


class HandOff(Action):
    """Asks the contact centre for a consultant."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_handoff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Signal the hand-off; its announcement is the contact centre's, which knows the queue (rule 11)."""
        signals.handoff(dispatcher, "citizen_asked")
        return [SlotSet("awaiting", None)]


class CompetentBody(Action):
    """Names who decides a question that is not the contact centre's (rule 10); emergency numbers come first."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_competent_body"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Tell what the directory knows, else say what the assistant is for and offer a consultant."""
        turn = read_turn(tracker)
        body = self._knowledge.find_body(turn.text, turn.language)
        if body is None:
            dispatcher.utter_message(response="utter_out_of_scope")
            return [SlotSet("awaiting", "handoff")]
        dispatcher.utter_message(text=body.short if turn.on_phone else body.on_screen)
        return [SlotSet("awaiting", None)]


class Repeat(Action):
    """Says the last answer again."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_repeat"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Repeat what was said in the turn before, with its buttons."""
        answers = last_answers(tracker)
        for answer in answers:
            data = answer.get("data")
            buttons = data.get("buttons") if isinstance(data, dict) else None
            dispatcher.utter_message(text=str(answer["text"]), buttons=buttons or [])
        if not answers:
            dispatcher.utter_message(response="utter_nothing_to_repeat")
        return []


def wanted_language(turn: Turn) -> Language:
    """Return the language that a citizen asks for: the named one, else the other one."""
    named = fold(f"{turn.entities.get('target', '')} {turn.text}")
    if _TO_KAZAKH.search(named):
        return "kk"
    if _TO_RUSSIAN.search(named):
        return "ru"
    return "ru" if turn.language == "kk" else "kk"


class ChangeLanguage(Action):
    """Goes on in the language that the citizen wants."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_change_language"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Confirm in the wanted language and tell the contact centre."""
        wanted = wanted_language(read_turn(tracker))
        signals.language(dispatcher, wanted)
        dispatcher.utter_message(response=_CHOSEN[wanted])
        return [SlotSet("language", wanted)]


class Goodbye(Action):
    """Takes leave and lets the contact centre end the conversation."""

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_goodbye"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Say goodbye and signal the end."""
        dispatcher.utter_message(response="utter_goodbye")
        signals.end(dispatcher)
        return [SlotSet("awaiting", None)]

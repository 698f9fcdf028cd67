"""Owns the turns about the conversation itself: yes and no, repeating, the language, a person, the farewell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from rasa_sdk.events import SlotSet

from actions import signals
from actions.answering import OpenQuestion, OpenQuestions, TurnAction, leave_form, say_misunderstood
from actions.history import CARRIED_ANSWER
from actions.procedure import ASPECT
from actions.turn import as_aspect, last_answers
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.competence import CompetentBodies
    from actions.procedure import ServiceAnswers
    from actions.turn import Events, Turn
    from language import Language

_SURE: Final = 0.8
_CHOSEN: Final[Mapping[Language, str]] = {"ru": "utter_russian_chosen", "kk": "utter_kazakh_chosen"}
_GOES_ON: Final[Mapping[Language, str]] = {"ru": "utter_russian_goes_on", "kk": "utter_kazakh_goes_on"}
_NAMES: Final[Mapping[Language, re.Pattern[str]]] = {
    "kk": re.compile(r"казак|казах"),
    "ru": re.compile(r"русс|рус тил|орыс"),
}


class HandoffQuestion(OpenQuestion):
    """The open question whether a consultant is wanted."""

    awaiting = frozenset({"handoff"})

    async def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Ask for the consultant on a yes; a no is a no like any other."""
        if turn.intent != "affirm":
            return None
        signals.handoff(dispatcher, "citizen_asked")
        return [SlotSet("awaiting", None), *leave_form(turn)]


class Deny(TurnAction):
    """Takes a no that answers nothing in particular: whatever was offered is dropped."""

    action_name = "action_deny"

    def __init__(self, open_questions: OpenQuestions, bodies: CompetentBodies) -> None:
        super().__init__(open_questions)
        self._bodies = bodies

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Drop what was offered; with nothing offered, a "no" may be part of a trouble («жылу жоқ»)."""
        body = None if turn.awaiting or turn.active_loop else self._bodies.find(turn)
        if body is not None:
            return self._bodies.tell(dispatcher, turn, body)
        dispatcher.utter_message(response="utter_deny")
        return [SlotSet("awaiting", None), SlotSet("choices", None)]


class HandOff(TurnAction):
    """Asks the contact centre for a consultant."""

    action_name = "action_handoff"

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Signal the hand-off; its announcement is the contact centre's, which knows the queue (rule 11)."""
        signals.handoff(dispatcher, "citizen_asked")
        return [SlotSet("awaiting", None), *leave_form(turn)]


class Repeat(TurnAction):
    """Says the last answer again."""

    action_name = "action_repeat"
    forgets_open_question = False

    def __init__(self, open_questions: OpenQuestions, answers: ServiceAnswers) -> None:
        super().__init__(open_questions)
        self._answers = answers

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Repeat what was said in the turn before, with its buttons; a form repeats its question itself."""
        if turn.active_loop:
            return []
        if turn.confidence < _SURE:  # «а брак?»
            match = self._answers.identify(turn)
            if match.kind == "sure":
                return self._answers.respond(dispatcher, turn, match)
        if turn.unheard:  # the caller spoke over it: from where it broke off
            dispatcher.utter_message(text=turn.unheard)
            return []
        answers = last_answers(tracker)
        for answer in answers:
            data = answer.get("data")
            buttons = data.get("buttons") if isinstance(data, dict) else None
            dispatcher.utter_message(text=str(answer["text"]), buttons=buttons or [])
        if not answers:
            self._repeat_from_before(dispatcher, tracker)
        return []

    @staticmethod
    def _repeat_from_before(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        carried: list[dict[str, Any]] = tracker.get_slot(CARRIED_ANSWER) or []
        dispatcher.messages.extend(carried)
        if not carried:
            dispatcher.utter_message(response="utter_nothing_to_repeat")


def wanted_language(turn: Turn) -> Language:
    """Return the language that a citizen asks for: the named one, else the other one."""
    said = fold(f"{turn.entities.get('target', '')} {turn.text}")
    named = [(match.end(), code) for code, name in _NAMES.items() for match in name.finditer(said)]
    if named:
        return max(named)[1]  # «не понимаю по-казахски, давайте по-русски»
    return "ru" if turn.language == "kk" else "kk"


class ChangeLanguage(TurnAction):
    """Goes on in the language that the citizen wants."""

    action_name = "action_change_language"
    forgets_open_question = False

    def __init__(self, open_questions: OpenQuestions, answers: ServiceAnswers) -> None:
        super().__init__(open_questions)
        self._answers = answers

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Confirm in the wanted language, tell the contact centre, and say the last answer again."""
        wanted = wanted_language(turn)
        signals.language(dispatcher, wanted)
        aspect = as_aspect(turn.told.removeprefix(ASPECT))
        if aspect is None or turn.service is None or turn.active_loop or turn.awaiting:
            dispatcher.utter_message(response=_CHOSEN[wanted])
            return [SlotSet("language", wanted)]
        dispatcher.utter_message(response=_GOES_ON[wanted])
        told = self._answers.tell(dispatcher, replace(turn, text="", language=wanted), turn.service, aspect)
        return [SlotSet("language", wanted), *told]


class Goodbye(TurnAction):
    """Takes leave and lets the contact centre end the conversation."""

    action_name = "action_goodbye"

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Say goodbye and signal the end; what was talked about is over with it.

        What may be no farewell is asked about: a conversation that was ended is not easily begun anew.
        """
        if turn.confidence < _SURE and not turn.pressed:
            return say_misunderstood(dispatcher, turn)
        dispatcher.utter_message(response="utter_goodbye")
        signals.end(dispatcher)
        over = ("awaiting", "service", "aspect", "choices", "application_number", "digits", "told")
        return [*(SlotSet(name, None) for name in over), *leave_form(turn)]

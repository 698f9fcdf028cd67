"""Owns help with the digital signature: the trouble that is named, else the first things to know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from rasa_sdk.events import SlotSet

from actions.answering import TurnAction
from language.normalisation import fold

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.turn import Events, Turn

SERVICE: Final = "EDS"
"""Service code of the digital signature."""
_TOLD: Final = "digital_signature:"
_TROUBLES: Final = {
    "utter_ds_password": re.compile(r"парол|пин.?код|кыписоз|куписоз|купиясоз"),
    "utter_ds_face": re.compile(r"лиц[оаеу]|биометр|камер|проверк|селфи|бетт?[иеу]|бет тексер|тексеруден"),
    "utter_ds_expired": re.compile(
        r"законч|истек|истёк|просроч|сроко?\b|битип|битти|отип|отти|мерзим|недейств|жарамсыз|продл|обнов|узарт"
    ),
}


class DigitalSignatureHelp(TurnAction):
    """Helps with the digital signature; what is asked next is asked of that service."""

    action_name = "action_ds_help"

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Say what helps; when it was said already, offer a consultant."""
        said = fold(turn.text)
        response = next((name for name, words in _TROUBLES.items() if words.search(said)), "utter_ds_help")
        told = f"{_TOLD}{response}"
        remembered = [SlotSet("service", SERVICE), SlotSet("told", told)]
        if turn.told == told:
            dispatcher.utter_message(response="utter_ds_consultant")
            return [*remembered, SlotSet("awaiting", "handoff")]
        dispatcher.utter_message(response=response)
        return remembered

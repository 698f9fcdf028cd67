"""Owns the warning to someone who was called in the name of the contact centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rasa_sdk.events import SlotSet

from actions.answering import TurnAction
from actions.context import FRAUD

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.turn import Events, Turn


class WarnOfFraud(TurnAction):
    """Says what is never asked for and whom to call; what is said next is said in its light."""

    action_name = "action_fraud"

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Warn."""
        dispatcher.utter_message(response="utter_fraud")
        return [SlotSet("told", FRAUD)]

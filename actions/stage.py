"""Owns telling the stage of an application: only what the providers entered in the monitoring system (rule 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions import signals
from actions.turn import Turn, read_turn
from actions.wording import spoken_date
from kb.errors import UnknownServiceError
from language.identifiers import group_digits
from monitoring.client import IinNeededError, MonitoringUnavailableError, NotEnteredError

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from kb.base import KnowledgeBase
    from monitoring.client import MonitoringClient
    from monitoring.models import Application

Events = list[dict[str, Any]]

NUMBER_DIGITS: Final = 12
IIN_DIGITS: Final = 12


def _remember(number: str | None, awaiting: str | None) -> Events:
    return [SlotSet("application_number", number), SlotSet("awaiting", awaiting)]


class ApplicationStage(Action):
    """Asks for the number when it is missing, then for the IIN when the owner demands it, then tells the stage."""

    def __init__(self, knowledge: KnowledgeBase, monitoring: MonitoringClient) -> None:
        self._knowledge = knowledge
        self._monitoring = monitoring

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_application_stage"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer one turn on the stage of an application."""
        turn = read_turn(tracker)
        iin = turn.entities.get("iin")
        if turn.awaiting == "iin" and turn.application_number and iin:
            return await self._tell(dispatcher, turn, turn.application_number, iin)
        number = turn.entities.get("application_number")
        if number is None:
            return self._ask_number(dispatcher, turn)
        return await self._tell(dispatcher, turn, number, None)

    @staticmethod
    def _ask_number(dispatcher: CollectingDispatcher, turn: Turn) -> Events:
        digits = sum(character.isdigit() for character in turn.text)
        if digits:
            dispatcher.utter_message(response="utter_ask_number_again", number=turn.text)
        else:
            dispatcher.utter_message(response="utter_ask_number")
        signals.collect_digits(dispatcher, NUMBER_DIGITS, "application_number")
        return _remember(None, "application_number")

    async def _tell(self, dispatcher: CollectingDispatcher, turn: Turn, number: str, iin: str | None) -> Events:
        try:
            application = await self._monitoring.application(number, iin)
        except NotEnteredError:
            dispatcher.utter_message(response="utter_no_stage", number=group_digits(number))
            return _remember(None, None)
        except IinNeededError:
            dispatcher.utter_message(response="utter_wrong_iin" if iin else "utter_ask_iin")
            signals.collect_digits(dispatcher, IIN_DIGITS, "iin")
            return _remember(number, "iin")
        except MonitoringUnavailableError:
            dispatcher.utter_message(response="utter_monitoring_down")
            signals.handoff(dispatcher, "monitoring_down")
            return _remember(number, None)
        self._say_stage(dispatcher, turn, application)
        return _remember(None, None)

    def _say_stage(self, dispatcher: CollectingDispatcher, turn: Turn, application: Application) -> None:
        dispatcher.utter_message(
            response="utter_stage",
            number=group_digits(application.number),
            service=self._service_name(turn, application),
            stage=getattr(application.stage, turn.language),
            since=spoken_date(application.stage_since, turn.language),
        )
        if application.result_ready_at is not None:
            dispatcher.utter_message(
                response="utter_result_date", date=spoken_date(application.result_ready_at, turn.language)
            )

    def _service_name(self, turn: Turn, application: Application) -> str:
        try:
            name: str = getattr(self._knowledge.article(application.service).spoken, turn.language)
        except UnknownServiceError:
            return application.provider
        return name

"""Owns telling the stage of an application: only what the providers entered in the monitoring system (rule 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rasa_sdk.events import SlotSet

from actions import signals
from actions.answering import OpenQuestion, OpenQuestions, TurnAction
from actions.context import BY_IIN, NO_NUMBER, STAGE
from actions.dictation import read_correction, said_digits
from actions.short_answers import drops_it, says_unknown
from actions.wording import day_and_month, number_in_groups, spoken_date
from kb.errors import UnknownServiceError
from language.identifiers import is_valid_iin
from language.normalisation import fold
from monitoring.client import IinNeededError, MonitoringUnavailableError, NotEnteredError

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.dictation import Correction
    from actions.procedure import ServiceAnswers
    from actions.turn import Awaiting, Events, Turn
    from kb.base import KnowledgeBase
    from monitoring.client import MonitoringClient
    from monitoring.models import Application

NUMBER_DIGITS: Final = range(10, 13)
"""How many digits an application number usually has; fewer are its beginning."""
IIN_DIGITS: Final = 12
_SURE: Final = 0.8
_SHORTEST_BEGINNING: Final = 4
"""Digits that may begin a number when none was asked for."""


def _remember(awaiting: Awaiting | None, *, number: str | None = None, digits: str | None = None) -> Events:
    return [SlotSet("awaiting", awaiting), SlotSet("application_number", number), SlotSet("digits", digits)]


class StageTeller:
    """Says in a conversation what the monitoring system knows of an application, and asks for what it needs."""

    def __init__(self, knowledge: KnowledgeBase, monitoring: MonitoringClient) -> None:
        self._knowledge = knowledge
        self._monitoring = monitoring

    def ask_number(self, dispatcher: CollectingDispatcher, response: str = "utter_ask_number") -> Events:
        """Ask for the application number, from its first digit."""
        dispatcher.utter_message(response=response)
        signals.collect_digits(dispatcher, NUMBER_DIGITS[-1], "application_number")
        return _remember("application_number")

    async def take_number(self, dispatcher: CollectingDispatcher, turn: Turn, number: str) -> Events:
        """Tell the stage of a whole number; of a beginning say what was understood and wait for the rest."""
        if number.isdecimal() and len(number) < NUMBER_DIGITS[0]:
            dispatcher.utter_message(response="utter_number_so_far", number=number_in_groups(number))
            signals.collect_digits(dispatcher, NUMBER_DIGITS[-1] - len(number), "application_number")
            return _remember("application_number", digits=number)
        return await self._tell(dispatcher, turn, number, None)

    async def take_iin(self, dispatcher: CollectingDispatcher, turn: Turn, iin: str) -> Events:
        """Tell the stage with the IIN that the system demanded, or wait for the rest of it."""
        if len(iin) < IIN_DIGITS:
            dispatcher.utter_message(response="utter_iin_so_far", missing=IIN_DIGITS - len(iin))
            signals.collect_digits(dispatcher, IIN_DIGITS - len(iin), "iin")
            return _remember("iin", number=turn.application_number, digits=iin)
        return await self._tell(dispatcher, turn, turn.application_number or "", iin)

    async def _tell(self, dispatcher: CollectingDispatcher, turn: Turn, number: str, iin: str | None) -> Events:
        try:
            application = await self._monitoring.application(number, iin)
        except NotEnteredError:
            return self._say_not_entered(dispatcher, number)
        except IinNeededError:
            return self._ask_iin(dispatcher, number, iin)
        except MonitoringUnavailableError:
            dispatcher.utter_message(response="utter_monitoring_down")
            signals.handoff(dispatcher, "monitoring_down")
            return _remember(None, number=number)
        self._say_stage(dispatcher, turn, application)
        told = [SlotSet("told", f"{STAGE}{application.stage.code}")]
        if application.service in self._knowledge.codes:
            told.append(SlotSet("service", application.service))
        return [*_remember("number_told", number=number), *told]

    @staticmethod
    def _say_not_entered(dispatcher: CollectingDispatcher, number: str) -> Events:
        if is_valid_iin(number):
            dispatcher.utter_message(response="utter_iin_is_no_number")
            return _remember("application_number")
        dispatcher.utter_message(response="utter_no_stage", number=number_in_groups(number))
        if number.isdecimal() and len(number) < NUMBER_DIGITS[-1]:  # the rest may follow
            return _remember("application_number", number=number, digits=number)
        return _remember("number_told", number=number)

    @staticmethod
    def _ask_iin(dispatcher: CollectingDispatcher, number: str, refused: str | None) -> Events:
        if refused is None:
            dispatcher.utter_message(response="utter_ask_iin", number=number_in_groups(number))
        else:
            dispatcher.utter_message(
                response="utter_refused_iin" if is_valid_iin(refused) else "utter_impossible_iin",
            )
        signals.collect_digits(dispatcher, IIN_DIGITS, "iin")
        return _remember("iin", number=number, digits=refused)

    def _say_stage(self, dispatcher: CollectingDispatcher, turn: Turn, application: Application) -> None:
        dispatcher.utter_message(
            response="utter_stage",
            number=number_in_groups(application.number),
            service=self._service_name(turn, application),
            stage=getattr(application.stage, turn.language),
            since=spoken_date(application.stage_since, turn.language),
        )
        earlier = [
            f"{day_and_month(entry.since, turn.language)}: {getattr(entry.stage, turn.language)}"
            for entry in application.history[:-1]
        ]
        if earlier:
            dispatcher.utter_message(response="utter_stage_history", history="; ".join(earlier))
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


class DigitsQuestion(OpenQuestion):
    """The open question for a number or an IIN: taken whole, in parts, in words, with one digit corrected."""

    awaiting = frozenset({"application_number", "iin", "number_told"})

    def __init__(self, teller: StageTeller) -> None:
        self._teller = teller

    async def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Take a correction, digits, or the word that there are none."""
        kept = turn.digits or (turn.application_number or "" if turn.awaiting != "iin" else "")
        if kept and (correction := read_correction(turn.text)) is not None:
            return await self._correct(dispatcher, turn, correction, kept)
        if turn.awaiting == "number_told":
            return None
        if drops_it(turn.text):
            dispatcher.utter_message(response="utter_deny")
            return _remember(None)
        said = self._said(turn)
        by_iin = turn.awaiting == "application_number" and not said and BY_IIN.search(fold(turn.text))
        if turn.intent == "deny" or says_unknown(turn.text) or by_iin:
            return self._without_digits(dispatcher, turn)
        return await self._append(dispatcher, turn, said) if said else None

    async def _correct(self, dispatcher: CollectingDispatcher, turn: Turn, correction: Correction, kept: str) -> Events:
        corrected = correction.apply(kept)
        if corrected is None:
            dispatcher.utter_message(response="utter_which_digit")
            return []
        return await self._look_up(dispatcher, turn, corrected)

    async def _append(self, dispatcher: CollectingDispatcher, turn: Turn, said: str) -> Events:
        limit = IIN_DIGITS if turn.awaiting == "iin" else NUMBER_DIGITS[-1]
        joined = turn.digits + said if said.isdecimal() and len(turn.digits + said) <= limit else said
        if joined.isdecimal() and len(joined) > limit:
            return self._too_long(dispatcher, turn)
        return await self._look_up(dispatcher, turn, joined)

    @staticmethod
    def _said(turn: Turn) -> str:
        whole = turn.entities.get("iin") if turn.awaiting == "iin" else turn.entities.get("application_number")
        return whole or said_digits(turn.text)

    async def _look_up(self, dispatcher: CollectingDispatcher, turn: Turn, digits: str) -> Events:
        if turn.awaiting == "iin":
            return await self._teller.take_iin(dispatcher, turn, digits)
        return await self._teller.take_number(dispatcher, turn, digits)

    def _too_long(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events:
        if turn.awaiting == "iin":
            dispatcher.utter_message(response="utter_iin_length")
            signals.collect_digits(dispatcher, IIN_DIGITS, "iin")
            return [SlotSet("digits", None)]
        return self._teller.ask_number(dispatcher, "utter_ask_number_again")

    @staticmethod
    def _without_digits(dispatcher: CollectingDispatcher, turn: Turn) -> Events:
        dispatcher.utter_message(response="utter_no_iin" if turn.awaiting == "iin" else "utter_no_number")
        told = [SlotSet("told", NO_NUMBER)] if turn.awaiting == "application_number" else []
        return [SlotSet("awaiting", "handoff"), SlotSet("digits", None), *told]


class ApplicationStage(TurnAction):
    """Answers a question on the stage of an application, or a number that was given without one."""

    action_name = "action_application_stage"

    def __init__(self, open_questions: OpenQuestions, teller: StageTeller, answers: ServiceAnswers) -> None:
        super().__init__(open_questions)
        self._teller = teller
        self._answers = answers

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Take the number in the message, its beginning, or ask for it."""
        number = turn.entities.get("application_number")
        if number:
            return await self._teller.take_number(dispatcher, turn, number)
        said = said_digits(turn.text)
        if _SHORTEST_BEGINNING <= len(said) < NUMBER_DIGITS[0]:
            return await self._teller.take_number(dispatcher, turn, said)
        aspect = self._answers.follow_up(turn) if turn.confidence < _SURE else None
        if aspect and turn.service:  # «қанша күтемін?» after an answer on a service
            return self._answers.tell(dispatcher, turn, turn.service, aspect)
        response = "utter_ask_number_again" if said else "utter_ask_number"
        return self._teller.ask_number(dispatcher, response)

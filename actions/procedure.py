"""Owns answering how a state service is rendered, from the knowledge base only (rules 4.1 and 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rasa_sdk import Action
from rasa_sdk.events import SlotSet

from actions import signals
from actions.turn import Turn, misunderstood_before, read_turn
from actions.wording import ASPECT_TITLES, alternatives
from kb.search import Match

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from kb.aspects import Aspect
    from kb.base import KnowledgeBase

Events = list[dict[str, Any]]

MORE_BUTTONS: Final = 4
"""How many further aspects are offered as buttons under an answer."""


def button(title: str, intent: str, **entities: str) -> dict[str, str]:
    """Return a button that says `intent` with `entities` when it is pressed."""
    values = ",".join(f'"{name}":"{value}"' for name, value in entities.items())
    return {"title": title, "payload": f"/{intent}{{{values}}}" if values else f"/{intent}"}


class ServiceAnswers:
    """Says in a conversation what the knowledge base knows of a service, or asks which service is meant."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge

    def identify(self, turn: Turn) -> Match:
        """Say which service a turn is about: named by a button, found in the words, or the one talked about before."""
        named = turn.entities.get("service")
        if named in self._knowledge.codes:
            return Match("sure", (str(named),))
        if turn.pressed:
            return Match("none")
        found = self._knowledge.find_service(turn.text, turn.language)
        if found.kind == "sure":
            return found
        offered = [code for code in found.codes if code in turn.choices]
        if turn.awaiting == "service_choice" and offered:
            return Match("sure", (offered[0],))
        follow_up = turn.asked_aspect is not None and (found.kind == "none" or turn.service in found.codes)
        return Match("sure", (turn.service,)) if turn.service and follow_up else found

    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, code: str, aspect: Aspect) -> Events:
        """Tell one aspect of a service with its source, or say honestly that it is not checked (rule 5.2)."""
        answer = self._knowledge.answer(code, aspect, turn.language)
        remembered = [SlotSet("service", code), SlotSet("aspect", None), SlotSet("choices", None)]
        if not answer.checked:
            article = self._knowledge.article(code)
            dispatcher.utter_message(
                response="utter_not_checked",
                service=getattr(article.spoken, turn.language),
                aspect=ASPECT_TITLES[turn.language][aspect].lower(),
                provider=getattr(article.provider, turn.language),
            )
            return [*remembered, SlotSet("awaiting", "handoff")]
        if turn.on_phone:
            dispatcher.utter_message(text=answer.short)
        else:
            dispatcher.utter_message(text=answer.on_screen, buttons=self._further(turn, code, aspect))
        signals.source(dispatcher, code, aspect, answer.reviewed_at)
        return [*remembered, SlotSet("awaiting", None)]

    def _further(self, turn: Turn, code: str, told: Aspect) -> list[dict[str, str]]:
        others = [aspect for aspect in self._knowledge.checked_aspects(code) if aspect not in (told, "general")]
        return [
            button(ASPECT_TITLES[turn.language][aspect], "ask_service_procedure", service=code, aspect=aspect)
            for aspect in others[:MORE_BUTTONS]
        ]

    def ask_which(self, dispatcher: CollectingDispatcher, turn: Turn, choices: tuple[str, ...]) -> Events:
        """Ask which of the offered services is meant, or which service at all when there is nothing to offer."""
        remembered = SlotSet("aspect", turn.asked_aspect or turn.aspect)
        if not choices:
            dispatcher.utter_message(response="utter_ask_service")
            return [remembered, SlotSet("awaiting", "service"), SlotSet("choices", None)]
        names = {code: getattr(self._knowledge.article(code).spoken, turn.language) for code in choices}
        if len(names) == 1:
            dispatcher.utter_message(response="utter_ask_is_it", service=names[choices[0]])
        else:
            buttons = [
                button(
                    name, "ask_service_procedure", service=code, aspect=turn.asked_aspect or turn.aspect or "general"
                )
                for code, name in names.items()
            ]
            dispatcher.utter_message(
                response="utter_ask_choice", choices=alternatives(list(names.values()), turn.language), buttons=buttons
            )
        return [remembered, SlotSet("awaiting", "service_choice"), SlotSet("choices", list(choices))]


class AnswerProcedure(Action):
    """Answers a question on a service: the aspect asked for, of the service named now or before."""

    def __init__(self, answers: ServiceAnswers) -> None:
        self._answers = answers

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_answer_procedure"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer, or ask which service is meant."""
        turn = read_turn(tracker)
        match = self._answers.identify(turn)
        if match.kind == "sure":
            remembered = turn.aspect if turn.awaiting in ("service", "service_choice") else None
            return self._answers.tell(dispatcher, turn, match.codes[0], turn.asked_aspect or remembered or "general")
        if match.kind == "none" and turn.awaiting == "service":
            dispatcher.utter_message(response="utter_service_not_found")
            return [SlotSet("awaiting", "service")]
        return self._answers.ask_which(dispatcher, turn, match.codes)


class Clarify(Action):
    """Meets a message that was not understood: it may still name a service; else ask again, then offer a person."""

    def __init__(self, answers: ServiceAnswers) -> None:
        self._answers = answers

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_clarify"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Answer from the knowledge base when the words name a service, else say that they were not understood."""
        turn = read_turn(tracker)
        match = self._answers.identify(turn)
        if match.kind == "sure":
            return self._answers.tell(dispatcher, turn, match.codes[0], turn.asked_aspect or turn.aspect or "general")
        if match.kind == "choice":
            return self._answers.ask_which(dispatcher, turn, match.codes)
        if misunderstood_before(tracker):
            dispatcher.utter_message(response="utter_offer_operator")
            return [SlotSet("awaiting", "handoff")]
        dispatcher.utter_message(response="utter_clarify")
        return []

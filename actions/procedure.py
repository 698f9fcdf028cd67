"""Owns answering how a state service is rendered, from the knowledge base only (rules 4.1 and 9)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rasa_sdk.events import SlotSet

from actions import signals
from actions.answering import OpenQuestion, OpenQuestions, TurnAction, say_misunderstood
from actions.follow_up import LONGEST_FOLLOW_UP, FollowUpVocabulary, asks, goes_on, speaks_of_a_case
from actions.short_answers import chosen_place
from actions.wording import ASPECT_TITLES, VALIDITY_TITLE, alternatives
from kb.search import CHOICES_MAX, Match
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.competence import CompetentBodies
    from actions.turn import Events, Turn
    from kb.aspects import Aspect
    from kb.base import KnowledgeBase

ASPECT: Final = "aspect:"
"""What the slot `told` begins with after an answer on a service; the aspect follows."""
UNCHECKED: Final = "unchecked:"
"""The same after the word that nothing is checked; the service follows."""
_MOST_AT_ONCE: Final = {"phone": 2, "web": 3}
"""How many aspects one message is answered on."""
MORE_BUTTONS: Final = 4
"""How many further aspects are offered as buttons under an answer."""

_MAY_NAME_A_SERVICE: Final = frozenset(
    {"ask_service_procedure", "out_of_scope", "nlu_fallback", "ds_help", "ask_status"}
)
"""Intents of a message that may still be the bare name of a service when one was asked for."""
_LONGEST_NAME: Final = 6
_VALIDITY: Final = re.compile(r"\bдейств(ует|овать|ител)|\bгод(ен|на|но)\b|жарамды")
_REFUSED: Final = re.compile(r"отказ|откаж|отклон|бас тарт|кабылдам|бермес|бермей")


def button(title: str, intent: str, **entities: str) -> dict[str, str]:
    """Return a button that says `intent` with `entities` when it is pressed."""
    values = ",".join(f'"{name}":"{value}"' for name, value in entities.items())
    return {"title": title, "payload": f"/{intent}{{{values}}}" if values else f"/{intent}"}


def _remembered(code: str) -> Events:
    return [SlotSet("service", code), SlotSet("aspect", None), SlotSet("choices", None)]


class ServiceAnswers:
    """Says in a conversation what the knowledge base knows of a service, or asks which service is meant."""

    def __init__(self, knowledge: KnowledgeBase) -> None:
        self._knowledge = knowledge
        self._vocabulary = FollowUpVocabulary()

    def identify(self, turn: Turn) -> Match:
        """Say which service a turn is about: named by a button, found in the words, or the one talked about before."""
        named = turn.entities.get("service")
        if named in self._knowledge.codes:
            return Match("sure", (str(named),))
        if turn.pressed:
            return Match("none")
        if not self._names_something(turn):
            return self._talked_about(turn)
        found = self.named(turn)
        offered = None if found.kind == "sure" else self._named_among_offered(turn)
        return Match("sure", (offered,)) if offered else found

    def named(self, turn: Turn) -> Match:
        """Say which service the words of a turn name.

        While a service is talked about, a short message leaves it only for one that it calls by its whole name; where
        it has a word or two of another's name, both are asked about.
        """
        found = self._knowledge.find_service(turn.text, turn.language)
        if turn.service is None or found.kind == "none":
            return found
        present = Match("sure", (turn.service,))
        if found.kind == "choice" and turn.service in found.codes[: 2 if turn.asked_aspect else 1]:
            return present
        if len(turn.words) > LONGEST_FOLLOW_UP or turn.awaiting in ServiceQuestion.awaiting:
            return found
        if not self._knowledge.named(turn.text, turn.language).isdisjoint(found.codes):
            is_doubtful = speaks_of_a_case(turn.text)
        elif speaks_of_a_case(turn.text) or (found.kind == "choice" and turn.service in found.codes):
            return present
        else:
            is_doubtful = found.kind == "sure" and found.codes != (turn.service,)
        is_choice_asked = found.kind == "choice" and asks(turn.text)
        return self._or_the_present(found, turn.service) if is_doubtful or is_choice_asked else found

    @staticmethod
    def _or_the_present(found: Match, present: str) -> Match:
        """Return a choice that has the service talked about, of which it may be a detail («нужно согласие отца?»)."""
        others = [code for code in found.codes if code != present]
        return replace(found, kind="choice", codes=(*others[: CHOICES_MAX - 1], present))

    def _talked_about(self, turn: Turn) -> Match:
        """Say which service a question that names none is about."""
        aspect = turn.asked_aspect or self._aspect_of(turn)
        if turn.choices and turn.awaiting == "service_choice":
            # Who answers «is it about this?» with «what does it cost?» has said yes.
            return Match("sure" if aspect and len(turn.choices) == 1 else "choice", turn.choices)
        is_question = aspect or len(turn.words) > 1
        return Match("sure", (turn.service,)) if turn.service and is_question else Match("none")

    def _named_among_offered(self, turn: Turn) -> str | None:
        """Return the only offered service whose name has all that the words say («и пособие какое-нибудь положено»)."""
        if turn.awaiting != "service_choice":
            return None
        said = self._vocabulary.telling_words(turn.text, turn.language)
        names = zip(turn.choices, self._names(turn, turn.choices), strict=True)
        meant = [code for code, name in names if said <= self._vocabulary.telling_words(name, turn.language)]
        return meant[0] if len(meant) == 1 else None

    def is_emergency(self, turn: Turn) -> bool:
        """Whether a message tells of an emergency in so many words, whatever was asked before it."""
        return not turn.pressed and self._knowledge.find_emergency(turn.text, turn.language) is not None

    def follow_up(self, turn: Turn) -> Aspect | None:
        """Return the aspect of the service talked about that a message asks for, whatever its intent seemed to be."""
        if turn.pressed or turn.service is None or self._names_something(turn):
            return None
        return self._knowledge.aspect_of(turn.text)

    def _aspect_of(self, turn: Turn) -> Aspect | None:
        return None if turn.pressed else self._knowledge.aspect_of(turn.text)

    def _names_something(self, turn: Turn) -> bool:
        return self._vocabulary.names_something(turn.text, turn.language)

    def respond(self, dispatcher: CollectingDispatcher, turn: Turn, match: Match) -> Events:
        """Answer about the matched service, or ask for it."""
        if (admitted := self.admit_unknown_case(dispatcher, turn, match)) is not None:
            return admitted
        if match.kind == "sure":
            remembered = turn.aspect if turn.awaiting in ("service", "service_choice") else None
            aspect = turn.asked_aspect or self._aspect_of(turn) or remembered or "general"
            if aspect == "result" and self._is_validity_unknown(turn, match.codes[0]):
                return self._say_unchecked(dispatcher, turn, match.codes[0], VALIDITY_TITLE[turn.language])
            return self.tell(dispatcher, turn, match.codes[0], aspect)
        if match.kind == "choice":
            return self.ask_which(dispatcher, turn, match.codes)
        return self._nothing_found(dispatcher, turn)

    def admit_unknown_case(self, dispatcher: CollectingDispatcher, turn: Turn, match: Match) -> Events | None:
        """Say that nothing is known of a special case of the service talked about; None when none is asked of."""
        if turn.service is None or match.kind == "choice" or (match.kind == "sure" and match.codes != (turn.service,)):
            return None
        if not self._asks_of_a_case(turn):
            return None
        dispatcher.utter_message(response="utter_case_not_checked", service=self._names(turn, (turn.service,))[0])
        return [SlotSet("awaiting", "handoff"), SlotSet("choices", None)]

    def _asks_of_a_case(self, turn: Turn) -> bool:
        """Tell whether a short follow-up asks of a special case, on which no aspect of an article is an answer."""
        aspect = turn.asked_aspect or self._aspect_of(turn)
        # Who asks on after all was told in general is not told the same once more.
        asks_on = aspect is None and (turn.told == f"{ASPECT}general" or goes_on(turn.text))
        if turn.pressed or len(turn.words) > LONGEST_FOLLOW_UP or not (speaks_of_a_case(turn.text) or asks_on):
            return False
        return aspect in (None, "general", "result") or (aspect == "refusal" and not _REFUSED.search(fold(turn.text)))

    def tell(self, dispatcher: CollectingDispatcher, turn: Turn, code: str, aspect: Aspect) -> Events:
        """Tell what is asked of a service with its source, or say honestly that it is not checked (rule 5.2)."""
        asked = self._knowledge.aspects_of(turn.text) if not turn.pressed else ()
        known = [each for each in asked if self._knowledge.answer(code, each, turn.language).checked]
        told = known[: _MOST_AT_ONCE["phone" if turn.on_phone else "web"]] or [aspect]
        if not self._knowledge.answer(code, told[0], turn.language).checked:
            return self._say_unchecked(dispatcher, turn, code, ASPECT_TITLES[turn.language][told[0]])
        for each in told:
            self._say_known(dispatcher, turn, code, each, told if each == told[-1] else None)
        return [*_remembered(code), SlotSet("awaiting", None), SlotSet("told", f"{ASPECT}{told[-1]}")]

    def _say_known(
        self, dispatcher: CollectingDispatcher, turn: Turn, code: str, aspect: Aspect, told: Sequence[Aspect] | None
    ) -> None:
        """Say one aspect; `told` are those that need no button under it, None for no buttons at all."""
        answer = self._knowledge.answer(code, aspect, turn.language)
        if turn.on_phone:
            dispatcher.utter_message(text=answer.short)
        else:
            further = self._further(turn, code, told) if told else []
            dispatcher.utter_message(text=answer.on_screen, buttons=further)
        signals.source(dispatcher, code, aspect, answer.reviewed_at)

    def _is_validity_unknown(self, turn: Turn, code: str) -> bool:
        """Tell whether it is asked how long something is valid, and the article does not say it."""
        known = self._knowledge.answer(code, "result", turn.language).on_screen
        return bool(_VALIDITY.search(fold(turn.text))) and not _VALIDITY.search(fold(known))

    def _say_unchecked(self, dispatcher: CollectingDispatcher, turn: Turn, code: str, title: str) -> Events:
        article = self._knowledge.article(code)
        told = f"{UNCHECKED}{code}"
        dispatcher.utter_message(
            response="utter_not_checked_either" if turn.told == told else "utter_not_checked",
            service=getattr(article.spoken, turn.language),
            aspect=title.lower(),
            provider=getattr(article.provider, turn.language),
        )
        return [*_remembered(code), SlotSet("awaiting", "handoff"), SlotSet("told", told)]

    def _further(self, turn: Turn, code: str, told: Sequence[Aspect]) -> list[dict[str, str]]:
        others = [aspect for aspect in self._knowledge.checked_aspects(code) if aspect not in (*told, "general")]
        return [
            button(ASPECT_TITLES[turn.language][aspect], "ask_service_procedure", service=code, aspect=aspect)
            for aspect in others[:MORE_BUTTONS]
        ]

    def ask_which(self, dispatcher: CollectingDispatcher, turn: Turn, choices: tuple[str, ...]) -> Events:
        """Ask which of the offered services is meant."""
        names = self._names(turn, choices)
        if len(choices) == 1:
            dispatcher.utter_message(response="utter_ask_is_it", service=names[0])
        else:
            aspect = turn.asked_aspect or turn.aspect or "general"
            buttons = [
                button(name, "ask_service_procedure", service=code, aspect=aspect)
                for code, name in zip(choices, names, strict=True)
            ]
            again = turn.awaiting == "service_choice" and choices == turn.choices
            if again and turn.misunderstandings:
                return say_misunderstood(dispatcher, turn)
            dispatcher.utter_message(
                response="utter_ask_choice_again" if again else "utter_ask_choice",
                choices=alternatives(names, turn.language),
                buttons=[] if turn.on_phone else buttons,
            )
            if again:
                return [*self._await_choice(turn, choices), SlotSet("misunderstandings", 1)]
        return self._await_choice(turn, choices)

    def ask_service(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events:
        """Ask for the service when the message names none."""
        dispatcher.utter_message(response="utter_ask_service")
        return [SlotSet("awaiting", "service"), SlotSet("aspect", turn.asked_aspect or turn.aspect)]

    def _nothing_found(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events:
        names_something = not turn.pressed and self._names_something(turn)
        if turn.service and turn.asked_aspect and names_something:
            dispatcher.utter_message(
                response="utter_unknown_or_former_service", service=self._names(turn, (turn.service,))[0]
            )
            return self._await_choice(turn, (turn.service,))
        if names_something or turn.awaiting == "service":
            dispatcher.utter_message(response="utter_service_not_found")
            return [SlotSet("awaiting", "service"), SlotSet("aspect", turn.asked_aspect or turn.aspect)]
        return self.ask_service(dispatcher, turn)

    def _await_choice(self, turn: Turn, choices: tuple[str, ...]) -> Events:
        aspect = turn.asked_aspect or turn.aspect
        return [SlotSet("awaiting", "service_choice"), SlotSet("choices", list(choices)), SlotSet("aspect", aspect)]

    def _names(self, turn: Turn, codes: tuple[str, ...]) -> list[str]:
        return [getattr(self._knowledge.article(code).spoken, turn.language) for code in codes]


class ServiceQuestion(OpenQuestion):
    """The open question which service is meant: answered by place, by name, or by yes and no."""

    awaiting = frozenset({"service", "service_choice"})

    def __init__(self, answers: ServiceAnswers) -> None:
        self._answers = answers

    async def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Answer about the service that was chosen."""
        if self._answers.is_emergency(turn):
            return None
        place = chosen_place(turn.text, len(turn.choices)) if turn.choices else None
        if place is not None:
            return self._answers.tell(dispatcher, turn, turn.choices[place], turn.aspect or "general")
        if not turn.pressed and len(turn.words) <= _LONGEST_NAME and turn.intent in _MAY_NAME_A_SERVICE:
            return self._take_name(dispatcher, turn)
        return self._yes_or_no(dispatcher, turn) if turn.choices else None

    def _take_name(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        match = self._answers.identify(turn)
        if (admitted := self._answers.admit_unknown_case(dispatcher, turn, match)) is not None:
            return admitted
        if match.kind == "choice" and match.codes == turn.choices:  # only the aspect was said («это бесплатно?»)
            return self._answers.ask_which(dispatcher, turn, turn.choices)
        offered = [code for code in match.codes[:1] if code in turn.choices]
        if match.kind != "sure" and not offered:
            return self._yes_or_no(dispatcher, turn) if turn.choices else None
        code = (offered or match.codes)[0]
        return self._answers.tell(dispatcher, turn, code, turn.asked_aspect or turn.aspect or "general")

    def _yes_or_no(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        if turn.intent == "affirm" and len(turn.choices) == 1:
            return self._answers.tell(dispatcher, turn, turn.choices[0], turn.aspect or "general")
        if turn.intent == "affirm":
            return self._answers.ask_which(dispatcher, turn, turn.choices)
        if turn.intent == "deny":
            return [*self._answers.ask_service(dispatcher, turn), SlotSet("choices", None)]
        return None


class AnswerProcedure(TurnAction):
    """Answers a question on a service: the aspect asked for, of the service named now or before."""

    action_name = "action_answer_procedure"

    def __init__(self, open_questions: OpenQuestions, answers: ServiceAnswers, bodies: CompetentBodies) -> None:
        super().__init__(open_questions)
        self._answers = answers
        self._bodies = bodies

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Answer, or ask which service is meant."""
        match = self._answers.identify(turn)
        body = self._bodies.find_instead(turn, match)
        return self._bodies.tell(dispatcher, turn, body) if body else self._answers.respond(dispatcher, turn, match)


class Clarify(TurnAction):
    """Meets a message that was not understood: its words may still tell; else ask again, then offer a person."""

    action_name = "action_clarify"

    def __init__(self, open_questions: OpenQuestions, answers: ServiceAnswers, bodies: CompetentBodies) -> None:
        super().__init__(open_questions)
        self._answers = answers
        self._bodies = bodies

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Answer from the knowledge base or the directory when the words name something in them, else ask again."""
        aspect = self._answers.follow_up(turn)
        if aspect and turn.service:
            return self._answers.tell(dispatcher, turn, turn.service, aspect)
        match = self._answers.identify(turn)
        body = self._bodies.find_instead(turn, match)
        if body is not None:
            return self._bodies.tell(dispatcher, turn, body)
        if match.kind != "none":
            return self._answers.respond(dispatcher, turn, match)
        return say_misunderstood(dispatcher, turn)

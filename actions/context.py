"""Owns what the talk so far and the words themselves say of a message, against what its intent seemed to be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml
from rasa_sdk.events import SlotSet

from kb.search import Match
from language.normalisation import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasa_sdk.executor import CollectingDispatcher

    from actions.competence import CompetentBodies
    from actions.procedure import ServiceAnswers
    from actions.turn import Events, Turn
    from language import Language

FRAUD: Final = "fraud"
STAGE: Final = "stage:"
"""What the slot `told` begins with after a stage; its code follows."""

NO_NUMBER: Final = "no_number"
"""The same after the word where the number of an application is found."""

BY_IIN: Final = re.compile(r"\bиин|\bжсн")
"""Asks to search by the IIN instead; the monitoring system finds an application by its number only."""

_LONGEST: Final = 9
_WHAT_NOW: Final = re.compile(
    r"что (же )?(мне |нам )?(теперь |тогда |дальше |сейчас )*(делать|предпринять)|(и|а) что (теперь|дальше)|"
    r"что дальше|как (мне )?(теперь )?быть|"
    r"что (это|эт[оа] )?\s?(значит|означает)|как это понимать|"
    r"не исте(им|йм|у|ген|йин)|не кыл|калай бол(амын|ам)|бул не дег|не билдир|не деген соз|сосын не|енди ше"
)
_WHERE_TO_COLLECT: Final = re.compile(
    r"куда (мне )?(за ним |за ней )?(идти|подойти|ехать|прийти)|где (его |ее |мне )?(забрать|получить|взять)|"
    r"кайдан ал|кайда бар"
)
_HARM_DONE: Final = re.compile(
    r"назвал|сообщил|сказал|продиктовал|перев[её]л|перешл|перешел|вв[её]л|отдал|отправил|скинул|кредит|карт|банк|деньг|списа|украл|доступ|"
    r"айтып|айттым|берип|бердим|жибер|аудар|енгиз|несие|акша|шот"
)

_CENTRE: Final = re.compile(r"\b((спец)?цон|хкко|хко|халыкка кызмет)")
_WHERE_AND_WHEN: Final = re.compile(
    r"график|режим|работа(ет|ют)|открыва|закрыва|до скольки|со скольки|суббот|воскресен|обед|адрес|ближайш|рядом|"
    r"находит|"
    r"нешеде|канша(дан|га) дейин|жумыс исте|ашык|ашылады|жабыл|сенби|мекенжай|жакын|орналас"
)
_THEIR_HOURS: Final = re.compile(r"\b(открыва|закрыва)(ет|ют|ете)\w*|\bработают\b|\bнешеде (ашыл|жабыл)\w+")
_TO_US: Final = re.compile(r"\bвы\b|\bваш|1414|контакт.?центр|call|колл|\bсиз|сендер|байланыс орталы")
_OWN_WORD: Final = re.compile(
    r"до свидан|всего (добр|хорош)|\bпока\b|прощ|сау бол|кош бол|жалоб|жалу|наруш|шагым|бузды|бузып|"
    r"\bбалл|\bбага(м|ла| бер| кой)|звезд|жулдыз|оценк|ставл|\b(бир|еки|уш|торт|бес) (бер|кой|деп|дей|деим)|"
    r"не над|не нужн|не хочу|керек емес|керег[иы] жок|не надо|передумал"
)
"""Words that say the intent themselves."""
_MISHEARD: Final = frozenset(
    {
        "goodbye", "deny", "affirm", "greet", "rate", "repeat", "chitchat_bot", "contacts_hours", "out_of_scope",
        "complaint_procedure", "complaint_how", "nlu_fallback",
    }
)  # fmt: skip
"""Intents that a question on a service is taken for now and then."""
_SURE: Final = 0.95
_UNDISTURBED: Final = frozenset({"application_number", "iin", "complaint_type", "complaint_offer", "handoff"})
"""Open questions whose short answers are not to be read as questions on a service."""


def _next_steps() -> Mapping[str, Mapping[Language, str]]:
    steps: Mapping[str, Mapping[Language, str]] = yaml.load(
        Path(__file__).with_name("next_steps.yml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return steps


class InContext:
    """Answers what means something only after what was told last, and a question on a service that was misheard."""

    def __init__(self, answers: ServiceAnswers, bodies: CompetentBodies) -> None:
        self._answers = answers
        self._bodies = bodies
        self._steps = _next_steps()

    def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Answer; None when the message stands for itself."""
        if turn.pressed or turn.active_loop:
            return None
        return self._after_what_was_told(dispatcher, turn) or self._misheard(dispatcher, turn)

    def _after_what_was_told(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        said = fold(turn.text)
        if len(turn.words) > _LONGEST:
            return None
        if turn.told == FRAUD and (_WHAT_NOW.search(said) or _HARM_DONE.search(said)):
            dispatcher.utter_message(response="utter_fraud_happened")
            return [SlotSet("awaiting", "handoff")]
        if turn.told == NO_NUMBER and BY_IIN.search(said):
            dispatcher.utter_message(response="utter_no_number")
            return [SlotSet("awaiting", "handoff")]
        step = self._steps.get(turn.told.removeprefix(STAGE)) if turn.told.startswith(STAGE) else None
        if step and (_WHAT_NOW.search(said) or _WHERE_TO_COLLECT.search(said)):
            dispatcher.utter_message(text=step[turn.language])
            return [SlotSet("awaiting", "number_told")]
        return None

    def _misheard(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        if turn.intent not in _MISHEARD or turn.awaiting in _UNDISTURBED:
            return None
        said = fold(turn.text)
        if _asks_for_a_centre(said):
            dispatcher.utter_message(response="utter_service_centres")
            return [SlotSet("awaiting", "handoff")]
        if _OWN_WORD.search(said) or _TO_US.search(said):
            return None
        aspect = self._answers.follow_up(turn)
        if aspect and turn.service:
            return self._answers.tell(dispatcher, turn, turn.service, aspect)
        return None if self._bodies.find(turn) else self._named_or_unknown_case(dispatcher, turn)

    def _named_or_unknown_case(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Answer on a case of the service talked about, or on the service that is named for sure."""
        match = self._answers.identify(turn)
        if (admitted := self._answers.admit_unknown_case(dispatcher, turn, match)) is not None:
            return admitted
        named = self._answers.named(turn) if turn.confidence < _SURE else Match("none")
        return self._answers.respond(dispatcher, turn, named) if named.kind == "sure" else None


def _asks_for_a_centre(said: str) -> bool:
    """Whether a folded message asks where a service centre is or when it is open; that is not in the articles."""
    of_a_centre = _CENTRE.search(said) and _WHERE_AND_WHEN.search(said)
    return bool(of_a_centre or _THEIR_HOURS.search(said)) and not (_OWN_WORD.search(said) or _TO_US.search(said))

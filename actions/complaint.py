"""Owns help with a complaint (rules 12-16): what is told of it, the form, and the draft that the citizen files."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast

from rasa_sdk import Action, FormValidationAction
from rasa_sdk.events import FollowupAction, SlotSet

from actions import signals
from actions.answering import OpenQuestion, OpenQuestions, TurnAction
from actions.complaint_fields import (
    FIELDS,
    HAPPENED_ON,
    HAPPENED_ON_TITLES,
    TITLES,
    heard_in,
    named_field,
    named_type,
    names_only_a_body,
    said_for,
    slot,
)
from actions.complaint_replies import (
    asks_when,
    field_to_correct,
    is_no,
    is_yes,
    read_reply,
    wants_correction,
    wants_it_composed,
)
from actions.procedure import button
from actions.short_answers import chosen_place, is_place_alone, says_unknown
from actions.turn import read_turn
from actions.wording import alternatives, capitalised, spoken_date
from working_days import WorkingDays, today

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.turn import ComplaintType, Events, Turn
    from language import Language

REVIEW_WORKING_DAYS: Final = 5
"""Term in which the provider reviews a complaint, from its registration: Law on State Services, article 25."""

FORM: Final = "complaint_form"
_CONFIRMED: Final = "complaint_confirmed"
_FIXING: Final = "complaint_fixing"
_HINTED: Final = "complaint_hinted"
_FIELD_SLOTS: Final = tuple(slot(field) for fields in FIELDS.values() for field in fields)
_HEARD: Final = "complaint_heard"
_STORIES: Final = frozenset({"motives", "non_conformity"})
"""Fields whose answer tells what happened, and maybe when."""
_FULL_NAME_WORDS: Final = 2
_LONGEST_TYPE: Final = 5
_TYPES: Final[tuple[ComplaintType, ...]] = ("1", "2")


def _cleared() -> Events:
    return [SlotSet(name, None) for name in (*_FIELD_SLOTS, slot(HAPPENED_ON), _HEARD, _CONFIRMED, _FIXING, _HINTED)]


class ComplaintAdvice:
    """Explains complaints and offers to put one together."""

    def __init__(self, working_days: WorkingDays) -> None:
        self._working_days = working_days

    def review_by(self) -> date:
        """Return the last day of the review of a complaint that is registered today."""
        return self._working_days.end_of_term(today(), REVIEW_WORKING_DAYS)

    def explain(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events:
        """Tell the two types, the term and the channels, and ask for the type (rules 12, 13)."""
        self._say(dispatcher, turn, "utter_complaint_how")
        return [SlotSet("awaiting", "complaint_type")]

    def explain_type(self, dispatcher: CollectingDispatcher, turn: Turn, kind: ComplaintType) -> Events:
        """Tell what a complaint of this type must say, and offer to put it together (rules 14, 15)."""
        heard = {} if turn.pressed else heard_in(turn, kind)
        if turn.awaiting == "complaint_offer" and turn.complaint_type == kind and not turn.pressed:  # the story goes on
            dispatcher.utter_message(response="utter_complaint_offer_again")
            return [SlotSet("awaiting", "complaint_offer"), SlotSet(_HEARD, {**turn.complaint_heard, **heard})]
        self._say(dispatcher, turn, {"1": "utter_complaint_procedure", "2": "utter_complaint_staff"}[kind])
        return [
            SlotSet("awaiting", "complaint_offer"),
            SlotSet("complaint_type", kind),
            SlotSet(_HEARD, {**(turn.complaint_heard if turn.awaiting == "complaint_type" else {}), **heard}),
        ]

    def tell_term(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events:
        """Tell only the term, to someone whose complaint is being put together."""
        self._say(dispatcher, turn, "utter_complaint_term")
        return []

    def _say(self, dispatcher: CollectingDispatcher, turn: Turn, response: str) -> None:
        dispatcher.utter_message(response=response, review_by=spoken_date(self.review_by(), turn.language))


class ComplaintQuestion(OpenQuestion):
    """The open questions before the form: which type of complaint, and whether to put it together now."""

    awaiting = frozenset({"complaint_type", "complaint_offer"})

    def __init__(self, advice: ComplaintAdvice) -> None:
        self._advice = advice

    async def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Take the type, or start the form."""
        if not turn.pressed and asks_when(turn.text):
            return [*self._advice.tell_term(dispatcher, turn), SlotSet("awaiting", turn.awaiting)]
        if turn.awaiting == "complaint_type":
            return self._take_type(dispatcher, turn)
        if turn.intent != "affirm" and (turn.pressed or not wants_it_composed(turn.text)):
            return None
        heard = [SlotSet(slot(field), said) for field, said in turn.complaint_heard.items()]
        return [*_cleared(), *heard, SlotSet("awaiting", None), FollowupAction(FORM)]

    def _take_type(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        if turn.intent == "affirm":
            dispatcher.utter_message(response="utter_complaint_which_type")
            return [SlotSet("awaiting", "complaint_type")]
        if turn.pressed or len(turn.words) > _LONGEST_TYPE:
            return None
        place = chosen_place(turn.text, len(_TYPES))
        kind = named_type(turn.text) if place is None else _TYPES[place]
        return self._advice.explain_type(dispatcher, turn, kind) if kind else None


class ExplainComplaint(TurnAction):
    """Answers how to complain; on a complaint of one type says what it must contain."""

    def __init__(
        self, open_questions: OpenQuestions, advice: ComplaintAdvice, name: str, kind: ComplaintType | None
    ) -> None:
        super().__init__(open_questions)
        self.action_name = name
        self._advice = advice
        self._kind = kind

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Explain."""
        if turn.active_loop:
            return self._advice.tell_term(dispatcher, turn)
        if self._kind is None:
            return self._advice.explain(dispatcher, turn)
        return self._advice.explain_type(dispatcher, turn, self._kind)


class ValidateComplaintForm(FormValidationAction):
    """Reads each message of the form: an answer, «назад», «отмена», a correction; an aside is left to the rules."""

    def name(self) -> str:
        """Return the name that Rasa looks for."""
        return f"validate_{FORM}"

    async def required_slots(
        self, domain_slots: list[str], dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[str]:
        """Return the fields of the type and the confirmation; nothing once the citizen has cancelled."""
        if tracker.get_slot(_CONFIRMED) == "cancelled":
            return []
        return [*(slot(field) for field in _fields(tracker)), _CONFIRMED]

    async def get_validation_events(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        """Return the slots that this message changes; none for an aside, which makes Rasa reject the form's turn."""
        requested = tracker.get_slot("requested_slot")
        if not requested or _was_answered(tracker):
            return []  # the form is opening, or comes back after an aside
        turn = read_turn(tracker)
        field = requested.removeprefix("complaint_")
        reply = read_reply(turn, field)
        if reply == "aside":
            return []
        if reply == "cancel":
            return [SlotSet(_CONFIRMED, "cancelled")]
        if reply == "back":
            return self._reopen(_field_before(tracker, field))
        if field == "confirmed":
            return self._read_confirmation(turn, tracker)
        return self._read_answer(dispatcher, turn, tracker, field)

    def _read_answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker, field: str) -> Events:
        wrong = field_to_correct(turn, _kind(tracker))
        if wrong == field:  # «исправьте требования» when they are just being asked for
            return [SlotSet(slot(field), None)]
        if wrong and tracker.get_slot(slot(wrong)):
            return self._reopen(wrong)
        hint = self._hint(turn, field)
        if hint and not tracker.get_slot(_HINTED):
            dispatcher.utter_message(response=hint)
            return [SlotSet(slot(field), None), SlotSet(_HINTED, value=True)]
        kept = [SlotSet(slot(field), said_for(turn, field)), SlotSet(_HINTED, None)]
        return [*kept, *self._beside(turn, tracker, field)]

    @staticmethod
    def _beside(turn: Turn, tracker: Tracker, field: str) -> Events:
        """Return what an answer tells beside its own field: the official with the body, the day with the story."""
        heard = heard_in(turn, _kind(tracker))
        if field == "body" and "official" in heard and not tracker.get_slot(slot("official")):
            return [SlotSet(slot("official"), heard["official"])]
        if field in _STORIES and HAPPENED_ON in heard:
            return [SlotSet(slot(HAPPENED_ON), heard[HAPPENED_ON])]
        return []

    @staticmethod
    def _hint(turn: Turn, field: str) -> str | None:
        if field == "official" and (
            says_unknown(turn.text) or len(turn.words) < _FULL_NAME_WORDS or names_only_a_body(turn)
        ):
            return "utter_complaint_full_name"
        if is_yes(turn) or is_no(turn) or is_place_alone(turn.text):
            return "utter_complaint_say_it"
        return None

    def _read_confirmation(self, turn: Turn, tracker: Tracker) -> Events:
        kind = _kind(tracker)
        pressed = turn.entities.get("field")
        place = chosen_place(turn.text, len(FIELDS[kind])) if tracker.get_slot(_FIXING) and not turn.pressed else None
        field = FIELDS[kind][place] if place is not None else pressed or named_field(turn.text, kind)
        if field == "official" and (name := turn.mentions.get("person")):  # «нет, фамилия Иванова Анна Петровна»
            return [SlotSet(slot(field), name), *(SlotSet(each, None) for each in (_CONFIRMED, _FIXING, _HINTED))]
        if field in FIELDS[kind]:
            return self._reopen(str(field))
        if is_yes(turn) and not tracker.get_slot(_FIXING):
            return [SlotSet(_CONFIRMED, "yes")]
        if wants_correction(turn) or tracker.get_slot(_FIXING):
            return [SlotSet(_CONFIRMED, None), SlotSet(_FIXING, value=True)]
        return [SlotSet(_CONFIRMED, None), SlotSet(_HINTED, value=True)]

    @staticmethod
    def _reopen(field: str) -> Events:
        return [SlotSet(slot(field), None), SlotSet(_FIXING, None), SlotSet(_HINTED, None)]


class AskComplaintConfirmed(Action):
    """Reads the complaint back and asks whether it is right, or asks which part to correct."""

    def name(self) -> str:
        """Return the name that the form looks for."""
        return f"action_ask_{FORM}_{_CONFIRMED}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Ask."""
        turn = read_turn(tracker)
        titles = TITLES[turn.language]
        fields = _fields(tracker)
        if tracker.get_slot(_FIXING):
            buttons = [button(capitalised(titles[field]), "deny", field=field) for field in fields]
            dispatcher.utter_message(
                response="utter_complaint_what_to_correct",
                fields=alternatives([titles[field] for field in fields], turn.language),
                buttons=[] if turn.on_phone else buttons,
            )
            return []
        if tracker.get_slot(_HINTED):
            dispatcher.utter_message(response="utter_complaint_yes_or_correct")
            return []
        lines = [f"{capitalised(titles[field])}: {tracker.get_slot(slot(field))}" for field in fields]
        if said := tracker.get_slot(slot(HAPPENED_ON)):
            lines.append(f"{capitalised(HAPPENED_ON_TITLES[turn.language])}: {_day_in_words(said, turn.language)}")
        dispatcher.utter_message(response="utter_complaint_read_back", draft="\n".join(lines))
        return []


class ComplaintDone(Action):
    """Ends the form: keeps the draft and says who files it and where (rules 12, 16), or drops it."""

    def __init__(self, advice: ComplaintAdvice) -> None:
        self._advice = advice

    def name(self) -> str:
        """Return the name in the domain."""
        return "action_complaint_done"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Send the draft to the contact centre when the citizen confirmed it."""
        if tracker.get_slot(_CONFIRMED) != "yes":
            dispatcher.utter_message(response="utter_complaint_cancelled")
            return [*_cleared(), SlotSet("complaint_type", None)]
        turn = read_turn(tracker)
        review_by = self._advice.review_by()
        told = (*_fields(tracker), *((HAPPENED_ON,) if tracker.get_slot(slot(HAPPENED_ON)) else ()))
        fields = {field: str(tracker.get_slot(slot(field))) for field in told}
        signals.complaint_draft(
            dispatcher,
            {
                "type": int(_kind(tracker)),
                "language": turn.language,
                **fields,
                "review_by": review_by.isoformat(),
                "review_working_days": REVIEW_WORKING_DAYS,
            },
        )
        dispatcher.utter_message(response="utter_complaint_kept", review_by=spoken_date(review_by, turn.language))
        return [*_cleared(), SlotSet("complaint_type", None)]


def _day_in_words(said: str, language: Language) -> str:
    """Return a day as it is spoken; one that was said without its year stays in the citizen's words."""
    try:
        return spoken_date(date.fromisoformat(said), language)
    except ValueError:
        return said


def _was_answered(tracker: Tracker) -> bool:
    """Whether some action beside the form has taken the citizen's message already."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] != FORM:
            return True
    return False


def _kind(tracker: Tracker) -> ComplaintType:
    return cast("ComplaintType", tracker.get_slot("complaint_type") or "1")


def _fields(tracker: Tracker) -> tuple[str, ...]:
    return FIELDS[_kind(tracker)]


def _field_before(tracker: Tracker, field: str) -> str:
    order: Mapping[str, str] = dict(zip((*_fields(tracker)[1:], "confirmed"), _fields(tracker), strict=True))
    return order.get(field, field)

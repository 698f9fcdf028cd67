"""Owns how every action takes a turn: first as the answer to the assistant's own question, then for what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from rasa_sdk import Action
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.history import in_short_session
from actions.turn import read_turn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from actions.turn import Awaiting, Events, Turn

_OPEN_FOR_ONE_TURN: Final[frozenset[Awaiting]] = frozenset({"handoff", "complaint_offer", "complaint_type"})
"""Questions that a citizen who speaks of something else has answered with it."""


class OpenQuestion(Protocol):
    """A question that the assistant asks, and who understands the answer to it."""

    awaiting: frozenset[Awaiting]

    async def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Act on the answer; None when the message is no answer to it."""


class Context(Protocol):
    """What was told before, which gives some messages their meaning."""

    def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Act on the message; None when it stands for itself."""


class OpenQuestions:
    """All questions that can be open; short answers ("второе", "пять", "да") mean something only to them."""

    def __init__(self, questions: Iterable[OpenQuestion], context: Context) -> None:
        self._questions = {awaiting: question for question in questions for awaiting in question.awaiting}
        self._context = context

    async def take(self, dispatcher: CollectingDispatcher, turn: Turn) -> Events | None:
        """Let the open question act on a message, then what was told before; None when it is no answer to either."""
        question = self._questions.get(turn.awaiting) if turn.awaiting else None
        events = await question.take(dispatcher, turn) if question else None
        return self._context.take(dispatcher, turn) if events is None else events


class TurnAction(Action):
    """An action that answers one message of the citizen; during a form it is an aside, and the form asks again."""

    action_name: str
    forgets_open_question = True

    def __init__(self, open_questions: OpenQuestions) -> None:
        self._open_questions = open_questions

    def name(self) -> str:
        """Return the name in the domain."""
        return self.action_name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        """Take the message as the answer to the open question, else answer it by its intent."""
        turn = read_turn(tracker)
        events = await self._open_questions.take(dispatcher, turn)
        if events is None:
            events = await self.answer(dispatcher, turn, tracker)
        events = [*self._settled(turn, events), *_back_to_form(turn, events)]
        return in_short_session(tracker, events, dispatcher.messages)

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Answer a message that is no answer to an open question."""
        raise NotImplementedError

    def _settled(self, turn: Turn, events: Events) -> Events:
        changed = {event.get("name") for event in events if event["event"] == "slot"}
        settled = list(events)
        if self.forgets_open_question and turn.awaiting in _OPEN_FOR_ONE_TURN and "awaiting" not in changed:
            settled.append(SlotSet("awaiting", None))
        if turn.misunderstandings and "misunderstandings" not in changed:
            settled.append(SlotSet("misunderstandings", 0))
        return settled


def _back_to_form(turn: Turn, events: Events) -> Events:
    left = any(event["event"] == "active_loop" for event in events)
    return [FollowupAction(turn.active_loop)] if turn.active_loop and not left else []


def leave_form(turn: Turn) -> Events:
    """Return the events that end a form under way, none when there is none."""
    return [ActiveLoop(None), SlotSet("requested_slot", None)] if turn.active_loop else []


def say_misunderstood(dispatcher: CollectingDispatcher, turn: Turn) -> Events:
    """Say that a message was not understood; the second time in a row offer a person."""
    count = SlotSet("misunderstandings", turn.misunderstandings + 1)
    if turn.misunderstandings:
        dispatcher.utter_message(response="utter_offer_operator")
        return [count, SlotSet("awaiting", "handoff")]
    dispatcher.utter_message(response="utter_clarify")
    return [count]


class Say(TurnAction):
    """Answers an intent with one response of the domain."""

    def __init__(self, open_questions: OpenQuestions, name: str, response: str) -> None:
        super().__init__(open_questions)
        self.action_name = name
        self._response = response

    async def answer(self, dispatcher: CollectingDispatcher, turn: Turn, tracker: Tracker) -> Events:
        """Say it."""
        dispatcher.utter_message(response=self._response)
        return []

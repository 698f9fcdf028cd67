"""Owns the course of a conversation: keep first, answer in the order of arrival, fail towards a human."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from contact_centre import choices, metrics, own_answers, texts, tokens
from contact_centre.dialogue import DialogueFaultError, FaultKind, Turn, Utterance
from contact_centre.events import DESK, MessagesAdded, StateChanged
from contact_centre.signals import SIGNALS, ChangeLanguage, End, Handoff
from contact_centre.states import Event, State
from language import LANGUAGES
from language.detection import language_of_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from contact_centre.dialogue import Dialogue
    from contact_centre.events import EventBus
    from contact_centre.queue.desk import Desk
    from contact_centre.register import Answer, Kept, Register
    from contact_centre.signals import Signal
    from contact_centre.tables import Contact, Message
    from contact_centre.unhelpful import UnhelpfulAnswers
    from contact_centre.values import Channel, Language
    from kb.announcements import Notice

logger = logging.getLogger(__name__)

DIALOGUE_FAULT: Final = "dialogue_fault"
"""Reason of a hand-off that the dialogue did not ask for: it gave no answer."""

PATIENCE_S = 60.0
"""How long messages left from before a restart wait for the dialogue to be ready."""

SWEEP_S = 30.0
"""How often messages whose request died before the answer are looked for."""


@dataclass(frozen=True)
class Opened:
    """A new contact; the token is known only here."""

    contact: Contact
    token: str
    messages: list[Message]


@dataclass(frozen=True)
class Outcome:
    """What came of a citizen's message; `fault` is set when no answer could be got and the citizen was queued."""

    contact: Contact
    messages: list[Message]
    signals: list[Signal]
    fault: FaultKind | None


class Conversations:
    """All conversations of this process, whatever the channel."""

    def __init__(
        self,
        register: Register,
        dialogue: Dialogue,
        bus: EventBus,
        desk: Desk,
        unhelpful: UnhelpfulAnswers,
        *,
        notices: Callable[[], Sequence[Notice]] = tuple,
    ) -> None:
        """Take the parts; `notices` are the announcements that every contact hears first (an outage, say)."""
        self._notices = notices
        self._unhelpful = unhelpful
        self._register = register
        self._desk = desk
        self._dialogue = dialogue
        self._bus = bus
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._unheard: dict[int, str] = {}

    async def open(
        self,
        *,
        channel: Channel,
        language: Language | None,
        by_service: bool = False,
        phone: str | None = None,
        email: str | None = None,
        call_id: UUID | None = None,
    ) -> Opened:
        """Register a contact and greet the citizen: in both languages, one message each, until a language is known.

        Raises:
            KnownCallError: a contact of the call `call_id` is registered already; `reopen` opens it.

        """
        token = tokens.new()
        async with self._register.open(
            channel=channel,
            language=language,
            by_service=by_service,
            token_hash=tokens.digest(token),
            phone=phone,
            email=email,
            call_id=call_id,
        ) as registration:
            number = registration.contact.number
            for spoken in [language] if language else reversed(LANGUAGES):
                for notice in self._notices():
                    await registration.say(getattr(notice, spoken), spoken)
                await registration.say(texts.greeting(channel, spoken, number), spoken)
        metrics.CONTACTS.labels(channel).inc()
        return Opened(registration.contact, token, registration.messages)

    async def reopen(self, call_id: UUID) -> Opened:
        """Give a new token to the contact of a call that is registered already; nothing is said."""
        token = tokens.new()
        return Opened(await self._register.reopen(call_id, tokens.digest(token)), token, [])

    async def say(self, contact_id: UUID, text: str, client_id: str | None, unheard: str = "") -> Outcome:
        """Take a citizen's message (cleaned, not empty) and return the answer to it.

        The message is kept before anything else happens. The same `client_id` again gets the same answer. `unheard` is
        what of our last answer the citizen spoke over; a process that is stopped meanwhile forgets it.

        Raises:
            UnknownContactError: there is no such contact.

        """
        kept = await self._keep(contact_id, text, client_id)
        question_id = kept.message.id
        if kept.message.answered_at is None:
            self._unheard[question_id] = unheard
            try:
                await self._answer_up_to(contact_id, question_id)
            finally:
                self._unheard.pop(question_id, None)
        elif kept.is_new:  # a consultant has the conversation
            return Outcome(contact=kept.contact, messages=[], signals=[], fault=None)
        contact, question, replies = await self._register.turn(question_id)
        return Outcome(
            contact=contact,
            messages=replies,
            signals=SIGNALS.validate_python(question.signals or []),
            fault=None if question.fault is None else FaultKind(question.fault),
        )

    async def keep_answering(self) -> None:
        """Answer, until cancelled, what a stopped process or a broken request left without an answer."""
        while True:
            try:
                await self._sweep()
            except Exception:  # a database that is away for a while must not end the sweeping
                logger.exception("unanswered messages could not be looked for")
            await asyncio.sleep(SWEEP_S)

    async def _keep(self, contact_id: UUID, text: str, client_id: str | None) -> Kept:
        kept = await self._register.keep(contact_id, text, client_id)
        if kept.is_new:
            metrics.MESSAGES.labels(kept.contact.channel).inc()
            self._bus.publish(contact_id, MessagesAdded((kept.message,), kept.after))
        return kept

    async def _answer_up_to(self, contact_id: UUID, last: int | None) -> None:
        """Answer the unanswered messages in the order of arrival, until `last` (an id) is answered, or all."""
        async with self._turns.setdefault(contact_id, asyncio.Lock()):
            while (question := await self._register.oldest_unanswered(contact_id)) is not None:
                if last is not None and question.id > last:
                    return
                await self._answer(question)

    async def _sweep(self) -> None:
        contacts = await self._register.unanswered_contacts()
        if contacts:
            await self._dialogue_ready()
        for contact_id in contacts:
            await self._answer_left(contact_id)

    async def _answer_left(self, contact_id: UUID) -> None:
        try:
            await self._answer_up_to(contact_id, None)
        except Exception:  # one conversation must not keep the others waiting; the next sweep tries again
            logger.exception("contact %s still has an unanswered message", contact_id)

    async def _answer(self, question: Message) -> None:
        contact = await self._register.contact(question.contact_id)
        if own_answers.concerns(contact, question):
            language = contact.language or question.language
            async with self._register.answering(question.id, language) as answer:
                await own_answers.give(answer, question)
            if question.payload == choices.NOT_HELPED:
                await self._unhelpful.note(contact.id)
        else:
            language, turn = await self._ask(contact, question)
            async with self._register.answering(question.id, language) as answer:
                await _take_up(answer, turn, language)
        self._tell(answer)

    def _tell(self, answer: Answer) -> None:
        if State.QUEUED in answer.states:
            metrics.HANDOFFS.labels(answer.contact.channel).inc()
        self._bus.publish(answer.contact.id, MessagesAdded(), *map(StateChanged, answer.states))
        if answer.desk_news:
            self._bus.publish(DESK, *answer.desk_news)
            self._desk.wake()

    async def _ask(self, contact: Contact, question: Message) -> tuple[Language, Turn | FaultKind]:
        """Return the language of the question and the dialogue's answer, or how there came to be none."""
        language = question.language
        try:
            if question.payload is None:
                language = language_of_turn(question.text, contact.language)
            return language, await self._dialogue.turn(
                conversation=str(contact.id),
                text=question.payload or question.text,
                payload=question.payload is not None,
                language=language,
                channel=contact.channel,
                unheard=self._unheard.get(question.id, ""),
            )
        except DialogueFaultError as fault:
            logger.warning("contact %s, message %s: dialogue fault, %s", contact.number, question.id, fault)
            return language, fault.kind
        except Exception:  # a message that our code stumbles over must reach a human, not block the ones after it
            logger.exception("contact %s, message %s: internal fault", contact.number, question.id)
            metrics.DIALOGUE_FAULTS.labels(FaultKind.INTERNAL.value).inc()
            return language, FaultKind.INTERNAL

    async def _dialogue_ready(self) -> None:
        """Wait for the dialogue, which starts more slowly than this process, but not for ever."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while await self._dialogue.check() is not None:  # noqa: ASYNC110  another process: nothing to wait on
                    await asyncio.sleep(1)
        except TimeoutError:
            logger.warning("the dialogue is not ready after %s s: waiting messages go to the queue", PATIENCE_S)


async def _take_up(answer: Answer, turn: Turn | FaultKind, language: Language) -> None:
    """Do with the dialogue's answer what the state of the contact allows."""
    if answer.contact.state is State.CONSULTANT:
        return  # a consultant took over while the dialogue was thinking: the assistant is silent
    if answer.contact.state is State.RATING:  # another question says that there will be no more of a rating
        await answer.move(Event.RATED if answer.contact.awaiting == "rating_word" else Event.RATING_SKIPPED)
    if answer.contact.state is State.CLOSED:
        await answer.move(Event.CITIZEN_RETURNED)
    if isinstance(turn, Turn):
        await _carry_out(answer, turn, language)
    else:
        await _admit_fault(answer, turn, language)


async def _carry_out(answer: Answer, turn: Turn, language: Language) -> None:
    """Pass on the words of the dialogue and do what its signals ask."""
    handoff: Handoff | None = None
    ended = False
    for signal in turn.signals:
        if isinstance(signal, ChangeLanguage):
            answer.contact.language = language = signal.code
        elif isinstance(signal, Handoff):
            handoff = signal
        elif isinstance(signal, End):
            ended = True
    if ended and handoff is None:
        _ask_whether_it_helped(answer, turn, language)
    for utterance in turn.utterances:
        await answer.say(utterance, language)
    if handoff is not None:  # stronger than an end in the same turn
        await answer.hand_off(handoff.reason, handoff.skill, language)
    elif ended:
        await answer.move(Event.END)
    answer.keep_outcome(turn.signals, None)


def _ask_whether_it_helped(answer: Answer, turn: Turn, language: Language) -> None:
    """Put the question under the last words, once in a conversation that the assistant alone has had."""
    contact = answer.contact
    is_asked = contact.channel == "web" and contact.state is State.BOT and contact.helped is None
    if is_asked and contact.handoff_reason is None and turn.utterances and not turn.utterances[-1].buttons:
        turn.utterances[-1].buttons = choices.helped(language)


async def _admit_fault(answer: Answer, fault: FaultKind, language: Language) -> None:
    """Say that there is no answer and hand the citizen to a human, unless a human has the conversation already."""
    if answer.contact.state is State.QUEUED:
        await answer.say(Utterance(texts.saved_while_queued(language)), language)
        return
    await answer.wait_in_silence(DIALOGUE_FAULT)
    await answer.say(Utterance(texts.fault(language)), language)
    answer.keep_outcome([Handoff(reason=DIALOGUE_FAULT)], fault.value)

"""Owns what the contact centre itself answers, past the dialogue: rating, call-back, whether the assistant helped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from contact_centre import choices, course, texts
from contact_centre.events import DeskChanged
from contact_centre.states import Event, State
from contact_centre.tables import QueueEntry
from database.base import now
from language.normalisation import fold
from language.numbers import find_numbers
from language.phones import phone_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.dialogue import Button
    from contact_centre.register import Answer
    from contact_centre.tables import Contact, Message
    from contact_centre.values import Language

_RATING_WORDS: Final = {
    fold(words): points
    for points, said in {
        5: ("отлично", "превосходно", "супер", "өте жақсы", "керемет", "тамаша", "үздік"),
        4: ("хорошо", "жақсы"),
        3: ("нормально", "средне", "удовлетворительно", "орташа", "қанағаттанарлық"),
        2: ("плохо", "нашар", "жаман"),
        1: ("ужасно", "отвратительно", "очень плохо", "өте нашар", "өте жаман"),
    }.items()
    for words in said
}
_SKIP_WORDS: Final = frozenset(map(fold, ("нет", "не хочу", "пропустить", "жоқ", "өткізіп жіберу", "қаламаймын")))
_LONGEST_RATING_WORDS: Final = 3


def rating_in(text: str) -> int | None:
    """Return the rating from 1 to 5 that a short text says, in digits or words: «пять», «бес», «отлично»."""
    words = fold(text).split()
    if not words or len(words) > _LONGEST_RATING_WORDS:
        return None
    if (points := _RATING_WORDS.get(" ".join(words).strip(".,!"))) is not None:
        return points
    numbers = find_numbers(text)
    if len(numbers) == 1 and numbers[0].digits in {str(point) for point in choices.SCALE}:
        return int(numbers[0].digits)
    return None


def concerns(contact: Contact, question: Message) -> bool:
    """Return whether a message is for the contact centre itself and not for the dialogue."""
    if choices.is_ours(question.payload):
        return True
    if contact.state is State.QUEUED and contact.awaiting == "callback_phone":
        return phone_in(question.text) is not None
    if contact.state is not State.RATING or question.payload is not None:
        return False
    is_question = question.text.rstrip().endswith("?")
    says_rating = rating_in(question.text) is not None or fold(question.text) in _SKIP_WORDS
    return says_rating or (contact.awaiting == "rating_word" and not is_question)


async def give(answer: Answer, question: Message) -> None:
    """Answer a message that `concerns` the contact centre; the contact may have moved on since it was offered."""
    contact, payload = answer.contact, question.payload
    talk = _Talk(answer, question)
    if contact.state is State.CONSULTANT:
        return
    if contact.state is State.QUEUED and payload == choices.CALLBACK:
        await talk.ask_phone()
    elif contact.state is State.QUEUED and (phone := phone_in(question.text)) is not None:
        await talk.call_back(phone)
    elif contact.state is State.RATING:
        await talk.rate()
    elif payload == choices.HELPED:
        contact.helped = True
        await talk.say(texts.helped(talk.language, yes=True))
    elif payload == choices.NOT_HELPED:
        contact.helped = False
        await talk.say(texts.helped(talk.language, yes=False), choices.operator(talk.language))
    elif payload == choices.OPERATOR and contact.state in {State.BOT, State.CLOSED}:
        await talk.hand_off()


class _Talk:
    """One such answer."""

    def __init__(self, answer: Answer, question: Message) -> None:
        self._answer = answer
        self._question = question
        self.language: Language = answer.contact.language or question.language

    async def say(self, text: str, buttons: Sequence[Button] = ()) -> None:
        await course.say(
            self._answer.session,
            self._answer.contact,
            "system",
            text,
            self.language,
            buttons=buttons,
            reply_to=self._question.id,
        )

    async def ask_phone(self) -> None:
        if self._answer.contact.phone is not None:
            await self.call_back(self._answer.contact.phone)
            return
        self._answer.contact.awaiting = "callback_phone"
        await self.say(texts.callback_ask(self.language))

    async def call_back(self, phone: str) -> None:
        line = await self._answer.line()
        waiting = line.entry_of(self._answer.contact.id)
        if waiting is None or not waiting.waits:
            return
        by = await line.call_back(self._answer.contact, phone, now())
        await self._answer.settle(line)
        await self.say(texts.callback_left(self.language, phone, by))

    async def rate(self) -> None:
        contact = self._answer.contact
        entry = await last_talk(self._answer.session, contact)
        if entry is not None and entry.rating is None:
            points = choices.rating_of(self._question.payload) or (
                rating_in(self._question.text) if self._question.payload is None else None
            )
            if points is not None:
                entry.rating = points
                self._answer.desk_news.append(DeskChanged())
                if not entry.external:  # a word is written, not spoken
                    contact.awaiting = "rating_word"
                    await self.say(texts.rating_word(self.language), choices.skip(self.language))
                    return
        elif entry is not None and self._question.payload is None and fold(self._question.text) not in _SKIP_WORDS:
            entry.rating_word = self._question.text
        event = Event.RATED if entry is not None and entry.rating is not None else Event.RATING_SKIPPED
        await self._answer.move(event)
        if entry is None or not entry.external:
            await self.say(texts.of_event(event, self.language) or "")

    async def hand_off(self) -> None:
        if self._answer.contact.state is State.CLOSED:
            await self._answer.move(Event.CITIZEN_RETURNED)
        await self._answer.hand_off("not_helped", None, self.language)


async def last_talk(session: AsyncSession, contact: Contact) -> QueueEntry | None:
    """Return the last entry by which a contact talked with a consultant."""
    query = (
        select(QueueEntry)
        .where(QueueEntry.contact_id == contact.id, QueueEntry.ending == Event.CLOSED_BY_CONSULTANT)
        .where(QueueEntry.kind == "conversation")
        .order_by(QueueEntry.id.desc())
        .limit(1)
    )
    return await session.scalar(query)

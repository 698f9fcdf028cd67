"""Owns one call from its first sound to its last: greeting, turns, keys, hand-off, farewell."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from language import LANGUAGES
from language.numbers import find_numbers
from language.phones import phone_in
from voice_channel import metrics
from voice_channel.ears import Deaf, Ears, Heard
from voice_channel.exchange_client import Recorded, RecordingOf, Report
from voice_channel.line import Line
from voice_channel.mouth import Mouth, Utterance
from voice_channel.phrases import phrase
from voice_channel.playback import Playback
from voice_channel.recognition import likelier
from voice_channel.recording import Recording, place
from voice_channel.sessions import LegKind, Next, TurnRecord, now, queue_for
from voice_channel.turns.completeness import Expecting
from voice_channel.turns.keys import Command, Digits, Keypad, LanguageKey, Meaning
from voice_channel.turns.silence_ladder import SilenceLadder, Step
from voice_channel.web_api import WebApiError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from language import Language
    from voice_channel.chat_client import ChatClient, Conversation, Reply
    from voice_channel.exchange_client import Event, ExchangeClient
    from voice_channel.leg import HungUp, Leg
    from voice_channel.mouth import Said
    from voice_channel.phrases import Moment
    from voice_channel.recogniser import Recogniser
    from voice_channel.sessions import Session
    from voice_channel.speaker import Speaker
    from voice_channel.tuning import Tuning
    from voice_channel.vad import Vad

logger = logging.getLogger(__name__)

_RATINGS: Final = range(1, 6)
_ASKINGS: Final = 2
_ASKINGS_OF_A_PHONE: Final = 4
_YES: Final = {"да", "верно", "подтверждаю", "иә", "ия", "дұрыс", "растаймын"}
_SHORTEST_NUMBER: Final = 2
"""Digits by which something typed unasked is a number and not a slip of the finger."""


@dataclass(frozen=True)
class Parts:
    """What every call of the process works with."""

    tuning: Tuning
    recogniser: Recogniser
    speaker: Speaker
    chat: ChatClient
    exchange: ExchangeClient
    recordings: Path | None
    is_linked: bool = False
    """The exchange itself tells what becomes of its calls, and records them whole."""


Input = Heard | Deaf | Command | Digits | LanguageKey | Step


class Call:
    """One leg of a call."""

    def __init__(self, session: Session, leg: Leg, vad: Vad, parts: Parts) -> None:
        self._session = session
        self._record = session.record
        self._parts = parts
        self._tuning = parts.tuning
        self._inputs: asyncio.Queue[Input] = asyncio.Queue()
        self._playback = Playback()
        self._mouth = Mouth(parts.speaker, self._playback)
        self._ears = Ears(parts.tuning, vad, parts.recogniser, self._playback, self._inputs.put_nowait)
        self._keypad = Keypad(parts.tuning)
        self._keypad.choosing_language = session.kind is LegKind.MAIN and session.record.language is None
        self._ladder = SilenceLadder(parts.tuning)
        self._line = Line(leg, self._ears, self._mouth, self._on_key, self._on_beat)
        self._listening = False
        self._yes_or_no = False
        self._misheard = 0
        self._spoke_at_all = False
        self._last_said: list[Utterance] = []
        self._unheard = ""

    async def run(self) -> None:
        """Hold the call; afterwards the session says what the dialplan does next."""
        line = asyncio.create_task(self._line.run(), name="line")
        talk = asyncio.create_task(self._talk(), name="talk")
        self._record.state = "talking"
        try:
            await asyncio.wait({line, talk}, return_when=asyncio.FIRST_COMPLETED)
            if talk.done():
                talk.result()
            else:
                self._hung_up(line.result())
        finally:
            for task in (talk, line):
                task.cancel()
            await asyncio.gather(talk, line, return_exceptions=True)
            await self._ears.close()
            await self._end_recording()
            if self._session.next is Next.HANGUP and not self._parts.is_linked:
                await self._report("hung_up")
            metrics.STALL.observe(self._line.longest_stall_s)
            self._record.state = "ended"

    def _hung_up(self, end: HungUp) -> None:
        logger.info("contact %s: %s", self._record.number or "-", end.reason)
        self._session.next = Next.HANGUP

    # What the caller does

    def _on_key(self, key: str) -> None:
        self._meant(self._keypad.press(key, asyncio.get_running_loop().time()))
        if self._ears.interruptible:
            self._mouth.stop()

    def _on_beat(self, at: float) -> None:
        self._meant(self._keypad.tick(at))
        if not self._listening or self._ears.in_turn or self._mouth.speaking or self._keypad.typing:
            self._ladder.busy()
        elif (step := self._ladder.quiet(at)) is not None:
            self._inputs.put_nowait(step)

    def _meant(self, meaning: Meaning | None) -> None:
        if isinstance(meaning, LanguageKey):
            self._record.language = meaning.language
        if meaning is not None:
            self._inputs.put_nowait(meaning)

    # What we do

    async def _talk(self) -> None:
        try:
            if self._session.kind is LegKind.RATING:
                await self._ask_rating()
            elif self._session.kind is LegKind.CALLBACK:
                await self._offer_callback()
            else:
                await self._serve()
        except WebApiError as error:
            logger.error("contact %s: the web process failed: %s", self._record.number or "-", error)  # noqa: TRY400
            if self._session.kind is LegKind.MAIN:
                await self._leave("fault", queue_for(self._record.language))
            else:
                self._session.next = queue_for(self._record.language)  # the dialplan says what there is to say

    async def _serve(self) -> None:
        if not self._parts.speaker.usable:
            self._session.next = Next.QUEUE
            return
        await self._greet()
        while self._session.next is None:
            self._listen()
            await self._react(await self._inputs.get())

    async def _greet(self) -> None:
        is_back = self._record.conversation is not None
        opened = await self._open()
        if opened.messages and not is_back:
            greeting = [
                Utterance(message.text, message.language)
                for message in opened.messages
                if message.language in self._spoken_languages()  # a language key may have been faster
            ]
        else:
            await self._report("returned")
            greeting = [Utterance(phrase("browser_greeting", one), one) for one in self._spoken_languages()]
        self._begin_recording()
        self._listen()
        await self._say_ourselves(greeting)
        if not self._ears.can_recognise:
            await self._phrase("keys_only")

    async def _open(self) -> Conversation:
        """Return the call's conversation, which the web process keeps through our restarts."""
        if self._record.conversation is None:
            opened = await self._parts.chat.open(self._session.caller, self._record.exchange_call)
            self._record.conversation, self._record.number = opened, opened.number
        return self._record.conversation

    async def _report(self, event: Event) -> None:
        """Tell the contact centre what happens to a call of the exchange, as far as we see it."""
        call = self._record.exchange_call
        if call is None:
            return
        try:
            await self._parts.exchange.report(Report(call=call, event=event, at=now()))
        except WebApiError as error:
            logger.warning("contact %s: %r is not reported: %s", self._record.number or "-", event, error)

    async def _end_recording(self) -> None:
        recording, conversation = self._line.recording, self._record.conversation
        if recording is None:
            return
        await recording.close()
        if conversation is None:
            return
        recorded = Recorded(
            of=RecordingOf(conversation=UUID(conversation.id)),
            file=recording.path.relative_to(self._parts.recordings or recording.path.parent).as_posix(),
            started_at=recording.started_at,
            duration_ms=recording.duration_ms,
        )
        try:
            await self._parts.exchange.attach(recorded)
        except WebApiError as error:
            logger.error("contact %s: its recording is not attached: %s", self._record.number, error)  # noqa: TRY400

    def _begin_recording(self) -> None:
        if self._parts.recordings is None or (self._parts.is_linked and not self._record.in_browser):
            return
        path = place(self._parts.recordings, self._record.number, str(self._session.id))
        try:
            self._line.recording = Recording(path)
        except OSError as error:
            logger.error("contact %s is not recorded: %s", self._record.number, error)  # noqa: TRY400
            return
        self._record.recording = str(path)

    def _listen(self) -> None:
        self._ears.listen(self._heard_languages(), self._expecting())
        self._listening = True

    def _expecting(self) -> Expecting:
        if self._keypad.wanted_digits:
            return Expecting.NUMBER
        return Expecting.YES_OR_NO if self._yes_or_no else Expecting.WORDS

    def _heard_languages(self) -> tuple[Language, ...]:
        """Both languages until one is known, and again when the known one is not understood."""
        return (self._record.language,) if self._record.language and not self._misheard else LANGUAGES

    def _spoken_languages(self) -> tuple[Language, ...]:
        return (self._record.language,) if self._record.language else ("kk", "ru")

    async def _react(self, said: Input) -> None:
        if isinstance(said, Step):
            await self._break_silence(said)
            return
        self._ladder.answered()
        if isinstance(said, Heard):
            await self._take_turn(said)
        elif isinstance(said, Digits):
            await self._take_digits(said)
        elif isinstance(said, LanguageKey):
            await self._answer(phrase("key_language", said.language))
        elif said is Command.CONSULTANT:
            await self._ask_consultant()
        elif said is Command.REPEAT:
            await self._repeat()
        else:
            await self._not_understood()

    async def _break_silence(self, step: Step) -> None:
        if not self._ears.can_recognise:
            await self._ask_consultant()
        elif step is Step.ASK_AGAIN:
            await self._phrase("ask_again")
        elif step is Step.OFFER_HELP:
            await self._phrase("offer_help")
        elif self._spoke_at_all:
            await self._leave("silent_goodbye", Next.HANGUP)
        else:
            await self._leave("silent_handoff", None)

    async def _take_turn(self, heard: Heard) -> None:
        language = likelier(heard.by_language, self._record.language or "ru")
        recognition = heard.by_language.get(language)
        if recognition is None or not recognition.words:
            if heard.turn.speech_s >= self._tuning.shortest_utterance_s:
                await self._not_understood()
            return
        if not recognition.text or recognition.confidence < self._tuning.sure_confidence:
            await self._not_understood()
            return
        self._misheard = 0
        self._record.language = language
        await self._answer(recognition.text, heard)

    async def _not_understood(self) -> None:
        self._misheard += 1
        metrics.MISHEARD.inc()
        if self._misheard >= self._tuning.misheard_limit or not self._ears.can_recognise:
            await self._leave("misheard_handoff", None)
        else:
            await self._phrase("not_understood")

    async def _take_digits(self, typed: Digits) -> None:
        if self._keypad.wanted_digits or len(typed.digits) >= _SHORTEST_NUMBER:
            await self._answer(typed.digits)

    async def _ask_consultant(self) -> None:
        await self._answer(phrase("key_consultant", self._record.language or "ru"))

    async def _repeat(self) -> None:
        if self._last_said:
            await self._say(self._last_said)
        else:
            await self._phrase("nothing_to_repeat")

    async def _answer(self, text: str, heard: Heard | None = None) -> None:
        """Pass on what the caller said and say what comes back."""
        clock = asyncio.get_running_loop().time
        conversation = self._record.conversation
        if conversation is None:
            raise WebApiError("there is no conversation yet")
        self._spoke_at_all = True
        self._keypad.choosing_language = False
        self._listening = False
        asked_at = now()
        asking = asyncio.create_task(self._parts.chat.say(conversation, text, self._unheard))
        try:
            done, _ = await asyncio.wait({asking}, timeout=self._tuning.filler_s)
            if not done:
                language = self._record.language or "ru"
                await self._say_ourselves([Utterance(phrase("filler", language), language)])
            reply = await asking
        finally:
            asking.cancel()
        answered_at = clock()
        self._keypad.wanted_digits = reply.wanted_digits()
        self._yes_or_no = reply.wants_yes_or_no()
        self._ears.interruptible = reply.state == "bot"
        answers = [Utterance(message.text, message.language, public=message.public) for message in reply.messages]
        if answers:
            self._last_said = answers
        if answers and (heard is not None or self._record.language is not None):  # a key alone is in no language
            self._record.language = answers[-1].language
        self._note_turn("caller", text, asked_at)
        turn = self._note_turn("assistant", _text(answers))
        said = await self._say(answers)
        turn.ended_at, turn.heard, self._unheard = now(), said.heard, said.unheard
        if heard is not None:
            turn.latency_ms = latencies(heard, answered_at, said)
            metrics.observe(turn.latency_ms)
        self._follow(reply)

    def _follow(self, reply: Reply) -> None:
        if reply.state == "closed":
            self._session.next = Next.HANGUP
        elif reply.state != "bot":
            self._session.next = queue_for(self._record.language)

    def _note_turn(self, who: str, text: str, started_at: datetime | None = None) -> TurnRecord:
        moment = now()
        turn = TurnRecord(who, text, started_at or moment, moment)
        self._record.turns.append(turn)
        return turn

    async def _say(self, utterances: Sequence[Utterance]) -> Said:
        said = await self._mouth.say(utterances)
        self._listening = True
        return said

    async def _say_ourselves(self, utterances: Sequence[Utterance]) -> None:
        """Say what is the line's own and no answer of the dialogue's."""
        turn = self._note_turn("line", _text(utterances))
        said = await self._say(utterances)
        turn.ended_at, turn.heard = now(), said.heard

    async def _phrase(self, moment: Moment, **values: str) -> None:
        languages = self._spoken_languages()
        await self._say_ourselves([Utterance(phrase(moment, language, **values), language) for language in languages])

    async def _leave(self, moment: Moment, after: Next | None) -> None:
        """Say a last sentence to its end and go; without `after` to the queue."""
        self._ears.interruptible = False
        if self._parts.speaker.usable:
            await self._phrase(moment)
        self._session.next = after or queue_for(self._record.language)

    async def _ask_rating(self) -> None:
        """Ask what the consultant's help was worth; whatever the answer, the call ends here."""
        self._session.next = Next.HANGUP
        reporting = asyncio.create_task(self._report("completed"))  # or the rating would come to an open talk
        rating = await self._number_from("rating", _RATINGS)
        await reporting
        if rating is None:
            return
        answer = phrase("key_rating", self._record.language or "ru", rating=rating)
        await self._parts.chat.say(await self._open(), answer)
        await self._leave("rating_thanks", Next.HANGUP)

    async def _offer_callback(self) -> None:
        """Offer to call back after no consultant was free; the call ends here."""
        self._session.next = Next.HANGUP
        call, phone = self._record.exchange_call, await self._confirmed_phone()
        if call is None or phone is None:
            return
        promise = await self._parts.exchange.call_back(call, phone, now())
        if promise is None:
            await self._leave("callback_thanks", Next.HANGUP)
            return
        self._ears.interruptible = False
        await self._say_ourselves([Utterance(promise, self._record.language or "ru")])

    async def _confirmed_phone(self) -> str | None:
        """Say to which number we would call, until the caller says yes; None when nothing is said or typed."""
        phone = self._session.caller
        moment: Moment = "callback"
        for _ in range(_ASKINGS_OF_A_PHONE):
            self._ears.listen(self._heard_languages(), Expecting.NUMBER)
            await self._phrase(moment if phone else "callback_number", phone=phone or "")
            answer = await self._inputs.get()
            if phone is not None and _agrees(answer):
                return phone
            phone, moment = _phone(answer) or phone, "callback_confirm"
        return None

    async def _number_from(self, moment: Moment, allowed: range) -> int | None:
        """Ask for one of a few numbers, by key or word; None when the caller gives none after two askings."""
        self._keypad.rating = True
        for _ in range(_ASKINGS):
            self._ears.listen(self._heard_languages(), Expecting.RATING)
            await self._phrase(moment)
            number = _number(await self._inputs.get())
            if number in allowed:
                return number
        return None


def _text(utterances: Sequence[Utterance]) -> str:
    return " ".join(utterance.text for utterance in utterances)


def _number(said: Input) -> int | None:
    """Return the number that an input is or holds."""
    numbers = [number.digits for text in _texts(said) for number in find_numbers(text)]
    return int(numbers[0]) if numbers else None


def _phone(said: Input) -> str | None:
    """Return the telephone number that an input is or holds."""
    return next((phone for text in _texts(said) if (phone := phone_in(text)) is not None), None)


def _agrees(said: Input) -> bool:
    """Return whether an input is a yes: the key 1, or the word in either language."""
    return _number(said) == 1 or any(word in _YES for text in _texts(said) for word in text.split())


def _texts(said: Input) -> list[str]:
    """Return what an input may say, in each language that it was heard in."""
    if isinstance(said, Digits):
        return [said.digits]
    return [recognition.text for recognition in said.by_language.values()] if isinstance(said, Heard) else []


def latencies(heard: Heard, answered_at: float, said: Said) -> dict[str, int]:
    """Return the parts of the wait between the caller's last sound and our first, in milliseconds."""
    first_sound_at = said.first_sound_at or answered_at
    parts = {
        "end_of_turn": heard.turn.noticed_at - heard.turn.ended_at,
        "final": heard.final_at - heard.turn.noticed_at,
        "dialogue": answered_at - heard.final_at,
        "first_audio": first_sound_at - answered_at,
        "total": first_sound_at - heard.turn.ended_at,
    }
    return {name: round(1000 * value) for name, value in parts.items()}

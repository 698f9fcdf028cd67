"""Owns hearing the caller: voice activity, recognition and turn-taking put together into what was said and when."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from voice_channel import echo
from voice_channel.audio import FRAME_BYTES, FRAME_S, SILENCE
from voice_channel.loudness import Loudness
from voice_channel.phrase_hints import hints
from voice_channel.recogniser import RecogniserLostError
from voice_channel.turns.barge_in import Action, BargeIn
from voice_channel.turns.end_of_turn import EndOfTurn
from voice_channel.vad import WINDOW_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from language import Language
    from voice_channel.playback import Playback
    from voice_channel.recogniser import Recogniser
    from voice_channel.recognition import Recognition
    from voice_channel.tuning import Tuning
    from voice_channel.turns.completeness import Expecting
    from voice_channel.vad import Vad

logger = logging.getLogger(__name__)

_ECHO_PROBE_S: Final = 0.25


@dataclass(frozen=True)
class Turn:
    """When a turn of the caller began, ended and was known to have ended (seconds of the loop's clock)."""

    began_at: float
    ended_at: float
    noticed_at: float
    speech_s: float
    """Without the pauses in it."""


@dataclass(frozen=True)
class Heard:
    """One turn of the caller and what was recognised of it, by language; `final_at` is when that was known."""

    by_language: Mapping[Language, Recognition]
    turn: Turn
    final_at: float


@dataclass(frozen=True)
class Deaf:
    """The recogniser is lost: the caller spoke and was not understood for that reason."""


class Ears:
    """The hearing of one call."""

    def __init__(
        self,
        tuning: Tuning,
        vad: Vad,
        recogniser: Recogniser,
        playback: Playback,
        tell: Callable[[Heard | Deaf], None],
    ) -> None:
        self._tuning = tuning
        self._vad = vad
        self._recogniser = recogniser
        self._playback = playback
        self._tell = tell
        self._turn = EndOfTurn(tuning)
        self._barge_in = BargeIn(tuning)
        self._partial: dict[Language, str] = {}
        self._stream = recogniser.open(self._take_partial)
        self._preroll: deque[bytes] = deque(maxlen=round(tuning.preroll_s / FRAME_S))
        self._line: deque[bytes] = deque(maxlen=round(_ECHO_PROBE_S / FRAME_S))
        self._sent: deque[bytes] = deque(maxlen=round((tuning.echo_delay_s + _ECHO_PROBE_S) / FRAME_S))
        self._loudness = Loudness()
        self._sounding_s = 0.0
        self._finishing: set[asyncio.Task[None]] = set()
        self.interruptible = True

    @property
    def can_recognise(self) -> bool:
        """Whether spoken words can be understood."""
        return bool(self._recogniser.languages)

    @property
    def in_turn(self) -> bool:
        """Whether the caller is speaking, or what was said is being recognised."""
        return self._turn.open or bool(self._finishing)

    def listen(self, languages: tuple[Language, ...], expecting: Expecting) -> None:
        """Hear the next turn in these languages (those that have a model), as an answer of this kind."""
        self._turn.expecting = expecting
        if self._stream is None:
            self._stream = self._recogniser.open(self._take_partial)
        if self._stream is not None:
            known = [language for language in languages if language in self._recogniser.languages]
            self._stream.listen({one: hints(expecting, one) for one in known or self._recogniser.languages})

    def sent(self, frame: bytes | None) -> None:
        """Note what our side sent, to know its echo."""
        self._sent.append(frame or SILENCE)

    def sound(self, pcm: bytes, at: float) -> None:
        """Take sound of the caller that came at `at`."""
        self._turn.came(at)
        for start in range(0, len(pcm), FRAME_BYTES):
            self._frame(pcm[start : start + FRAME_BYTES], at)

    def tick(self, at: float) -> None:
        """Let time pass: the end of a turn is noticed here."""
        if self._turn.over(at) and not self._barge_in.paused:
            self._end_turn(at)

    async def close(self) -> None:
        """Let the call's recogniser go."""
        for task in self._finishing:
            task.cancel()
        await asyncio.gather(*self._finishing, return_exceptions=True)
        if self._stream is not None:
            self._recogniser.close(self._stream)

    def _frame(self, pcm: bytes, at: float) -> None:
        self._line.append(pcm)
        self._sounding_s = self._sounding_s + FRAME_S if self._loudness.is_sound(pcm) else 0.0
        was_open = self._turn.open
        for speech in self._vad.windows(pcm):
            self._window(at, speech=speech)
        if self._turn.open:
            self._feed(b"".join(self._preroll) + pcm if not was_open else pcm)
            self._preroll.clear()
        else:
            self._preroll.append(pcm)

    def _feed(self, pcm: bytes) -> None:
        if self._stream is not None:
            self._stream.feed(pcm)

    def _window(self, at: float, *, speech: bool) -> None:
        if self._playback.playing:
            if not self.interruptible:
                return
            self._weigh(at, speech=speech)
            if self._playback.playing and not self._barge_in.paused:
                return
        else:
            self._barge_in.reset()
        if speech:
            self._turn.speech(at, WINDOW_S)

    def _weigh(self, at: float, *, speech: bool) -> None:
        """Decide whether our voice goes on while the line is not quiet."""
        words = max(self._partial.values(), key=len, default="")
        action = self._barge_in.hear(
            at, WINDOW_S, speech=speech, words=words, likely=self._vad.likely, sounding_s=self._sounding_s
        )
        if action is Action.PAUSE:
            if self._is_echo():
                self._barge_in.reset()
            else:
                self._playback.pause()
        elif action is Action.STOP:
            self._playback.stop()
        elif action is Action.SETTLE:
            self._end_turn(at, settling=True)

    def _is_echo(self) -> bool:
        likeness = echo.likeness(b"".join(self._line), b"".join(self._sent))
        return likeness >= self._tuning.echo_correlation

    def _end_turn(self, at: float, *, settling: bool = False) -> None:
        """Ask the recogniser for its last word; with `settling` it decides whether that was a turn at all."""
        turn = Turn(self._turn.began_at, self._turn.last_speech_at, at, self._turn.speech_s)
        finishing = asyncio.create_task(self._finish(turn, settling=settling))
        self._finishing.add(finishing)
        finishing.add_done_callback(self._finishing.discard)
        self._turn.reset()
        self._partial = {}

    async def _finish(self, turn: Turn, *, settling: bool) -> None:
        by_language = await self._last_word()
        if by_language is None:
            if settling:  # what was said over our voice may have been an answer: it is asked for again
                self._barge_in.reset()
                self._playback.stop()
            self._tell(Deaf())
            return
        if settling and not self._settled(by_language, turn):
            return
        final_at = asyncio.get_running_loop().time()
        self._tell(Heard(by_language, turn, final_at))

    async def _last_word(self) -> dict[Language, Recognition] | None:
        """Return what was recognised, None when the recogniser is lost."""
        if self._stream is None:
            return None
        try:
            return await self._stream.finish(self._tuning.final_limit_s)
        except RecogniserLostError as error:
            logger.error("a turn was not understood: %s", error)  # noqa: TRY400
            return None

    def _settled(self, by_language: Mapping[Language, Recognition], turn: Turn) -> bool:
        """Stop our voice for what was meant as a turn, or let it go on; return whether it was one."""
        sure = (heard.text for heard in by_language.values() if heard.confidence >= self._tuning.sure_confidence)
        words = max(sure, key=len, default="")
        settled = self._barge_in.settle(words, spoken_s=turn.speech_s, left_s=self._playback.left_s)
        if settled is Action.STOP:
            self._playback.stop()
            return True
        self._playback.resume()
        return False

    def _take_partial(self, texts: dict[Language, str]) -> None:
        if self._turn.open:
            self._partial = texts
            self._turn.words(max(texts.values(), key=len, default=""))

"""Owns hearing the caller: voice activity, recognition and turn-taking put together into what was said and when."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from voice_channel import echo
from voice_channel.audio import FRAME_BYTES, FRAME_S, SILENCE
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
class Heard:
    """One turn of the caller: what was recognised, by language, and when (seconds of the loop's clock)."""

    by_language: Mapping[Language, Recognition]
    speech_s: float
    began_at: float
    ended_at: float
    noticed_at: float
    final_at: float
    over_our_voice: bool


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
        self._languages: tuple[Language, ...] = ()
        self._preroll: deque[bytes] = deque(maxlen=round(tuning.preroll_s / FRAME_S))
        self._line: deque[bytes] = deque(maxlen=round(_ECHO_PROBE_S / FRAME_S))
        self._sent: deque[bytes] = deque(maxlen=round((tuning.echo_delay_s + _ECHO_PROBE_S) / FRAME_S))
        self._finishing: set[asyncio.Task[None]] = set()
        self._over_our_voice = False
        self.interruptible = True

    @property
    def can_recognise(self) -> bool:
        """Whether spoken words can be understood."""
        return self._stream is not None or bool(self._recogniser.languages)

    @property
    def in_turn(self) -> bool:
        """Whether the caller is speaking, or what was said is being recognised."""
        return self._turn.open or bool(self._finishing)

    def listen(self, languages: tuple[Language, ...], expecting: Expecting) -> None:
        """Hear the next turn in these languages (those that have a model), as an answer of this kind."""
        self._languages = tuple(language for language in languages if language in self._recogniser.languages)
        self._turn.expecting = expecting
        if self._stream is None:
            self._stream = self._recogniser.open(self._take_partial)
        if self._stream is not None:
            self._stream.listen(self._languages or self._recogniser.languages)

    def sent(self, frame: bytes | None) -> None:
        """Note what our side sent, to know its echo."""
        self._sent.append(frame or SILENCE)

    def sound(self, pcm: bytes, at: float) -> None:
        """Take sound of the caller that came at `at`."""
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
            if not self._turn.open:
                self._over_our_voice = self._playback.playing
            self._turn.speech(at, WINDOW_S)

    def _weigh(self, at: float, *, speech: bool) -> None:
        """Decide whether our voice goes on while the line is not quiet."""
        words = max(self._partial.values(), key=len, default="")
        action = self._barge_in.hear(at, WINDOW_S, speech=speech, words=words)
        if action is Action.PAUSE:
            if self._is_echo():
                self._barge_in.reset()
            else:
                self._playback.pause()
        elif action is Action.STOP:
            self._playback.stop()
        elif action is Action.RESUME:
            self._drop_turn()
            self._playback.resume()

    def _is_echo(self) -> bool:
        likeness = echo.likeness(b"".join(self._line), b"".join(self._sent))
        return likeness >= self._tuning.echo_correlation

    def _drop_turn(self) -> None:
        """Forget what was said: it was no turn."""
        self._turn.reset()
        self._partial = {}
        if self._stream is not None:
            self._stream.discard()

    def _end_turn(self, at: float) -> None:
        turn = self._turn
        finishing = asyncio.create_task(
            self._finish(
                began_at=turn.began_at,
                ended_at=turn.last_speech_at,
                noticed_at=at,
                speech_s=turn.speech_s,
                over_our_voice=self._over_our_voice,
            )
        )
        self._finishing.add(finishing)
        finishing.add_done_callback(self._finishing.discard)
        turn.reset()
        self._partial = {}

    async def _finish(
        self, *, began_at: float, ended_at: float, noticed_at: float, speech_s: float, over_our_voice: bool
    ) -> None:
        if self._stream is None:
            self._tell(Deaf())
            return
        try:
            by_language = await self._stream.finish(self._tuning.final_limit_s)
        except RecogniserLostError as error:
            logger.error("a turn was not understood: %s", error)  # noqa: TRY400
            self._tell(Deaf())
            return
        final_at = asyncio.get_running_loop().time()
        self._tell(Heard(by_language, speech_s, began_at, ended_at, noticed_at, final_at, over_our_voice))

    def _take_partial(self, texts: dict[Language, str]) -> None:
        if self._turn.open:
            self._partial = texts
            self._turn.words(max(texts.values(), key=len, default=""))

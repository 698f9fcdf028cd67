"""Owns speaking to the caller: texts into sentences, sentences into sound, the first playing while the next is made."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_channel.speaker import SpeakerLostError
from voice_channel.spoken_text.sentences import sentences
from voice_channel.spoken_text.spelling import spelt_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from language import Language
    from voice_channel.playback import Playback
    from voice_channel.speaker import Speaker

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Utterance:
    """Something to say; `public` is what is no citizen's own and will be said to others too, so its sound is kept."""

    text: str
    language: Language
    public: bool = True


@dataclass(frozen=True)
class Said:
    """What came of saying something: when it began to sound (seconds of the loop's clock) and how much was heard."""

    first_sound_at: float | None
    heard: str
    unheard: str
    """From the sentence that was interrupted on."""


class Mouth:
    """The voice of one call."""

    def __init__(self, speaker: Speaker, playback: Playback) -> None:
        self._speaker = speaker
        self._playback = playback
        self._making = False
        self._first_sound_at: float | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def speaking(self) -> bool:
        """Whether something is being said."""
        return not self._quiet.is_set()

    def next_frame(self, at: float) -> bytes | None:
        """Return the 20 ms that are due at `at`, None for silence."""
        frame = self._playback.next_frame()
        if frame is not None and self._first_sound_at is None:
            self._first_sound_at = at
        if not self._playback.playing and not self._making:
            self._quiet.set()
        return frame

    def stop(self) -> None:
        """Fall silent at once."""
        self._playback.stop()

    async def say(self, utterances: Sequence[Utterance]) -> Said:
        """Say one utterance after another; returns when the last sound was sent, or our voice was stopped."""
        parts = [(sentence, utterance) for utterance in utterances for sentence in sentences(utterance.text)]
        self._playback.begin()
        self._first_sound_at = None
        self._making = True
        self._quiet.clear()
        try:
            for sentence, utterance in parts:
                spelt = spelt_out(sentence, utterance.language)
                pcm = await self._speaker.say(spelt, utterance.language, keep=utterance.public)
                if self._playback.stopped:
                    break
                self._playback.add(sentence, pcm)
        except SpeakerLostError as error:
            logger.error("something was not said: %s", error)  # noqa: TRY400
        finally:
            self._making = False
        await self._quiet.wait()
        heard = self._playback.heard()
        unheard = [sentence for sentence, _ in parts[len(heard) :]]
        return Said(self._first_sound_at, " ".join(heard), " ".join(unheard))

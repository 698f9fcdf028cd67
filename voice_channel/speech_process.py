"""Owns the process that speaks: `python -m voice_channel.speech_process`. One sentence at a time, in order."""

from __future__ import annotations

import json
import logging
import sys
from enum import IntEnum

from observability import logs
from voice_channel import priority, worker
from voice_channel.settings import Settings
from voice_channel.speech_engines import best
from voice_channel.speech_models import FOLDER
from voice_channel.worker import Frame

logger = logging.getLogger(__name__)


class Say(IntEnum):
    """What goes over the pipes; a stream is one sentence."""

    READY = 1
    """From the process: payload is the engine's name."""
    SENTENCE = 2
    """To the process: `{"text", "language"}`."""
    SOUND = 3
    FAILED = 4
    """Instead of the sound; the payload says why."""


def main() -> None:
    """Serve until standard input ends."""
    output = worker.claim_output()
    logs.configure("voice-speech")
    settings = Settings()
    if settings.voice_realtime:
        priority.go_second()
    try:
        engine = best(settings.voice_piper_voices or FOLDER / "voices")
    except (OSError, RuntimeError) as error:
        sys.exit(f"espeak-ng cannot be used (is the package espeak-ng installed?): {error}")

    def tell(stream: int, kind: Say, payload: bytes) -> None:
        output.write(worker.encode(Frame(stream, kind, payload)))
        output.flush()

    tell(0, Say.READY, engine.name.encode())
    for frame in worker.frames(sys.stdin.buffer):
        wanted = json.loads(frame.payload)
        try:
            tell(frame.stream, Say.SOUND, engine.speak(wanted["text"], wanted["language"]))
        except Exception as error:  # one sentence that the engine stumbles over must not silence the others
            logger.exception("a sentence could not be spoken")
            tell(frame.stream, Say.FAILED, repr(error).encode())


if __name__ == "__main__":
    main()

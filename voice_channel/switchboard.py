"""Owns which connections become calls: sessions claimed, the limit of calls kept, an honest refusal beyond it."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from voice_channel import metrics
from voice_channel.audio import FRAME_BYTES, SILENCE
from voice_channel.audiosocket import FrameError
from voice_channel.audiosocket_leg import AudioSocketLeg
from voice_channel.call import Call
from voice_channel.pacing import Pacer
from voice_channel.phrases import phrase
from voice_channel.sessions import SessionRefusedError, queue_for
from voice_channel.speaker import SpeakerLostError
from voice_channel.vad import VadPool

if TYPE_CHECKING:
    from voice_channel.call import Parts
    from voice_channel.leg import Leg
    from voice_channel.sessions import Session, Sessions

logger = logging.getLogger(__name__)

_MOST_CONNECTIONS_A_CALL: Final = 2
"""Connections beyond the limit of calls that are still told so; what comes on top is closed at once."""


class Switchboard:
    """Takes connections and holds their calls."""

    def __init__(self, sessions: Sessions, parts: Parts, limit: int) -> None:
        self._sessions = sessions
        self._parts = parts
        self._vads = VadPool(limit, parts.tuning)
        self._limit = limit
        self._connections = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one AudioSocket connection to its end."""
        leg = AudioSocketLeg(reader, writer)
        if self._connections >= self._limit * _MOST_CONNECTIONS_A_CALL:
            metrics.REFUSED.labels("flood").inc()
            await leg.close()
            return
        self._connections += 1
        try:
            session, asked_for = self._sessions.claim(await leg.accept())
            if not asked_for:
                logger.warning("session %s was not asked for at the control endpoint; it is served", session.id)
            await self.serve(session, leg)
        except (FrameError, SessionRefusedError) as error:
            metrics.REFUSED.labels(type(error).__name__).inc()
            logger.warning("a connection gets no call: %s", error)
        finally:
            self._connections -= 1
            await leg.close()

    async def serve(self, session: Session, leg: Leg) -> None:
        """Hold a call over a leg, or refuse it when there are too many; the leg is left open."""
        vad = self._vads.take()
        if vad is None:
            await self._refuse(session, leg)
            return
        metrics.LEGS.labels(session.kind.value).inc()
        metrics.CALLS.inc()
        try:
            await Call(session, leg, vad, self._parts).run()
        except Exception:  # the caller goes to the queue, the other calls go on
            logger.exception("contact %s: the call broke down", session.record.number or "-")
            session.next = queue_for(session.record.language)
        finally:
            metrics.CALLS.dec()
            self._vads.give_back(vad)

    async def _refuse(self, session: Session, leg: Leg) -> None:
        metrics.REFUSED.labels("limit").inc()
        logger.warning("more calls than %s: this one goes to the queue", self._limit)
        session.next = queue_for(session.record.language)
        clock = asyncio.get_running_loop().time
        try:
            sound = b"".join(
                [await self._parts.speaker.say(phrase("refusal", one), one, keep=True) for one in ("kk", "ru")]
            )
        except SpeakerLostError:
            return
        pacer, position = Pacer(clock()), 0
        while position < len(sound):
            for _ in range(pacer.due(clock())):
                leg.send(sound[position : position + FRAME_BYTES].ljust(FRAME_BYTES, SILENCE[:1]))
                position += FRAME_BYTES
            await asyncio.sleep(pacer.sleep_s(clock()))

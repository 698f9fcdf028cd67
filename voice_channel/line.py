"""Owns the two directions of a call's sound: what comes is heard and recorded, what we say goes out every 20 ms."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from voice_channel.audio import SILENCE
from voice_channel.leg import HungUp, Key, Sound
from voice_channel.pacing import Pacer

if TYPE_CHECKING:
    from collections.abc import Callable

    from voice_channel.ears import Ears
    from voice_channel.leg import Leg
    from voice_channel.mouth import Mouth
    from voice_channel.recording import Recording


class Line:
    """Runs until the caller hangs up, or it is cancelled."""

    def __init__(
        self, leg: Leg, ears: Ears, mouth: Mouth, on_key: Callable[[str], None], on_beat: Callable[[float], None]
    ) -> None:
        self._leg = leg
        self._ears = ears
        self._mouth = mouth
        self._on_key = on_key
        self._on_beat = on_beat
        self.recording: Recording | None = None
        self.longest_stall_s = 0.0
        """The longest time by which a frame of ours was late."""

    async def run(self) -> HungUp:
        """Carry sound both ways; returns why the caller's side ended."""
        sending = asyncio.create_task(self._send())
        receiving = asyncio.create_task(self._receive())
        try:
            await asyncio.wait({sending, receiving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
            return await receiving
        finally:
            sending.cancel()
            receiving.cancel()
            await asyncio.gather(sending, receiving, return_exceptions=True)

    async def _receive(self) -> HungUp:
        clock = asyncio.get_running_loop().time
        while True:
            for event in await self._leg.receive():
                if isinstance(event, Sound):
                    if self.recording is not None:
                        self.recording.heard(event.pcm)
                    self._ears.sound(event.pcm, clock())
                elif isinstance(event, Key):
                    self._on_key(event.name)
                else:
                    return event

    async def _send(self) -> None:
        clock = asyncio.get_running_loop().time
        pacer = Pacer(clock())
        while True:
            at = clock()
            self.longest_stall_s = max(self.longest_stall_s, pacer.late_s(at))
            for _ in range(pacer.due(at)):
                self._beat(at)
            self._ears.tick(at)
            self._on_beat(at)
            await asyncio.sleep(pacer.sleep_s(clock()))

    def _beat(self, at: float) -> None:
        frame = self._mouth.next_frame(at)
        self._leg.send(frame or SILENCE)
        self._ears.sent(frame)
        if self.recording is not None:
            self.recording.beat(frame)

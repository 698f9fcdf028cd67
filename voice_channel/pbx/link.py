"""Owns the link between Asterisk's queues and the contact centre's: calls are reported there, presence is kept here.

Both sides may fail or start anew at any time. What happened is told in order until it is taken; on every new connection
each side's whole state is read and the other is corrected by it.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from voice_channel import metrics
from voice_channel.exchange_client import LiveCall, State
from voice_channel.pbx import members
from voice_channel.pbx.ami import AmiError, AmiLostError, connected
from voice_channel.pbx.calls import QUEUES, call_of, live_calls, report_of
from voice_channel.sessions import now
from voice_channel.web_api import RefusedError, WebApiError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from language import Language
    from voice_channel.exchange_client import ExchangeClient, Seat
    from voice_channel.pbx.ami import Ami, Door, Message
    from voice_channel.pbx.whole_calls import WholeCalls
    from voice_channel.sessions import Sessions

logger = logging.getLogger(__name__)

REPEAT_S: Final = 30.0
"""Both sides are compared so often even when nothing seems wrong."""
_MOST_UNTOLD: Final = 10_000
_QUIET_LOOKS: Final = 3
"""So many times the calls are listed until none changes meanwhile."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0
_HANDED_ON: Final = {"Context": "line", "Exten": "handed-on", "Priority": "1"}
"""Where the dialplan goes on with a caller whom a consultant hands on."""


class UnknownCallError(LookupError):
    """The exchange has no such call."""


class Link:
    """Runs beside the calls of the voice process, which has `sessions`."""

    def __init__(self, door: Door, exchange: ExchangeClient, sessions: Sessions, whole: WholeCalls) -> None:
        self._door = door
        self._exchange = exchange
        self._sessions = sessions
        self._whole = whole
        self._untold: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._seats: tuple[Seat, ...] | None = None
        self._reachable: frozenset[str] = frozenset()
        self._stale = asyncio.Event()
        self._tasks = asyncio.TaskGroup()
        self._ami: Ami | None = None

    async def run(self) -> None:
        """Hold the link until cancelled."""
        async with self._tasks:
            for work in (self._tell, self._follow_seats, self._hold):
                self._tasks.create_task(work())

    async def hand_on(self, call: UUID, language: Language | None, account: int | None) -> None:
        """Lead a caller from a consultant to a person (by number of account) or to whoever speaks a language.

        Raises:
            UnknownCallError: the caller is gone.
            AmiError: the exchange does not do it, or is away.

        """
        if self._ami is None:
            raise AmiLostError("there is no link with the exchange")
        channels = await self._ami.listed("CoreShowChannels")
        channel = next((one.get("Channel") for one in channels if call_of(one) == call), None)
        if channel is None:
            raise UnknownCallError(str(call))
        queue = next((name for name, spoken in QUEUES.items() if spoken == language), "") if language else ""
        for name, value in (("TO_LINE", queue), ("TO", str(account or ""))):
            await self._ami.act("Setvar", Channel=channel, Variable=name, Value=value)
        await self._ami.act("Redirect", Channel=channel, **_HANDED_ON)

    # Towards the contact centre

    def _will_tell(self, telling: Callable[[], Awaitable[None]]) -> None:
        if self._untold.qsize() >= _MOST_UNTOLD:
            logger.error("the contact centre takes no reports: the oldest is dropped, a comparison will correct it")
            self._untold.get_nowait()
        self._untold.put_nowait(telling)

    async def _tell(self) -> None:
        """Tell what happened, in order, each thing until it is taken."""
        while True:
            telling, pause_s = await self._untold.get(), _FIRST_PAUSE_S
            while True:
                try:
                    await telling()
                    break
                except RefusedError as error:
                    logger.error("a report on a call is refused: %s", error)  # noqa: TRY400
                    break
                except WebApiError as error:
                    logger.warning("the contact centre cannot be told of a call yet: %s", error)
                    await asyncio.sleep(pause_s)
                    pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _follow_seats(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                async for seats in self._exchange.seats():
                    pause_s = _FIRST_PAUSE_S
                    if seats != self._seats:
                        self._seats = seats
                        self._stale.set()
            except WebApiError as error:
                logger.warning("%s", error)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    # Towards Asterisk

    async def _hold(self) -> None:
        """Connect again and again."""
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                async with connected(self._door) as ami:
                    logger.info("linked with the exchange")
                    pause_s = _FIRST_PAUSE_S
                    metrics.EXCHANGE_LINKED.set(1)
                    self._ami = ami
                    await self._serve(ami)
            except AmiError as error:
                logger.warning("no link with the exchange: %s", error)
            finally:
                self._ami = None
                metrics.EXCHANGE_LINKED.set(0)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _serve(self, ami: Ami) -> None:
        """Work until a part fails; raises AmiError."""
        self._reachable = frozenset()
        tasks = [asyncio.create_task(work) for work in (self._hear(ami), self._correct_again(ami), ami.keep_alive())]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _hear(self, ami: Ami) -> None:
        while True:
            self._take(await ami.next_event())

    def _take(self, event: Message) -> None:
        if (report := report_of(event, now())) is not None:
            self._will_tell(partial(self._exchange.report, report))
            if report.event == "hung_up":
                self._tasks.create_task(self._attach(report.call))
        elif event.get("Event") in {"QueueMemberAdded", "QueueMemberStatus"}:
            was_reachable = members.whose(event.get("Interface")) in self._reachable
            if members.is_reachable(event) is not was_reachable:
                self._stale.set()

    async def _correct_again(self, ami: Ami) -> None:
        """Compare both sides: at once, when something changed, and every `REPEAT_S` seconds."""
        is_first = True
        while True:
            self._stale.clear()
            await self._correct_members(ami)
            await self._tell_state(ami, with_left_over=is_first)
            is_first = False
            try:
                async with asyncio.timeout(REPEAT_S):
                    await self._stale.wait()
            except TimeoutError:
                pass  # the repetition

    async def _correct_members(self, ami: Ami) -> None:
        if self._seats is None:
            return  # the contact centre has said nothing yet: the queues stay as they are
        present = members.present(await ami.listed("QueueStatus"))
        for action in members.actions(present, members.wanted(self._seats)):
            refusal = await ami.attempt(action.name, **action.headers)
            if refusal is not None:
                logger.error("a queue cannot be changed: %s", refusal)

    async def _tell_state(self, ami: Ami, *, with_left_over: bool) -> None:
        """Tell everything that Asterisk has; what happened before, and is on its way here, is told first."""
        for _ in range(_QUIET_LOOKS):
            at = now()
            status, channels = await ami.listed("QueueStatus"), await ami.listed("CoreShowChannels")
            events = ami.events_so_far()
            for event in events:
                self._take(event)
            if not events:
                break
        self._reachable = members.reachable(status)
        calls = _with_ours(live_calls(channels, status, at), self._sessions)
        state = State(at=at, calls=tuple(calls), reachable=tuple(sorted(self._reachable)))
        self._will_tell(partial(self._exchange.put_state, state))
        if with_left_over:
            alive = {call.call for call in calls}
            for call in await asyncio.to_thread(self._whole.left_over, alive):
                self._tasks.create_task(self._attach(call))

    async def _attach(self, call: UUID) -> None:
        if (recorded := await self._whole.recorded(call)) is not None:
            self._will_tell(partial(self._exchange.attach, recorded))


def _with_ours(calls: list[LiveCall], sessions: Sessions) -> list[LiveCall]:
    """Add the calls that are with the assistant and that Asterisk does not name: a simulated caller's."""
    known = {call.call for call in calls}
    return [*calls, *(LiveCall(call=call, place="elsewhere") for call in sessions.in_progress() if call not in known)]

"""The exchange alone: a real Asterisk and real telephones, our other programs away, nothing spoken."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from deploy import ports
from deploy.project import SetupError
from deploy.settings import AMI, SIP, SIP_WEBSOCKET
from tests.pbx.user_agent import Telephone, telephone
from voice_channel.exchange_client import ExchangeClient
from voice_channel.pbx import configuration, members
from voice_channel.pbx.ami import Ami, Door, connected
from voice_channel.pbx.asterisk import Asterisk
from voice_channel.pbx.calls import NAMED, QUEUES, call_of, report_of
from voice_channel.pbx.link import Link, UnknownCallError
from voice_channel.pbx.phones import password, phones
from voice_channel.pbx.settings import Settings
from voice_channel.pbx.whole_calls import WholeCalls
from voice_channel.sessions import Sessions, now
from voice_channel.web_api import WebApi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path
    from uuid import UUID

    from deploy import asterisk as fetched
    from voice_channel.exchange_client import Report
    from voice_channel.pbx.ami import Message

SECRET = SecretStr("a secret of these tests")
ACCOUNTS = {"aigerim": 1, "bolat": 2}
NOWHERE = "http://127.0.0.1:9"
PATIENCE_S = 30.0
_PROVISIONAL, _REFUSED = 100, 400
_INVITE = """\
INVITE sip:{number}@1414.invalid SIP/2.0
Via: SIP/2.0/WS console.invalid;branch=z9hG4bK1414
Max-Forwards: 70
From: <sip:+77010000000@1414.invalid>;tag=1
To: <sip:{number}@1414.invalid>
Call-ID: by-the-way-of-the-consoles
CSeq: 1 INVITE
Contact: <sip:caller@console.invalid;transport=ws>
Content-Type: application/sdp
Content-Length: 109

v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 40000 RTP/AVP 8
a=rtpmap:8 PCMA/8000
"""


@dataclass
class Exchange:
    """A running Asterisk, with the events of its calls."""

    settings: Settings
    ami: Ami
    link: Link
    folder: Path
    open: AsyncExitStack
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.settings.sip_port}"

    async def event(self, name: str, fits: Callable[[Message], bool] = lambda _event: True) -> Message:
        """Return the next event of a name that fits, and forget those before it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                event = await self.ami.next_event()
                if event.get("Event") == name and fits(event):
                    return event

    async def report(self, call: UUID) -> Report:
        """Return what the next event that tells anything of a call tells of it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                told = report_of(await self.ami.next_event(), now())
                if told is not None and told.call == call:
                    return told

    async def caller(self, number: str = "1414") -> Telephone:
        """Dial a number."""
        own = f"<sip:+7701{next(self._names):07}@{self.address}>;regint=0;audio_codecs=PCMA;dtmfmode=rtpevent"
        phone = await self._telephone(own)
        phone.dial(f"sip:{number}@{self.address}")
        return phone

    async def waiting(self) -> tuple[Telephone, UUID, str]:
        """Call until the call waits in a queue; return its name and its place too."""
        phone = await self.caller()
        joined = await self.event("QueueCallerJoin")
        call = call_of(joined)
        assert call is not None
        return phone, call, joined.get("Position")

    async def consultant(self, login: str, *queues: str, paused: bool = False) -> Telephone:
        """Sign a telephone in, and make it a member of queues."""
        phone = await self._telephone()
        await asyncio.to_thread(phone.register, self.account(login, password(login, SECRET)))
        for queue in queues:
            penalty = ACCOUNTS[login] if queue == NAMED else 0
            more = {"Penalty": str(penalty), "Paused": str(paused).lower(), "MemberName": login}
            await self.ami.act("QueueAdd", Queue=queue, Interface=f"PJSIP/{login}", **more)

        async def is_reachable() -> bool:
            return not queues or login in members.reachable(await self.ami.listed("QueueStatus"))

        await eventually(is_reachable)
        return phone

    def account(self, login: str, secret: str) -> str:
        return (
            f"<sip:{login}@{self.address}>;auth_user={login};auth_pass={secret}"
            ";regint=60;answermode=manual;audio_codecs=PCMA"
        )

    async def _telephone(self, account: str = "") -> Telephone:
        opening = telephone(self.folder / f"phone-{next(self._names)}", account)
        phone = await asyncio.to_thread(opening.__enter__)
        self.open.push_async_callback(asyncio.to_thread, opening.__exit__, None, None, None)
        return phone


async def eventually(look: Callable[[], Awaitable[bool]]) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE_S
    while not await look():
        assert asyncio.get_running_loop().time() < deadline, f"not in {PATIENCE_S} s"
        await asyncio.sleep(0.05)


@pytest.fixture
async def alone(exchange: fetched.Asterisk | SetupError, tmp_path: Path) -> AsyncIterator[Exchange]:
    if isinstance(exchange, SetupError):
        pytest.fail(f"NO TELEPHONE EXCHANGE, so no phone test can run: {exchange}")
    taken = ports.free()
    settings = Settings(
        asterisk_command=exchange.command,
        asterisk_modules=exchange.modules,
        asterisk_data=exchange.data,
        data_dir=tmp_path,
        sip_port=taken[SIP.name],
        sip_websocket_port=taken[SIP_WEBSOCKET.name],
        ami_port=taken[AMI.name],
        voice_control_port=9,
        audiosocket_port=9,
        ami_secret=SECRET,
        sip_secret=SECRET,
    )
    program = Asterisk(settings.asterisk_command, configuration.write(settings, phones(ACCOUNTS, SECRET)))
    running = asyncio.create_task(program.run())
    door = Door("127.0.0.1", settings.ami_port, SECRET)
    try:

        async def is_up() -> bool:
            return await program.check() is None

        await eventually(is_up)
        async with AsyncExitStack() as stack:
            ami = await stack.enter_async_context(connected(door))
            link = await stack.enter_async_context(_linked(door, tmp_path))
            yield Exchange(settings, ami, link, tmp_path, stack)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@asynccontextmanager
async def _linked(door: Door, folder: Path) -> AsyncIterator[Link]:
    """Link with a contact centre that is away."""
    web = WebApi(NOWHERE, 1)
    link = Link(door, ExchangeClient(web, NOWHERE, SECRET), Sessions(), WholeCalls(folder / "recordings"))
    running = asyncio.create_task(link.run())
    yield link
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await web.close()


async def test_who_went_back_to_the_assistant_keeps_the_wait_and_so_the_place(alone: Exchange) -> None:
    await alone.consultant("aigerim", *QUEUES, paused=True)
    first, call, place = await alone.waiting()
    assert place == "1"
    await asyncio.sleep(2.5)
    _, _, place = await alone.waiting()
    assert place == "2"
    first.press("2")
    left = await alone.event("QueueCallerLeave")
    joined = await alone.event("QueueCallerJoin")
    assert (call_of(left), call_of(joined), joined.get("Position")) == (call, call, "1")


async def test_a_caller_is_handed_on_to_one_person_then_to_a_language_and_asked_for_a_rating_once(
    alone: Exchange,
) -> None:
    aigerim = await alone.consultant("aigerim", "1414", "1414-kk", NAMED)
    bolat = await alone.consultant("bolat", NAMED)
    caller, call, _ = await alone.waiting()
    await asyncio.to_thread(aigerim.answers)
    await alone.link.hand_on(call, None, ACCOUNTS["bolat"])
    await asyncio.to_thread(bolat.answers)
    await asyncio.to_thread(aigerim.happens, "CALL_CLOSED")
    talk = await alone.event("AgentConnect", lambda event: event.get("MemberName") == "bolat")
    assert (talk.get("Queue"), call_of(talk)) == (NAMED, call)
    await alone.link.hand_on(call, "kk", None)
    await asyncio.to_thread(aigerim.answers)
    talk = await alone.event("AgentConnect")
    assert (talk.get("Queue"), talk.get("MemberName")) == ("1414-kk", "aigerim")
    aigerim.hang_up()
    await asyncio.to_thread(caller.happens, "CALL_CLOSED")
    with pytest.raises(UnknownCallError):
        await alone.link.hand_on(call, "kk", None)


async def test_who_is_handed_on_to_somebody_unreachable_is_served_by_the_next_one_before_others(
    alone: Exchange,
) -> None:
    aigerim = await alone.consultant("aigerim", "1414", NAMED)
    _, call, _ = await alone.waiting()
    await asyncio.to_thread(aigerim.answers)
    await alone.waiting()
    await alone.link.hand_on(call, None, ACCOUNTS["bolat"])
    joined = await alone.event("QueueCallerJoin", lambda event: call_of(event) == call)
    assert (joined.get("Queue"), joined.get("Position")) == ("1414", "1")


async def test_a_call_that_is_turned_down_or_given_up_is_not_taken_as_nobody_there(alone: Exchange) -> None:
    aigerim = await alone.consultant("aigerim", "1414")
    caller, call, _ = await alone.waiting()
    await asyncio.to_thread(aigerim.happens, "CALL_INCOMING")
    aigerim.hang_up()
    missed = await alone.event("AgentRingNoAnswer")
    report = report_of(missed, now())
    assert report is not None
    assert (report.event, report.call, report.consultant) == ("refused", call, "aigerim")
    assert missed.get("DestChannelState") == "5", "it rang"
    await asyncio.to_thread(aigerim.happens, "CALL_INCOMING")
    caller.hang_up()
    kinds = []
    while (told := await alone.report(call)).event != "hung_up":
        kinds.append(told.event)
    assert kinds == ["ringing"]


async def test_nobody_can_telephone_at_our_expense(alone: Exchange) -> None:
    abroad = await alone.caller("00442071234567")
    assert "404" in (await asyncio.to_thread(abroad.happens, "CALL_CLOSED"))["param"]
    aigerim = await alone.consultant("aigerim", "1414")
    for number in ("00442071234567", "+77017654321", "bolat"):
        aigerim.dial(f"sip:{number}@{alone.address}")
        closed = await asyncio.to_thread(aigerim.happens, "CALL_CLOSED")
        assert closed["param"][:1] in {"4", "6"}, closed
    stranger = await alone.caller()
    with pytest.raises(AssertionError, match="REGISTER_FAIL"):
        await asyncio.to_thread(stranger.register, alone.account("bolat", "guessed"))


@pytest.mark.parametrize("number", ["1414", "88000807777", "87017654321"])
async def test_nobody_calls_by_the_way_of_the_consoles(alone: Exchange, number: str) -> None:
    address = f"ws://127.0.0.1:{alone.settings.sip_websocket_port}/ws"
    async with connect(address, subprotocols=[Subprotocol("sip")], proxy=None, close_timeout=1) as console:
        await console.send(_INVITE.format(number=number).replace("\n", "\r\n"))
        async with asyncio.timeout(PATIENCE_S):
            status = _PROVISIONAL
            while status == _PROVISIONAL:
                answer = await console.recv()
                assert isinstance(answer, str)
                status = int(answer.split()[1])
    assert status >= _REFUSED, answer

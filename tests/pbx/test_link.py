"""The link between an exchange and the real contact centre: presence there, calls here, and what outages do to it."""

from __future__ import annotations

import asyncio
import time
import wave
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from contact_centre import exchange
from staff.roles import Role
from tests.pbx.ami_peer import SECRET, AmiPeer, listening
from tests.web.conftest import dialogue, settings  # noqa: F401  fixtures of the web process
from tests.web.console.seats import Badge, Seat, issue
from tests.web.running import SERVICE_TOKEN, running
from voice_channel.exchange_client import ExchangeClient
from voice_channel.pbx.ami import Door
from voice_channel.pbx.hand_on import hand_on_router
from voice_channel.pbx.link import Link
from voice_channel.pbx.whole_calls import WholeCalls
from voice_channel.sessions import LegKind, Sessions
from voice_channel.web_api import WebApi

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from web.settings import Settings

ME, COLLEAGUE = "p0-consultant", "p1-consultant"
PATIENCE_S = 15.0


@pytest.fixture
def restart(monkeypatch: pytest.MonkeyPatch, peer: AmiPeer) -> Callable[[], None]:
    """Give a restart of the exchange after which no contact is too young to be missed."""

    def begin() -> None:
        monkeypatch.setattr(exchange, "JUST_OPENED", timedelta(0))
        peer.drop()

    return begin


@pytest.fixture
def badges(settings: Settings) -> list[Badge]:  # noqa: F811
    return issue(settings, Role.CONSULTANT, Role.CONSULTANT, Role.SUPERVISOR)


@pytest.fixture
def address(settings: Settings, badges: list[Badge]) -> Iterator[str]:  # noqa: F811
    assert badges
    with running(settings) as url:
        settings.web_port = int(url.rpartition(":")[2])
        yield url


@contextmanager
def at_desk(address: str, badge: Badge) -> Iterator[Seat]:
    seat = Seat(address, badge)
    with seat.http:
        yield seat


@pytest.fixture
def consultant(address: str, badges: list[Badge]) -> Iterator[Seat]:
    with at_desk(address, badges[0]) as seat:
        yield seat


@pytest.fixture
def supervisor(address: str, badges: list[Badge]) -> Iterator[Seat]:
    with at_desk(address, badges[2]) as seat:
        yield seat


@pytest.fixture
async def peer() -> AsyncIterator[AmiPeer]:
    async with listening(AmiPeer(phones={f"PJSIP/{ME}": "1", f"PJSIP/{COLLEAGUE}": "1"})) as running_peer:
        yield running_peer


@dataclass
class Control:
    """Control endpoints of a voice process, which has no link at first."""

    url: str
    app: FastAPI


@asynccontextmanager
async def controlled() -> AsyncIterator[Control]:
    """Serve control endpoints until the block ends."""
    app = FastAPI()
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    yield Control(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", app)
    server.should_exit = True
    await serving


@asynccontextmanager
async def linked(
    address: str, peer: AmiPeer, folder: Path, sessions: Sessions | None = None, control: Control | None = None
) -> AsyncIterator[None]:
    web = WebApi(address, 5)
    door = Door("127.0.0.1", peer.port, SecretStr(SECRET))
    client = ExchangeClient(web, address, SecretStr(SERVICE_TOKEN))
    running_link = Link(door, client, sessions or Sessions(), WholeCalls(folder))
    if control is not None:
        control.app.include_router(hand_on_router(running_link, SecretStr(SERVICE_TOKEN)))
    link = asyncio.create_task(running_link.run())
    try:
        await eventually(lambda: peer.logins)
        yield
    finally:
        link.cancel()
        await asyncio.gather(link, return_exceptions=True)
        await web.close()


@pytest.fixture
async def link(address: str, peer: AmiPeer, tmp_path: Path) -> AsyncIterator[None]:
    async with linked(address, peer, tmp_path / "recordings"):
        yield


async def eventually(look: Callable[[], Any]) -> Any:
    """Look until there is something; what is looked at may be another process's, so not in our own loop."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := await asyncio.to_thread(look)):
        assert time.monotonic() < deadline, f"nothing in {PATIENCE_S} s"
        await asyncio.sleep(0.05)
    return found


def paused(peer: AmiPeer) -> dict[str, str]:
    return {queue: member["Paused"] for (queue, _), member in peer.members.items()}


def only_entry(seat: Seat) -> Any:
    return next(iter(seat.work()["queue"]["entries"]), None)


@pytest.mark.usefixtures("link")
async def test_who_signs_in_at_the_console_is_rung_and_who_leaves_is_not(peer: AmiPeer, consultant: Seat) -> None:
    await asyncio.to_thread(consultant.be, "available")
    await eventually(lambda: paused(peer) == dict.fromkeys(("1414", "1414-kk", "1414-ru", "1414-named"), "false"))
    assert peer.members["1414", f"PJSIP/{ME}"] == {"Penalty": "0", "Paused": "false", "MemberName": ME}
    assert peer.members["1414-named", f"PJSIP/{ME}"]["Penalty"] == str(consultant.badge.account), "one alone has it"
    await eventually(lambda: consultant.work()["me"]["phone_ready"])
    await asyncio.to_thread(consultant.be, "break")
    await eventually(lambda: set(paused(peer).values()) == {"true"})
    await asyncio.to_thread(consultant.be, "offline")
    await eventually(lambda: not peer.members)


@pytest.mark.usefixtures("link")
async def test_a_call_is_followed_with_the_exchange_s_own_times(
    peer: AmiPeer, consultant: Seat, supervisor: Seat
) -> None:
    await asyncio.to_thread(consultant.be, "available")
    await eventually(lambda: peer.members)
    call, began = str(uuid4()), time.time() - 60
    peer.of_call("QueueCallerJoin", call, began, Queue="1414-kk")
    entry = await eventually(lambda: only_entry(consultant))
    assert (entry["language"], entry["by_phone"]) == ("kk", True)
    peer.of_call("AgentCalled", call, began + 2, Queue="1414-kk", MemberName=ME)
    await eventually(lambda: consultant.work()["offers"])
    peer.of_call("AgentConnect", call, began + 9.5, Queue="1414-kk", MemberName=ME, HoldTime="9")
    talk = (await eventually(lambda: consultant.work()["conversations"]))[0]
    await eventually(lambda: set(paused(peer).values()) == {"true"})
    peer.of_call("AgentComplete", call, began + 30, Queue="1414-kk", MemberName=ME, HoldTime="9", TalkTime="20")
    peer.of_call("Hangup", call, began + 35)
    contact = await eventually(
        lambda: (found := supervisor.get(f"/contacts/{talk['number']}"))["state"] == "closed" and found
    )
    assert (contact["phone"], contact["handled_by"]) == ("+77012345678", f"Имя {ME}")
    total = await asyncio.to_thread(supervisor.get, "/supervision/report")
    assert total["total"]["average_speed_of_answer_s"] == pytest.approx(9.5)
    assert total["total"]["average_talk_s"] == pytest.approx(20.5)


@pytest.mark.usefixtures("link")
@pytest.mark.parametrize(
    ("ending", "presence"),
    [
        ({"RingTime": "20000", "DestChannelState": "5"}, "busy"),
        ({"RingTime": "900", "DestChannelState": "5"}, "available"),
        ({"RingTime": "20000", "DestChannelState": "0"}, "available"),
    ],
    ids=["rang to the end", "refused with a key", "never rang"],
)
async def test_only_who_lets_it_ring_to_the_end_is_taken_as_away(
    peer: AmiPeer, consultant: Seat, ending: dict[str, str], presence: str
) -> None:
    await asyncio.to_thread(consultant.be, "available")
    await eventually(lambda: set(paused(peer).values()) == {"false"})
    call, began = str(uuid4()), time.time() - 30
    peer.of_call("QueueCallerJoin", call, began, Queue="1414-ru")
    peer.of_call("AgentCalled", call, began + 1, Queue="1414-ru", MemberName=ME)
    await eventually(lambda: consultant.work()["offers"])
    peer.of_call("AgentRingNoAnswer", call, began + 21, Queue="1414-ru", MemberName=ME, **ending)
    await eventually(lambda: not consultant.work()["offers"])
    assert (await asyncio.to_thread(consultant.work))["me"]["presence"] == presence
    await eventually(lambda: set(paused(peer).values()) == {"true"})
    assert (await asyncio.to_thread(only_entry, consultant))["offered_to"] is None


async def test_a_caller_is_handed_on_to_a_person_or_a_language_and_stays_when_the_exchange_fails(
    settings: Settings,  # noqa: F811
    badges: list[Badge],
    peer: AmiPeer,
    tmp_path: Path,
) -> None:
    call, began = str(uuid4()), time.time() - 60
    async with controlled() as control:
        settings.voice_url = control.url
        with running(settings) as address, at_desk(address, badges[0]) as me, at_desk(address, badges[1]) as colleague:
            async with linked(address, peer, tmp_path, control=control):
                for seat in (me, colleague):
                    await asyncio.to_thread(seat.be, "available")
                peer.of_call("QueueCallerJoin", call, began, Queue="1414-ru")
                peer.of_call("AgentConnect", call, began + 5, Queue="1414-ru", MemberName=ME, HoldTime="5")
                talk = (await eventually(lambda: me.work()["conversations"]))[0]
                peer.channels = _in_queue(call, "1414-ru", with_login=ME)
                path = f"/conversations/{talk['id']}/transfer"

                peer.refuses = {"Redirect"}
                to = {"account": colleague.badge.account, "word": "знает про паспорта"}
                failed = await asyncio.to_thread(me.http.post, path, json=to)
                assert (failed.status_code, "остался у вас" in failed.text) == (503, True), failed.text
                assert (await asyncio.to_thread(me.work))["conversations"][0]["phase"] == "talk"

                peer.refuses = set()
                await asyncio.to_thread(me.post, path, to)
                peer.channels = _in_queue(call, "1414-named")
                assert peer.led == [("line,handed-on,1", {"TO_LINE": "", "TO": str(colleague.badge.account)})]
                peer.of_call("AgentComplete", call, began + 30, Queue="1414-ru", MemberName=ME, TalkTime="25")
                peer.of_call("QueueCallerJoin", call, began + 33, Queue="1414-named")
                peer.of_call("AgentCalled", call, began + 34, Queue="1414-named", MemberName=COLLEAGUE)
                offer = (await eventually(lambda: colleague.work()["offers"]))[0]
                assert (offer["word"], offer["entry"]["id"]) == ("знает про паспорта", talk["id"]), "the same wait"
                assert (await asyncio.to_thread(me.work))["conversations"] == []
                peer.channels = _in_queue(call, "1414-named", with_login=COLLEAGUE)
                peer.of_call("AgentConnect", call, began + 36, Queue="1414-named", MemberName=COLLEAGUE, HoldTime="2")
                await eventually(lambda: colleague.work()["conversations"])

                await asyncio.to_thread(colleague.post, path, {"language": "kk", "word": "қазақша сұрайды"})
                peer.channels = _in_queue(call, "1414-kk")
                assert peer.led[-1] == ("line,handed-on,1", {"TO_LINE": "1414-kk", "TO": ""})
                entry = await eventually(lambda: only_entry(me))
                assert (entry["language"], entry["returned"]) == ("kk", True)
                peer.channels = []
                peer.of_call("Hangup", call, began + 50)
                await eventually(lambda: not only_entry(me))


@pytest.mark.usefixtures("link")
async def test_a_consultant_s_channel_and_other_queues_are_none_of_our_calls(peer: AmiPeer, supervisor: Seat) -> None:
    peer.of_call("QueueCallerJoin", str(uuid4()), time.time(), Queue="sales")
    peer.event("Hangup", ChanVariable=f"CALL={uuid4()}", Uniqueid="2.2", Linkedid="1.1")
    peer.of_call("QueueCallerJoin", "no uuid", time.time(), Queue="1414")
    peer.of_call("QueueCallerJoin", str(uuid4()), time.time(), Queue="1414")
    await eventually(lambda: supervisor.get("/contacts")["contacts"])
    assert len((await asyncio.to_thread(supervisor.get, "/contacts"))["contacts"]) == 1


@pytest.mark.usefixtures("link")
async def test_after_an_outage_of_the_exchange_both_sides_agree_again(
    peer: AmiPeer, consultant: Seat, supervisor: Seat, restart: Callable[[], None]
) -> None:
    await asyncio.to_thread(consultant.be, "available")
    await eventually(lambda: peer.members)
    gone, stayed = str(uuid4()), str(uuid4())
    peer.of_call("QueueCallerJoin", gone, time.time() - 40, Queue="1414")
    await eventually(lambda: only_entry(consultant))
    peer.members.clear()
    peer.members["1414", "PJSIP/stranger"] = {"Penalty": "0", "Paused": "false", "MemberName": "stranger"}
    channel = {"Uniqueid": "7.1", "Linkedid": "7.1", "ChanVariable": f"CALL={stayed}", "CallerIDNum": "+77770000000"}
    peer.channels = [{**channel, "Application": "Queue", "ApplicationData": "1414-kk,c,,,600", "BridgeId": ""}]
    peer.waits = [{"Queue": "1414-kk", "Uniqueid": "7.1", "Wait": "25"}]
    restart()
    await eventually(lambda: peer.logins == 2 and len(peer.members) == 4)
    assert {interface for _, interface in peer.members} == {f"PJSIP/{ME}"}
    entry = await eventually(lambda: (one := only_entry(consultant)) and one["language"] == "kk" and one)

    def others() -> list[str]:
        contacts = supervisor.get("/contacts")["contacts"]
        return [one["state"] for one in contacts if one["number"] != entry["number"]]

    await eventually(lambda: others() == ["closed"])


async def test_what_happened_while_the_contact_centre_was_down_is_told_when_it_is_back(
    settings: Settings,  # noqa: F811
    badges: list[Badge],
    peer: AmiPeer,
    tmp_path: Path,
) -> None:
    call, began = str(uuid4()), time.time() - 30
    with running(settings) as address:
        settings.web_port = int(address.rpartition(":")[2])
    async with linked(address, peer, tmp_path):
        for name, seconds in (("QueueCallerJoin", 0), ("AgentConnect", 5), ("AgentComplete", 20), ("Hangup", 21)):
            queue = {} if name == "Hangup" else {"Queue": "1414", "MemberName": ME, "HoldTime": "5"}
            peer.of_call(name, call, began + seconds, **queue)
        await asyncio.sleep(0.5)
        with running(settings, port=settings.web_port) as again, at_desk(again, badges[2]) as supervisor:
            total = await eventually(
                lambda: (found := supervisor.get("/supervision/report")["total"])["answered"] and found
            )
            assert total["average_speed_of_answer_s"] == 5
            await eventually(lambda: {one["state"] for one in supervisor.get("/contacts")["contacts"]} == {"closed"})


async def test_a_call_with_the_assistant_is_not_over_because_asterisk_does_not_know_it(
    address: str, peer: AmiPeer, supervisor: Seat, tmp_path: Path, restart: Callable[[], None]
) -> None:
    sessions, call = Sessions(), str(uuid4())
    sessions.issue(LegKind.MAIN, call, None).record.state = "talking"
    async with linked(address, peer, tmp_path, sessions):
        peer.of_call("QueueCallerJoin", call, time.time() - 10, Queue="1414")
        await eventually(lambda: supervisor.get("/contacts")["contacts"])
        restart()
        await eventually(lambda: peer.logins == 2)
        peer.of_call("AgentConnect", call, time.time(), Queue="1414", MemberName=ME, HoldTime="9")
        total = await eventually(lambda: (now := supervisor.get("/supervision/report")["total"])["answered"] and now)
    assert (total["queued"], total["abandoned"]) == (1, 0)


@pytest.mark.usefixtures("link")
async def test_the_exchange_s_recording_is_attached_when_the_call_is_over(
    peer: AmiPeer, supervisor: Seat, tmp_path: Path
) -> None:
    call = str(uuid4())
    for name in (call, f"{call}-caller"):
        _record(tmp_path / "recordings" / f"{name}.wav", seconds=2)
    peer.of_call("QueueCallerJoin", call, time.time() - 5, Queue="1414")
    peer.of_call("Hangup", call, time.time())
    contact = (await eventually(lambda: supervisor.get("/contacts")["contacts"]))[0]
    recordings = await eventually(lambda: supervisor.get(f"/contacts/{contact['number']}")["recordings"])
    assert [(one["duration_ms"], one["sides"]) for one in recordings] == [(2000, ["caller"])]


async def test_a_recording_of_a_call_that_nobody_followed_is_attached_too(
    address: str, peer: AmiPeer, supervisor: Seat, tmp_path: Path
) -> None:
    _record(tmp_path / f"{uuid4()}.wav", seconds=1)
    async with linked(address, peer, tmp_path):
        contact = (await eventually(lambda: supervisor.get("/contacts")["contacts"]))[0]
    assert (contact["channel"], contact["state"]) == ("phone", "bot")


def _in_queue(call: str, queue: str, with_login: str | None = None) -> list[dict[str, str]]:
    """Return a caller's channel in a queue, and the telephone of who talks with the caller."""
    own = {"Channel": "PJSIP/trunk-00000001", "Uniqueid": "7.1", "Linkedid": "7.1", "ChanVariable": f"CALL={call}"}
    bridge = "b" if with_login else ""
    caller = {**own, "Application": "Queue", "ApplicationData": f"{queue},c,,,600", "BridgeId": bridge}
    phone = {"Channel": f"PJSIP/{with_login}-00000002", "Uniqueid": "7.2", "Linkedid": "7.1", "BridgeId": bridge}
    return [caller, phone] if with_login else [caller]


def _record(file: Path, seconds: int) -> None:
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as recording:
        recording.setnchannels(1)
        recording.setsampwidth(2)
        recording.setframerate(8000)
        recording.writeframes(bytes(16_000 * seconds))

"""The way from a console to the exchange: who is let in, what is carried, and what the exchange is told meanwhile."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.server import serve
from websockets.typing import Subprotocol

from contact_centre.softphones import Softphones
from tests.web.console.seats import until
from tests.web.running import SERVICE_TOKEN
from web import softphone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from websockets.sync.client import ClientConnection
    from websockets.sync.server import ServerConnection

    from tests.web.console.seats import Seat
    from web.settings import Settings

SIP: Final = Subprotocol("sip")
RELOAD_S: Final = 2.0


@dataclass
class SipPeer:
    """The exchange as far as its SIP over WebSocket goes: it answers what it hears with what it was."""

    heard: list[str | bytes] = field(default_factory=list)
    protocols: list[str | None] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)

    def take(self, connection: ServerConnection) -> None:
        self.protocols.append(connection.subprotocol)
        for message in connection:
            self.heard.append(message)
            if message == "end":
                break
            connection.send(message)
        self.left.set()


@pytest.fixture
def peer() -> SipPeer:
    return SipPeer()


@pytest.fixture
def settings(settings: Settings, peer: SipPeer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setattr(softphone, "_SESSION_EVERY_S", 0.1)
    monkeypatch.setattr(softphone, "_RELOAD_S", RELOAD_S)
    with serve(peer.take, "127.0.0.1", 0, subprotocols=[SIP]) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.sip_websocket_url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}/ws"
        yield settings
        server.shutdown()


def telephone(seat: Seat, *, session: str | None = None, origin: str | None = None) -> ClientConnection:
    cookie = session if session is not None else seat.badge.token
    return connect(
        f"{seat.address.replace('http', 'ws', 1)}/staff/api/softphone",
        additional_headers={"Cookie": f"staff_session={cookie}"} | ({"Origin": origin} if origin else {}),
        subprotocols=[SIP],
        proxy=None,
    )


def is_telephone(seat: Seat) -> bool:
    """Return what the exchange is told of the consultant."""
    authorization = {"Authorization": f"Bearer {SERVICE_TOKEN}"}
    seats = httpx.get(f"{seat.address}/api/exchange/seats", headers=authorization, trust_env=False).json()["seats"]
    return bool({one["account"]: one["softphone"] for one in seats}[seat.badge.account])


def closed_with(connection: ClientConnection) -> int:
    with connection, pytest.raises(ConnectionClosed) as ended:
        connection.recv(timeout=10)
    assert ended.value.rcvd is not None
    return ended.value.rcvd.code


def test_what_is_said_is_carried_both_ways_and_the_exchange_is_told_which_telephone(
    consultant: Seat, colleague: Seat, peer: SipPeer
) -> None:
    assert not is_telephone(consultant)
    with telephone(consultant) as line:
        assert line.subprotocol == SIP
        until(lambda: is_telephone(consultant))
        assert not is_telephone(colleague)
        for frame in ("REGISTER sip:1414.invalid SIP/2.0\r\n\r\n", b"\r\n\r\n"):
            line.send(frame)
            assert line.recv(timeout=10) == frame
    assert (peer.protocols, len(peer.heard)) == ([SIP], 2)
    until(lambda: not is_telephone(consultant))
    assert peer.left.wait(10)


def test_when_the_exchange_ends_it_the_console_is_told(consultant: Seat) -> None:
    with telephone(consultant) as line:
        line.send("end")
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=10)
    until(lambda: not is_telephone(consultant))


@pytest.mark.parametrize("leave", [lambda line: line.socket.shutdown(socket.SHUT_RDWR), lambda line: line.close(1001)])
def test_a_line_that_breaks_or_a_reload_is_not_noticed_for_a_moment(
    consultant: Seat, peer: SipPeer, leave: Callable[[ClientConnection], None]
) -> None:
    line = telephone(consultant)
    until(lambda: is_telephone(consultant))
    leave(line)
    assert not peer.left.wait(RELOAD_S / 2)
    assert is_telephone(consultant)
    assert peer.left.wait(10)
    until(lambda: not is_telephone(consultant))


def test_with_the_session_ends_the_telephone(consultant: Seat, peer: SipPeer) -> None:
    line = telephone(consultant)
    until(lambda: is_telephone(consultant))
    signed_out = consultant.http.post(f"{consultant.address}/staff/sign-out")
    assert signed_out.is_redirect, signed_out.text
    assert closed_with(line) == 4401
    assert peer.left.wait(10)


def test_only_consultants_get_to_the_exchange_and_only_from_our_page(consultant: Seat, supervisor: Seat) -> None:
    assert closed_with(telephone(consultant, session="")) == 4401
    assert closed_with(telephone(consultant, session="another")) == 4401
    assert closed_with(telephone(supervisor)) == 4403
    assert closed_with(telephone(consultant, origin="https://elsewhere.example")) == 4403


def test_without_an_exchange_the_consultant_is_told(consultant: Seat, settings: Settings) -> None:
    settings.sip_websocket_url = "ws://127.0.0.1:1/ws"
    assert closed_with(telephone(consultant)) == 4503
    settings.sip_websocket_url = ""
    assert closed_with(telephone(consultant)) == 4503
    for address, status in (("", 404), ("http://127.0.0.1:1", 503)):
        settings.pbx_url = address
        answer = consultant.http.get("/softphone")
        assert (answer.status_code, "Телефонная станция не отвечает" in answer.text) == (status, True)


def test_a_consultant_in_two_tabs_is_a_telephone_until_the_last_is_closed() -> None:
    class Bus:
        told = 0

        def publish(self, *_news: object) -> None:
            self.told += 1

    bus = Bus()
    softphones = Softphones(bus)  # type: ignore[arg-type]
    with softphones.connected(7):
        with softphones.connected(7):
            assert softphones.has(7)
        assert softphones.has(7)
    assert (softphones.has(7), softphones.has(8), bus.told) == (False, False, 4)

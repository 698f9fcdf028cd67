"""An Asterisk as far as its manager interface goes: a real TCP server that keeps queues and speaks AMI text."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

SECRET = "secret of the tests' exchange"
BANNER = "Asterisk Call Manager/11.0.0\r\n"


@dataclass
class AmiPeer:
    """`members` are the queues as the actions made them; `channels` and `waits` are what is listed when asked for."""

    port: int = 0
    members: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    """State of a device by interface; unavailable when it is not named."""
    channels: list[dict[str, str]] = field(default_factory=list)
    waits: list[dict[str, str]] = field(default_factory=list)
    silent: bool = False
    refuses: set[str] = field(default_factory=set)
    """Actions that fail."""
    variables: dict[str, str] = field(default_factory=dict)
    led: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Where a channel was led, and the variables that it had then."""
    logins: int = 0
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    def event(self, name: str, **headers: str) -> None:
        """Tell an event to whoever is signed in."""
        self._send(self._writers, {"Event": name, "Privilege": "agent,all", **headers})

    def of_call(self, name: str, call: str, at: float, **headers: str) -> None:
        """Tell an event of a call's own channel."""
        self.event(
            name,
            Timestamp=f"{at:.6f}",
            Channel="PJSIP/trunk-00000001",
            CallerIDNum="+77012345678",
            ChanVariable=f"CALL={call}",
            Uniqueid="1764150000.1",
            Linkedid="1764150000.1",
            **headers,
        )

    def drop(self) -> None:
        """End every connection, as a restart does."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(BANNER.encode())
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                raw = (await reader.readuntil(b"\r\n\r\n")).decode()
                if not self.silent:
                    self._act(writer, dict(line.split(": ", 1) for line in raw.split("\r\n") if line))
        self._writers.discard(writer)
        writer.close()

    def _act(self, writer: asyncio.StreamWriter, action: dict[str, str]) -> None:
        place = action.get("Queue", ""), action.get("Interface", "")
        name = action["Action"]
        if name in self.refuses:
            self._answer(writer, action, Response="Error", Message="Not possible")
            return
        self._lead(action)
        if name == "Login":
            if action["Secret"] != SECRET:
                self._answer(writer, action, Response="Error", Message="Authentication failed")
                return
            self._writers.add(writer)
            self.logins += 1
        elif name == "QueueAdd":
            if place in self.members:
                self._answer(writer, action, Response="Error", Message="Unable to add interface: Already there")
                return
            self.members[place] = {key: action[key] for key in ("Penalty", "Paused", "MemberName")}
            status = self.phones.get(place[1], "5")
            self.event("QueueMemberAdded", Queue=place[0], Interface=place[1], Status=status)
        elif name == "QueueRemove":
            del self.members[place]
        elif name in {"QueuePause", "QueuePenalty"}:
            key = name.removeprefix("Queue").replace("Pause", "Paused")
            self.members[place][key] = action[key]
        self._answer(writer, action, Response="Success")
        if name == "QueueStatus":
            self._list(
                writer, action, [*self._member_events(), *({"Event": "QueueEntry", **one} for one in self.waits)]
            )
        elif name == "CoreShowChannels":
            self._list(writer, action, [{"Event": "CoreShowChannel", **one} for one in self.channels])

    def _lead(self, action: dict[str, str]) -> None:
        if action["Action"] == "Setvar":
            self.variables[action["Variable"]] = action["Value"]
        elif action["Action"] == "Redirect":
            target = ",".join(action[part] for part in ("Context", "Exten", "Priority"))
            self.led.append((target, dict(self.variables)))

    def _member_events(self) -> Iterable[dict[str, str]]:
        for (queue, interface), member in self.members.items():
            yield {
                "Event": "QueueMember",
                "Queue": queue,
                "Name": member["MemberName"],
                "Location": interface,
                "Membership": "dynamic",
                "Penalty": member["Penalty"],
                "Paused": "1" if member["Paused"] == "true" else "0",
                "Status": self.phones.get(interface, "5"),
            }

    def _list(self, writer: asyncio.StreamWriter, action: dict[str, str], events: list[dict[str, str]]) -> None:
        for event in events:
            self._send({writer}, {**event, "ActionID": action["ActionID"]})
        end = {"Event": f"{action['Action']}Complete", "EventList": "Complete", "ListItems": str(len(events))}
        self._send({writer}, {**end, "ActionID": action["ActionID"]})

    def _answer(self, writer: asyncio.StreamWriter, action: dict[str, str], **answer: str) -> None:
        self._send({writer}, {**answer, "ActionID": action["ActionID"]})

    @staticmethod
    def _send(writers: Iterable[asyncio.StreamWriter], message: dict[str, str]) -> None:
        text = "".join(f"{name}: {value}\r\n" for name, value in message.items())
        for writer in writers:
            writer.write(f"{text}\r\n".encode())


@asynccontextmanager
async def listening(peer: AmiPeer) -> AsyncIterator[AmiPeer]:
    """Serve until the block ends, on the port of the last time if there was one."""
    server = await asyncio.start_server(peer.serve, "127.0.0.1", peer.port)
    peer.port = server.sockets[0].getsockname()[1]
    try:
        yield peer
    finally:
        server.close()
        peer.drop()
        await server.wait_closed()

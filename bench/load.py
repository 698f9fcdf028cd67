"""Many chats at once: `python -m bench.load` starts every process on free ports and measures from outside.

A product that runs already must let one address open as many conversations as there are citizens a minute
(`CONVERSATIONS_LIMIT`).

Citizens wait, are accepted and write, each every 20 s in the mean (with the answers, six messages a minute in every
talk); consultants get what they write over the console's stream and answer. Both do what their pages do besides:
they tell that they write and what they have read, and the console asks the knowledge base about every message.
Meanwhile other citizens come, are accepted and are done with (as many as talks of five minutes would end), because
every such change is shown at every console. Told are the times from sending to the other side's stream, and whether
anything was lost or came out of order. Opening needs the dialogue, and is not part of what is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import httpx
from websockets.asyncio.client import connect

from contact_centre.tables import ConsultantDuty
from database.engine import Database, default_url
from deploy import model, ports, stack
from deploy.progress import Progress
from deploy.project import this_project
from deploy.settings import LOOPBACK, WEB, Settings
from staff import sessions
from staff.accounts import Accounts
from staff.roles import Role
from staff.sessions import Sessions
from staff.tables import Account

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from websockets.asyncio.client import ClientConnection

BEAT_S: Final = 10.0
SETTLE_S: Final = 10.0
"""After the last message: what has not come by then is lost."""
ACCEPT_S: Final = 300.0
PERCENTILES: Final = 100
OPENED_AT_ONCE: Final = 10
SPARE_ROOM: Final = 2
"""Conversations of a consultant beside those that are measured, for citizens who come and go."""
_LIMITS: Final = {"CONVERSATIONS_LIMIT": "100000", "QUEUE__ABSENT_S": "3600"}


@dataclass
class Seen:
    """What one side has got: numbers by conversation in the order of arrival, and how long each took."""

    numbers: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    times_ms: list[float] = field(default_factory=list)

    def take(self, conversation: str, text: str) -> None:
        """Note a message of this measurement."""
        number, sent_at = text.split()[1:3]
        self.numbers[conversation].append(int(number))
        self.times_ms.append((time.monotonic() - float(sent_at)) * 1_000)


class Citizen:
    """One who asks for a consultant and writes; numbers its messages."""

    def __init__(self, http: httpx.AsyncClient, answers: Seen) -> None:
        self._http = http
        self._answers = answers
        self.sent = 0
        self.opened: dict[str, Any] = {}
        self.accepted = asyncio.Event()
        self._stream: ClientConnection | None = None

    @property
    def number(self) -> str:
        """The registration number."""
        return str(self.opened["number"])

    async def open(self) -> None:
        """Open a conversation."""
        answer = await self._http.post("/api/conversations", json={"language": "ru"})
        self.opened = answer.raise_for_status().json()

    async def ask(self) -> None:
        """Ask for a consultant."""
        await self._post("Позовите консультанта", "asks")

    async def say(self) -> None:
        """Write one message, which carries its number and the moment."""
        number, self.sent = self.sent, self.sent + 1
        if self._stream is not None:
            await self._stream.send('{"type": "typing"}')
        await self._post(f"сообщение {number} {time.monotonic()}", str(number))

    async def listen(self, address: str) -> None:
        """Read the stream until cancelled."""
        async with connect(f"{address}/api/conversations/{self.opened['id']}/stream", proxy=None) as stream:
            await stream.send(json.dumps({"token": self.opened["token"], "after": 0, "marks": True}))
            self._stream = stream
            async for raw in stream:
                frame = json.loads(raw)
                if frame["type"] == "state" and frame["state"] == "consultant":
                    self.accepted.set()
                if frame["type"] == "message" and frame["message"]["from"] == "consultant":
                    self._answers.take(self.number, frame["message"]["text"])
                    await stream.send(json.dumps({"type": "read", "id": frame["message"]["id"]}))

    async def _post(self, text: str, client_id: str) -> None:
        answer = await self._http.post(
            f"/api/conversations/{self.opened['id']}/messages",
            json={"text": text, "client_id": client_id},
            headers={"Authorization": f"Bearer {self.opened['token']}"},
        )
        answer.raise_for_status()


class Consultant:
    """One who accepts every offer and answers every message once; ends at once the talks of `passing` numbers."""

    def __init__(self, address: str, token: str, heard: Seen, http: httpx.AsyncClient, passing: set[str]) -> None:
        self._address, self._token, self._heard, self._http = address, token, heard, http
        self._passing = passing
        self._numbers: dict[int, str] = {}
        self._accepting: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._turn: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def serve(self) -> None:
        """Be available and read the console's stream until cancelled."""
        (await self._http.put("/presence", json={"presence": "available"})).raise_for_status()
        headers = {"Cookie": f"staff_session={self._token}"}
        async with connect(f"{self._address}/staff/api/console", additional_headers=headers, proxy=None) as stream:
            self._begin(self._beat(stream))
            async for raw in stream:
                self._take(json.loads(raw), stream)

    def _take(self, frame: dict[str, Any], stream: ClientConnection) -> None:
        if frame["type"] == "work":
            self._numbers |= {talk["id"]: talk["number"] for talk in frame["work"]["conversations"]}
            for offer in frame["work"]["offers"]:
                if (entry := offer["entry"]["id"]) not in self._accepting:
                    self._accepting.add(entry)
                    self._begin(self._accept(entry))
        elif frame["type"] == "message" and frame["message"]["from"] == "citizen":
            talk, text = frame["conversation"], frame["message"]["text"]
            self._heard.take(self._numbers[talk], text)
            self._begin(self._answer(talk, frame["message"]["id"], text.split()[1], stream))

    async def _accept(self, entry: int) -> None:
        accepted = await self._post(f"/offers/{entry}/accept")
        if accepted.json()["number"] in self._passing:
            await self._post(f"/conversations/{entry}/close", {"outcome": "answered"})
            await self._post(f"/conversations/{entry}/after-contact", {"action": "finish"})

    async def _answer(self, talk: int, message: int, number: str, stream: ClientConnection) -> None:
        await stream.send(json.dumps({"type": "read", "conversation": talk, "id": message}))
        async with self._turn[talk]:  # as one person types: one line after another
            (await self._http.get(f"/conversations/{talk}/suggestions")).raise_for_status()
            await stream.send(json.dumps({"type": "typing", "conversation": talk}))
            body = {"text": f"ответ {number} {time.monotonic()}", "client_id": number}
            await self._post(f"/conversations/{talk}/messages", body)

    async def _post(self, path: str, body: object = None) -> httpx.Response:
        return (await self._http.post(path, json=body)).raise_for_status()

    async def _beat(self, stream: ClientConnection) -> None:
        while True:
            await stream.send('{"type": "beat"}')
            await asyncio.sleep(BEAT_S)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            print(f"a consultant's request failed: {error!r}", file=sys.stderr)


async def measure(address: str, data_dir: Path, options: argparse.Namespace) -> None:
    """Let everyone chat and print what came of it."""
    heard, answers, stream_address = Seen(), Seen(), address.replace("http", "ws", 1)
    passing: set[str] = set()
    pool = httpx.Limits(max_connections=None, max_keepalive_connections=options.citizens)
    async with AsyncExitStack() as open_things:
        web = httpx.AsyncClient(base_url=address, timeout=60, trust_env=False, limits=pool)
        http = await open_things.enter_async_context(web)
        citizens = [Citizen(http, answers) for _ in range(options.citizens)]
        consultants = []
        for token in await _staff(data_dir, options):
            client = httpx.AsyncClient(
                base_url=f"{address}/staff/api",
                timeout=60,
                trust_env=False,
                cookies={"staff_session": token},
                headers={"X-CSRF-Token": sessions.csrf_token(token)},
            )
            seat = await open_things.enter_async_context(client)
            consultants.append(Consultant(stream_address, token, heard, seat, passing))
        async with asyncio.TaskGroup() as group:
            listening = [group.create_task(one.serve()) for one in consultants]
            began = time.monotonic()
            for first in range(0, len(citizens), OPENED_AT_ONCE):
                coming = citizens[first : first + OPENED_AT_ONCE]
                await asyncio.gather(*(one.open() for one in coming))
                await asyncio.gather(*(one.ask() for one in coming))
                listening += [group.create_task(one.listen(stream_address)) for one in coming]
            async with asyncio.timeout(ACCEPT_S):
                await asyncio.gather(*(one.accepted.wait() for one in citizens))
            print(f"{len(citizens)} conversations with {len(consultants)} consultants after {_since(began):.0f} s")
            visits = group.create_task(_visits(http, options.visits, passing))
            await asyncio.gather(*(_chat(one, options) for one in citizens))
            visits.cancel()
            await asyncio.sleep(SETTLE_S)
            print(f"{len(passing)} other citizens came and went")
            for task in listening:
                task.cancel()
    _show("citizen -> consultant", heard, citizens)
    _show("consultant -> citizen", answers, citizens)


async def _staff(data_dir: Path, options: argparse.Namespace) -> list[str]:
    """Make the consultants, with room for everyone; return a session of each."""
    database, tokens = Database(default_url(data_dir)), []
    await database.upgrade()
    room = -(-options.citizens // options.consultants) + SPARE_ROOM
    for number in range(options.consultants):
        account, _ = await Accounts(database).create(f"load{number}", f"Консультант {number}", [Role.CONSULTANT], "ru")
        await _give_room(database, account.id, room)
        tokens.append(await Sessions(database).start(account))
    await database.close()
    return tokens


async def _give_room(database: Database, account_id: int, room: int) -> None:
    async with database.write() as session:
        (await session.get_one(Account, account_id)).password_is_temporary = False
        session.add(ConsultantDuty(account_id=account_id, languages=["ru", "kk"], capacity=room))


async def _chat(citizen: Citizen, options: argparse.Namespace) -> None:
    """Write now and then, as people do, until the time is over."""
    chance, over = random.Random(citizen.number), time.monotonic() + options.seconds  # noqa: S311  when to write
    while (pause := chance.expovariate(1 / options.pause)) < over - time.monotonic():
        await asyncio.sleep(pause)
        await citizen.say()


async def _visits(http: httpx.AsyncClient, a_minute: float, passing: set[str]) -> None:
    """Let citizens come who are accepted and done with, until cancelled."""
    while True:
        await asyncio.sleep(60 / a_minute)
        visitor = Citizen(http, Seen())
        await visitor.open()
        passing.add(visitor.number)
        await visitor.ask()


def _show(way: str, seen: Seen, citizens: list[Citizen]) -> None:
    sent = sum(one.sent for one in citizens)
    lost = sum(len(set(range(one.sent)) - set(seen.numbers[one.number])) for one in citizens)
    doubled = sum(len(numbers) - len(set(numbers)) for numbers in seen.numbers.values())
    mixed = sum(numbers != sorted(numbers) for numbers in seen.numbers.values())
    cuts = statistics.quantiles(seen.times_ms, n=PERCENTILES)
    print(
        f"{way}: {sent} sent, {lost} lost, {doubled} doubled, {mixed} conversations out of order; "
        f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, longest {max(seen.times_ms):.0f} ms"
    )


def _since(began: float) -> float:
    return time.monotonic() - began


def main() -> None:
    """Start the product, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=300)
    parser.add_argument("--consultants", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=120, help="how long they chat")
    parser.add_argument("--pause", type=float, default=20, help="between two messages of one citizen, mean, s")
    parser.add_argument("--visits", type=float, default=60, help="other citizens a minute who come and go")
    parser.add_argument("--web", help="measure the product that runs at this address instead; needs --data-dir")
    parser.add_argument("--data-dir", type=Path, help="the data folder of that product")
    options = parser.parse_args()
    if options.web:
        asyncio.run(measure(options.web, options.data_dir, options))
        return
    project, progress = this_project(), Progress(sys.stderr)
    with ExitStack() as things:
        data_dir = Path(things.enter_context(tempfile.TemporaryDirectory()))
        settings = Settings(LOOPBACK, ports.free(), data_dir)
        told = {**os.environ, **_LIMITS}
        trained = model.ensure(project, progress)
        running = stack.running(project, settings, trained, stop=Event(), progress=progress, environment=told)
        started = things.enter_context(running)
        asyncio.run(measure(started.url(WEB), data_dir, options))


if __name__ == "__main__":
    main()

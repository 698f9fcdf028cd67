"""Owns the conversation with Asterisk's manager interface (AMI): messages read, actions answered, events in order."""

from __future__ import annotations

import asyncio
import itertools
import logging
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from pydantic import SecretStr

logger = logging.getLogger(__name__)

LARGEST_MESSAGE_BYTES: Final = 64 * 1024
LARGEST_LIST: Final = 10_000
MOST_EVENTS_BEHIND: Final = 10_000
ANSWER_S: Final = 5.0
CONNECT_S: Final = 5.0
PING_S: Final = 10.0
_READ_BYTES: Final = 64 * 1024
_BANNER: Final = b"Asterisk Call Manager/"
_END: Final = b"\r\n\r\n"


class AmiError(Exception):
    """Asterisk did not do what it was asked to, or speaks something else than AMI."""


class AmiLostError(AmiError):
    """The connection is gone."""


@dataclass(frozen=True)
class Message:
    """One message: its headers in order; a name may come more than once."""

    headers: tuple[tuple[str, str], ...]

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a header."""
        return next(self.all(name), default)

    def all(self, name: str) -> Iterator[str]:
        """Yield every value of a header."""
        return (value for header, value in self.headers if header == name)

    def variable(self, name: str) -> str:
        """Return a variable of the channel that the message is about."""
        values = (value.partition("=") for value in self.all("ChanVariable"))
        return next((value for key, _, value in values if key == name), "")


class MessageParser:
    """Cuts what comes from Asterisk into messages. Pure: it is fed and asked nothing else."""

    def __init__(self) -> None:
        self._rest = b""
        self._greeted = False

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that are whole now.

        Raises:
            AmiError: the peer is no AMI, or a message is larger than `LARGEST_MESSAGE_BYTES`.

        """
        self._rest += data
        if not self._greeted:
            self._greet()
        *whole, self._rest = self._rest.split(_END)
        if max(map(len, (*whole, self._rest))) > LARGEST_MESSAGE_BYTES:
            raise AmiError(f"a message of more than {LARGEST_MESSAGE_BYTES} bytes")
        return [_message(raw) for raw in whole if raw.strip()] if self._greeted else []

    def _greet(self) -> None:
        """Take the line with which Asterisk begins."""
        if not self._rest.startswith(_BANNER[: len(self._rest)]):
            raise AmiError(f"no manager interface: it begins with {self._rest[: len(_BANNER)]!r}")
        line, end, rest = self._rest.partition(b"\r\n")
        if end and line.startswith(_BANNER):
            self._greeted, self._rest = True, rest


def _message(raw: bytes) -> Message:
    lines = raw.decode(errors="replace").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return Message(tuple((name, value.removeprefix(" ")) for name, _, value in pairs))


def _is_complete(message: Message) -> bool:
    return message.get("EventList") == "Complete"


class Ami:
    """A connection that is signed in; use `connected` to get one."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._ids = map(str, itertools.count(1))
        self._answers: dict[str, asyncio.Future[Message]] = {}
        self._lists: dict[str, list[Message]] = {}
        self._events: asyncio.Queue[Message | None] = asyncio.Queue()
        self._lost: AmiLostError | None = None

    async def act(self, action: str, **headers: str) -> Message:
        """Let Asterisk do something and return its answer.

        Raises:
            AmiError: it refuses, or gives no answer in `ANSWER_S` seconds.

        """
        return await self._ask(next(self._ids), action, headers)

    async def attempt(self, action: str, **headers: str) -> str | None:
        """Let Asterisk do something; return why it refuses, None when it did it. Raises AmiLostError."""
        try:
            await self.act(action, **headers)
        except AmiLostError:
            raise
        except AmiError as error:
            return str(error)
        return None

    async def listed(self, action: str, **headers: str) -> list[Message]:
        """Return the events by which Asterisk answers an action with a list, to its end. Raises AmiError."""
        action_id = next(self._ids)
        listed = self._lists[action_id] = []
        try:
            await self._ask(action_id, action, headers)
            if not (listed and _is_complete(listed[-1])):  # it may have come together with the answer
                end = self._answers[action_id] = asyncio.get_running_loop().create_future()
                await self._in_time(end, action)
            return listed[:-1]
        finally:
            self._lists.pop(action_id, None)
            self._answers.pop(action_id, None)

    async def next_event(self) -> Message:
        """Wait for the next event. Raises AmiLostError."""
        event = await self._events.get()
        if event is None:
            self._events.put_nowait(None)  # for whoever asks again
            raise self._lost or AmiLostError("the connection was closed")
        return event

    def events_so_far(self) -> list[Message]:
        """Return the events that have come and were not asked for yet."""
        events: list[Message] = []
        while not self._events.empty() and (event := self._events.get_nowait()) is not None:
            events.append(event)
        if self._lost is not None:
            self._events.put_nowait(None)
        return events

    async def read(self) -> None:
        """Take what comes until the connection is gone."""
        parser = MessageParser()
        try:
            while data := await self._reader.read(_READ_BYTES):
                for message in parser.feed(data):
                    self._take(message)
            self._lose("Asterisk closed the connection")
        except (OSError, AmiError) as error:
            self._lose(str(error))
        finally:
            self._lose("the connection was closed")

    async def keep_alive(self) -> None:
        """Ask for a sign of life again and again; a connection without one is lost. Raises AmiError."""
        while True:
            await asyncio.sleep(PING_S)
            await self.act("Ping")

    async def _ask(self, action_id: str, action: str, headers: dict[str, str]) -> Message:
        if self._lost is not None:
            raise self._lost
        fields = {"Action": action, "ActionID": action_id, **headers}
        if any("\r" in text or "\n" in text for pair in fields.items() for text in pair):
            raise AmiError(f"{action}: a header cannot have a second line")
        answer = self._answers[action_id] = asyncio.get_running_loop().create_future()
        try:
            self._writer.write("".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n")
            message = await self._in_time(answer, action)
        except OSError as error:
            raise AmiLostError(f"{action}: {error}") from error
        finally:
            self._answers.pop(action_id, None)
        if message.get("Response") != "Success":
            raise AmiError(f"{action}: {message.get('Message') or message.get('Response')}")
        return message

    async def _in_time(self, answer: asyncio.Future[Message], action: str) -> Message:
        try:
            async with asyncio.timeout(ANSWER_S):
                return await answer
        except TimeoutError:
            raise AmiLostError(f"{action}: no answer in {ANSWER_S} s") from None

    def _take(self, message: Message) -> None:
        action_id = message.get("ActionID")
        if "Event" not in dict(message.headers):
            self._answer(action_id, message)
        elif action_id in self._lists:
            self._lists[action_id].append(message)
            if len(self._lists[action_id]) > LARGEST_LIST:
                raise AmiError(f"a list of more than {LARGEST_LIST}")
            if _is_complete(message):
                self._answer(action_id, message)
        elif self._events.qsize() >= MOST_EVENTS_BEHIND:
            raise AmiError(f"more than {MOST_EVENTS_BEHIND} events wait")
        else:
            self._events.put_nowait(message)

    def _answer(self, action_id: str, message: Message) -> None:
        answer = self._answers.get(action_id)
        if answer is not None and not answer.done():
            answer.set_result(message)

    def _lose(self, why: str) -> None:
        if self._lost is not None:
            return
        self._lost = AmiLostError(why)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(self._lost)
        self._events.put_nowait(None)


@dataclass(frozen=True)
class Door:
    """Where a manager interface is, and the account there."""

    host: str
    port: int
    secret: SecretStr
    user: str = "link"


@asynccontextmanager
async def connected(door: Door) -> AsyncIterator[Ami]:
    """Connect and sign in, until the block ends.

    Raises:
        AmiError: nobody answers, or the secret is wrong.

    """
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(door.host, door.port)
    except (OSError, TimeoutError) as error:
        why = f"no manager interface at {door.host}:{door.port}: {error or type(error).__name__}"
        raise AmiLostError(why) from error
    ami = Ami(reader, writer)
    reading = asyncio.create_task(ami.read())
    try:
        await ami.act("Login", Username=door.user, Secret=door.secret.get_secret_value(), Events="on")
        yield ami
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

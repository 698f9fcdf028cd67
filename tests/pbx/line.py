"""The phone line of a running product, for the tests: who calls, who answers, what was said and recorded."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from pydantic import SecretStr
from vosk import KaldiRecognizer, Model, SetLogLevel
from websockets.sync.client import connect

from deploy.settings import SIP, VOICE, WEB
from staff import sessions
from tests.pbx.user_agent import Telephone, telephone
from tests.web.staff.browsing import Visitor
from voice_channel import speech_models
from voice_channel.audio import SAMPLE_BYTES, SAMPLE_RATE_HZ
from voice_channel.pbx.asterisk import Asterisk
from voice_channel.pbx.phones import password

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from deploy.stack import Stack
    from language import Language

PATIENCE_S = 45.0
_HEADER_BYTES = 44
_PAUSE_S = 0.5
T = TypeVar("T")


def until(look: Callable[[], T], what: str, patience_s: float = PATIENCE_S, pause_s: float = 0.1) -> T:
    """Look until there is something."""
    deadline = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what}: not in {patience_s} s"
        time.sleep(pause_s)
    return found


@dataclass
class PhoneLine:
    """A product with its exchange."""

    stack: Stack
    folder: Path
    callers: Iterator[int]

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.stack.settings.port(SIP)}"

    @contextmanager
    def call(self, number: str | None = None) -> Iterator[Call]:
        """Call 1414; the block begins when the exchange has answered."""
        number = number or f"+7701{next(self.callers):07}"
        before = self._calls()
        account = f"<sip:{number}@{self.address}>;regint=0;audio_codecs=PCMA;dtmfmode=rtpevent"
        with telephone(self.folder / f"caller-{time.monotonic_ns()}", account) as phone:
            phone.dial(f"sip:1414@{self.address}")
            phone.happens("CALL_ESTABLISHED")
            call = until(lambda: self._calls() - before, "a recording that has begun").pop()
            yield Call(self, phone, call)

    def refused(self, number: str) -> dict[str, Any]:
        """Call 1414 and return the event by which the exchange refuses."""
        account = f"<sip:{number}@{self.address}>;regint=0;audio_codecs=PCMA"
        with telephone(self.folder / f"caller-{time.monotonic_ns()}", account) as phone:
            phone.dial(f"sip:1414@{self.address}")
            return phone.happens("CALL_CLOSED")

    def knows(self, login: str) -> bool:
        """Return whether the exchange knows a consultant's account, which it learns from the contact centre."""
        return "Unable to find" not in self._ask(f"pjsip show auth {login}")

    def rings(self, phone: str) -> bool:
        """Return whether a telephone of this name is in the queue and is rung for the next caller."""
        members = [line for line in self._ask("queue show 1414").splitlines() if f"PJSIP/{phone})" in line]
        return any(not re.search("paused|Unavailable|Invalid", member) for member in members)

    def record(self, call: str) -> dict[str, Any]:
        """Return what the voice process knows of a call, nothing while it is away."""
        try:
            answer = httpx.get(f"{self.stack.url(VOICE)}/calls/{call}", timeout=5, trust_env=False)
        except httpx.TransportError:
            return {}
        return dict(answer.json()) if answer.is_success else {}

    def channels(self) -> int:
        """Return how many channels the exchange has open."""
        return int(self._ask("core show channels count").split(maxsplit=1)[0])

    def _ask(self, command: str) -> str:
        program = self.stack.settings.asterisk
        assert program is not None
        configuration = self.stack.settings.data_dir / "pbx" / "etc" / "asterisk.conf"
        # In a thread of its own: where a browser is open, this one has an event loop already.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, Asterisk(program.command, configuration).ask(command)).result()

    def processes(self, module: str) -> list[int]:
        """Return the processes that run a module of ours: "voice_channel" itself, or one of its workers."""
        found = []
        for process in self.stack.manager.processes():
            try:
                command = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if command[1:3] == [b"-m", module.encode()]:
                found.append(process)
        return found

    @contextmanager
    def frozen(self, module: str = "voice_channel") -> Iterator[None]:
        """Freeze the processes of a module while the block lasts."""
        processes = self.processes(module)
        assert processes
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                with suppress(ProcessLookupError):  # it was killed and replaced
                    os.kill(process, signal.SIGCONT)

    @contextmanager
    def locked_database(self) -> Iterator[None]:
        """Keep everybody else from writing into the contact centre's database while the block lasts."""
        with closing(sqlite3.connect(self.stack.settings.data_dir / "contact_centre.db", timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.rollback()

    def kill_voice(self) -> None:
        for process in self.processes("voice_channel"):
            os.kill(process, signal.SIGKILL)

    def voice_is_back(self) -> None:
        def ready() -> bool:
            try:
                return httpx.get(f"{self.stack.url(VOICE)}/readyz", timeout=5, trust_env=False).is_success
            except httpx.TransportError:
                return False

        until(ready, "the voice process is ready", 90)

    def _calls(self) -> set[str]:
        files = (self.stack.settings.data_dir / "recordings").glob("*-caller.wav")
        return {file.name.removesuffix("-caller.wav") for file in files}


@dataclass
class Call:
    """One call of a citizen."""

    line: PhoneLine
    phone: Telephone
    id: str

    def say(self, text: str, language: Language) -> None:
        time.sleep(self.phone.say(text, language))

    def assistant_said(self) -> str:
        turns = self.line.record(self.id).get("turns", [])
        return "\n".join(turn["text"] for turn in turns if turn["who"] == "assistant")

    def assistant_says(self, part: str) -> None:
        """Wait until the assistant has said something with these words."""
        until(lambda: part in self.assistant_said(), f"the assistant says {part!r}")

    def line_said(self) -> str:
        turns = self.line.record(self.id).get("turns", [])
        return "\n".join(turn["text"] for turn in turns if turn["who"] == "line")

    def line_says(self, part: str) -> None:
        """Wait until the line itself has said something with these words, and is listening."""
        until(lambda: part in self.line_said().lower(), f"the line says {part!r}")

    def ends(self) -> None:
        self.phone.happens("CALL_CLOSED")

    def hears(self, language: Language, part: str) -> None:
        """Wait until the caller has heard these words, by the line's own track of the recording."""
        until(lambda: part in recognised(self._track("line"), language), f"the caller hears {part!r}", 60, pause_s=1)

    def recorded(self, track: str, language: Language) -> str:
        """Return the words of a track: "caller" or "line"."""
        return recognised(self._track(track), language)

    def seconds_recorded(self, track: str) -> float:
        return (self._track(track).stat().st_size - _HEADER_BYTES) / SAMPLE_RATE_HZ / SAMPLE_BYTES

    def _track(self, track: str) -> Path:
        return self.line.stack.settings.data_dir / "recordings" / f"{self.id}-{track}.wav"


@dataclass
class Consultant:
    """A consultant signed in at the console, with a telephone."""

    login: str
    phone: Telephone
    http: httpx.Client
    stream: Any = field(repr=False)

    def be(self, presence: str) -> None:
        answer = self.http.put("/staff/api/presence", json={"presence": presence})
        assert answer.is_success, answer.text

    def work(self) -> dict[str, Any]:
        return dict(self.http.get("/staff/api/work").raise_for_status().json())

    def is_rung_when_available(self) -> None:
        """Wait until the exchange may ring the telephone."""
        until(lambda: self.work()["me"]["phone_ready"], "the exchange reaches the telephone")

    def contact(self, number: str) -> dict[str, Any]:
        return dict(self.http.get(f"/staff/api/contacts/{number}").raise_for_status().json())

    def serves_who_waits(self) -> None:
        """Serve and end what others left in the queue, so that the next call is the next offer."""

        def nobody_waits() -> bool:
            work = self.work()
            for offer in work["offers"]:
                self.http.post(f"/staff/api/offers/{offer['entry']['id']}/accept").raise_for_status()
            for talk in work["conversations"]:
                if talk["phase"] != "after_contact":
                    path = f"/staff/api/conversations/{talk['id']}/close"
                    self.http.post(path, json={"outcome": "answered"}).raise_for_status()
            self.ends_after_contact_work()
            return not (work["offers"] or work["conversations"] or work["queue"]["entries"])

        until(nobody_waits, "the queue is empty")

    def is_offered_a_call(self) -> str:
        """Wait until the telephone rings and the console shows for whom; return the contact's number."""
        [offer] = until(lambda: self.work()["offers"], "the console shows who rings")
        assert offer["by_phone"]
        return str(offer["entry"]["number"])

    def say(self, text: str, language: Language) -> None:
        time.sleep(self.phone.say(text, language) + _PAUSE_S)

    def registered(self, number: str) -> dict[str, Any]:
        """Return the contact once it is closed and its recording is attached."""

        def whole() -> dict[str, Any]:
            contact = self.contact(number)
            return contact if contact["state"] == "closed" else {}

        return until(whole, "the contact is closed")

    def ends_after_contact_work(self) -> None:
        for talk in self.work()["conversations"]:
            if talk["phase"] == "after_contact":
                path = f"/staff/api/conversations/{talk['id']}/after-contact"
                self.http.post(path, json={"action": "finish"}).raise_for_status()

    def rings(self) -> None:
        self.phone.happens("CALL_INCOMING", 60)

    def answers(self) -> None:
        self.phone.answers()


@contextmanager
def consultant(line: PhoneLine) -> Iterator[Consultant]:
    """Sign the demo consultant in, with a telephone that waits for calls."""
    stack = line.stack
    account = stack.accounts["consultant"]
    secret = stack.secrets["SIP_SECRET"]
    sip = (
        f"<sip:{account.login}@{line.address}>;auth_user={account.login};"
        f"auth_pass={password(account.login, SecretStr(secret))};regint=60;answermode=manual;audio_codecs=PCMA"
    )
    with httpx.Client(base_url=stack.url(WEB), timeout=15, trust_env=False) as http:
        assert Visitor(http).sign_in(account.login, account.password).is_redirect
        token = http.cookies["staff_session"]
        http.headers["X-CSRF-Token"] = sessions.csrf_token(token)
        stream = connect(
            f"{stack.url(WEB).replace('http', 'ws', 1)}/staff/api/console",
            additional_headers={"Cookie": f"staff_session={token}"},
            proxy=None,
        )
        with stream, telephone(line.folder / f"consultant-{time.monotonic_ns()}") as phone:
            until(lambda: line.knows(account.login), "the exchange knows the consultant's account")
            phone.register(sip)
            person = Consultant(account.login, phone, http, stream)
            person.be("available")
            person.serves_who_waits()
            yield person
            person.be("offline")


@cache
def _model(language: Language) -> Model:
    SetLogLevel(-1)
    return Model(str(speech_models.FOLDER / language))


def recognised(file: Path, language: Language) -> str:
    """Return the words of a recording, which may be growing still."""
    if not file.exists():
        return ""
    recogniser = KaldiRecognizer(_model(language), 8_000)
    pcm = file.read_bytes()[_HEADER_BYTES:]  # its length in the header is not true while it grows
    pieces = (pcm[at : at + 3_200] for at in range(0, len(pcm), 3_200))
    words = [json.loads(recogniser.Result())["text"] for piece in pieces if recogniser.AcceptWaveform(piece)]
    words.append(json.loads(recogniser.FinalResult())["text"])
    return " ".join(filter(None, words))

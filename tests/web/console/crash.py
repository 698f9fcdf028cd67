"""Citizens and consultants who go on through kill -9 of the web process, as browsers do, and what must be true then."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from staff.roles import Role
from tests.web.console.conftest import HANDOFF
from tests.web.console.seats import Badge, Seat, issue
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.contact_centre.dialogue_server import DialogueServer

MESSAGES = 5
PATIENCE_S = 400.0
"""Reading the knowledge base twice takes minutes on a machine that is busy with ten other things."""
ROOT = Path(__file__).parents[3]

T = TypeVar("T")


@dataclass
class Web:
    """The real web process, which can be killed and started again on the same port."""

    data_dir: Path
    rasa_url: str
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        variables = {"DATA_DIR": str(self.data_dir), "RASA_URL": self.rasa_url, "WEB_PORT": str(self.port)}
        command = [sys.executable, "-m", "web"]
        with (self.data_dir / "web.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables}, stderr=log)  # noqa: S603  our own
        _persist(lambda: httpx.get(f"{self.address}/healthz", trust_env=False).raise_for_status())

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def _persist(attempt: Callable[[], T]) -> T:
    """Try again while the process is away, as a browser does."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        with suppress(httpx.TransportError):
            return attempt()
        assert time.monotonic() < deadline, "the web process did not come back"
        time.sleep(0.1)


def _wait(look: Callable[[], T]) -> T:
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, "nothing happened: something is stuck"
        time.sleep(0.05)
    return found


class Citizen:
    """Someone who asks for a consultant, writes, and rates; repeats what was not confirmed."""

    def __init__(self, web: Web, name: str) -> None:
        self.http = httpx.Client(base_url=web.address, timeout=20, trust_env=False)
        self.name = name
        self.sent: list[str] = []
        self.opened: dict[str, Any] = {}
        self.is_talking = False

    def live(self) -> None:
        self.opened = _persist(lambda: self.http.post("/api/conversations", json={"language": "ru"})).json()
        self._say("оператор")
        _wait(lambda: self.read()["state"] == "consultant")
        self.is_talking = True
        for number in range(MESSAGES):
            self._say(f"{self.name} {number}")
        _wait(lambda: self.read()["state"] == "rating")
        self._say("5")
        self._say("нет")
        _wait(lambda: self.read()["state"] == "closed")

    def read(self) -> dict[str, Any]:
        return dict(_persist(lambda: self.http.get(self._path, headers=self._headers)).json())

    def _say(self, text: str) -> None:
        body = {"text": text, "client_id": f"c{len(self.sent)}"}
        answer = _persist(lambda: self.http.post(self._path, json=body, headers=self._headers))
        assert answer.status_code == 200, answer.text
        self.sent.append(text)

    @property
    def _path(self) -> str:
        return f"/api/conversations/{self.opened['id']}/messages"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.opened['token']}"}


class Worker:
    """A consultant who takes every offer, answers every message once, and closes."""

    def __init__(self, web: Web, badge: Badge) -> None:
        self.seat = Seat(web.address, badge)
        self.stop = threading.Event()

    def live(self) -> None:
        while not self.stop.is_set():
            work = _persist(self.seat.work)
            if work["me"]["chosen"] != "available":
                _persist(lambda: self.seat.be("available"))
            for offer in work["offers"]:
                self._try(f"/offers/{offer['entry']['id']}/accept")
            for talk in work["conversations"]:
                self._serve(talk)
            time.sleep(0.02)

    def _serve(self, talk: dict[str, Any]) -> None:
        path = f"/conversations/{talk['id']}"
        if talk["phase"] == "after_contact":
            self._try(f"{path}/after-contact", {"action": "finish"})
            return
        answer = _persist(lambda: self.seat.http.get(path))
        if answer.status_code != 200:
            return
        asked = [one["text"] for one in answer.json()["messages"] if one["from"] == "citizen"][1:]
        for number, text in enumerate(asked):
            self._try(f"{path}/messages", {"text": f"ответ: {text}", "client_id": str(number)})
        if len(asked) == MESSAGES:
            self._try(f"{path}/close", {"outcome": "answered"})

    def _try(self, path: str, body: object = None) -> None:
        answer = _persist(lambda: self.seat.http.post(path, json=body))
        assert answer.status_code in {200, 204, 409}, answer.text


def survive(data_dir: Path, dialogue: DialogueServer, citizens_count: int, pauses_s: Iterable[float]) -> None:
    """Let everybody live through a kill after each pause; the first is counted from when someone is talked with."""
    dialogue.answer = HANDOFF
    badges = issue(Settings(data_dir=data_dir), Role.CONSULTANT, Role.CONSULTANT)
    web = Web(data_dir, dialogue.url)
    web.start()
    citizens = [Citizen(web, f"гражданин {number}") for number in range(citizens_count)]
    workers = [Worker(web, badge) for badge in badges]
    try:
        with ThreadPoolExecutor(len(citizens) + len(workers)) as pool:
            working = [pool.submit(worker.live) for worker in workers]
            living = [pool.submit(citizen.live) for citizen in citizens]
            try:
                _wait(lambda: any(citizen.is_talking for citizen in citizens))
                for pause_s in pauses_s:
                    time.sleep(pause_s)
                    web.kill()
                    web.start()
                for future in living:
                    future.result(PATIENCE_S)
            finally:
                for worker in workers:
                    worker.stop.set()
            for future in working:
                future.result(PATIENCE_S)
        for citizen in citizens:
            _assert_whole(citizen)
        _assert_queue_is_empty(workers[0])
    finally:
        web.kill()


def _assert_whole(citizen: Citizen) -> None:
    read = citizen.read()
    said = [one["text"] for one in read["messages"] if one["from"] == "citizen"]
    assert said == citizen.sent
    answers = [one["text"] for one in read["messages"] if one["from"] == "consultant"]
    assert answers == [f"ответ: {citizen.name} {number}" for number in range(MESSAGES)]
    system = [one["text"] for one in read["messages"] if one["from"] == "system"]
    for once in ("Оцените, пожалуйста", "Спасибо, оценка сохранена", "Спасибо. Если хотите"):
        assert sum(text.startswith(once) for text in system) == 1, system
    assert read["state"] == "closed"


def _assert_queue_is_empty(worker: Worker) -> None:
    tries = count()

    def is_empty() -> bool:
        work = worker.seat.work()
        return not (work["queue"]["entries"] or work["offers"] or work["conversations"] or next(tries) > 10_000)

    for talk in worker.seat.work()["conversations"]:
        worker.seat.post(f"/conversations/{talk['id']}/after-contact", {"action": "finish"})
    _wait(is_empty)

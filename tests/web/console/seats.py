"""People of the staff at their desks: real sessions, the HTTP API and the stream of a console."""

from __future__ import annotations

import asyncio
import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from websockets.sync.client import ClientConnection, connect

from database.engine import Database
from staff import sessions
from staff.accounts import Accounts
from staff.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from staff.roles import Role
    from staff.tables import Account
    from web.settings import Settings

PASSWORD = "дождь идёт с утра"
PATIENCE_S = 30.0

T = TypeVar("T")


@dataclass(frozen=True)
class Badge:
    """An account with an open session."""

    account: int
    name: str
    token: str


def issue(settings: Settings, *roles: Role) -> list[Badge]:
    """Make an account with a session for each role."""

    async def make() -> list[Badge]:
        database = Database(settings.database_url)
        await database.upgrade()
        badges = [await _badge(database, f"p{number}-{role.value}", role) for number, role in enumerate(roles)]
        await database.close()
        return badges

    # In a thread: while a browser is open, its event loop lives in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(make())).result()


async def _badge(database: Database, login: str, role: Role) -> Badge:
    account: Account
    account, _ = await Accounts(database).create(login, f"Имя {login}", [role], "ru", password=PASSWORD)
    return Badge(account.id, account.display_name, await Sessions(database).start(account))


class Seat:
    """One person's browser."""

    def __init__(self, address: str, badge: Badge) -> None:
        self.badge = badge
        self.address = address
        self.http = httpx.Client(
            base_url=f"{address}/staff/api",
            timeout=30,
            trust_env=False,
            cookies={"staff_session": badge.token},
            headers={"X-CSRF-Token": sessions.csrf_token(badge.token)},
        )

    def get(self, path: str, **params: str | int) -> Any:
        return self._body(self.http.get(path, params=params))

    def post(self, path: str, body: object = None) -> Any:
        return self._body(self.http.post(path, json=body))

    def put(self, path: str, body: object) -> Any:
        return self._body(self.http.put(path, json=body))

    def be(self, presence: str) -> Any:
        return self.put("/presence", {"presence": presence})

    def work(self) -> Any:
        return self.get("/work")

    def offered(self) -> int:
        """Wait for an offer; return its id."""
        return int(until(lambda: self.work()["offers"])[0]["entry"]["id"])

    def take(self) -> Any:
        """Wait for an offer and accept it; return the whole conversation."""
        return self.post(f"/offers/{self.offered()}/accept")

    def say(self, conversation: int, text: str, client_id: str) -> Any:
        return self.post(f"/conversations/{conversation}/messages", {"text": text, "client_id": client_id})

    def close(self, conversation: int, outcome: str = "answered") -> Any:
        return self.post(f"/conversations/{conversation}/close", {"outcome": outcome})

    @contextmanager
    def console(self) -> Iterator[ConsoleStream]:
        """Open the stream of the console."""
        stream = connect(
            f"{self.address.replace('http', 'ws', 1)}/staff/api/console",
            additional_headers={"Cookie": f"staff_session={self.badge.token}"},
            proxy=None,
        )
        try:
            yield ConsoleStream(stream)
        finally:
            stream.close()

    @staticmethod
    def _body(response: httpx.Response) -> Any:
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json() if response.content else None


@dataclass
class ConsoleStream:
    """What a console hears."""

    stream: ClientConnection

    def beat(self) -> None:
        self.stream.send('{"type": "beat"}')

    def send(self, frame: dict[str, object]) -> None:
        self.stream.send(json.dumps(frame))

    def next(self, kind: str, fits: Callable[[Any], bool] = lambda _frame: True) -> Any:
        """Return the next frame of a kind that fits."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            frame = json.loads(self.stream.recv(timeout=PATIENCE_S))
            if frame["type"] == kind and fits(frame):
                return frame
        raise AssertionError(f"no frame {kind!r} in {PATIENCE_S} s")


def until(look: Callable[[], T]) -> T:
    """Look until there is something."""
    deadline = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing in {PATIENCE_S} s"
        time.sleep(0.05)
    return found

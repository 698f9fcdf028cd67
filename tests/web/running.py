"""The real web application on a free port, in a thread, and small clients of it."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import uvicorn

from kb.base import KnowledgeBase
from web.__main__ import KEEP_ALIVE_S
from web.app import create_app
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

SERVICE_TOKEN = "service-token-of-the-tests"
START_S = 20.0


@cache
def _knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()  # takes seconds, and no test changes it


@cache
def _filled() -> TemporaryDirectory[str]:
    """Give the data of a product that has started once: its tables, and the knowledge base in them."""
    folder = TemporaryDirectory()
    with running(Settings(data_dir=Path(folder.name))):
        return folder


def fill(data_dir: Path) -> None:
    """Put in what a first start makes, which takes as long as most tests; the product finds it and goes on."""
    shutil.copytree(_filled().name, data_dir, dirs_exist_ok=True)


@contextmanager
def running(settings: Settings, knowledge: KnowledgeBase | None = None, port: int = 0) -> Iterator[str]:
    """Serve until the block ends; yields the address. A test that publishes brings `knowledge` of its own."""
    app = create_app(settings, knowledge or _knowledge())
    config = uvicorn.Config(
        app, port=port, log_config=None, timeout_keep_alive=KEEP_ALIVE_S, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_S
    while not server.started:
        assert thread.is_alive(), "the web process did not start"
        assert time.monotonic() < deadline, f"the web process did not start in {START_S} s"
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_S)
        assert not thread.is_alive(), "the web process did not stop"


@dataclass
class Chat:
    """One citizen's client."""

    http: httpx.Client
    opened: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.opened["id"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.opened['token']}"}

    @property
    def path(self) -> str:
        return f"/api/conversations/{self.id}/messages"

    def say(self, text: str, client_id: str | None = None) -> httpx.Response:
        return self.http.post(self.path, json={"text": text, "client_id": client_id}, headers=self.headers)

    def read(self, after: int = 0) -> dict[str, Any]:
        response = self.http.get(self.path, params={"after": after}, headers=self.headers)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def texts(self, sender: str | None = None) -> list[str]:
        return [item["text"] for item in self.read()["messages"] if sender in {None, item["from"]}]


def open_chat(http: httpx.Client, *, service: bool = False, **body: object) -> Chat:
    headers = {"Authorization": f"Bearer {SERVICE_TOKEN}"} if service else {}
    response = http.post("/api/conversations", json=body, headers=headers)
    assert response.status_code == 201, response.text
    return Chat(http, response.json())

"""A citizen of the chat API, for the end-to-end tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from deploy.settings import WEB

if TYPE_CHECKING:
    from deploy.stack import Stack


@dataclass
class Reply:
    """What came back for one message."""

    status: int
    state: str
    messages: list[dict[str, Any]]
    signals: list[dict[str, Any]]
    detail: str = ""

    @property
    def text(self) -> str:
        return "\n".join(message["text"] for message in self.messages)

    @property
    def services(self) -> set[str]:
        return {source["service"] for message in self.messages for source in message["sources"]}

    @property
    def payloads(self) -> list[str]:
        return [button["payload"] for message in self.messages for button in message["buttons"]]


@dataclass
class Citizen:
    """One conversation over HTTP."""

    stack: Stack
    language: str | None = None
    channel: str = "web"
    opened: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        headers = {}
        if self.channel != "web":
            headers["Authorization"] = f"Bearer {self.stack.secrets['SERVICE_TOKEN']}"
        body = {"language": self.language, "channel": self.channel}
        answer = httpx.post(f"{self._base}/conversations", json=body, headers=headers, timeout=10)
        assert answer.status_code == 201, answer.text
        self.opened = answer.json()

    @property
    def _base(self) -> str:
        return f"{self.stack.url(WEB)}/api"

    @property
    def address(self) -> str:
        return f"{self._base}/conversations/{self.opened['id']}/messages"

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.opened['token']}"}

    def say(self, text: str, client_id: str | None = None) -> Reply:
        body = {"text": text, "client_id": client_id or str(uuid4())}
        answer = httpx.post(self.address, json=body, headers=self.headers, timeout=15)
        content = answer.json()
        return Reply(
            answer.status_code,
            content.get("state", ""),
            content.get("messages", []),
            content.get("signals", []),
            content.get("detail", ""),
        )

    def transcript(self) -> list[dict[str, Any]]:
        answer = httpx.get(self.address, headers=self.headers, timeout=10)
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages

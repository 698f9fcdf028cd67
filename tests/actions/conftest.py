"""The real actions behind rasa-sdk's executor, over the real knowledge base and a real monitoring server."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from actions.registry import executor
from kb.base import KnowledgeBase
from monitoring.client import MonitoringClient
from monitoring.server import create_app
from tests.monitoring.conftest import API_KEY, free_port, serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from rasa_sdk.executor import ActionExecutor

Slots = dict[str, Any]

DOMAIN: Final = yaml.safe_load((Path(__file__).parents[2] / "domain.yml").read_text(encoding="utf-8"))


@dataclass
class Reply:
    """What an action gave back."""

    events: list[dict[str, Any]]
    responses: list[dict[str, Any]]

    @property
    def said(self) -> list[str]:
        """Names of the domain's responses, in order."""
        return [answer["response"] for answer in self.responses if answer.get("response")]

    @property
    def texts(self) -> list[str]:
        return [answer["text"] for answer in self.responses if answer.get("text")]

    @property
    def signals(self) -> dict[str, Any]:
        return {name: body for answer in self.responses for name, body in (answer.get("custom") or {}).items()}

    @property
    def slots(self) -> Slots:
        return {event["name"]: event["value"] for event in self.events if event["event"] == "slot"}

    def told(self, response: str) -> dict[str, Any]:
        """Values that were put into a response."""
        return next(answer for answer in self.responses if answer.get("response") == response)


def _entity(name: str, value: str, text: str) -> dict[str, Any]:
    """Return an entity as the Rasa server reports it: over its words, or over all of them."""
    start = max(text.find(value), 0)
    return {"entity": name, "value": value, "start": start, "end": start + len(value) if value in text else len(text)}


@dataclass
class Actions:
    """Asks one action at a time, as the Rasa server does."""

    executor: ActionExecutor
    history: list[dict[str, Any]] = field(default_factory=list)

    async def run(
        self,
        action: str,
        text: str,
        *,
        intent: str = "",
        confidence: float = 1.0,
        slots: Slots | None = None,
        entities: dict[str, str] | None = None,
        channel: str = "web",
        active_loop: str | None = None,
        unheard: str = "",
    ) -> Reply:
        message = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "entities": [_entity(name, value, text) for name, value in (entities or {}).items()],
        }
        said = {
            "event": "user",
            "text": text,
            "input_channel": channel,
            "parse_data": message,
            "timestamp": 1.0,
            "metadata": {"unheard": unheard} if unheard else {},
        }
        tracker = {
            "sender_id": "a-conversation",
            "slots": dict(slots or {}),
            "latest_message": message,
            "events": [*self.history, said],
            "paused": False,
            "followup_action": None,
            "active_loop": {"name": active_loop} if active_loop else {},
            "latest_action_name": "action_listen",
        }
        call = {"next_action": action, "sender_id": "a-conversation", "tracker": tracker, "domain": DOMAIN}
        result = await self.executor.run(call)
        assert result is not None
        return Reply(result.events, result.responses)


@pytest.fixture(scope="session")
def knowledge() -> KnowledgeBase:
    return KnowledgeBase.load()


@pytest.fixture(scope="session")
def monitoring_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database = tmp_path_factory.mktemp("monitoring") / "monitoring.db"
    with serving(create_app(database, API_KEY, seed=True), free_port()) as address:
        yield address


@pytest.fixture
async def actions(knowledge: KnowledgeBase, monitoring_url: str) -> AsyncIterator[Actions]:
    async with MonitoringClient(monitoring_url) as monitoring:
        yield Actions(executor(knowledge, monitoring))


@pytest.fixture
async def actions_without_monitoring(knowledge: KnowledgeBase) -> AsyncIterator[Actions]:
    async with MonitoringClient(f"http://127.0.0.1:{free_port()}") as monitoring:
        yield Actions(executor(knowledge, monitoring))

"""What the tests of the Rasa server's parts share: storage for models, and a small model trained by Rasa itself."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml
from rasa.core.agent import Agent
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.model_training import train_nlu

from tests.nlu.examples import EXAMPLES, Parse

ROOT = Path(__file__).parents[2]


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage.create(tmp_path)


@pytest.fixture
def context() -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), node_name="node")


@pytest.fixture(scope="session")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Parse:
    """Parse as the server does, by a model trained on a few phrases with the project's own pipeline."""
    folder = tmp_path_factory.mktemp("model")
    nlu = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text in texts)} for intent, texts in EXAMPLES.items()
    ]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": nlu}, allow_unicode=True), "utf-8")
    model = train_nlu(str(ROOT / "config.yml"), str(folder / "nlu.yml"), str(folder), fixed_model_name="small")
    assert model is not None
    agent = Agent.load(model)

    def parsed(text: str) -> dict[str, Any]:
        result: dict[str, Any] = asyncio.run(agent.parse_message(text))
        return result

    return parsed

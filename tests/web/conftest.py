from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import SecretStr

from tests.contact_centre.dialogue_server import DialogueServer
from tests.web.running import SERVICE_TOKEN, fill, running
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def dialogue() -> Iterator[DialogueServer]:
    with DialogueServer() as server:
        yield server


@pytest.fixture
def settings(dialogue: DialogueServer, tmp_path: Path) -> Settings:
    fill(tmp_path)
    return Settings(
        rasa_url=dialogue.url,
        voice_url="http://127.0.0.1:9",  # nobody listens on the discard port
        data_dir=tmp_path,
        dialogue_timeout_s=0.5,
        service_token=SecretStr(SERVICE_TOKEN),
        stream_first_frame_s=2.0,  # a busy machine may take its time, and one test waits for its end
    )


@pytest.fixture
def address(settings: Settings) -> Iterator[str]:
    with running(settings) as url:
        yield url


@pytest.fixture
def http(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        yield client

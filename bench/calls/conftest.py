"""Whole calls against real processes: `.venv/bin/python -m pytest bench/calls`. Minutes long, so they run on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from bench.calls import line as phone_line
from tests.conftest import browser, stack  # noqa: F401  fixtures of the spoken dialogues
from tests.contact_centre.dialogue_server import DialogueServer, echo
from tests.web.running import SERVICE_TOKEN, running
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def dialogue_server() -> Iterator[DialogueServer]:
    with DialogueServer() as server:
        yield server


@pytest.fixture
def dialogue(dialogue_server: DialogueServer) -> Iterator[DialogueServer]:
    """The dialogue behind the line; each test may tell it how to answer."""
    yield dialogue_server
    dialogue_server.answer = echo


@pytest.fixture(scope="session")
def web_url(dialogue_server: DialogueServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(
        rasa_url=dialogue_server.url,
        data_dir=tmp_path_factory.mktemp("web"),
        dialogue_timeout_s=1.5,
        service_token=SecretStr(SERVICE_TOKEN),
    )
    with running(settings) as url:
        yield url


@pytest.fixture(scope="session")
def line(web_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[phone_line.PhoneLine]:
    """The real voice process in front of the real web application."""
    with phone_line.running(
        web_url, SERVICE_TOKEN, tmp_path_factory.mktemp("voice"), VOICE_CALLS_LIMIT="6"
    ) as running_line:
        yield running_line

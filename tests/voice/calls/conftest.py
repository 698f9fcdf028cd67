"""A phone line of real processes, with a dialogue behind it that says what the tests want."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from tests.contact_centre.dialogue_server import DialogueServer
from tests.voice.calls import line as phone_line
from tests.web.running import SERVICE_TOKEN, running
from web.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="package")
def dialogue() -> Iterator[DialogueServer]:
    """The dialogue behind the line."""
    with DialogueServer() as server:
        yield server


@pytest.fixture(scope="package")
def web_url(dialogue: DialogueServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(
        rasa_url=dialogue.url,
        data_dir=tmp_path_factory.mktemp("web"),
        dialogue_timeout_s=1.5,
        service_token=SecretStr(SERVICE_TOKEN),
    )
    with running(settings) as url:
        yield url


@pytest.fixture(scope="package")
def line(web_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[phone_line.PhoneLine]:
    """The real voice process in front of the real web application."""
    with phone_line.running(web_url, SERVICE_TOKEN, tmp_path_factory.mktemp("voice")) as running_line:
        yield running_line

"""Fixtures of the whole product: a running stack and a browser. Must import on Rasa's Python 3.10 too."""

from __future__ import annotations

import os
import sys
from threading import Event
from typing import TYPE_CHECKING

import pytest

from deploy import asterisk, debian, model, ports
from deploy import stack as product
from deploy.progress import Progress
from deploy.project import SetupError, this_project
from deploy.settings import LOOPBACK, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser
    from xdist.remote import Producer  # type: ignore[import-untyped]
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

_WHOLE_PRODUCT = (
    "tests/consultation/",
    "tests/deploy/test_stack.py",
    "tests/dialogue/",
    "tests/end_to_end/",
    "tests/pbx/",
    "tests/voice/test_browser_call.py",
    "tests/voice/test_spoken_dialogues.py",
)
_SPOKEN = ("tests/voice/",)
_PEOPLE_TALK = (*_WHOLE_PRODUCT, *_SPOKEN)
_FETCHING_STEP_S = 80.0
_BROWSER_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the whole product, which takes longest, and the other calls: each gets a process of its own."""
    items.sort(key=lambda item: (not item.nodeid.startswith(_WHOLE_PRODUCT), not item.nodeid.startswith(_SPOKEN)))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let those processes go before the others in which people talk."""
    if "PYTEST_XDIST_WORKER" in os.environ and not item.nodeid.startswith(_PEOPLE_TALK):
        os.setpriority(os.PRIO_PROCESS, 0, 10)


@pytest.hookimpl(optionalhook=True)  # Rasa's environment has no pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Let the processes share the tests, file by file; what runs the whole product stays in one, other calls in one."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - the same

    class ByFile(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            if nodeid.startswith(_PEOPLE_TALK):
                return "the whole product" if nodeid.startswith(_WHOLE_PRODUCT) else "spoken"
            return nodeid.partition("::")[0]

    return ByFile(config, log)


@pytest.fixture(scope="session")
def exchange() -> asterisk.Asterisk | SetupError:
    """Give the Asterisk of the phone tests, or why none can be had within three minutes."""
    try:
        return asterisk.ensure(this_project(), Progress(sys.stderr), limit_s=_FETCHING_STEP_S)
    except SetupError as error:
        return error


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, exchange: asterisk.Asterisk | SetupError
) -> Iterator[product.Stack]:
    """Every process, as `make phone` starts them, on free ports and with data of its own; none is left afterwards.

    Where no Asterisk can be had it is as `make run` starts it, and every phone test fails with the reason.
    """
    project = this_project()
    progress = Progress(sys.stderr)
    trained = model.ensure(project, progress)
    found = exchange if isinstance(exchange, asterisk.Asterisk) else None
    settings = Settings(LOOPBACK, ports.free(), tmp_path_factory.mktemp("data"), found)
    start = product.running(project, settings, trained, stop=Event(), progress=progress, environment=_environment())
    with start as running:
        yield running
    assert running.manager.processes() == []


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Closed after each module: while it is open, its event loop keeps async tests from running."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - absent from Rasa's environment

    executable = debian.chromium()
    assert executable, "Chromium was not found: make test installs it."
    # Chromium's own sandbox refuses to run as root, as in a container.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=[*sandbox, *_BROWSER_ARGUMENTS])
        yield chromium
        chromium.close()


def _environment() -> dict[str, str]:
    """Give the environment less what would lead the processes away from this stack."""
    own = {"RASA_URL", "ACTIONS_URL", "WEB_URL", "VOICE_URL", "MONITORING_URL", "MONITORING_DATABASE", "DATABASE_URL"}
    own |= {"SERVICE_TOKEN", "MONITORING_API_KEY", "AMI_SECRET", "SIP_SECRET"}
    return {name: value for name, value in os.environ.items() if name not in own}

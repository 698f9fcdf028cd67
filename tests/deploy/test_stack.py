"""The real product, started as `make run` starts it."""

import stat

import httpx
import pytest
from playwright.sync_api import Browser

from deploy.settings import PROCESSES, WEB, Process
from deploy.stack import Stack


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_every_process_can_be_watched(stack: Stack, process: Process) -> None:
    answers = {
        path: httpx.get(f"{stack.url(process)}{path}", timeout=5) for path in ("/healthz", "/readyz", "/metrics")
    }
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(answers, 200)
    assert all(state["ready"] for state in answers["/readyz"].json()["dependencies"].values())
    assert "# TYPE" in answers["/metrics"].text


def test_what_a_run_keeps_is_its_owner_s_alone(stack: Stack) -> None:
    files = [path for path in stack.settings.data_dir.rglob("*") if path.is_file() and path.name != "run.lock"]
    assert files
    assert [path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_the_page_opens_in_a_browser_that_has_kazakh_letters(stack: Stack, browser: Browser) -> None:
    page = browser.new_page()
    answer = page.goto(stack.url(WEB), timeout=15_000)
    assert answer
    assert answer.ok
    # Letters without a font are all drawn as the same box, of the same width.
    widths = page.evaluate(
        "() => [...'ңіһ'].map(letter => Object.assign(document.createElement('canvas').getContext('2d'),"
        " {font: '40px sans-serif'}).measureText(letter).width)"
    )
    assert len(set(widths)) == 3
    page.close()

"""Outside commands: how their failures read, and that none outlives its limit."""

import time
from pathlib import Path

import pytest

from deploy import commands
from deploy.checks import Outcome
from deploy.commands import CommandFailed


def run(script: str, folder: Path, timeout_s: float = 20.0) -> None:
    commands.run(["sh", "-c", script], what="the example", log=folder / "log", timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "The example failed because the disk is full"),
        ("error: Failed to fetch: https://index.example/simple/x/", "registry https://index.example/simple/x/ did not"),
        ("Temporary failure in name resolution", "because the registry did not answer: check the network"),
        ("ValueError: that is it\na hint", "The example failed with exit code 3: ValueError: that is it (everything"),
        ("first\nlast", "The example failed with exit code 3: last (everything"),
    ],
)  # fmt: skip
def test_a_failure_is_one_sentence(output: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(CommandFailed) as raised:
        run(f"echo '{output}'; exit 3", tmp_path)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_earlier_failure_in_the_log_is_not_told_again(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="the disk is full"):
        run("echo 'No space left on device'; exit 1", tmp_path)
    with pytest.raises(CommandFailed, match="exit code 1: something else"):
        run("echo 'something else'; exit 1", tmp_path)


def test_a_command_that_takes_too_long_is_stopped_with_all_it_started(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="took more than 1 s and was stopped"):
        run(f"sleep 300 & echo $! > {tmp_path}/child; wait", tmp_path, timeout_s=1.0)
    child = Path("/proc", (tmp_path / "child").read_text().strip())
    deadline = time.monotonic() + 5
    while child.exists():
        assert time.monotonic() < deadline, "what the command started goes on"
        time.sleep(0.05)


def test_a_command_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"The example failed: .*No such file"):
        commands.run([tmp_path / "nowhere"], what="the example", log=tmp_path / "log", timeout_s=5)


def test_the_closing_line_counts_all_sessions() -> None:
    total = Outcome(passed=40, seconds=10.0) + Outcome(passed=2, failed=1, seconds=2.3)
    assert total.closing_line() == "1 failed, 42 passed in 12.30s"
    assert Outcome().closing_line() == "no tests ran in 0.00s"

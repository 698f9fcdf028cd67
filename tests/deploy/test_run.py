"""`make run` from outside: it gets ready, says what is wrong, and leaves no process behind, however it ends."""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.request import ProxyHandler, build_opener

import pytest

from deploy import readiness, settings, stack
from deploy.process_manager import ProcessManager
from deploy.progress import Progress
from deploy.project import Project, SetupError

PATIENCE_S = 60.0


@contextmanager
def run_command(project: Project, variables: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "deploy", "run"],
        cwd=project.root,
        env={**os.environ, "DATA_DIR": "data", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as command:
        try:
            yield command
        finally:
            command.kill()
            for process in processes_of(project):
                os.kill(process, signal.SIGKILL)


def processes_of(project: Project) -> list[int]:
    """Return the live processes whose working folder is in this tree."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            folder = (entry / "cwd").readlink()
        except OSError:
            continue
        if folder.is_relative_to(project.root):
            found.append(int(entry.name))
    return found


def wait_for_line(command: subprocess.Popen[str], beginning: str) -> list[str]:
    assert command.stdout
    lines = []
    for line in command.stdout:
        lines.append(line.rstrip("\n"))
        if line.strip().startswith(beginning):
            return lines
    raise AssertionError(f"{beginning!r} was never said: {lines}, {command.communicate()[1]}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_the_addresses_when_ready_and_stops_everything_when_asked(
    miniature: Project, free_ports: dict[str, str], number: signal.Signals
) -> None:
    with run_command(miniature, free_ports) as command:
        lines = wait_for_line(command, "Ready.")
        assert any(line.endswith(f"http://127.0.0.1:{free_ports['WEB_PORT']}") for line in lines)
        assert any(line.split() == ["editor", "the-password-of-the-first-run"] for line in lines)
        logs = (miniature.root / "data" / "log").iterdir()
        assert [log.name for log in logs if "the-password-of-the-first-run" in log.read_text()] == []
        with build_opener(ProxyHandler({})).open(
            f"http://127.0.0.1:{free_ports['WEB_PORT']}/readyz", timeout=5
        ) as answer:
            assert answer.status == 200
        command.send_signal(number)
        assert command.wait(PATIENCE_S) == 0
        assert processes_of(miniature) == []


def test_ctrl_c_while_it_starts_leaves_nothing(miniature: Project, free_ports: dict[str, str]) -> None:
    with run_command(miniature, {**free_ports, "STAND_IN_NEVER_READY": "web"}) as command:
        wait_for_line(command, "Starting")
        command.send_signal(signal.SIGINT)
        _, complaint = command.communicate(timeout=PATIENCE_S)
        assert command.returncode == 130
        assert complaint.strip() == "Stopped before it was ready; nothing is left running."
        assert processes_of(miniature) == []


def test_when_it_is_killed_outright_its_processes_end_too(miniature: Project, free_ports: dict[str, str]) -> None:
    with run_command(miniature, free_ports) as command:
        wait_for_line(command, "Ready.")
        command.kill()
        command.wait(PATIENCE_S)
        deadline = time.monotonic() + PATIENCE_S
        while readiness.lacking(f"http://127.0.0.1:{free_ports['WEB_PORT']}") is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert readiness.lacking(f"http://127.0.0.1:{free_ports['WEB_PORT']}") == "it does not answer yet"


def test_a_process_that_crashes_is_named_with_its_last_words_and_its_log(
    miniature: Project, free_ports: dict[str, str]
) -> None:
    with run_command(miniature, {**free_ports, "STAND_IN_CRASHES": "monitoring"}) as command:
        _, complaint = command.communicate(timeout=PATIENCE_S)
        assert command.returncode == 1
        assert "monitoring ended while starting: RuntimeError: the stand-in was told to crash" in complaint
        assert str(miniature.root / "data" / "log" / "monitoring.log") in complaint
        assert "Traceback" not in complaint
        assert processes_of(miniature) == []


def test_accounts_that_cannot_be_made_end_the_run_with_a_sentence(
    miniature: Project, free_ports: dict[str, str]
) -> None:
    with run_command(miniature, {**free_ports, "STAND_IN_CRASHES": "staff"}) as command:
        _, complaint = command.communicate(timeout=PATIENCE_S)
        assert command.returncode == 1
        assert complaint.strip().startswith("The demo accounts could not be made: RuntimeError")
        assert processes_of(miniature) == []


def test_a_busy_port_is_said_before_anything_starts(miniature: Project, free_ports: dict[str, str]) -> None:
    with run_command(miniature, free_ports) as first:
        wait_for_line(first, "Ready.")
        with run_command(miniature, {**free_ports, "DATA_DIR": "other"}) as second:
            _, complaint = second.communicate(timeout=PATIENCE_S)
        assert second.returncode == 1
        assert f"Port {free_ports['RASA_PORT']} (rasa) is in use by python" in complaint
        assert complaint.strip().endswith("stop it or set RASA_PORT.")


def open_settings(project: Project, free_ports: dict[str, str]) -> settings.Settings:
    return settings.from_environment(project, {**free_ports, "DATA_DIR": "data"})


def test_who_does_not_get_ready_is_named_with_what_it_lacks(
    miniature: Project, free_ports: dict[str, str], progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = open_settings(miniature, free_ports)
    others = [chosen.url(process) for process in settings.PROCESSES if process is not settings.ACTIONS]

    def end_the_patience_when_the_others_are_ready() -> None:
        while any(readiness.lacking(url) for url in others) or "locked" not in (readiness.lacking(stuck) or ""):
            time.sleep(0.2)
        time.sleep(2.0)  # so that a round of questions that began before is over
        monkeypatch.setattr(stack, "READY_LIMIT_S", 0.0)

    stuck = chosen.url(settings.ACTIONS)
    impatient = Thread(target=end_the_patience_when_the_others_are_ready, daemon=True)
    impatient.start()
    environment = {**os.environ, "STAND_IN_NEVER_READY": "actions"}
    with (
        pytest.raises(SetupError) as raised,
        stack.running(miniature, chosen, Path("model"), stop=Event(), progress=progress, environment=environment),
    ):
        pass
    impatient.join()
    assert str(raised.value) == (
        f"Not ready after 0 s: actions (database: it is locked; its log: {chosen.log(settings.ACTIONS)})."
    )
    assert processes_of(miniature) == []


def test_data_in_use_by_another_run_is_refused(
    miniature: Project, free_ports: dict[str, str], progress: Progress
) -> None:
    chosen = open_settings(miniature, free_ports)
    with (
        stack.running(miniature, chosen, Path("model"), stop=Event(), progress=progress),
        pytest.raises(SetupError, match="Another run uses"),
        stack.running(miniature, chosen, Path("model"), stop=Event(), progress=progress),
    ):
        pass


def test_one_process_can_be_stopped_and_started_and_a_killed_one_comes_back(
    miniature: Project, free_ports: dict[str, str], progress: Progress
) -> None:
    chosen = open_settings(miniature, free_ports)
    with stack.running(miniature, chosen, Path("model"), stop=Event(), progress=progress) as running:
        running.stop(settings.MONITORING)
        assert readiness.lacking(running.url(settings.MONITORING)) == "it does not answer yet"
        running.start(settings.MONITORING)
        assert readiness.lacking(running.url(settings.MONITORING)) is None
        mode = stat.S_IMODE(chosen.socket.stat().st_mode)
        assert mode == 0o700
        assert stat.S_IMODE(chosen.data_dir.stat().st_mode) == 0o700
    assert running.manager.processes() == []


def test_a_data_folder_too_deep_for_a_socket_is_refused(miniature: Project) -> None:
    deep = miniature.root / ("d" * 120) / "supervisor.sock"
    with pytest.raises(SetupError, match="set DATA_DIR to a shorter one"):
        ProcessManager(miniature, deep, miniature.root / "log", {})

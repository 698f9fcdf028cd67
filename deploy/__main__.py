"""Owns the commands of the operator: `python3 -m deploy run|phone|test|lint|types|train|lock|clean`."""

import argparse
import errno
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from types import FrameType

from deploy import (
    asterisk,
    bootstrap,
    checks,
    commands,
    debian,
    environments,
    ports,
    secret_store,
    settings,
    speech,
    stack,
)
from deploy.model import RASA_ENVIRONMENT
from deploy.progress import Progress
from deploy.project import Project, SetupError, this_project

_FAILED = 1
_INTERRUPTED = 130
_WATCH_S = 0.5
_EVALUATION_LIMIT_S = 600.0
_SHORT_LIMIT_S = 30.0
_CACHES = (".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".schemathesis", ".rasa")


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code. A failure is one sentence on standard error, never a traceback."""
    parser = argparse.ArgumentParser(prog="python3 -m deploy", description="Set up, run and test the assistant.")
    parser.add_argument("command", choices=sorted(_COMMANDS))
    command = _COMMANDS[parser.parse_args(arguments).command]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        return command(this_project(), Progress())
    except (SetupError, OSError) as error:
        _complain(_sentence(error))
        return _FAILED
    except (KeyboardInterrupt, stack.StopRequested):
        _complain("Stopped before it was ready; nothing is left running.")
        return _INTERRUPTED


def _run(project: Project, progress: Progress) -> int:
    return _serve(project, progress, settings.from_environment(project, os.environ))


def _phone(project: Project, progress: Progress) -> int:
    chosen = settings.from_environment(project, os.environ)
    return _serve(project, progress, replace(chosen, asterisk=asterisk.ensure(project, progress)))


def _serve(project: Project, progress: Progress, chosen: settings.Settings) -> int:
    ports.require_free(chosen)  # said before minutes of set-up, not after
    model = bootstrap.prepare_with_model(project, progress, debian.for_run())
    with _stop_signal() as stop, stack.running(project, chosen, model, stop=stop, progress=progress) as running:
        _announce(running, progress)
        while not stop.wait(_WATCH_S):
            failure = running.manager.failure()
            if failure:
                raise SetupError(failure)
        progress.say("Stopping ...")
    progress.say("Stopped; nothing is left running.")
    return 0


def _sip_accounts(project: Project, progress: Progress) -> int:
    bootstrap.prepare(project, progress)
    found = asterisk.ensure(project, progress)
    chosen = replace(settings.from_environment(project, os.environ), asterisk=found)
    told = chosen.environment(Path(), secret_store.load(chosen.data_dir, os.environ), os.environ)
    listing: commands.Argv = [project.python, "-m", "voice_channel.pbx.sip_accounts"]
    return commands.show(listing, what="listing the phones", timeout_s=_SHORT_LIMIT_S, cwd=project.root, env=told)


def _test(project: Project, progress: Progress) -> int:
    bootstrap.prepare_with_model(project, progress, debian.for_tests())
    checks_passed = checks.passes([*checks.lint(project), *checks.types(project)], project, progress)
    return 0 if checks.run_tests(project, progress, checks_passed=checks_passed) else _FAILED


def _lint(project: Project, progress: Progress) -> int:
    bootstrap.prepare(project, progress)
    return 0 if checks.passes(checks.lint(project), project, progress) else _FAILED


def _types(project: Project, progress: Progress) -> int:
    bootstrap.prepare(project, progress)
    return 0 if checks.passes(checks.types(project), project, progress) else _FAILED


def _train(project: Project, progress: Progress) -> int:
    bootstrap.retrain(project, progress)
    return 0


def _eval(project: Project, progress: Progress) -> int:
    model = bootstrap.prepare_with_model(project, progress)
    picture = project.scratch / "confusion.png"
    command: commands.Argv = [project.nlu_python, "-m", "bench.understanding", "test", "--model", model]
    environment = {**os.environ, **RASA_ENVIRONMENT, "PYTHONPATH": str(project.root)}
    code = commands.show(
        [*command, "--picture", picture],
        what="the evaluation",
        timeout_s=_EVALUATION_LIMIT_S,
        cwd=project.root,
        env=environment,
    )
    progress.say(f"Confusion picture: {picture}")
    return code


def _lock(project: Project, progress: Progress) -> int:
    bootstrap.lock_versions(project, progress)
    return 0


def _clean(project: Project, progress: Progress) -> int:
    """Remove what set-up made; the data of runs (DATA_DIR) stays."""
    for folder in (project.tools, *(environment.folder for environment in environments.pinned(project))):
        shutil.rmtree(folder, ignore_errors=True)
    for name in _CACHES:
        shutil.rmtree(project.root / name, ignore_errors=True)
    for trained in project.models.glob("*.tar.gz"):
        trained.unlink()
    progress.say("Removed the environments, the tools, the caches and the trained models; data is kept.")
    return 0


_COMMANDS: dict[str, Callable[[Project, Progress], int]] = {
    "clean": _clean,
    "eval": _eval,
    "fetch-speech-models": speech.fetch,
    "lint": _lint,
    "lock": _lock,
    "phone": _phone,
    "run": _run,
    "sip-accounts": _sip_accounts,
    "speech-models": speech.make,
    "test": _test,
    "train": _train,
    "types": _types,
}


@contextmanager
def _stop_signal() -> Iterator[Event]:
    """Give an event that Ctrl-C and SIGTERM set, so that neither can break into a start or a stop half done."""
    stop = Event()

    def note(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, note)
    yield stop


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _announce(running: stack.Stack, progress: Progress) -> None:
    web, monitoring = running.url(settings.WEB), running.url(settings.MONITORING)
    for line in (
        "",
        f"Chat            {web}",
        f"Chat API        {web}/docs",
        f"Staff pages     {web}/staff/",
        f"Monitoring API  {monitoring}/docs",
        *_phone_line(running),
        f"Logs            {running.settings.logs}",
        f"Secrets         {running.settings.data_dir / secret_store.FILE_NAME} (unless set in the environment)",
        *_new_accounts(running),
        "Ready. Ctrl-C stops everything.",
    ):
        progress.say(line)


def _phone_line(running: stack.Stack) -> list[str]:
    if running.settings.asterisk is None:
        port = running.settings.port(settings.AUDIOSOCKET)
        return [f"Phone line      AudioSocket on port {port}; make call tries it, make phone adds an exchange"]
    sip = f"{settings.LOOPBACK}:{running.settings.port(settings.SIP)}"
    return [
        f"Phone line      call sip:1414@{sip} from any softphone on this machine, without an account",
        f"Consultants     their phones sign in at {sip}: make sip-accounts lists how",
    ]


def _new_accounts(running: stack.Stack) -> list[str]:
    if not running.accounts:
        return []
    return [
        "",
        "Demo accounts for the staff pages. These passwords are shown only now:",
        *(f"  {account.login:<14}  {account.password}" for account in running.accounts.values()),
        "",
    ]


def _complain(sentence: str) -> None:
    sys.stderr.write(f"\n{sentence}\n")


def _sentence(error: SetupError | OSError) -> str:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "The disk is full: free some space and start again."
    return str(error)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

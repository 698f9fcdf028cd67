"""Starts the exchange: `python -m voice_channel.pbx`, which `make phone` does."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import uvicorn
from fastapi import FastAPI

from observability import logs
from observability.health import health_router
from voice_channel.pbx import configuration, prompts
from voice_channel.pbx.asterisk import Asterisk
from voice_channel.pbx.configuration import ConfigurationError
from voice_channel.pbx.roster import Roster
from voice_channel.pbx.settings import Settings
from voice_channel.pbx.softphones import softphone_router
from voice_channel.pbx.watchdog import Watchdog
from voice_channel.speech_engines import Pyttsx3Engine

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

_LOOPBACK: Final = "127.0.0.1"


async def serve(settings: Settings) -> int:
    """Run until told to stop, or until a part ends by itself; return the exit code."""
    asterisk = Asterisk(settings.asterisk_command, configuration.write(settings, ()))
    roster = Roster(settings, asterisk)
    app = FastAPI(title="1414 exchange", docs_url=None, redoc_url=None)
    app.include_router(health_router({"asterisk": asterisk.check}))
    app.include_router(softphone_router(roster, settings))
    health = _Health(
        uvicorn.Config(app, host=_LOOPBACK, port=settings.pbx_control_port, log_config=None, access_log=False)
    )
    voice = f"http://{settings.voice_host}:{settings.voice_control_port}"
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, health.stop)
    ended = await _first_of(health.serve(), asterisk.run(), Watchdog(asterisk, voice).run(), roster.run())
    return ended or 0


class _Health(uvicorn.Server):
    """The health addresses. Uvicorn's own handling of signals would end the process before Asterisk has ended."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


async def _first_of(*parts: Coroutine[object, object, int | None]) -> int | None:
    """Run all parts until one ends; return what it returned."""
    tasks = [asyncio.create_task(part) for part in parts]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in pending:
        with suppress(asyncio.CancelledError):
            await task
    return next(iter(done)).result()


def main() -> None:
    """Serve until stopped."""
    logs.configure("pbx")
    settings = Settings()
    try:
        configuration.write(settings, ())
        prompts.make(settings.folder / "data" / "sounds", Pyttsx3Engine())
        prompts.make_music(settings.folder / "data" / "moh")
        sys.exit(asyncio.run(serve(settings)))
    except (ConfigurationError, OSError, RuntimeError) as error:
        sys.exit(f"the exchange cannot start: {error}")


if __name__ == "__main__":
    main()

"""Starts the exchange: `python -m voice_channel.pbx`, which `make phone` does."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
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
from voice_channel.pbx.watchdog import Watchdog
from voice_channel.speech_engines import Pyttsx3Engine

if TYPE_CHECKING:
    from collections.abc import Coroutine

_LOOPBACK: Final = "127.0.0.1"


async def serve(settings: Settings) -> int:
    """Run until told to stop, or until a part ends by itself; return the exit code."""
    asterisk = Asterisk(settings.asterisk_command, configuration.write(settings, ()))
    roster = Roster(settings, asterisk)
    app = FastAPI(title="1414 exchange", docs_url=None, redoc_url=None)
    app.include_router(health_router({"asterisk": asterisk.check}))
    health = uvicorn.Server(
        uvicorn.Config(app, host=_LOOPBACK, port=settings.pbx_control_port, log_config=None, access_log=False)
    )
    voice = f"http://{settings.voice_host}:{settings.voice_control_port}"
    ended = await _first_of(health.serve(), asterisk.run(), Watchdog(asterisk, voice).run(), roster.run())
    return ended or 0


async def _first_of(*parts: Coroutine[object, object, int | None]) -> int | None:
    """Run all parts until one ends or we are told to stop; what the one returned."""
    tasks = [asyncio.create_task(part) for part in parts]
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    tasks.append(asyncio.create_task(_until(stop)))
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    for task in pending:
        with suppress(asyncio.CancelledError):
            await task
    return next(iter(done)).result()


async def _until(stop: asyncio.Event) -> None:
    await stop.wait()


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

"""Owns the running Asterisk: started as a child, asked over its control socket, ended with its calls."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

logger = logging.getLogger(__name__)

_COMMAND_S: Final = 5.0
_STOP_S: Final = 5.0
_APPLICATION: Final = 5
_CHANNEL: Final = 0
"""Columns of `core show channels concise`."""


class AsteriskError(Exception):
    """Asterisk did not do what it was asked to."""


class Asterisk:
    """One Asterisk, with `configuration` as its whole world."""

    def __init__(self, command: Sequence[str], configuration: Path) -> None:
        self._command = (*command, "-C", str(configuration))
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> int:
        """Run it until it ends; return its exit code. When cancelled, it is stopped first."""
        self._process = await asyncio.create_subprocess_exec(*self._command, "-f", stdin=asyncio.subprocess.DEVNULL)
        try:
            return await self._process.wait()
        finally:
            await self._stop(self._process)

    async def ask(self, command: str) -> str:
        """Return what Asterisk answers to a command.

        Raises:
            AsteriskError: it is not running, or gives no answer in time.

        """
        try:
            async with asyncio.timeout(_COMMAND_S):
                asking = await asyncio.create_subprocess_exec(
                    *self._command,
                    "-rx",
                    command,
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,
                )
                said, _ = await asking.communicate()
        except (OSError, TimeoutError) as error:
            raise AsteriskError(f"no answer to {command!r}: {error or type(error).__name__}") from error
        if asking.returncode != 0:
            raise AsteriskError(f"{command!r} ended with exit code {asking.returncode}")
        answer = said.decode(errors="replace")
        if answer.startswith("No such command"):
            raise AsteriskError(answer.strip())
        return answer

    async def check(self) -> str | None:
        """None when it takes calls, else a sentence."""
        try:
            booted = await self.ask("core waitfullybooted")
        except AsteriskError as error:
            return str(error)
        return None if "fully booted" in booted else "Asterisk is starting"

    async def channels_in(self, application: str) -> list[str]:
        """Return the channels that are in an application of the dialplan now. Raises AsteriskError."""
        rows = (await self.ask("core show channels concise")).splitlines()
        parts = [row.split("!") for row in rows]
        return [row[_CHANNEL] for row in parts if len(row) > _APPLICATION and row[_APPLICATION] == application]

    async def redirect(self, channel: str, place: str) -> None:
        """Lead a channel to `context,extension,priority`. Raises AsteriskError."""
        await self.ask(f"channel redirect {channel} {place}")

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await process.wait()
        except TimeoutError:
            logger.warning("Asterisk did not end in %s s and is killed", _STOP_S)
            process.kill()
            await process.wait()

"""Calls of one module held at the same time, each judged by a test of its own: a call lasts as long as it is spoken."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from language import Language
    from tests.voice.calls.line import PhoneLine

AT_ONCE = 6


class Calls:
    """What each call does, by its name; a call that goes wrong raises."""

    def __init__(self) -> None:
        self._by_name: dict[str, Callable[[PhoneLine], Awaitable[None]]] = {}

    @property
    def names(self) -> list[str]:
        return list(self._by_name)

    def add(self, call: Callable[[PhoneLine], Awaitable[None]]) -> Callable[[PhoneLine], Awaitable[None]]:
        self._by_name[call.__name__] = call
        return call

    def add_in(self, language: Language, call: Callable[[PhoneLine, Language], Awaitable[None]]) -> None:
        """Add a call that can be held in either language."""
        self._by_name[f"{call.__name__} ({language})"] = lambda line: call(line, language)

    def hold(self, line: PhoneLine) -> dict[str, BaseException | None]:
        """Hold all calls; return what each raised."""
        return asyncio.run(self._hold(line))

    async def _hold(self, line: PhoneLine) -> dict[str, BaseException | None]:
        free = asyncio.Semaphore(AT_ONCE)

        async def one(call: Callable[[PhoneLine], Awaitable[None]]) -> None:
            async with free:
                await call(line)

        ends = await asyncio.gather(*(one(call) for call in self._by_name.values()), return_exceptions=True)
        return dict(zip(self._by_name, ends, strict=True))


def judge(end: BaseException | None) -> None:
    """Raise what a call has raised."""
    if end is not None:
        raise end

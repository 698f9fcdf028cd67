"""Owns which canned replies a centre has: the shipped ones, changed, left out and added to by its supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import select

from contact_centre.replies import SHIPPED, Reply, UnknownPlaceError, places_of
from contact_centre.tables import CannedReply
from language import LANGUAGES

if TYPE_CHECKING:
    from database.engine import Database
    from staff.tables import Account


class UnknownReplyError(LookupError):
    """There is no reply with this code."""


class EmptyReplyError(ValueError):
    """A title or a text is missing in one of the languages."""


class DifferentPlacesError(ValueError):
    """The two languages do not ask for the same things."""


@dataclass(frozen=True)
class Known:
    """A reply as the centre has it now."""

    reply: Reply
    shipped: bool
    """The product comes with one under this code, to which one can go back."""
    changed: bool


class ReplyBook:
    """The replies in `database`, over the shipped ones."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> dict[str, Known]:
        """Return the replies in use by code: the shipped ones in their order, then the centre's own, oldest first."""
        own = await self._own()
        codes = [*SHIPPED, *(code for code in own if code not in SHIPPED)]
        return {code: known for code in codes if (known := _known(code, own.get(code))) is not None}

    async def one(self, code: str) -> Known:
        """Return a reply in use. Raises UnknownReplyError."""
        try:
            return (await self.all())[code]
        except KeyError:
            raise UnknownReplyError(code) from None

    async def left_out(self) -> dict[str, Reply]:
        """Return the shipped replies that are not used."""
        own = await self._own()
        return {code: reply for code, reply in SHIPPED.items() if code in own and own[code].removed}

    async def keep(self, code: str | None, reply: Reply, by: Account) -> str:
        """Change a reply, or add one when there is no code; return its code.

        Raises:
            EmptyReplyError: a language is missing.
            UnknownPlaceError: a text asks for what no conversation has.
            DifferentPlacesError: the languages ask for different things.
            UnknownReplyError: there is no reply with this code.

        """
        _check(reply)
        if code is not None:
            await self.one(code)
        code = code or uuid4().hex
        async with self._database.write() as session:
            row = CannedReply(code=code, title=reply.title, text=reply.text, removed=False, account_id=by.id)
            await session.merge(row)
        return code

    async def leave_out(self, code: str, by: Account) -> None:
        """Use a reply no more. Raises UnknownReplyError."""
        reply = (await self.one(code)).reply
        async with self._database.write() as session:
            if code in SHIPPED:
                row = CannedReply(code=code, title=reply.title, text=reply.text, removed=True, account_id=by.id)
                await session.merge(row)
            else:
                await session.delete(await session.get_one(CannedReply, code))

    async def restore(self, code: str) -> None:
        """Have a shipped reply as it was shipped. Raises UnknownReplyError."""
        if code not in SHIPPED:
            raise UnknownReplyError(code)
        async with self._database.write() as session:
            if (row := await session.get(CannedReply, code)) is not None:
                await session.delete(row)

    async def _own(self) -> dict[str, CannedReply]:
        async with self._database.read() as session:
            rows = await session.scalars(select(CannedReply).order_by(CannedReply.created_at))
            return {row.code: row for row in rows}


def _known(code: str, row: CannedReply | None) -> Known | None:
    if row is None:
        return Known(SHIPPED[code], shipped=True, changed=False)
    if row.removed:
        return None
    return Known(Reply(title=row.title, text=row.text), shipped=code in SHIPPED, changed=True)


def _check(reply: Reply) -> None:
    if not all(part.get(language) for part in (reply.title, reply.text) for language in LANGUAGES):
        raise EmptyReplyError
    if len({frozenset(places_of(reply.text[language])) for language in LANGUAGES}) > 1:
        raise DifferentPlacesError


__all__ = [
    "DifferentPlacesError",
    "EmptyReplyError",
    "Known",
    "ReplyBook",
    "UnknownPlaceError",
    "UnknownReplyError",
]

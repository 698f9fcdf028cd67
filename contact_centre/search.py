"""Owns the search of the register: by number, phone, words and time (rule 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import false, or_, select

from contact_centre.console import last_entries
from contact_centre.tables import Contact, Message, Recording

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement

    from contact_centre.tables import QueueEntry
    from database.engine import Database

PAGE: Final = 50
_FEWEST_DIGITS: Final = 4
"""Of a phone: with fewer, the search would show strangers."""


@dataclass(frozen=True)
class Wanted:
    """Which contacts to find; None means any. `before` is the number of the last one of the page before."""

    number: str | None = None
    phone: str | None = None
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    recorded: bool = False
    before: str | None = None


async def find(database: Database, wanted: Wanted) -> list[tuple[Contact, QueueEntry | None]]:
    """Return the contacts that fit, newest first, `PAGE` at most, each with its last consultation."""
    query = select(Contact).where(*conditions(wanted)).order_by(Contact.number.desc()).limit(PAGE)
    async with database.aside() as session:
        contacts = list(await session.scalars(query))
        last = await last_entries(session, [contact.id for contact in contacts])
    return [(contact, last.get(contact.id)) for contact in contacts]


def conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    """Return what must hold of the contacts that fit."""
    holds: list[ColumnElement[bool]] = []
    if wanted.number is not None:
        holds.append(Contact.number.startswith(wanted.number.strip(), autoescape=True))
    if wanted.phone is not None:
        digits = "".join(filter(str.isdigit, wanted.phone))
        # 8 701…, +7 701… and 701… are one number.
        is_enough = len(digits) >= _FEWEST_DIGITS
        holds.append(Contact.phone.endswith(digits[-10:], autoescape=True) if is_enough else false())
    if wanted.text is not None:
        holds.append(Contact.id.in_(select(Message.contact_id).where(_says(wanted.text.strip()))))
    if wanted.since is not None:
        holds.append(Contact.created_at >= wanted.since)
    if wanted.until is not None:
        holds.append(Contact.created_at < wanted.until)
    if wanted.recorded:
        holds.append(Contact.id.in_(select(Recording.contact_id)))
    if wanted.before is not None:
        holds.append(Contact.number < wanted.before)
    return holds


def _says(text: str) -> ColumnElement[bool]:
    # SQLite knows capital letters of Latin only, so the usual spellings are asked for one by one.
    spellings = {text, text.lower(), text.capitalize(), text.upper()}
    return or_(*(Message.text.contains(spelling, autoescape=True) for spelling in sorted(spellings)))

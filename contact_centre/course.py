"""Owns how a contact changes within a transaction: its moves between states, and what is said to the citizen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from contact_centre.states import State, next_state
from contact_centre.tables import ContactEvent, Message
from database.base import now

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from contact_centre.dialogue import Button
    from contact_centre.signals import Source
    from contact_centre.states import Event
    from contact_centre.tables import Contact
    from contact_centre.values import Language, Sender
    from staff.tables import Account


def move(
    session: AsyncSession,
    contact: Contact,
    event: Event,
    *,
    at: datetime | None = None,
    entry_id: int | None = None,
    consultant_id: int | None = None,
) -> bool:
    """Let `event` happen to the contact and keep that it did; return whether the state changed.

    Raises:
        IllegalTransitionError: the event means nothing in the contact's state.

    """
    before, contact.state = contact.state, next_state(contact.state, event)
    record(session, contact, event, at=at, entry_id=entry_id, consultant_id=consultant_id)
    if contact.state is before:
        return False
    contact.awaiting = None
    contact.queued_at = now() if contact.state is State.QUEUED else None
    contact.closed_at = now() if contact.state is State.CLOSED else None
    return True


def record(
    session: AsyncSession,
    contact: Contact,
    event: Event,
    *,
    at: datetime | None = None,
    entry_id: int | None = None,
    consultant_id: int | None = None,
) -> None:
    """Keep that something happened to the contact, now or at another time."""
    marks = {"entry_id": entry_id, "account_id": consultant_id}
    session.add(ContactEvent(contact_id=contact.id, at=at or now(), event=event, **marks))


async def last_message(session: AsyncSession, contact_id: UUID) -> int:
    """Return the id of the conversation's last message, 0 when there is none."""
    return await session.scalar(select(func.max(Message.id)).where(Message.contact_id == contact_id)) or 0


async def say(
    session: AsyncSession,
    contact: Contact,
    sender: Sender,
    text: str,
    language: Language,
    *,
    buttons: Sequence[Button] = (),
    sources: Sequence[Source] = (),
    reply_to: int | None = None,
    by: Account | None = None,
    client_id: str | None = None,
) -> Message:
    """Say something to the citizen."""
    message = Message(
        contact_id=contact.id,
        sender=sender,
        language=language,
        text=text,
        buttons=[button.model_dump() for button in buttons] or None,
        sources=[source.model_dump(mode="json") for source in sources] or None,
        reply_to=reply_to,
        account_id=by.id if by else None,
        client_id=client_id,
    )
    contact.heard_at = now()
    session.add(message)
    await session.flush()  # one by one, so that ids follow the order of speech
    return message

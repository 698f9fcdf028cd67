"""Owns the register as the console searches it: by number, phone, words and time (rule 8). Each look is recorded."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from contact_centre import search
from contact_centre.register import UnknownContactError
from contact_centre.search import Wanted
from contact_centre.states import Event
from contact_centre.values import EntryKind, Language
from staff.audit import Action, Subject
from staff.roles import Permission
from staff.tables import Account
from web import services
from web.consultant_models import ContactOut, NoteOut, StaffMessageOut, contact_fields
from web.problems import ProblemError
from web.staff.guard import require
from web.staff.sign_in import client_address

if TYPE_CHECKING:
    from contact_centre.register import Register
    from contact_centre.tables import Contact, Message, Note

router = APIRouter(prefix="/contacts")

Reader = Annotated[Account, Depends(require(Permission.CONTACTS_READ))]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class ContactsOut(BaseModel):
    """What was found, newest first."""

    contacts: list[ContactOut]


class ConsultationOut(BaseModel):
    """One way through the queue."""

    id: int
    kind: EntryKind
    language: Language
    topic: str | None
    queued_at: datetime
    accepted_at: datetime | None
    talk_ended_at: datetime | None
    over_at: datetime | None
    handled_by: str | None
    ending: Event | None
    outcome: str | None
    rating: int | None
    rating_word: str | None


class ContactFull(ContactOut):
    """A contact with everything that is known."""

    phone: str | None
    email: str | None
    messages: list[StaffMessageOut]
    notes: list[NoteOut]
    consultations: list[ConsultationOut]


class Search(BaseModel):
    """Which contacts to find; `before` is the number of the last one of the page before."""

    model_config = ConfigDict(extra="forbid")

    number: Words | None = None
    phone: Words | None = None
    text: Words | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: Words | None = None


@router.get("")
async def find(request: Request, account: Reader, asked: Annotated[Search, Query()]) -> ContactsOut:
    """Return the contacts that fit, 50 at most."""
    parts = services.of(request)
    searched = asked.model_dump(include={"number", "phone", "text"}, exclude_none=True)
    if searched:  # what was searched for stays out of the log: it may be a phone
        detail = {"by": ", ".join(searched)}
        await parts.audit.record(account, Action.CONTACTS_SEARCHED, detail=detail, address=client_address(request))
    wanted = Wanted(
        number=asked.number,
        phone=asked.phone,
        text=asked.text,
        since=_aware(asked.since),
        until=_aware(asked.until),
        before=asked.before,
    )
    found = await search.find(parts.database, wanted)
    names = await parts.console.names(last.consultant_id for _, last in found if last and last.consultant_id)
    return ContactsOut(contacts=[ContactOut.of(contact, last, names) for contact, last in found])


@router.get("/{number}")
async def read(request: Request, account: Reader, number: str) -> ContactFull:
    """Return a contact, with what is being said in it now."""
    parts = services.of(request)
    try:
        contact = await parts.register.numbered(number)
    except UnknownContactError:
        raise ProblemError(HTTPStatus.NOT_FOUND, "unknown_contact", language=account.language) from None
    subject = Subject("contact", contact.number)
    await parts.audit.record(account, Action.CONTACT_READ, subject, address=client_address(request))
    messages = await _all_messages(parts.register, contact)
    notes = await parts.console.notes(contact.id)
    entries = await parts.console.consultations(contact.id)
    authors: list[Message | Note] = [*messages, *notes]
    people = [*(one.account_id for one in authors), *(one.consultant_id for one in entries)]
    names = await parts.console.names(person for person in people if person is not None)
    return ContactFull.model_validate(
        {
            **contact_fields(contact, entries[-1] if entries else None, names),
            "phone": contact.phone,
            "email": contact.email,
            "messages": [StaffMessageOut.named(message, names) for message in messages],
            "notes": [NoteOut.of(note, names) for note in notes],
            "consultations": [
                {
                    **{name: getattr(entry, name) for name in ConsultationOut.model_fields if name != "handled_by"},
                    "handled_by": names.get(entry.consultant_id) if entry.consultant_id else None,
                }
                for entry in entries
            ],
        }
    )


def _aware(at: datetime | None) -> datetime | None:
    """Read a time without a zone as one of this server's clock."""
    return at.astimezone() if at is not None else None


async def _all_messages(register: Register, contact: Contact) -> list[Message]:
    messages: list[Message] = []
    while part := await register.messages(contact.id, messages[-1].id if messages else 0):
        messages += part
    return messages

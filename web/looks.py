"""Owns how the staff looks into the register: searches, one contact whole, a talk as it goes on; all recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Self

from pydantic import BaseModel

from contact_centre import search
from contact_centre.states import Event, State
from contact_centre.values import EntryKind, Language, Side
from contact_centre.vocabulary import topic_of
from staff.audit import Action, Subject
from staff.roles import Permission
from web.consultant_models import ContactOut, EventOut, NoteOut, StaffMessageOut, contact_fields, events_of

if TYPE_CHECKING:
    from contact_centre.register import Register
    from contact_centre.search import Wanted
    from contact_centre.tables import Contact, ContactEvent, Message, Note, Recording
    from staff.tables import Account
    from web.services import Services

ONE_LOOK: Final = timedelta(minutes=10)
"""Watching a talk is recorded when it begins and, while it goes on, so often."""


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


class RecordingOut(BaseModel):
    """A recording of the conversation; `sides` are those that were also recorded alone."""

    id: int
    started_at: datetime
    duration_ms: int
    sides: list[Side]

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """Show a recording."""
        return cls(
            id=recording.id,
            started_at=recording.started_at,
            duration_ms=recording.duration_ms,
            sides=sorted(recording.tracks),
        )


class ContactFull(ContactOut):
    """A contact with everything that is known; the recordings for those who may hear them."""

    phone: str | None
    email: str | None
    topic: str | None
    closed_at: datetime | None
    helped: bool | None
    messages: list[StaffMessageOut]
    notes: list[NoteOut]
    consultations: list[ConsultationOut]
    recordings: list[RecordingOut]
    events: list[EventOut]
    history: list[ContactOut]
    """The citizen's other contacts, newest first."""


class Said(BaseModel):
    """What was said in a contact after a message, and where it stands."""

    state: State
    messages: list[StaffMessageOut]


async def find(parts: Services, account: Account, wanted: Wanted, address: str) -> list[ContactOut]:
    """Return the contacts that fit, a page at most."""
    searched = [name for name in ("number", "phone", "text") if getattr(wanted, name) is not None]
    if searched:  # what was searched for stays out of the log: it may be a phone
        detail = {"by": ", ".join(searched)}
        await parts.audit.record(account, Action.CONTACTS_SEARCHED, detail=detail, address=address)
    found = await search.find(parts.database, wanted)
    names = await parts.console.names(last.consultant_id for _, last in found if last and last.consultant_id)
    return [ContactOut.of(contact, last, names) for contact, last in found]


async def read(parts: Services, account: Account, number: str, address: str) -> ContactFull:
    """Return a contact with everything that is known. Raises UnknownContactError."""
    contact = await parts.register.numbered(number)
    await parts.audit.record(account, Action.CONTACT_READ, Subject("contact", contact.number), address=address)
    messages = await _said_after(parts.register, contact, 0)
    notes, events = await parts.console.notes(contact.id), await parts.console.events(contact.id)
    entries, history = await parts.console.consultations(contact.id), await parts.console.history(contact)
    recordings = await parts.recordings.of(contact.id) if account.may(Permission.RECORDINGS_READ) else []
    authors: list[Message | Note | ContactEvent] = [*messages, *notes, *events]
    people = [*(one.account_id for one in authors), *(one.consultant_id for one in entries)]
    people += [last.consultant_id for _, last in history if last]
    names = await parts.console.names(person for person in people if person is not None)
    return ContactFull.model_validate(
        {
            **contact_fields(contact, entries[-1] if entries else None, names),
            "phone": contact.phone,
            "email": contact.email,
            "topic": topic_of(contact.service) or (entries[-1].topic if entries else None),
            "closed_at": contact.closed_at,
            "helped": contact.helped,
            "messages": [StaffMessageOut.named(message, names) for message in messages],
            "notes": [NoteOut.of(note, names) for note in notes],
            "consultations": [
                {
                    **{name: getattr(entry, name) for name in ConsultationOut.model_fields if name != "handled_by"},
                    "handled_by": names.get(entry.consultant_id) if entry.consultant_id else None,
                }
                for entry in entries
            ],
            "recordings": [RecordingOut.of(recording) for recording in recordings],
            "events": events_of(events, names),
            "history": [ContactOut.of(earlier, last, names) for earlier, last in history],
        }
    )


async def watch(parts: Services, account: Account, number: str, after: int, address: str) -> Said:
    """Return what was said after a message, for someone who goes on reading. Raises UnknownContactError."""
    contact = await parts.register.numbered(number)
    subject = Subject("contact", contact.number)
    await parts.audit.record_once(account, Action.TALK_WATCHED, subject, within=ONE_LOOK, address=address)
    messages = await _said_after(parts.register, contact, after)
    names = await parts.console.names(one.account_id for one in messages if one.account_id is not None)
    return Said(state=contact.state, messages=[StaffMessageOut.named(message, names) for message in messages])


async def _said_after(register: Register, contact: Contact, after: int) -> list[Message]:
    messages: list[Message] = []
    while part := await register.messages(contact.id, messages[-1].id if messages else after):
        messages += part
    return messages
